"""What `assess` prints: the same numbers for everybody, the names of whom the audience may see."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from dayafter.assessment.report import (
    AbsentParty,
    Assessment,
    Breaker,
    Contribution,
    DealSummary,
    Fragility,
    Index,
    LedgerCell,
    RivalAccounts,
    RowRef,
    Spread,
)
from dayafter.casefile.schema import CaseFile
from dayafter.errors import RedactionError, UsageError
from dayafter.findings import export
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience, DealStatus, EndedBy, LedgerState, Question

SECRETS = ("Karim", "karim", "Shadow", "shadow", "hidden-deal", "Hidden", "0.777", "whisper", "Anna Field")

CASE: dict[str, Any] = {
    "info": {"id": "valley", "title": "The valley", "question": "Whom?", "as_of": "2016-02-22", "audience": "public"},
    "sources": [
        {"id": "press", "title": "A newspaper", "kind": "news"},
        {"id": "guess", "title": "Assumed here", "kind": "assumption"},
    ],
    "places": [
        {"id": "land", "name": "Land", "kind": "country", "scope": "national"},
        {"id": "ford", "name": "Ford", "kind": "district", "parent": "land", "scope": "contested"},
    ],
    "names": [{"entity": "ford", "language": "ar", "name": "المخاضة"}],
    "communities": [{"id": "reds", "name": "Reds", "kind": "ethnic"}],
    "actors": [
        {"id": "guard", "name": "=River Guard", "kind": "militia"},
        {"id": "shadow", "name": "Shadow Men", "kind": "militia", "seat": "ford", "sensitivity": "high"},
    ],
    "claims": [
        {"place": "ford", "actor": "guard", "kind": "control", "source": "guess [A-1]"},
        {"place": "ford", "actor": "guard", "kind": "security", "sensitivity": "severe", "source": "press [whisper]"},
    ],
    "deals": [
        {"id": "ford-deal", "name": "Ford deal", "status": "in-force", "places": "ford", "parties": "guard; shadow"},
        {"id": "hidden-deal", "name": "Hidden deal", "status": "in-force", "places": "ford", "sensitivity": "severe"},
        {"id": "lacking", "name": "Return deal", "status": "missing", "places": "ford"},
    ],
    "brokers": [{"id": "karim", "name": "Karim Dost", "place": "ford", "coded_by": "Anna Field"}],
    "incidents": [
        {"id": "i1", "place": "ford", "date": "2015", "kind": "clash", "killed": "3..17", "source": "press [p. 1]"}
    ],
    "ledger": [
        {"place": "ford", "question": "secure", "state": "contested", "source": "press [p. 2]"},
        {"place": "ford", "question": "pay", "state": "agreed-informally", "sensitivity": "high"},
    ],
    "accounts": [
        {"table": "incidents", "row": "i1", "field": "killed", "value": "17", "source": "press", "said_by": "reds"},
        {"table": "incidents", "row": "i1", "field": "killed", "value": "15", "source": "guess", "said_by": "shadow"},
    ],
}


def number(mean: float) -> Spread:
    return Spread(mean, mean / 2, min(1.0, mean * 1.5), 1000)


def ref(table: str, key: str) -> RowRef:
    return RowRef(table, key)


def _fragility(deal: str, p: float) -> Fragility:
    return Fragility(
        deal=deal,
        hazard_per_month=number(0.07),
        horizon_months=12,
        p_end=number(p),
        reference_p_end=number(0.2),
        contributions=(
            Contribution("guarantor", (), number(0.25), (ref("deals", deal),), ("EV-002",)),
            Contribution("unbound", ("shadow",), number(0.15), (ref("actors", "shadow"),)),
        ),
        breakers=tuple(Breaker(kind, number(0.25), ("shadow", "guard")) for kind in EndedBy),
        absent=(),
        weakest_link="guarantor",
        rows=(ref("deals", deal),),
    )


def _cell(question: Question, state: LedgerState, *, derived: bool = False) -> LedgerCell:
    return LedgerCell(
        place="ford", question=question, state=state, talks=True, deals=("ford-deal", "hidden-deal"),
        summary="Karim Dost says so", rule="a rule", derived=derived, coded_by="Anna Field",
        checked_on="2016-02-01", rows=(ref("ledger", f"ford/{question.value}"),),
    )  # fmt: skip


ASSESSMENT = Assessment(
    seed=7,
    n_members=1000,
    horizon_months=12,
    places=("ford", "land"),
    indices=(
        Index(
            "contestation", "ford", "0 to 1", number(0.6),
            (
                Contribution("pair", ("guard", "shadow"), number(0.4), (ref("claims", "ford/guard/control"),)),
                Contribution("pair", ("guard",), number(0.2), (ref("claims", "ford/guard/security"),)),
            ),
            (ref("claims", "ford/guard/control"), ref("claims", "ford/guard/security")),
        ),
        Index("distrust", "ford", "0 to 1", None, missing=("perceptions",)),
    ),
    ledger=(
        _cell(Question.SECURE, LedgerState.CONTESTED),
        _cell(Question.PAY, LedgerState.AGREED_INFORMALLY),
        _cell(Question.RETURN, LedgerState.NO_ACCOUNT, derived=True),
    ),
    deals=(
        DealSummary(
            "ford-deal", DealStatus.IN_FORCE, _fragility("ford-deal", 0.6),
            (
                AbsentParty("reds", "lives-there", (ref("deals", "ford-deal"),)),
                AbsentParty("karim", "named-as-needed", (ref("brokers", "karim"),)),
            ),
            (ref("deals", "ford-deal"),),
        ),
        DealSummary("hidden-deal", DealStatus.IN_FORCE, _fragility("hidden-deal", 0.777), (), ()),
        DealSummary(
            "lacking", DealStatus.MISSING, None, (AbsentParty("reds", "lives-there"),), (ref("deals", "lacking"),)
        ),
    ),
    rival_accounts=(
        RivalAccounts(
            "incidents", "i1", "killed",
            (ref("accounts", "incidents/i1/killed/press"), ref("accounts", "incidents/i1/killed/guess")), 0, "nearest",
        ),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return CaseFile.model_validate(CASE)


def gate_for(case: CaseFile, audience: Audience) -> Gate:
    return Gate(case, audience)


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTNERS])
@pytest.mark.parametrize("writer", [export.to_csv, export.to_json, export.to_text])
def test_no_secret_is_in_any_format(case: CaseFile, audience: Audience, writer: Any) -> None:
    text = writer(ASSESSMENT, gate_for(case, audience))
    assert [secret for secret in SECRETS if secret in text] == []
    assert "Ford deal" in text


@pytest.mark.parametrize("writer", [export.to_csv, export.to_json, export.to_text])
def test_an_internal_reader_is_told_all(case: CaseFile, writer: Any) -> None:
    text = writer(ASSESSMENT, gate_for(case, Audience.INTERNAL))
    assert all(name in text for name in ("Shadow Men", "Hidden deal", "Karim Dost", "Anna Field"))


def test_redaction_changes_no_number_that_is_shown(case: CaseFile) -> None:
    full = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.INTERNAL))
    public = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PUBLIC))
    for section in ("index", "contribution"):
        numbers = [[(row.value, row.p05, row.p95) for row in rows if row.section == section] for rows in (full, public)]
        assert numbers[0] == numbers[1]
        assert numbers[0]


def test_a_part_that_rests_on_a_withheld_row_is_counted_and_not_named(case: CaseFile) -> None:
    rows = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PARTNERS))
    named, unnamed = [row for row in rows if row.section == "contribution"]
    assert named.about == "=River Guard; an armed actor in Land"
    assert (unnamed.name, unnamed.about, unnamed.rows, unnamed.value) == ("withheld", "", "", 0.2)


def test_rows_and_sources_stand_beside_each_number_and_assumptions_are_marked(case: CaseFile) -> None:
    public, partners, internal = (
        next(row for row in export.assessment_rows(ASSESSMENT, gate_for(case, audience)) if row.section == "index")
        for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.INTERNAL)
    )
    assert public.rows == "claims/ford/guard/control"
    assert public.sources == "guess [A-1]"
    assert public.assumptions == "claims/ford/guard/control"
    assert partners.rows == "claims/ford/guard/control; claims/withheld"
    assert internal.sources == "guess [A-1]; press [whisper]"


def test_the_state_of_a_withheld_ledger_row_is_withheld(case: CaseFile) -> None:
    cells = [
        row for row in export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PUBLIC)) if row.section == "ledger"
    ]
    assert [(row.name, row.state) for row in cells] == [
        ("secure", "contested"), ("pay", "withheld"), ("return", "no-account"),
    ]  # fmt: skip
    assert (cells[0].coded_by, cells[0].text, cells[0].deals) == ("coder 1", "[withheld] says so", "Ford deal; a deal")
    assert cells[2].coded_by == "rule"


def test_a_withheld_deal_shows_no_number_and_no_place(case: CaseFile) -> None:
    rows = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PUBLIC))
    hidden = [row for row in rows if row.of == "withheld-deal-001"]
    assert [(row.state, row.name, row.value, row.place) for row in hidden] == [("withheld", "a deal", None, "")]


def test_a_deal_in_force_shows_its_chance_features_breakers_and_who_is_absent(case: CaseFile) -> None:
    rows = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.INTERNAL))
    own = [row for row in rows if row.of == "ford-deal"]
    assert [row.section for row in own] == ["deal", *["feature"] * 5, *["breaker"] * 4, *["absent"] * 2]
    assert (own[0].value, own[0].word, own[0].unit) == (0.6, "likely", "probability of ending within 12 months")
    assert own[4].assumptions == "EV-002"


def test_every_account_is_shown_and_the_one_used_is_marked(case: CaseFile) -> None:
    rows = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PUBLIC))
    accounts = [(row.text, row.about, row.state) for row in rows if row.section == "account"]
    assert accounts == [("17", "Reds", "used"), ("15", "", "not used")]  # the second is a withheld actor's
    full = export.assessment_rows(ASSESSMENT, gate_for(case, Audience.INTERNAL))
    assert [row.text for row in full if row.section == "account"] == ["17", "15"]


def test_one_place_has_its_own_lines_and_the_deals_that_cover_it(case: CaseFile) -> None:
    gate = gate_for(case, Audience.INTERNAL)
    assert {row.section for row in export.assessment_rows(ASSESSMENT, gate, "land")} == set()
    assert {row.of for row in export.assessment_rows(ASSESSMENT, gate, "ford") if row.section == "missing"} == {
        "lacking"
    }


def test_cells_of_the_csv_cannot_run_as_formulas_and_each_line_says_what_it_is(case: CaseFile) -> None:
    table = lines(export.to_csv(ASSESSMENT, gate_for(case, Audience.PUBLIC)))
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert any("'=River Guard" in row["about"] for row in table)
    assert {(row["case"], row["seed"], row["audience"], row["as_of"]) for row in table} == {
        ("valley", "7", "public", "2016-02-22")
    }
    assert tuple(table[0]) == (*export.COLUMNS, *export.MANIFEST)


def test_the_json_has_a_manifest_and_leaves_empty_cells_out(case: CaseFile) -> None:
    document = json.loads(export.to_json(ASSESSMENT, gate_for(case, Audience.PUBLIC)))
    assert document["manifest"]["n_members"] == 1000
    assert document["handling"].startswith("PUBLIC")
    assert {"table": "deals", "level": None, "n_rows": None} in document["withheld"]
    assert all(value not in ("", None) for row in document["rows"] for value in row.values())
    assert len(document["rows"]) == len(export.assessment_rows(ASSESSMENT, gate_for(case, Audience.PUBLIC)))


def test_the_tables_show_ledger_indices_deals_missing_deals_and_accounts(case: CaseFile) -> None:
    titles = [sheet.title for sheet in export.to_tables(ASSESSMENT, gate_for(case, Audience.INTERNAL))]
    assert titles[:3] == ["Ford: open questions", "Ford: indices", "Ford deal: how it could end within 12 months"]
    assert "deals that are missing" in titles
    assert "accounts that differ" in titles
    text = export.to_text(ASSESSMENT, gate_for(case, Audience.INTERNAL))
    assert "INTERNAL" in text.splitlines()[0]
    assert "no account" in text


def test_a_secret_that_slips_past_the_labels_stops_the_export(case: CaseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "text", lambda self, text: text)
    for writer in (export.to_csv, export.to_json, export.to_text):
        with pytest.raises(RedactionError, match="brokers, row 1, column"):
            writer(ASSESSMENT, gate_for(case, Audience.PUBLIC))


def test_a_place_is_found_by_id_name_or_alias_in_another_script(case: CaseFile) -> None:
    assert [export.find_place(case, text) for text in ("ford", "FORD", "المخاضه")] == ["ford"] * 3
    with pytest.raises(UsageError, match="did you mean ford"):
        export.find_place(case, "fort")
