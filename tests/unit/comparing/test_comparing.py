"""What changed between two cases or two runs: nothing invented, nothing withheld let out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.comparing import COLUMNS, Change, compare_cases, compare_runs
from dayafter.comparing.text import to_csv, to_json, to_text
from dayafter.errors import RedactionError, UsageError
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES
from dayafter.vocabulary import Audience, LedgerState
from tests.strategies import cases

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-bridges"


@pytest.fixture(scope="module")
def bridges() -> CaseFile:
    return load_case(EXAMPLE).case


def with_row(case: CaseFile, table: str, ident: str, **update: Any) -> CaseFile:
    rows = [row.model_copy(update=update) if row.key == ident else row for row in getattr(case, table)]
    return case.model_copy(update={table: tuple(rows)})


def test_a_case_does_not_differ_from_itself(bridges: CaseFile) -> None:
    found = compare_cases(bridges, bridges, members=20)
    assert found.changes == ()
    assert "Nothing differs." in to_text(found)


@settings(max_examples=4, deadline=None)
@given(cases())
def test_no_case_differs_from_itself_and_order_of_rows_is_no_change(case: CaseFile) -> None:
    turned = case.model_copy(update={"claims": case.claims[::-1], "sources": case.sources[::-1]})
    assert [one for one in compare_cases(case, turned, members=3).changes if one.kind == "fact"] == []


def test_a_changed_cell_is_one_fact_and_moves_the_findings_that_rest_on_it(bridges: CaseFile) -> None:
    deal = next(one for one in bridges.deals if one.status.value == "in-force")
    after = with_row(bridges, "deals", deal.id, local_assent=None)
    found = compare_cases(bridges, after, members=50)
    (fact,) = found.of_kind("fact")
    assert (fact.what, fact.about, fact.field) == ("deals", deal.id, "local_assent")
    assert fact.before == str(deal.local_assent)
    assert fact.after == ""
    moved = found.of_kind("deal")
    assert [one.what for one in moved] == [deal.name]
    assert "%" in moved[0].before
    assert moved[0].note in {"within the earlier range", "outside the earlier range"}
    assert moved[0].unit.startswith("probability of ending within")


def test_a_row_that_is_new_or_gone_is_told_whole(bridges: CaseFile) -> None:
    last = bridges.claims[-1]
    after = bridges.model_copy(update={"claims": bridges.claims[:-1]})
    gone = compare_cases(bridges, after, members=20).of_kind("fact")
    back = compare_cases(after, bridges, members=20).of_kind("fact")
    assert [(one.about, one.after) for one in gone] == [(last.key, "")]
    assert [(one.about, one.before) for one in back] == [(last.key, "")]
    assert gone[0].before == back[0].after != ""


def test_a_question_that_stands_elsewhere_is_told(bridges: CaseFile) -> None:
    cell = bridges.ledger[0]
    other = LedgerState.CONTESTED if cell.state is not LedgerState.CONTESTED else LedgerState.UNADDRESSED
    after = with_row(bridges, "ledger", cell.key, state=other)
    found = compare_cases(bridges, after, members=20).of_kind("ledger")
    assert [(one.what, one.after) for one in found] == [(cell.question.value, other.value)]


def test_a_change_in_a_withheld_row_cannot_be_read_off(bridges: CaseFile) -> None:
    broker = bridges.brokers[0]
    after = with_row(bridges, "brokers", broker.id, role="Keeper of the lost ferry")
    partners = compare_cases(bridges, after, audience=Audience.PARTNERS, members=20)
    internal = compare_cases(bridges, after, audience=Audience.INTERNAL, members=20)
    assert partners.changes == ()
    assert "not compared" in to_text(partners)
    assert [one.after for one in internal.changes] == ["Keeper of the lost ferry"]


def test_the_last_door_stops_a_comparison(bridges: CaseFile) -> None:
    gate = Gate(bridges, Audience.PARTNERS)
    internal = compare_cases(
        bridges, with_row(bridges, "brokers", bridges.brokers[0].id, note="x"), audience=Audience.INTERNAL, members=20
    )
    leak = type(internal)(
        internal.of, internal.before, internal.after,
        (Change("fact", "brokers", bridges.brokers[0].name, "note", "", "x"),), internal.remarks,
    )  # fmt: skip
    with pytest.raises(RedactionError):
        to_text(leak, [gate])


def test_json_and_csv_hold_the_same_changes_and_no_cell_runs(bridges: CaseFile) -> None:
    after = with_row(bridges, "places", bridges.places[0].key, note="=HYPERLINK(1)")
    found = compare_cases(bridges, after, members=20)
    document = json.loads(to_json(found))
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["about"] for row in rows] == [one["about"] for one in document["changes"]]
    assert rows[0]["after"] == "'=HYPERLINK(1)"


def run_of(mean: float, *, members: int = 10, policy: str = "nothing") -> SimulationResult:
    """A result with one outcome, as far as a comparison reads it."""
    summary = pl.DataFrame(
        {
            "policy": [policy] * 2,
            **{axis: pl.Series([None, None], dtype=pl.String) for axis in AXES},
            "outcome": ["events_to_date"] * 2,
            "month": [1, 2],
            "unit": ["events"] * 2,
            "mean": [mean / 2, mean],
            "mc_low": [mean / 2 - 0.5, mean - 0.5],
            "mc_high": [mean / 2 + 0.5, mean + 0.5],
        }
    )
    run = {
        "case": {"id": "valley", "inputs": {"deals.csv": str(mean)}},
        "policies": [{"id": policy, "steps": []}],
        "members": members,
        "seed": 1,
        "months": 2,
        "version": "0",
        "baseline": policy,
    }
    return SimulationResult({"run": run, "hash": "0" * 64}, {"summary": summary})


def test_two_runs_differ_in_what_they_are_made_of_and_in_outcomes_beyond_chance() -> None:
    found = compare_runs(run_of(3.0), run_of(9.0, members=20))
    made = {(one.what, one.about): (one.before, one.after) for one in found.of_kind("made-of")}
    assert made["members", ""] == ("10", "20")
    assert made["table", "deals.csv"] == ("as before", "changed")
    (moved,) = found.of_kind("outcome")
    assert (moved.what, moved.about, moved.unit) == ("events to date", "nothing", "events")
    assert moved.before == "3.0 (2.5–3.5)"
    assert moved.after == "9.0 (8.5–9.5)"
    assert moved.change == ""


def test_a_difference_within_monte_carlo_error_is_counted_and_not_listed() -> None:
    found = compare_runs(run_of(3.0), run_of(3.4))
    assert found.of_kind("outcome") == ()
    text = to_text(found)
    assert "Outcomes listed: 0. Others, which did not clearly change: 1. All at month 2." in text
    assert "not compared member by member: both runs keep no single members: simulate with --draws" in text


def test_runs_without_a_common_policy_are_refused() -> None:
    with pytest.raises(UsageError, match="no policy in common"):
        compare_runs(run_of(1.0), run_of(1.0, policy="other"))
