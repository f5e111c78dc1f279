"""A posterior goes with its case wherever it is copied, as far as who reads the copy may have it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from dayafter.calibrating import choose_posterior
from dayafter.casefile.companions import read_companions
from dayafter.casefile.convert import convert
from dayafter.casefile.load import check_case, load_case
from dayafter.casefile.scaffold import init_case
from dayafter.casefile.write import write_case
from dayafter.priors import Posterior, read_posterior
from dayafter.priors.posterior import FILE
from dayafter.redaction import write_redacted
from dayafter.vocabulary import Audience
from tests.unit.assessment.small import build, small_tables

POSTERIOR = Posterior(
    ("rate_insurgent", "place/town"),
    np.array([0.5, 1.0]),
    np.array([[0.6, 0.0], [0.3, 0.8]]),
    {},
    {"as_of": "2016-02-22"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "case"
    write_case(build(small_tables()), path, companions={FILE: POSTERIOR.to_json()})
    return path


def test_a_copy_has_the_posterior_and_a_check_says_nothing_of_it(folder: Path, tmp_path: Path) -> None:
    init_case(tmp_path / "copy", from_case=folder)
    convert(folder, tmp_path / "again")
    for path in (tmp_path / "copy", tmp_path / "again"):
        assert read_posterior(path / FILE).to_json() == POSTERIOR.to_json()
        assert not [issue for issue in check_case(path).issues if FILE in str(issue)]


def test_a_workbook_keeps_it_and_gives_it_back(folder: Path, tmp_path: Path) -> None:
    convert(folder, tmp_path / "x.xlsx")
    assert [issue.code for issue in check_case(tmp_path / "x.xlsx").issues] == [
        issue.code for issue in check_case(folder).issues
    ]
    assert read_companions(tmp_path / "x.xlsx") == {FILE: POSTERIOR.to_json()}
    found = choose_posterior(load_case(tmp_path / "x.xlsx"))
    assert found is not None
    assert found.to_json() == POSTERIOR.to_json()
    convert(tmp_path / "x.xlsx", tmp_path / "back")
    assert (tmp_path / "back" / FILE).read_bytes() == (folder / FILE).read_bytes()


def test_it_travels_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(POSTERIOR)).to_json() == POSTERIOR.to_json()


def test_a_redacted_copy_names_no_place_that_it_withholds(tmp_path: Path) -> None:
    rows = small_tables()
    rows["places"] = [
        row.model_copy(update={"sensitivity": "severe"}) if row.id == "town" else row for row in rows["places"]
    ]
    path = tmp_path / "case"
    write_case(build(rows), path, companions={FILE: POSTERIOR.to_json()})
    write_redacted(load_case(path), Audience.INTERNAL, tmp_path / "copy")
    copied = load_case(tmp_path / "copy").case
    names = read_posterior(tmp_path / "copy" / FILE).names
    assert "rate_insurgent" in names
    assert ("place/town" in names) == any(place.id == "town" for place in copied.places)


def test_what_is_left_of_a_joint_normal_is_its_margin() -> None:
    one = Posterior(
        ("a", "b", "c"), np.array([1.0, 2.0, 3.0]), np.array([[1.0, 0, 0], [0.5, 0.7, 0], [0.2, -0.3, 0.9]])
    )
    left = one.without(["a"])
    assert left.names == ("b", "c")
    assert left.mean.tolist() == [2.0, 3.0]
    assert left.covariance == pytest.approx(one.covariance[1:, 1:])
    assert one.without(["z"]) is one
