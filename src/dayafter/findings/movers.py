"""Assumptions by how far they move the answer: inputs of the settlement by rank correlation with what it turns on.

A deal that all would accept turns on its least margin: what the party that gains least gains. An input whose draws
move with it, up or down, moves the answer; what fighting costs a party is an assumption of the program, the rest of the
inputs are rows of the case.
"""

from __future__ import annotations

from typing import Final

from dayafter.assessment.report import RowRef
from dayafter.findings import words
from dayafter.findings.records import Estimate
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import shown_scopes
from dayafter.findings.views import Mover
from dayafter.settlement.records import Driver, Settlement

N_SHOWN: Final = 8
_INPUTS: Final = {
    "ideal": "what {who} wants on “{issue}” in {place}",
    "salience": "how much {who} cares about “{issue}” in {place}",
    "capability": "what {who} can bring to bear on “{issue}” in {place}",
    "cost": "what fighting costs {who} in {place}",
}


def settlement_movers(settlement: Settlement | None, rows: Rows) -> tuple[tuple[Mover, ...], str]:
    """The inputs that move most, over all places with a deal that would be accepted, and how that was measured."""
    found: list[Mover] = []
    for scope in () if settlement is None else shown_scopes(settlement, rows.gate):
        if len(scope.places) > 1 or not scope.packages or not scope.packages[0].picks:
            continue
        names = Names(rows.gate, scope, rows.say)
        found += [
            _mover(driver, scope.places[0], rows)
            for driver in scope.packages[0].drivers
            if names.says([driver.party], driver.slot, driver.rows)
        ]
    if not found or settlement is None:
        return (), ""
    ranked = sorted(found, key=lambda mover: -abs(mover.size.mean))[:N_SHOWN]
    note = rows.say(
        "Rank correlation, −1 to 1, of an input with the least gain of those who must agree, in the deal of its place, "
        "over {n} draws: the input that moves it most comes first.",
        n=words.number(settlement.n_draws),
    )
    return tuple(ranked), note


def _mover(driver: Driver, place: str, rows: Rows) -> Mover:
    say, r = rows.say, driver.correlation
    issue = "" if driver.slot is None else rows.gate_label(driver.slot.issue, "issues")
    where = rows.gate_label(place if driver.slot is None else driver.slot.place, "places")
    label = say(_INPUTS[driver.input], who=rows.gate_label(driver.party, "actors"), issue=issue, place=where)
    found = [row for ref in driver.rows if (row := rows.find(RowRef(ref.table, ref.key))) is not None]
    is_assumed = not found or all(rows.is_assumed(row) for row in found)
    text = f"{'+' if r > 0 else words.MINUS}{abs(r):.1f}"
    return Mover(label, say("rank correlation"), Estimate(text, "", "", "rank correlation", r, r, r), is_assumed, "")
