"""A small case in memory: two armed actors of two patrons in one town, and what a test adds to it."""

from __future__ import annotations

from typing import Any

from dayafter.arrays import CompiledCase
from dayafter.casefile.schema import (
    Actor,
    CaseFile,
    CaseInfo,
    CaseIssue,
    Community,
    Deal,
    Loyalty,
    Perception,
    Place,
    Population,
    Presence,
    Source,
    Term,
)
from dayafter.compiler import compile_case

INFO = {"id": "small", "title": "Small", "question": "What next?", "as_of": "2016-02-22", "coded_by": "a coder"}


def small_tables() -> dict[str, list[Any]]:
    """Rows of the small case by table; change them before `build`."""
    return {
        "sources": [Source(id="notes", title="Notes", kind="field-note")],
        "places": [
            Place(id="land", name="Land", kind="country", scope="national"),
            Place(id="valley", name="Valley", kind="district", scope="context", parent="land"),
            Place(id="town", name="Town", kind="town", scope="contested", parent="valley"),
        ],
        "communities": [
            Community(id="hill", name="Hill people", kind="ethnic"),
            Community(id="river", name="River people", kind="ethnic"),
        ],
        "population": [
            Population(place="town", community="hill", before_share="0.6", represented="1"),
            Population(place="town", community="river", before_share="0.4", represented="0.25"),
        ],
        "actors": [
            Actor(id="north", name="North", kind="state"),
            Actor(id="south", name="South", kind="state"),
            Actor(id="guards", name="Guards", kind="militia", parent="north", command="0.8", armed="yes"),
            Actor(id="watch", name="Watch", kind="militia", parent="south", command="0.3", armed="yes"),
        ],
        "loyalties": [
            Loyalty(actor="guards", patron="north", loyalty="1"),
            Loyalty(actor="watch", patron="south", loyalty="1"),
        ],
        "presence": [
            Presence(place="town", actor="guards", role="holds", strength="0.5"),
            Presence(place="town", actor="watch", role="challenges", strength="0.5"),
        ],
        "perceptions": [
            Perception(place="town", community="hill", toward="river", distrust="0.2"),
            Perception(place="town", community="river", toward="hill", distrust="0.8"),
        ],
        "issues": [CaseIssue(id="police", question="secure", title="Who polices")],
        "deals": [],
        "terms": [],
    }


def build(tables: dict[str, list[Any]]) -> CaseFile:
    """A case file of these tables."""
    return CaseFile(info=CaseInfo(**INFO), **tables)


def compiled(tables: dict[str, list[Any]] | None = None) -> CompiledCase:
    """The small case, or these tables, as arrays."""
    return compile_case(build(small_tables() if tables is None else tables))


def with_deal(**changes: Any) -> dict[str, list[Any]]:
    """The small case with a deal in force between North and South over the town, and its terms."""
    tables = small_tables()
    known = {
        "id": "pact",
        "name": "The pact",
        "status": "in-force",
        "places": "town",
        "parties": "north; south",
        "needed": "north; south; watch",
        "needed_communities": "river",
        "levels": "local",
        "form": "understood",
        "commission": "no",
        "imposed": "no",
        "local_assent": "0",
        "kept_share": "1",
        "agreed_on": "2015-07-24",
    }
    tables["deals"] = [Deal(**(known | changes))]
    tables["terms"] = [Term(deal="pact", id="police", question="secure")]
    return tables
