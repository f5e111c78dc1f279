"""A small case to simulate: two towns, a broken peace in one, money, a shock, and what a test changes."""

from __future__ import annotations

from typing import Any

from dayafter.arrays import CompiledCase
from dayafter.casefile.schema import (
    Aid,
    Intervention,
    Place,
    Policy,
    Population,
    Position,
    Presence,
    Shock,
    Tranche,
)
from dayafter.compiler import compile_case
from tests.unit.assessment.small import build, with_deal


def tables(**deal: Any) -> dict[str, list[Any]]:
    """Rows by table; `deal` changes the pact over the town."""
    rows = with_deal(**deal)
    rows["places"] = [
        *rows["places"][:2],
        Place(
            id="town",
            name="Town",
            kind="town",
            scope="contested",
            parent="valley",
            population_before="20000",
            destroyed_share="0.3",
        ),
        Place(
            id="mill",
            name="Mill",
            kind="town",
            scope="contested",
            parent="valley",
            population_before="8000",
            destroyed_share="0.1..0.6",
        ),
    ]
    rows["population"] = [
        Population(
            place="town", community="hill", before_share="0.6", represented="0.9", present="6000", displaced="4000"
        ),
        Population(
            place="town", community="river", before_share="0.4", represented="0.25", present="1000", displaced="7000"
        ),
        Population(place="mill", community="hill", before_share="0.2..0.4", present="1000", displaced="500..1500"),
        Population(place="mill", community="river", before_share="0.6", displaced="3000"),
    ]
    rows["presence"] = [
        *rows["presence"],
        Presence(place="mill", actor="guards", role="holds", strength="0.4..0.8"),
        Presence(place="mill", actor="watch", role="challenges", strength="0.2..0.5"),
    ]
    rows["positions"] = [
        Position(place="town", actor="north", issue="police", ideal="0", salience="0.8", capability="0.6"),
        Position(place="town", actor="south", issue="police", ideal="1", salience="0.6", capability="0.5"),
    ]
    rows["shocks"] = [
        Shock(id="crisis", name="Crisis", kind="budget", rate_per_month="0.05..0.2", actors="north; south")
    ]
    rows["aid"] = [
        Aid(
            id="grant",
            name="Grant",
            donor="north",
            recipient="south",
            kind="grant",
            amount="2000000..3000000",
            places="town; mill",
        )
    ]
    rows["tranches"] = [
        Tranche(aid="grant", number=1, share="0.5", due_on="2016-05", condition="none"),
        Tranche(aid="grant", number=2, share="0.5", condition="inclusion"),
    ]
    rows["policies"] = [
        Policy(id="nothing", name="Nothing"),
        Policy(id="idle", name="Idle"),
        Policy(id="impose", name="Impose"),
    ]
    rows["interventions"] = [
        Intervention(policy="idle", step=1, action="set-condition", date="2016-04", aid="grant", condition="inclusion")
    ]
    return rows


def case(**deal: Any) -> CompiledCase:
    """The small case with its pact, as arrays."""
    return compile_case(build(tables(**deal)))


def of(rows: dict[str, list[Any]]) -> CompiledCase:
    """These tables as arrays."""
    return compile_case(build(rows))
