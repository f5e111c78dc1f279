"""Rules that span rows: where exactly each begins and ends, and that no rule stumbles over any case."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

from dayafter.casefile import checks
from dayafter.casefile.checks import RULES, dates, run_checks
from dayafter.casefile.checks.context import REFERENCES, Context
from dayafter.casefile.codes import CODES
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import TABLES, CaseFile, Name, Place, Population, Presence, Row
from dayafter.errors import Issue, Severity
from tests.refusals.overlay import BASE
from tests.strategies import any_cases, cases

RULE_MODULES = [module for module in vars(checks).values() if isinstance(module, ModuleType) and module is not checks]


def base() -> CaseFile:
    return load_case(BASE).case


def codes(case: CaseFile, **known: Any) -> list[str]:
    return [issue.code for issue in run_checks(LoadedCase(case), **known)]


def added(table: str, *rows: Row) -> CaseFile:
    case = base()
    return case.model_copy(update={table: (*getattr(case, table), *rows)})


def replaced(table: str, rows: Iterable[Row]) -> CaseFile:
    return base().model_copy(update={table: tuple(rows)})


def edited(table: str, number: int, **values: str) -> CaseFile:
    """The base with a few cells of one row written anew."""
    rows = list(getattr(base(), table))
    model = TABLES[table]
    cells = {name: value for name, value in rows[number].model_dump().items() if value not in (None, "")}
    rows[number] = model.model_validate({**cells, **values})
    return replaced(table, rows)


@given(cases())
@settings(max_examples=15)
def test_no_rule_finds_an_error_in_a_valid_case(case: CaseFile) -> None:
    errors = [str(issue) for issue in run_checks(LoadedCase(case)) if issue.severity is Severity.ERROR]
    assert errors == []


@given(any_cases())
@settings(max_examples=60)
def test_no_rule_stumbles_over_a_case_that_obeys_types_alone(case: CaseFile) -> None:
    loaded = LoadedCase(case)
    issues = list(run_checks(loaded))
    assert issues == list(run_checks(loaded))
    for issue in issues:
        assert issue.severity is CODES[issue.code].severity
        assert issue.what
        assert issue.remedy


def test_every_rule_is_on_the_list_once() -> None:
    written = [
        function
        for module in RULE_MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == ["context"]
        and inspect.isgeneratorfunction(function)
    ]
    assert sorted(f.__name__ for f in RULES) == sorted(f.__name__ for f in written)
    assert len(set(RULES)) == len(RULES)


def test_every_date_of_a_fact_is_compared_with_the_as_of_date() -> None:
    dated = {(t, n) for t, model in TABLES.items() for n, f in model.model_fields.items() if "When" in repr(f)}
    facts = {(table, name) for table, names in dates._FACTS.items() for name in names}
    may_be_later = {(table, "checked_on") for table in TABLES} | {
        ("sources", "published_on"),
        ("tranches", "due_on"),
        ("shocks", "date"),
        ("interventions", "date"),
        ("interventions", "until"),
    }
    assert facts | may_be_later == dated
    assert not facts & may_be_later


def test_references_are_found_whatever_wraps_their_marker() -> None:
    found = {(r.table, r.field): (r.targets, r.part) for fields in REFERENCES.values() for r in fields}
    assert found["places", "parent"] == (("places",), None)
    assert found["deals", "parties"] == (("actors",), None)
    assert found["perceptions", "toward"] == (("communities", "actors"), None)
    assert found["terms", "issue"] == (("issues",), None)
    assert all(found[table, "source"] == (("sources",), "source") for table in TABLES)
    unmarked = {"id", "scheme", "question"}
    slugs = {
        (table, name)
        for table, model in TABLES.items()
        for name, field in model.model_fields.items()
        if "_slug" in repr(field) and name not in unmarked
    }
    assert slugs <= set(found)


def test_the_id_that_is_meant_is_found_by_an_alias_in_any_script() -> None:
    spelt = {
        "shingal": "orim",  # an alias, in another spelling of the alphabet
        "orimm": "orim",
        "tarsah": "tarsa",
    }
    case = added("names", Name.model_validate({"entity": "orim", "language": "kmr-Latn", "name": "Şingal"}))
    claim = case.claims[0]
    for written, meant in spelt.items():
        broken = case.model_copy(update={"claims": (claim.model_copy(update={"place": written}),)})
        (issue,) = (i for i in run_checks(LoadedCase(broken)) if i.code == "ref.unknown")
        assert f"did you mean {meant}?" in issue.remedy


def test_a_reference_to_a_row_that_could_not_be_read_is_not_dangling() -> None:
    case = edited("claims", 0, place="unreadable")
    ids = {table: frozenset[str]() for table in TABLES}
    assert "ref.unknown" in codes(case, known_ids=ids)
    assert "ref.unknown" not in codes(case, known_ids={**ids, "places": frozenset({"unreadable"})})
    del ids["places"]  # the whole table could not be read
    assert "ref.unknown" not in codes(case, known_ids=ids)


def test_what_may_stand_in_unreadable_rows_is_not_called_missing() -> None:
    case = replaced("names", ())
    assert "name.language-gap" in codes(case)
    assert "name.language-gap" not in codes(case, incomplete=frozenset({"names"}))
    short = edited("presence", 4, strength="0.4")
    assert "presence.strengths-below-one" in codes(short)
    assert "presence.strengths-below-one" not in codes(short, incomplete=frozenset({"presence"}))


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        (("0.33", "0.33", "0.33"), None),
        (("0.34", "0.33", "0.33"), None),
        (("0.34", "0.34", "0.34"), "population.shares-above-one"),
        (("0.32", "0.32", "0.32"), "population.shares-below-one"),
        (("0.2..0.6", "0.2..0.6", "0.1"), None),
        (("0.5..0.6", "0.5..0.6", "0.1"), "population.shares-above-one"),
        (("0.2..0.3", "0.2..0.3", "0.1"), "population.shares-below-one"),
        (("0.2", "0.2", ""), None),
        (("0.9", "0.9", ""), "population.shares-above-one"),
    ],
)
def test_shares_add_up_to_within_their_rounding_and_intervals(shares: tuple[str, ...], wrong: str | None) -> None:
    people = ("hill-people", "river-people", "others")
    rows = [
        {"place": "orim", "community": community, "source": "census", **({"before_share": share} if share else {})}
        for community, share in zip(people, shares, strict=True)
    ]
    case = replaced("population", map(Population.model_validate, rows))
    others = case.communities[0].model_copy(update={"id": "others", "name": "Others"})
    case = case.model_copy(update={"communities": (*case.communities, others)})
    assert [code for code in codes(case) if code.startswith("population.")] == ([] if wrong is None else [wrong])


@pytest.mark.parametrize(
    ("left", "held", "wrong"),
    [
        (("", ""), ("", ""), True),
        (("2014-08", ""), ("", ""), True),
        (("2014-08", ""), ("2015-11", ""), False),
        (("2014-08", ""), ("2014-08", ""), True),
        (("2014-08", ""), ("2003", "2014-08"), False),
        (("2014-08", ""), ("2003", "2016-01"), True),
        (("", "2014-08"), ("2015", ""), False),
    ],
)
def test_who_withdrew_may_hold_the_place_before_or_after(
    left: tuple[str, str], held: tuple[str, str], wrong: bool
) -> None:
    def row(role: str, span: tuple[str, str]) -> Presence:
        given = {name: text for name, text in zip(("since", "until"), span, strict=True) if text}
        return Presence.model_validate({"place": "orim", "actor": "guards", "role": role, "source": "gazette", **given})

    case = replaced("presence", (row("withdrew", left), row("holds", held)))
    assert ("presence.withdrew-and-holds" in codes(case)) is wrong


def test_a_circle_of_parents_is_told_once_and_whole() -> None:
    names = ("a", "b", "c", "d")
    parents = ("b", "c", "a", "a")  # d hangs on the circle without being part of it
    areas = [
        Place.model_validate({"id": name, "name": f"Area {name}", "kind": "area", "parent": parent, "source": "census"})
        for name, parent in zip(names, parents, strict=True)
    ]
    issues = [i for i in run_checks(LoadedCase(added("places", *areas))) if i.code == "parent.circle"]
    assert [issue.what for issue in issues] == ["the parents go in a circle: a → b → c → a"]


def test_a_place_within_another_may_bear_its_name_and_a_neighbour_may_not() -> None:
    town = {"name": "Tarsa", "kind": "town", "source": "census"}
    inside = Place.model_validate({**town, "id": "tarsa-town", "parent": "tarsa"})
    beside = Place.model_validate({**town, "id": "tarsa-town", "parent": "orim"})
    assert "name.shared" not in codes(added("places", inside))
    assert "name.shared" in codes(added("places", beside))


@pytest.mark.parametrize(
    ("name", "language", "code"),
    [
        ("کەرکووک", "ckb", None),
        ("كەرکووک", "ckb", "name.lookalike-letters"),
        ("كركوك", "ar", None),
        ("کرکوك", "ar", "name.lookalike-letters"),
        ("Kerkûk", "kmr-Latn", None),
        ("Kerkük", "tr", None),
        ("Kеrkuk", "en", "name.lookalike-letters"),
        ("كركوك", "en", "name.wrong-script"),
        ("Kirkuk", "ar", "name.wrong-script"),
        ("ʿAyn", "en", None),
        ("كركوك 2", "ar", None),
    ],
)
def test_a_name_is_asked_for_the_letters_of_its_language(name: str, language: str, code: str | None) -> None:
    row = Name.model_validate({"entity": "tarsa", "language": language, "name": name, "source": "gazette"})
    found = [found for found in codes(added("names", row)) if found.startswith("name.")]
    assert found == ([] if code is None else [code])


def test_a_tie_to_a_place_runs_through_patrons_members_and_people() -> None:
    def strangers(**values: str) -> bool:
        deal = {"id": "far", "name": "Far deal", "status": "in-force", "places": "tarsa", "source": "gazette", **values}
        return "deal.strangers" in codes(added("deals", TABLES["deals"].model_validate(deal)))

    assert strangers(parties="mission; guards", places="tarsa") is False  # highland, above the guards, has the north
    assert strangers(parties="mission; elders") is False  # the elders speak for people of the reed clan's river
    case = base()
    lonely = case.actors[5].model_copy(update={"id": "lonely", "name": "Lonely"})
    deal = TABLES["deals"].model_validate(
        {"id": "far", "name": "Far", "status": "in-force", "places": "tarsa", "parties": "mission; lonely"}
    )
    case = case.model_copy(update={"actors": (*case.actors, lonely), "deals": (*case.deals, deal)})
    assert "deal.strangers" in codes(case)
    bound = TABLES["loyalties"].model_validate({"actor": "lonely", "patron": "capital", "loyalty": "0.1"})
    assert "deal.strangers" not in codes(case.model_copy(update={"loyalties": (*case.loyalties, bound)}))


def test_a_head_that_could_not_be_read_causes_no_fault_of_dates() -> None:
    case = base()
    last_day = type(case.info.as_of).parse(str(dt.date.max))
    case = case.model_copy(update={"info": case.info.model_copy(update={"as_of": last_day})})
    assert codes(case) == []


def test_a_case_without_files_names_table_and_row() -> None:
    (issue,) = run_checks(LoadedCase(edited("loyalties", 0, patron="guards", actor="guards")))
    assert isinstance(issue, Issue)
    assert str(issue).startswith("loyalties:1  patron\n  actor and patron are both 'guards'")


def test_an_index_names_the_first_of_two_rows_with_one_key() -> None:
    case = added("places", base().places[2].model_copy(update={"name": "Another"}))
    context = Context(LoadedCase(case))
    assert context.places["orim"].name == "Orim"
    assert codes(case).count("row.duplicate-key") == 1
