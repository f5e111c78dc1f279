"""Two runs, and two versions of a case, compared under the same luck."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.comparing import compare_cases, compare_runs
from dayafter.comparing.page import summary, to_html
from dayafter.comparing.paired import CELL, paired_differences, why_unpaired
from dayafter.comparing.runs import narrower
from dayafter.comparing.text import to_csv, to_json, to_text
from dayafter.errors import UsageError
from dayafter.findings.wording import Wording
from dayafter.quantities import Quantity
from dayafter.results.result import SimulationResult
from dayafter.results.store import load_results
from dayafter.study import Settings, prepare
from dayafter.vocabulary import Audience, Sensitivity
from tests.unit.comparing.test_comparing import with_row

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-bridges"
ASKED = Settings(members=40, replicates=2, months=6, policies=["nothing", "talks"], draws=True, seed=3)


@pytest.fixture(scope="module")
def bridges() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def run(case: CaseFile, out: Path, settings: Settings = ASKED) -> SimulationResult:
    prepare(case, settings, out=out).execute(threads=1)
    return load_results(out)


@pytest.fixture(scope="module")
def before(bridges: CaseFile, folder: Path) -> SimulationResult:
    return run(bridges, folder / "before")


@pytest.fixture(scope="module")
def after(bridges: CaseFile, folder: Path) -> SimulationResult:
    """The same, but that hardly a term of the toll is kept."""
    return run(harder(bridges), folder / "after")


def harder(case: CaseFile) -> CaseFile:
    return with_row(case, "deals", "bridge-toll", kept_share=Quantity(low=0.0, high=0.05))


def without_red_lines(case: CaseFile) -> CaseFile:
    none = {"red_line_below": None, "red_line_above": None}
    return case.model_copy(update={"positions": tuple(row.model_copy(update=none) for row in case.positions)})


def only(result: SimulationResult, policy: str) -> SimulationResult:
    """A result with the members of one policy, under another name."""
    draws = result.tables["draws"].filter(pl.col("policy") == policy).with_columns(pl.lit("one").alias("policy"))
    return replace(result, tables={**result.tables, "draws": draws})


def test_pairing_two_runs_gives_what_a_run_itself_gives_of_two_policies(before: SimulationResult) -> None:
    """Twin: members of two policies, taken for two runs, give the contrasts of the run to the bit."""
    found = paired_differences(only(before, "nothing"), only(before, "talks"), ["one"])
    last = before.tables["contrasts"].filter(month=6)
    wanted = found.select(CELL).join(last, on=list(CELL), how="left", nulls_equal=True, maintain_order="left")
    assert found.height == before.tables["contrasts"].filter(month=6).height > 100
    for name in found.columns:
        if name.startswith("paired_"):
            assert found[name].to_list() == wanted[name.replace("paired_", "total_")].to_list(), name
    assert any(found["paired_mean"].to_list())


def test_a_run_does_not_differ_from_itself_in_any_member(before: SimulationResult) -> None:
    found = compare_runs(before, before)
    assert found.changes == ()
    assert "Nothing differs." in to_text(found)
    assert "over all places none moved at all" in to_text(found)


def test_a_change_that_the_two_runs_apart_would_hide_is_found_in_pairs(
    before: SimulationResult, after: SimulationResult
) -> None:
    found = compare_runs(before, after)
    still_away = {one.about: one for one in found.of_kind("outcome") if one.what == "displaced"}
    for policy in ("nothing", "talks"):
        one = still_away[policy]
        assert one.change_low is not None
        assert one.change_low > 0
        assert one.change.startswith("+")
        assert "persons (+" in one.change
    bare = replace(before, tables={name: table for name, table in before.tables.items() if name != "draws"})
    apart = {(one.what, one.about) for one in compare_runs(bare, after).of_kind("outcome")}
    paired = {(one.what, one.about) for one in found.of_kind("outcome") if "no clear" not in one.change}
    assert apart < paired
    assert ("displaced", "nothing") in paired - apart


def test_a_headline_whose_range_holds_zero_is_no_clear_change(
    before: SimulationResult, after: SimulationResult
) -> None:
    rows = compare_runs(before, after).of_kind("outcome")
    unclear = [one for one in rows if one.change.startswith("no clear change")]
    assert unclear
    for one in rows:
        assert one.change_low is not None
        assert one.change_high is not None
        holds_zero = one.change_low <= 0 <= one.change_high
        assert holds_zero is (one in unclear), one
    assert all(" · " not in one.about for one in unclear)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"draws": False}, "the later run keeps no single members: simulate with --draws"),
        ({"seed": 4}, r"their seeds differ \(3 and 4\)"),
        ({"replicates": 1}, r"give both the same number of members \(2 and 1\)"),
        ({"months": 3}, r"their lengths differ.* \(6 and 3\)"),
    ],
)
def test_runs_that_cannot_be_paired_are_set_side_by_side_and_say_why(
    bridges: CaseFile, before: SimulationResult, tmp_path: Path, asked: dict[str, Any], why: str
) -> None:
    other = run(bridges, tmp_path / "other", replace(ASKED, **asked))
    assert why_unpaired(before, other)
    found = compare_runs(before, other)
    assert re.search(f"not compared member by member: .*{why}", to_text(found))
    assert all(one.change == "" and one.change_mean is None for one in found.changes)


def test_runs_of_different_size_are_paired_over_the_members_that_both_have(
    bridges: CaseFile, before: SimulationResult, tmp_path: Path
) -> None:
    small = run(bridges, tmp_path / "small", replace(ASKED, members=30))
    assert why_unpaired(before, small) == ""
    found = paired_differences(before, small, ["nothing", "talks"])
    assert set(found["paired_members"]) == {30}
    assert set(found["paired_mean"]) == {0.0}


def test_the_same_numbers_leave_as_text_json_and_csv(before: SimulationResult, after: SimulationResult) -> None:
    found = compare_runs(before, after)
    lines = to_csv(found).splitlines()
    assert len(lines) == len(found.changes) + 1
    assert '"change_mean": ' in to_json(found)
    assert "90 % range" in to_text(found)


def test_two_versions_of_a_case_are_settled_and_simulated_under_the_same_luck(bridges: CaseFile) -> None:
    found = compare_cases(
        bridges, without_red_lines(harder(bridges)), members=20, draws=20, futures=40, policies=["talks"]
    )
    assert {"settlement", "outcome", "fact"} <= {one.kind for one in found.changes}
    assert {one.about.split(" · ")[0] for one in found.of_kind("outcome")} <= {"nothing", "talks"}
    text = to_text(found)
    assert "deals that could be made" in text
    assert "40 futures of each version, with seed 7 in both" in text


class _Page(HTMLParser):
    """Rows of a page's tables, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.loads: list[str] = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.loads += [str(told[name]) for name in ("src", "href") if name in told]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._open = True
            self.rows[-1].append("")
            assert tag == "td" or told.get("scope") in {"col", "row"}

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def test_the_page_holds_every_change_as_it_is_and_loads_nothing(bridges: CaseFile) -> None:
    evil = with_row(harder(bridges), "places", bridges.places[0].key, note="<script>alert(1)</script> & جسر")
    found = compare_cases(bridges, evil, members=20, draws=20, futures=40)
    text = to_html(found, "PARTNERS ONLY")
    page = _Page(text)
    cells = [cell for row in page.rows for cell in row]
    assert page.loads == []
    assert "<script>" not in text
    assert "<script>alert(1)</script> & جسر" in cells
    heads = sum(row[0] == "What" for row in page.rows)
    assert len(page.rows) - heads == len(found.changes)
    assert "PARTNERS ONLY" in text
    assert all(one.change in cells for one in found.changes if one.change)
    assert summary(found).startswith("Changed: 2 facts, ")
    assert summary(compare_cases(bridges, bridges, members=20)) == "Nothing differs."


