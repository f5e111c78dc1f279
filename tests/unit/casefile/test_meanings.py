"""What fields mean is told where they are declared, and found when somebody asks."""

from __future__ import annotations

import pytest

from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.schema import TABLES, CaseInfo, Place, Row


def test_a_field_means_what_stands_under_it_in_its_class_or_in_one_that_it_is_made_from() -> None:
    assert meaning_of(Row, "note") == "Anything that helps the next coder."
    assert meaning_of(Place, "note") == meaning_of(Row, "note")
    assert meaning_of(Place, "nothing") == ""


@pytest.mark.parametrize("model", [CaseInfo, *TABLES.values()], ids=lambda model: model.__name__)
def test_most_fields_say_what_they_mean_in_a_sentence(model: type[CaseInfo | Row]) -> None:
    told = [text for name in model.model_fields if (text := meaning_of(model, name))]
    assert len(told) >= len(model.model_fields) / 2
    assert all(text.rstrip("`)").endswith((".", ":")) for text in told)
