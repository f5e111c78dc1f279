"""The gate by hand: one small case whose secrets are known, and every way out that could carry them."""

from __future__ import annotations

import io
import json
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import TABLES, CaseFile
from dayafter.errors import RedactionError
from dayafter.quantities import Quantity, When
from dayafter.redaction import POLICY, Gate, release_workbook
from dayafter.redaction.coarse import coarser_date, small_count_hidden
from dayafter.redaction.fields import Shape, columns_of
from dayafter.vocabulary import Audience, Sensitivity

BASE: dict[str, Any] = {
    "info": {
        "id": "valley",
        "title": "The valley",
        "question": "Whom to back? Not Karim Dost.",
        "as_of": "2016-02-22",
        "audience": "public",
        "coded_by": "The editors",
    },
    "sources": [
        {"id": "press", "title": "A newspaper", "kind": "news"},
        {"id": "diary", "title": "A diary", "kind": "field-note"},
        {"id": "night-talk", "title": "Talk with the miller's cousin", "kind": "interview", "sensitivity": "severe"},
    ],
    "places": [
        {"id": "land", "name": "Land", "kind": "country"},
        {"id": "hills", "name": "Hill Province", "kind": "province", "parent": "land"},
        {"id": "ford", "name": "Ford", "kind": "district", "parent": "hills", "scope": "contested"},
        {"id": "mill", "name": "Old Mill", "kind": "town", "parent": "ford", "latitude": 34.9, "longitude": 44.6},
        {
            "id": "safe-house",
            "name": "Brickyard",
            "kind": "town",
            "parent": "mill",
            "latitude": 34.95,
            "longitude": 44.65,
            "sensitivity": "high",
        },
    ],
    "communities": [
        {"id": "reds", "name": "Reds", "kind": "ethnic"},
        {"id": "blues", "name": "Blues", "kind": "ethnic"},
    ],
    "population": [{"place": "ford", "community": "reds", "present": 4, "displaced": 3000, "returned": "3..40"}],
    "actors": [
        {"id": "guard", "name": "River Guard", "kind": "militia", "note": "Karim Dost talks to them"},
        {"id": "old-front", "name": "Old Front", "kind": "party"},
    ],
    "brokers": [
        {
            "id": "karim",
            "name": "Karim Dost",
            "role": "subdistrict director of Old Mill",
            "place": "mill",
            "affiliation": "guard",
            "coded_by": "Anna Field",
        },
        {"id": "b2", "name": "Ali", "role": "elder", "place": "ford"},
    ],
    "names": [
        {"entity": "karim", "language": "ar", "name": "كريم دوست"},
        {"entity": "karim", "language": "en", "name": "Kareem Doust"},
        {"entity": "mill", "language": "ar", "name": "الطاحونة القديمة"},
    ],
    "contacts": [
        {"who": "karim", "whom": "guard", "kind": "talks", "place": "mill", "since": "2015-11-12"},
        {"who": "guard", "whom": "old-front", "kind": "talks", "place": "ford"},
    ],
    "claims": [
        {"place": "mill", "actor": "guard", "kind": "control", "strength": 0.83, "sensitivity": "severe"},
        {"place": "mill", "actor": "guard", "kind": "security", "source": "night-talk [p. 3]; press"},
    ],
    "incidents": [
        {"id": "i1", "place": "safe-house", "date": "2015-11-12", "kind": "killing", "killed": 2},
        {"id": "i2", "place": "ford", "date": "2015-11-12", "kind": "clash", "killed": 3},
    ],
    "ledger": [
        {"place": "ford", "question": "secure", "state": "contested", "summary": "Held by the Guard"},
        {"place": "ford", "question": "pay", "state": "unaddressed", "sensitivity": "high", "rule": "a quiet word"},
    ],
    "accounts": [
        {"table": "incidents", "row": "i2", "field": "killed", "value": "3", "source": "diary", "said_by": "guard"},
        {"table": "incidents", "row": "i2", "field": "killed", "value": "5", "source": "press"},
        {"table": "brokers", "row": "karim", "field": "risk", "value": "0.91", "source": "press"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return CaseFile.model_validate(BASE)


@pytest.fixture(scope="module")
def public(case: CaseFile) -> Gate:
    return Gate(case, Audience.PUBLIC)


@pytest.fixture(scope="module")
def partners(case: CaseFile) -> Gate:
    return Gate(case, Audience.PARTNERS)


def test_every_column_of_the_format_has_a_shape_that_the_gate_knows() -> None:
    shapes = {column.shape for model in TABLES.values() for column in columns_of(model)}
    assert shapes == set(Shape)


def test_a_broker_becomes_a_go_between_of_a_wide_place_without_office_side_or_sex(public: Gate) -> None:
    broker = public.case.brokers[0]
    assert broker.name == public.label("karim") == "a local go-between in Hill Province"
    assert (broker.role, broker.affiliation, broker.place) == ("", None, "hills")
    assert broker.id == public.alias("karim") == "withheld-broker-001"


def test_names_of_a_broker_in_every_script_are_withheld_though_their_rows_are_low(partners: Gate) -> None:
    assert {name.name for name in partners.case.names[:2]} == {"[withheld] 1", "[withheld] 2"}
    assert partners.case.names[2].name == "الطاحونة القديمة"


def test_a_contact_of_a_broker_is_handled_as_strictly_as_the_broker(partners: Gate) -> None:
    hidden, shown = partners.case.contacts
    assert (hidden.who, hidden.place, str(hidden.since)) == ("withheld-broker-001", "hills", "2015")
    assert hidden.whom not in {"guard", "old-front"}
    assert (shown.who, shown.whom, shown.place) == ("guard", "old-front", "ford")


def test_contacts_are_moderate_unless_stated_so_that_the_public_sees_none(public: Gate) -> None:
    assert public.case.contacts[1].who not in {"guard", "old-front"}


def test_notes_and_the_head_of_the_case_are_scrubbed(public: Gate) -> None:
    assert public.case.actors[0].note == "[withheld] talks to them"
    assert public.case.info.question == "Whom to back? Not [withheld]."


def test_an_office_beside_its_place_is_a_name_in_any_order_and_script(public: Gate) -> None:
    assert public.text("Ask the Old Mill subdistrict director first") == "Ask the [withheld] first"
    assert public.text("the subdistrict director of the town of Old Mill") == "the [withheld]"
    assert "subdistrict" not in public.text("subdistrict director, الطاحونة القديمة")
    assert public.text("a River Guard subdistrict director") == "a [withheld]"


def test_an_office_alone_and_a_place_alone_are_no_names(public: Gate) -> None:
    for text in ("Every subdistrict has a director.", "Old Mill is quiet.", "The elder statesman of Land"):
        assert public.release(text, "x") == text == public.text(text)


def test_a_place_of_high_sensitivity_loses_name_coordinates_and_its_incidents(public: Gate) -> None:
    place = public.case.places[4]
    assert (place.name, place.latitude, place.parent) == ("a place in Hill Province", None, "hills")
    incident = public.case.incidents[0]
    assert (str(incident.date), incident.killed, incident.place) == ("2015", None, public.alias("safe-house"))


def test_a_severe_source_is_cited_by_an_opaque_id_without_the_spot(partners: Gate) -> None:
    cited = partners.case.claims[1].source
    assert [str(citation) for citation in cited] == [partners.alias("night-talk"), "press"]
    assert partners.label("night-talk") == "a source"


def test_a_coder_of_withheld_rows_gets_a_number(public: Gate) -> None:
    assert public.coder("Anna Field") == "coder 1"
    assert public.coder("The editors") == "The editors"
    with pytest.raises(RedactionError, match="column coded_by"):
        public.release("coded by Anna Field", "x")


def test_small_counts_are_hidden_from_the_public_alone(public: Gate, partners: Gate) -> None:
    row = public.case.population[0]
    assert (str(row.present), str(row.displaced), str(row.returned)) == ("0..10", "3000", "0..40")
    assert str(public.case.incidents[1].killed) == "0..10"
    assert public.case.accounts[0].value == "0..10"
    assert public.case.accounts[1].value == "5", "a newspaper said so: hiding it again protects nobody"
    assert str(partners.case.population[0].present) == "4"


def test_an_account_of_a_withheld_row_is_withheld_and_points_to_the_row_under_its_new_key(public: Gate) -> None:
    account = public.case.accounts[2]
    assert (account.value, account.row) == ("[withheld]", "withheld-broker-001")


def test_the_public_is_told_neither_levels_nor_small_numbers_of_withheld_rows(public: Gate, partners: Gate) -> None:
    assert {(one.level, one.n_rows) for one in public.withheld} == {(None, None)}
    assert "claims: 1 (severe)" in map(str, partners.withheld)
    assert {row.sensitivity for row in public.case.claims[:1]} == {Sensitivity.HIGH}


def test_a_withheld_ledger_row_is_told_from_a_visible_one(public: Gate) -> None:
    assert public.is_withheld(RowRef("ledger", "ford/pay"))
    assert not public.is_withheld(RowRef("ledger", "ford/secure"))
    assert public.row_label(RowRef("ledger", "ford/pay")) == "ledger/withheld"
    assert public.row_label(RowRef("ledger", "ford/secure")) == "ledger/ford/secure"


def test_an_audience_wider_than_the_case_allows_is_refused() -> None:
    closed = CaseFile.model_validate({**BASE, "info": {**BASE["info"], "audience": "partners"}})
    with pytest.raises(RedactionError, match="at most, not 'public'"):
        Gate(closed, Audience.PUBLIC)
    assert Gate(closed, Audience.PARTNERS).audience is Audience.PARTNERS


HIDDEN = {
    "plain": "Karim Dost",
    "case": "KARIM DOST",
    "hyphen": "Karim-Dost",
    "possessive": "Karim Dost’s house",
    "accent": "Kârim Dōst",
    "run together": "KarimDost",
    "file name": "photo_karim_dost.png",
    "zero width": "Ka\u200brim D\u200dost",
    "direction marks": "\u202bKarim\u202c Dost",
    "soft hyphen": "Ka\u00adrim Dost",
    "full width": "Ｋａｒｉｍ Ｄｏｓｔ",
    "line break": "Karim\n   Dost",
    "transliteration listed in names": "Kareem Doust",
    "Arabic": "كريم دوست",
    "Arabic with tatweel and vowels": "كَـريم دوسـت",
    "Arabic with Persian letters": "کریم دوست",
    "Arabic after and-": "وكريم دوست",
    "Arabic entities": "".join(f"&#x{ord(ch):x};" for ch in "كريم دوست"),
    "JSON": json.dumps({"a": "كريم دوست"}),
    "JSON inside HTML": escape(json.dumps({"a": "كريم دوست"})),
    "cut by tags": "K<b>arim</b> <i>Do</i>st",
    "in an attribute": '<a title="Karim Dost">x</a>',
    "in adjacent cells": "<td>Karim</td><td>Dost</td>",
    "address": "https://example.org/?q=%D9%83%D8%B1%D9%8A%D9%85%20%D8%AF%D9%88%D8%B3%D8%AA",
    "id": "see brokers/karim/risk",
    "id of a place": "#safe-house",
    "id in a file name": "map-safe-house.svg",
    "place": "the Brickyard",
    "source": "Talk with the miller's cousin",
    "short name": "said Ali, quietly",
}


@pytest.mark.parametrize("form", HIDDEN)
def test_the_last_door_refuses_a_protected_name_in_any_dress(public: Gate, form: str) -> None:
    with pytest.raises(RedactionError) as caught:
        public.release(f"<p>It was said that {HIDDEN[form]} agreed.</p>", "brief.html")
    text = str(caught.value)
    assert "brief.html was not written" in text
    assert "row" in text
    assert not any(word in text.lower() for word in ("karim", "dost", "brickyard", "ali,"))


@pytest.mark.parametrize(
    "text",
    [
        "Alignment, alibi and Somalia",
        "The Ali Beg district lies in Land",
        "The director of the museum",
        "Most mills are old.",
        "b 2, B12, vitamin b2x",
        "karimabad",
    ],
)
def test_the_last_door_makes_no_false_alarm(text: str) -> None:
    case = CaseFile.model_validate(
        {**BASE, "places": [*BASE["places"], {"id": "ali-beg", "name": "Ali Beg", "kind": "district"}]}
    )
    assert Gate(case, Audience.PUBLIC).release(text, "x") == text


def test_an_internal_reader_is_refused_nothing(case: CaseFile) -> None:
    assert Gate(case, Audience.INTERNAL).release("Karim Dost", "x") == "Karim Dost"


def _zip(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def test_a_workbook_is_searched_part_by_part(public: Gate) -> None:
    clean = _zip({"xl/sharedStrings.xml": "<si><t>Ford</t></si>"})
    assert release_workbook(public, clean, "case.xlsx") == clean
    for parts in ({"xl/sharedStrings.xml": "<t>Karim Dost</t>"}, {"docProps/karim-dost.xml": "<x/>"}):
        with pytest.raises(RedactionError, match=r"case\.xlsx was not written"):
            release_workbook(public, _zip(parts), "case.xlsx")
    with pytest.raises(RedactionError, match="no zip file"):
        release_workbook(public, b"nothing", "case.xlsx")


@pytest.mark.parametrize(
    ("text", "level", "coarse"),
    [
        ("2015-11-12", Sensitivity.MODERATE, "2015-autumn"),
        ("2016-01-12", Sensitivity.MODERATE, "2015-winter"),
        ("2015-11-12", Sensitivity.HIGH, "2015"),
        ("2014-12-30..2015-01-02", Sensitivity.HIGH, "2014..2015"),
        ("..2014-06", Sensitivity.MODERATE, "..2014-summer"),
        ("2015-11-12", Sensitivity.SEVERE, "..2016-02-22"),
    ],
)
def test_times_become_seasons_years_or_nothing(text: str, level: Sensitivity, coarse: str) -> None:
    assert str(coarser_date(When.parse(text), level, When.parse("2016-02-22"))) == coarse


@pytest.mark.parametrize(
    ("text", "shown"), [("0", "0..10"), ("9", "0..10"), ("10", "10"), ("3..40", "0..40"), ("20 [5, 40]", "20 [0, 40]")]
)
def test_fewer_than_ten_persons_become_an_interval(text: str, shown: str) -> None:
    assert str(small_count_hidden(Quantity.parse(text))) == shown


def test_the_policy_says_something_of_every_level() -> None:
    assert len(POLICY) > 8
    assert all(rule.moderate and rule.high and rule.severe for rule in POLICY)


def test_an_id_that_holds_a_protected_name_becomes_opaque_though_its_row_is_shown() -> None:
    deal = {"id": "karim-deal", "name": "The ford deal", "status": "in-force"}
    gate = Gate(CaseFile.model_validate({**BASE, "deals": [deal]}), Audience.PUBLIC)
    assert gate.case.deals[0].id == gate.alias("karim-deal") == "deal-001"
    assert gate.label("karim-deal") == "The ford deal"


def test_the_docs_print_the_policy_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "why" / "redaction.md").read_text(encoding="utf-8")
    printed = page.split("<!-- policy -->")[1].split("<!-- /policy -->")[0].strip().splitlines()[2:]
    assert printed == [f"| {rule.content} | {rule.moderate} | {rule.high} | {rule.severe} |" for rule in POLICY]
