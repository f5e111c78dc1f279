"""The bundled case holds what its sources say, all of it, and nothing later than its day."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from dayafter.casefile.load import check_case
from dayafter.casefile.schema import TABLES, CaseFile, columns
from dayafter.casefile.write import write_case
from dayafter.quantities import When
from dayafter.vocabulary import FOUR_QUESTIONS, LedgerState, PlaceScope, Sensitivity, SourceKind
from tools import iraq_incidents, seed_coverage

ROOT = Path(__file__).parent.parent.parent
CASE = ROOT / "src/dayafter/cases/iraq-2016"
EXAMPLE = ROOT / "examples/three-bridges"
CUT_OFF = dt.date(2016, 2, 22)
PLANS = ("interventions",)
"""Tables whose dates lie ahead by design."""


@cache
def the_case(path: Path = CASE) -> CaseFile:
    report = check_case(path)
    assert report.loaded is not None, "\n".join(map(str, report.issues))
    return report.loaded.case


def late_words(text: str) -> list[str]:
    """Years and months in a text that lie after the cut-off."""
    return re.findall(r"\b(?:20(?:1[7-9]|[2-9]\d)\b|2016-(?:0[3-9]|1[0-2]))", text)


@pytest.mark.parametrize("path", [CASE, EXAMPLE], ids=["iraq-2016", "three-bridges"])
def test_the_case_has_no_fault_and_no_warning(path: Path) -> None:
    assert [str(issue) for issue in check_case(path).issues] == []


@pytest.mark.parametrize("path", [CASE, EXAMPLE], ids=["iraq-2016", "three-bridges"])
def test_writing_the_case_anew_changes_no_byte(path: Path, tmp_path: Path) -> None:
    geometry = {file.name: file.read_text(encoding="utf-8") for file in path.glob("*.geojson")}
    write_case(the_case(path), tmp_path / "again", geometry=geometry)
    written = [file for file in sorted((tmp_path / "again").iterdir()) if file.suffix in {".csv", ".yaml"}]
    assert len(written) > 20
    for file in written:
        assert file.read_bytes() == (path / file.name).read_bytes(), file.name


def test_every_entity_relation_deal_and_fact_of_the_record_is_encoded() -> None:
    rows = [row for row in seed_coverage.seed_rows() if row.id[0] in seed_coverage.MUST_BE_ENCODED]
    assert Counter(row.id[0] for row in rows) == {"E": 46, "R": 22, "D": 6, "F": 19}
    assert seed_coverage.missing() == []


def test_disputes_gaps_and_prescriptions_are_cited_or_explained() -> None:
    where = seed_coverage.encoded()
    unplaced = [row.id for row in seed_coverage.seed_rows() if row.id not in where and not row.elsewhere]
    assert unplaced == []


def test_a_row_of_the_record_that_loses_its_citation_is_missed(tmp_path: Path) -> None:
    for file in CASE.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace("R-16", "R-99"), encoding="utf-8")
    assert seed_coverage.missing(tmp_path) == ["R-16"]


def test_the_coverage_page_is_what_its_generator_writes() -> None:
    assert seed_coverage.PAGE.read_text(encoding="utf-8") == seed_coverage.page()


def test_the_coverage_page_names_no_go_between() -> None:
    page = seed_coverage.page()
    assert [broker.name for broker in the_case().brokers if broker.name in page] == []


def test_no_fact_is_later_than_the_cut_off() -> None:
    late = [
        f"{table}/{row.key}: {name}={value}"
        for table, _, row in the_case().rows()
        if table not in PLANS
        for name, value in row
        if isinstance(value, When)
        and ((value.latest or value.earliest or CUT_OFF) > CUT_OFF)
        # a month or a year that holds the cut-off cannot be written more exactly
        and not ((value.earliest or CUT_OFF) <= CUT_OFF and str(value).endswith(("2016-02", "2016")))
    ]
    assert late == []


def test_no_text_speaks_of_a_later_year_except_editions_of_reference_lists() -> None:
    editions = {row.id for row in the_case().sources if row.kind is SourceKind.DATASET}
    late = [
        f"{table}/{row.key}: {words}"
        for table, _, row in the_case().rows()
        if table not in PLANS and not (table == "sources" and row.key in editions)
        for words in [late_words(" ".join(str(value) for _, value in row if isinstance(value, str)))]
        if words
    ]
    assert late == []


def test_a_later_date_would_be_seen() -> None:
    assert late_words("in 2017, and 2016-03-01") == ["2017", "2016-03"]
    assert late_words("22 February 2016, 2016-02, 2009") == []


@pytest.mark.parametrize(
    ("table", "row", "field", "values"),
    [
        ("places", "sleiman-beg", "freed_on", {"2014-10..2014-11", "2014-08..2014-09"}),
        ("observations", "tuz-town-held", "text", {"The Islamic State never held the town", "The town was taken back"}),
        ("incidents", "tuz-clashes-2015", "killed", {"3", "5", "12", "17"}),
        ("incidents", "tuz-clashes-2015", "date", {"2015-11", "2015-11-12", "2015-11-13"}),
        ("observations", "tuz-first-shot", "text", {"Not the Kurdish side", "Not the Turkmen side"}),
        ("places", "sinjar", "freed_on", {"2015-11", "2015-11-12..2015-11-13"}),
        ("observations", "kdp-sole-liberator", "date", {"2015-10", "2015-11"}),
        ("observations", "awakening-squandered", "date", {"2010", "2007..2008"}),
        ("deals", "diyala-exchange", "parties", {"puk; badr", "puk; hashd"}),
    ],
    ids=["U-01", "U-01 town", "U-02 dead", "U-02 day", "U-02 shot", "U-03", "U-05", "U-08", "U-09"],
)
def test_rival_accounts_are_all_kept(table: str, row: str, field: str, values: set[str]) -> None:
    kept = [
        account for account in the_case().accounts if (account.table, account.row, account.field) == (table, row, field)
    ]
    assert {account.value for account in kept} == values
    assert len({account.key for account in kept}) == len(values)


def test_both_sides_of_the_yazidi_force_are_recorded() -> None:
    patrons = {row.patron: row.loyalty for row in the_case().loyalties if row.actor == "hpe"}
    assert {"federal-government", "krg"} <= patrons.keys()
    assert all(loyalty.low > 0 and not loyalty.is_point for loyalty in patrons.values())
    told = [row for row in the_case().accounts if row.row == "hpe-alignment"]
    assert len(told) == 2


def test_the_awakening_dates_are_explained_in_a_note() -> None:
    [row] = [row for row in the_case().observations if row.id == "awakening-squandered"]
    assert "U-08" in row.note


def test_every_row_has_a_source() -> None:
    assert [f"{table}/{row.key}" for table, _, row in the_case().rows() if not row.source] == []


def test_what_nobody_said_is_an_interval_held_with_low_confidence() -> None:
    bare = [
        f"{table}/{row.key}"
        for table, _, row in the_case().rows()
        if table not in {"sources", "issues", "options", "positions"}
        and row.source
        and {c.source for c in row.source} == {"assumption"}
        if row.confidence not in {"low", "medium"}
    ]
    assert bare == []
    counts = [row.population_before for row in the_case().places if row.scope is PlaceScope.CONTESTED]
    assert all(count is not None and not count.is_point for count in counts)


def test_sources_that_may_not_be_redistributed_give_single_facts_only() -> None:
    cited = Counter(
        citation.source for table, _, row in the_case().rows() if table != "sources" for citation in row.source
    )
    assert 0 < cited["iom-dtm"] <= 6
    assert 0 < cited["cod-ab-irq"] <= 40
    assert cited["wikipedia"] <= 30


def test_go_betweens_are_handled_as_high_and_named_nowhere_else() -> None:
    case = the_case()
    assert len(case.brokers) == 5
    assert {broker.handled_as for broker in case.brokers} == {Sensitivity.HIGH}
    ids = {broker.id for broker in case.brokers}
    assert {row.handled_as for row in case.contacts if row.who in ids} == {Sensitivity.HIGH}
    parts = {word for row in case.brokers if row.group != "yes" for word in row.name.split() if word != "Shaykh"}
    others = " ".join(
        str(value) for table, _, row in case.rows() if table != "brokers" for _, value in row if value is not None
    )
    assert parts
    assert [word for word in sorted(parts) if re.search(rf"\b{word}\b", others)] == []


def test_names_use_the_letters_of_their_language() -> None:
    arabic_only, kurdish_only = {"ي", "ك", "ة", "ى"}, {"ی", "ک", "ە", "ێ", "ۆ", "گ", "ڵ"}
    named = {language: {row.name for row in the_case().names if row.language == language} for language in ("ar", "ckb")}
    assert named["ar"]
    assert not [name for name in sorted(named["ar"]) if kurdish_only & set(name)]
    assert named["ckb"]
    assert not [name for name in sorted(named["ckb"]) if arabic_only & set(name)]


def test_every_place_has_a_name_or_a_stated_gap_in_each_language() -> None:
    case = the_case()
    listed = {(row.entity, row.language) for row in case.names}
    assert [
        (place.id, tag) for place in case.places for tag in case.info.languages if (place.id, tag) not in listed
    ] == []


def test_the_ledger_is_whole_and_nothing_is_agreed_on_paper() -> None:
    case = the_case()
    asked = [row.id for row in case.places if row.scope is not PlaceScope.CONTEXT]
    assert {(row.place, row.question) for row in case.ledger} == {(p, q) for p in asked for q in FOUR_QUESTIONS}
    assert Counter(row.state for row in case.ledger) == {
        LedgerState.AGREED_INFORMALLY: 5,
        LedgerState.CONTESTED: 9,
        LedgerState.UNADDRESSED: 10,
        LedgerState.NO_ACCOUNT: 4,
    }
    assert [row.key for row in case.ledger if len(row.summary.split()) > 8 or not row.rule] == []


def test_every_position_gives_its_reason() -> None:
    case = the_case()
    assert [row.key for row in case.positions if not row.reason] == []
    questions = {row.id: row.question for row in case.issues}
    for place in (row.id for row in case.places if row.scope is PlaceScope.CONTESTED):
        taken = {questions[row.issue] for row in case.positions if row.place == place}
        assert set(FOUR_QUESTIONS) <= taken, place


def test_monthly_counts_are_those_of_the_event_data() -> None:
    if not iraq_incidents.DATA.is_file():
        pytest.skip("the UCDP events of Iraq do not stand beside this checkout")
    polars = pytest.importorskip("polars")
    text = iraq_incidents.INCIDENTS.read_text(encoding="utf-8")
    assert iraq_incidents.rewritten(text, polars.read_parquet(iraq_incidents.DATA)) == text


def test_counting_leaves_vague_events_out_and_widens_odd_estimates() -> None:
    polars = pytest.importorskip("polars")
    event = {
        "adm3_pcode": "IQG10Q05N04", "adm2_pcode": "IQG10Q05", "where_prec": 1, "date_start": dt.date(2014, 7, 31),
        "dyad_name": "IS - Civilians", "low": 2, "best": 2, "high": 1,
    }  # fmt: skip
    vague = event | {"where_prec": 3}
    later = event | {"date_start": dt.date(2016, 2, 23)}
    unit = iraq_incidents.Unit("jalawla", "IQG10Q05N04", 2)
    rows = list(iraq_incidents.monthly_rows(polars.DataFrame([event, vague, later]), [unit]))
    assert len(rows) == 21  # June 2014 to February 2016, zeros written out
    assert [(row["date"], row["n_events"], row["killed"]) for row in rows if row["n_events"] != "0"] == [
        ("2014-07", "1", "2")
    ]


def test_a_dyad_that_nobody_classed_stops_the_count() -> None:
    polars = pytest.importorskip("polars")
    event = {
        "adm3_pcode": "IQG10Q05N04", "adm2_pcode": "IQG10Q05", "where_prec": 1, "date_start": dt.date(2014, 7, 31),
        "dyad_name": "A - B", "low": 1, "best": 1, "high": 1,
    }  # fmt: skip
    with pytest.raises(ValueError, match="no violence class decided for A - B"):
        iraq_incidents.events_of(polars.DataFrame([event]), iraq_incidents.UNITS[4])


def test_the_example_uses_every_table() -> None:
    for table in TABLES:
        with (EXAMPLE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert tuple(header) == columns(table)
        assert rows, table
