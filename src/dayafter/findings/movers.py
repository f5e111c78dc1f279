"""Assumptions by how far they move the answer: from simulated futures where there are some, else from the settlement.

With a run, inputs are ranked by the share of the variance of the first page's chances that goes with each alone, and of
what the best option changes of them (`explaining.headline`). Without one, by rank correlation with what a settlement
turns on: a deal that all would accept turns on its least margin, what the party that gains least gains. An input whose
draws move with it, up or down, moves the answer; what fighting costs a party is an assumption of the program, the rest
of the inputs are rows of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dayafter.assessment.report import RowRef
from dayafter.explaining.headline import Moved, Ranking, Told
from dayafter.findings import words
from dayafter.findings.option_events import Event
from dayafter.findings.option_records import Options
from dayafter.findings.option_words import best_for
from dayafter.findings.plain_inputs import plain_input, taken_as
from dayafter.findings.records import Estimate
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import shown_scopes
from dayafter.findings.views import Mover
from dayafter.findings.wording import Wording
from dayafter.settlement.records import Driver, Settlement
from dayafter.simulation.parameters import default_priors

N_SHOWN: Final = 8
_INPUTS: Final = {
    "ideal": "what {who} wants on “{issue}” in {place}",
    "salience": "how much {who} cares about “{issue}” in {place}",
    "capability": "what {who} can bring to bear on “{issue}” in {place}",
    "cost": "what fighting costs {who} in {place}",
}

Ranker = Callable[[Sequence[Told], str | None], Ranking]
"""Events, and the key of the best option, to the inputs that move their chances."""


def simulated_movers(
    options: Options, events: Sequence[Event], rank: Ranker, rows: Rows
) -> tuple[tuple[Mover, ...], str]:
    """The inputs that move the chances of the first page most; nothing where none stands out from chance."""
    say, first = rows.say, events[: options.n_first_page]
    views = [event.view for event in first]
    found = (best_for(options.options, number, view) for number, view in enumerate(views))
    best = next((one for one in found if one is not None), None)
    asked = [(one.outcome, one.where, one.threshold) for one in first]
    ranking = rank(asked, None if best is None else best.key)
    if not ranking.moved:
        return (), ""
    letter = "" if best is None else best.letter
    movers = tuple(_simulated(one, letter, views[one.event].title, say) for one in ranking.moved[:N_SHOWN])
    note = say(
        "Ranked by simulated futures: share of the variance over {n} draws that goes with one input alone; + it "
        "raises the chance, − it lowers it; what chance could show is left out.",
        n=words.number(ranking.draws),
    )
    return movers, note


def _simulated(one: Moved, letter: str, about: str, say: Wording) -> Mover:
    name, of_model = plain_input(one.input, say)
    label = say("{input}, for what {letter} changes", input=name, letter=letter) if one.is_change else name
    sign = 1 if one.direction >= 0 else -1
    text = f"{words.signed(sign * max(1, round(100 * one.share)))}\u202f%"
    prior = default_priors().get(one.input)
    is_assumed = prior is not None and not (prior.from_data or prior.evidence)
    value = sign * one.share
    unit = say("share of variance")
    size = Estimate(text, "", "", "share of variance", value, value, value)
    return Mover(label, unit, size, is_assumed, taken_as(one.input, say), about, of_model)


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
        "Ranked by the settlement, not by simulated futures: rank correlation, −1 to 1, of an input with the least "
        "gain of those who must agree, in the deal of its place, "
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