LATIN = re.compile(r"[A-Za-z]{2,}")


def test_a_comparison_in_arabic_has_the_same_numbers_and_no_english_words_of_its_own(
    bridges: CaseFile, before: SimulationResult, after: SimulationResult
) -> None:
    say = Wording("ar")
    found, english = compare_runs(before, after, say), compare_runs(before, after)
    assert [(one.about, one.change_mean) for one in found.changes] == [
        (one.about, one.change_mean) for one in english.changes
    ]
    outcomes = found.of_kind("outcome")
    assert outcomes
    told = [text for one in outcomes for text in (one.what, one.before, one.after, one.unit, one.change)]
    assert [text for text in (*told, *found.remarks, summary(found, say)) if LATIN.search(text)] == []
    assert [one.is_clear for one in outcomes] == [not one.change.startswith(say("no clear change")) for one in outcomes]
    cases = compare_cases(bridges, without_red_lines(harder(bridges)), members=20, draws=20, say=say)
    assert {"fact", "settlement"} <= {one.kind for one in cases.changes}
    assert [one.what for one in cases.changes if one.kind != "fact" and LATIN.search(one.what.partition(":")[0])] == []
    assert [text for text in cases.remarks if LATIN.search(text)] == []
    page = to_html(cases, "PUBLIC", say=say)
    assert '<html lang="ar" dir="rtl">' in page
    heads = {cell for row in _Page(page).rows for cell in row if row[0] == say("What")}
    assert {say("Before"), say("After")} <= heads
    assert [text for text in heads if LATIN.search(text)] == []


def test_a_page_of_two_runs_is_for_the_narrower_of_their_audiences(
    before: SimulationResult, after: SimulationResult
) -> None:
    wide = {**before.manifest["redaction"], "audience": "public", "handling": "PUBLIC"}
    public = replace(before, manifest={**before.manifest, "redaction": wide})
    assert narrower(public, after) == narrower(after, public) == after.manifest["redaction"]["handling"] != "PUBLIC"
    text = to_html(compare_runs(before, after), narrower(before, after))
    assert "simulated outcomes clearly" in text


def test_a_version_that_does_not_differ_moves_nothing_in_settlement_and_simulation(bridges: CaseFile) -> None:
    found = compare_cases(bridges, bridges, members=20, draws=20, futures=20)
    assert found.changes == ()


def test_a_withheld_change_moves_no_number_of_those_who_must_not_see_it(bridges: CaseFile) -> None:
    """The deal is severe: a partner who saw its end move under common luck, with no fact to show, would know of it."""
    secret = with_row(bridges, "deals", "bridge-toll", sensitivity=Sensitivity.SEVERE)
    partners = compare_cases(secret, harder(secret), audience=Audience.PARTNERS, members=20, draws=20, futures=40)
    internal = compare_cases(secret, harder(secret), audience=Audience.INTERNAL, members=20, draws=20, futures=40)
    assert partners.changes == ()
    assert {"fact", "outcome"} <= {one.kind for one in internal.changes}


def test_a_policy_that_a_version_lacks_is_refused(bridges: CaseFile) -> None:
    with pytest.raises(UsageError, match="tlaks"):
        compare_cases(bridges, bridges, members=5, futures=4, policies=["tlaks"])
