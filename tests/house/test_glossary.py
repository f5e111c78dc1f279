"""The glossary explains every word that may stand in a case file, and no word that may not."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from dayafter import vocabulary

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ENUMERATIONS = {
    name: thing
    for name, thing in vars(vocabulary).items()
    if isinstance(thing, type) and issubclass(thing, StrEnum) and thing is not StrEnum
}


def explained(text: str) -> dict[str, list[str]]:
    """The words under each third-level heading: those that have a definition line below them."""
    found: dict[str, list[str]] = {}
    section = ""
    for before, line in zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True):
        if before.startswith("### "):
            section = before.removeprefix("### ")
            found[section] = []
        elif section and (match := re.fullmatch(r"`([^`]+)`", before)) and re.match(r": +\S", line):
            found[section].append(match[1])
    return found


def test_there_are_enumerations_to_compare() -> None:
    assert len(ENUMERATIONS) > 30


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_every_member_of_an_enumeration_is_explained_in_its_order(name: str) -> None:
    members = [member.value for member in ENUMERATIONS[name]]
    assert explained(GLOSSARY.read_text(encoding="utf-8")).get(name) == members


def test_no_enumeration_is_explained_that_does_not_exist() -> None:
    assert set(explained(GLOSSARY.read_text(encoding="utf-8"))) == set(ENUMERATIONS)


def test_a_word_without_an_explanation_is_missed() -> None:
    assert explained("### Trend\n\n`rising`\n: Up.\n\n`falling`\n\n`steady`\n:\n") == {"Trend": ["rising"]}


def test_the_terms_of_the_field_are_in_order_and_defined_once() -> None:
    text = GLOSSARY.read_text(encoding="utf-8").split("## Words of a case file")[0]
    terms = re.findall(r"^([^\s:#].*)\n: ", text, flags=re.MULTILINE)
    assert len(terms) > 50
    assert terms == sorted(set(terms), key=lambda term: term.lower().replace("-", ""))
