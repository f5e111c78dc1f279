"""What moves the answer: inputs that move the whole run, or mechanisms that make a policy tell at a place.

The findings are those of `dayafter why`; here each has its mark on one scale, beside the words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dayafter.errors import UsageError
from dayafter.explaining.sensitivity import GOALS, Goal, Influence, Sensitivity
from dayafter.explaining.why import INTERACTION, OUTCOMES, TOTAL, Outcome, Share, Tactic
from dayafter.findings import reasons as told
from dayafter.findings import words, worth
from dayafter.findings.amounts import per_cent, three_figures
from dayafter.findings.deals import BREAKERS
from dayafter.findings.reasons import Cause, Chain, Reasons
from dayafter.findings.wording import Wording
from dayafter.findings.words import MINUS
from dayafter.vocabulary import EndedBy
from dayafter.web.charts import axis_words, difference, difference_axis, share_axis, share_bar
from dayafter.web.edition import Edition
from dayafter.web.inquiries import Inquiry, Plan
from dayafter.web.views.lines import Link
from dayafter.web.views.policies import PolicyView, axis_of

SHOWN: Final = 10
"""Inputs that the chart shows: those beyond chance first."""
FEW_DRAWS: Final = 500
"""Below it the page says that more draws would tell more."""
CHANGED: Final = {"fought": "after fighting", "unopposed": "without a fight"}
"""How a place changed hands, by its code."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One input or mechanism with its mark."""

    name: str
    drawing: Markup
    text: str
    clear: bool
    """Beyond what chance or the Monte Carlo error could show."""


@dataclass(frozen=True, slots=True)
class Way:
    """A chain from a tactic to an outcome, or one way in which something ended."""

    what: str
    through: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended deals and control under one policy, in the futures traced."""

    policy: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What it was computed from."""

    draws: int
    replicates: int
    months: int
    members: int
    few: bool


@dataclass(frozen=True, slots=True)
class Knowing:
    """What it is worth to know inputs better before choosing a policy."""

    best: str
    inputs: tuple[tuple[str, str], ...]
    """Each with its worth, in the unit of the outcome."""
    everything: str


@dataclass(frozen=True, slots=True)
class InputsView:
    """Which inputs move one outcome of the whole run."""

    level: bool
    """The level under the baseline; else the difference that a policy makes."""
    mean: str
    bars: tuple[Bar, ...]
    n_clear: int
    n_inputs: int
    noise: str
    scale: Markup
    knowing: Knowing
    basis: Basis


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Which mechanisms make a policy tell at a place."""

    total: str
    clear: bool
    bars: tuple[Bar, ...]
    n_clear: int
    rest: str
    interaction: str
    unit: str
    scale: Markup
    chains: tuple[Way, ...]
    ended: tuple[Ended, ...]
    traced: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the choices of the page, by public ids."""

    place: str
    """Empty: all contested places."""
    policy: str
    outcome: str
    places: tuple[Link, ...]
    policies: tuple[Link, ...]
    outcomes: tuple[Link, ...]


def outcomes_of(place: str) -> tuple[Goal, ...] | tuple[Outcome, ...]:
    """Outcomes that can be asked about."""
    return OUTCOMES if place else GOALS


def asked_outcome(place: str, outcome: str) -> str:
    """The outcome asked for, else the first; that of the other kind of question counts as not asked.

    Raises
    ------
    UsageError : neither kind has it.
    """
    here, every = [one.id for one in outcomes_of(place)], {one.id for one in (*GOALS, *OUTCOMES)}
    if outcome and outcome not in every:
        raise UsageError(f"there is no outcome '{outcome}' here; there is {', '.join(here)}")
    return outcome if outcome in here else here[0]


def choices(edition: Edition, plans: tuple[Plan, ...], place: str, policy: str, outcome: str) -> Asked:
    """The choices of the page; ids stand in `href`."""
    offered = [one for one in plans[1:] if one.shows_where] if place else plans
    return Asked(
        place, policy, outcome,
        tuple(Link(edition.rows.name(one), one) for one in edition.places),
        tuple(Link(one.name, one.shown) for one in offered),
        tuple(Link(one.name, one.id) for one in outcomes_of(place)),
    )  # fmt: skip


_AS_ASKED: Final = {"events": "events", "returned": "returned", "hands_changed_fought": "hands_changed"}
"""Outcome of the page of policies to the same of a place."""


def why_asked(view: PolicyView) -> dict[str, str]:
    """The question why to what the page of policies shows: at its place where it is of one, else of the whole run."""
    asked = {"policy": view.drawn_policy}
    if axis_of(view.outcome) == "place" and view.of:
        asked |= {"place": view.of}
        asked |= {"outcome": _AS_ASKED[view.outcome]} if view.outcome in _AS_ASKED else {}
    return asked


def first_policy(inquiry: Inquiry, plans: tuple[Plan, ...], outcome: str) -> Plan:
    """What is shown unasked: the first policy whose difference an input moves beyond chance, else the baseline."""
    found = inquiry.inputs
    if found is not None:
        goal = next(one for one in GOALS if one.id == outcome)
        for plan in plans[1:]:
            if worth.strongest(found, goal, plan.id):
                return plan
    return plans[0]


def inputs_view(edition: Edition, found: Sensitivity, policy: Plan, outcome: str) -> InputsView:
    """Influence and worth for one outcome, of the level under the baseline or the difference that a policy makes."""
    goal = next(one for one in GOALS if one.id == outcome)
    mine = sorted((i for i in found.influences if i.goal == goal.id and i.of == policy.id), key=lambda i: -i.share)
    noise = mine[0].noise
    shown = mine[: max(SHOWN, sum(_beyond(i) for i in mine))]
    axis = share_axis(max(shown[0].share, noise))
    bars = tuple(
        Bar(
            found.inputs[i.input], share_bar(max(0.0, i.share), noise, axis, clear=_beyond(i)), _influence(i),
            _beyond(i),
        )
        for i in shown
    )  # fmt: skip
    level = policy.id == found.baseline
    base = found.means[goal.id][found.baseline]
    mean = found.means[goal.id][policy.id] - (0.0 if level else base)
    error = found.errors[goal.id][policy.id]
    digits = _digits(mean, error)
    knowing = worth.knowing(found, goal, edition.gate, edition.case)
    return InputsView(
        level=level,
        mean=_plus_minus(mean, error, goal.unit, digits, edition.say, signed=not level),
        bars=bars,
        n_clear=sum(_beyond(i) for i in mine),
        n_inputs=len(mine),
        noise=per_cent(noise),
        scale=axis_words(axis, "share of variance, %", signed=False),
        knowing=Knowing(
            knowing.best,
            tuple((found.inputs[one.input], _worth(one.value, goal.unit, edition.say)) for one in knowing.clear),
            _worth(knowing.everything, goal.unit, edition.say),
        ),
        basis=_basis(found.draws, found.replicates, found.months),
    )  # fmt: skip


def _worth(value: float, unit: str, say: Wording) -> str:
    return say.with_unit(three_figures(value), value, unit)


def _beyond(one: Influence) -> bool:
    return one.share > one.noise


def _influence(one: Influence) -> str:
    return f"{per_cent(max(one.share, 0.0))} ({'+' if one.direction > 0 else MINUS})"


def place_view(found: Reasons, edition: Edition, names: dict[str, str], outcome: str) -> PlaceView:
    """A policy's difference at a place by mechanism, chains, and what ended deals and control.

    Parameters
    ----------
    names : id to name of both policies.

    Raises
    ------
    UsageError : the outcome may not be told at this place.
    """
    gate, say = edition.gate, edition.say
    told.check(found, gate)
    own = next((one for one in told.outcomes(found, gate) if one.id == outcome), None)
    if own is None:
        raise UsageError("this outcome adds up what is withheld at this place; choose another one")
    mine = [s for s in found.why.shares if s.tactic is None and s.outcome == outcome]
    total = next(s for s in mine if s.driver == TOTAL)
    drivers = sorted((s for s in mine if s.driver not in {TOTAL, INTERACTION}), key=lambda s: -abs(s.mean))
    drivers.sort(key=lambda s: not _is_clear(s))
    n_clear = sum(_is_clear(s) for s in drivers)
    axis = difference_axis(tuple((s.mean, s.mean - s.error, s.mean + s.error) for s in (total, *drivers)))
    interaction = next(s for s in mine if s.driver == INTERACTION)
    digits = _digits(total.mean, total.error)
    whole, parts = _adding(total, (*drivers, interaction), digits)
    return PlaceView(
        total=_plus_minus(whole, total.error, own.unit, digits, say),
        clear=_is_clear(total),
        bars=tuple(
            Bar(
                told.NAMES[s.driver], difference(s.mean, s.mean - s.error, s.mean + s.error, axis),
                _plus_minus(value, s.error, own.unit, digits, say), _is_clear(s),
            )
            for s, value in zip((total, *drivers), (whole, *parts[:-1]), strict=True)
        ),
        n_clear=n_clear,
        rest=_with_unit(sum(parts[n_clear:-1]), own.unit, digits, say),
        interaction=_with_unit(parts[-1], own.unit, digits, say),
        unit=own.unit,
        scale=axis_words(axis, own.unit),
        chains=tuple(_chain(one, edition) for one in told.chains(found, gate)),
        ended=tuple(
            Ended(names[policy], tuple(_cause(one, edition) for one in told.causes(happenings, gate)))
            for policy, happenings in found.happenings.items()
        ),
        traced=found.traced,
        basis=_basis(found.why.draws, found.why.members // found.why.draws, found.why.months),
    )  # fmt: skip


def _chain(one: Chain, edition: Edition) -> Way:
    tell, say, digits = edition.tell, edition.say, _digits(one.total.mean, one.total.error)
    through = [f"{tell(name)} ({_signed(mean, digits)})" for name, mean in one.drivers]
    text = _plus_minus(one.total.mean, one.total.error, one.outcome.unit, digits, say)
    return Way(_tactic(one.tactic, edition), say.clauses(through), one.outcome.name, text)


def _tactic(tactic: Tactic | None, edition: Edition) -> str:
    if tactic is None:
        return edition.tell("the whole policy")
    action = edition.tell(words.term(tactic.action))
    whom = [edition.rows.gate_label(ident, table) for table, ident in told.aims(tactic)]
    return f"{action}: {edition.say(', ').join(whom)}" if whom else action


def _cause(one: Cause, edition: Edition) -> Way:
    tell = edition.tell
    if one.deal is None:
        what, how = tell("the place changed hands"), tell(CHANGED[one.cause])
    else:
        what = tell("“{deal}” ended", deal=edition.rows.gate_label(one.deal, "deals"))
        how = tell("by {who}", who=edition.say(BREAKERS[EndedBy(one.cause)]))
    return Way(what, tell(told.driver_words(one.driver)), how, str(one.count))


def _is_clear(one: Share) -> bool:
    return abs(one.mean) > one.error


def _basis(draws: int, replicates: int, months: int) -> Basis:
    return Basis(draws, replicates, months, draws * replicates, draws < FEW_DRAWS)


def _digits(mean: float, error: float) -> int:
    """Decimals that two figures of the error of a total bear; what is part of it has as many, so that it adds up."""
    size = error if error > 0 else abs(mean)  # an error that is not known is not above 0 either
    return min(max(1 - math.floor(math.log10(size)), 0), 3) if size > 0 else 0


def _adding(total: Share, parts: Sequence[Share], digits: int) -> tuple[float, tuple[float, ...]]:
    """A total and its parts rounded to so many decimals that the parts as printed add up to the total as printed."""
    scale = 10**digits
    whole = round(total.mean * scale)
    rounded = words.whole_parts([one.mean * scale for one in parts], whole)
    return whole / scale, tuple(one / scale for one in rounded)


def _signed(value: float, digits: int) -> str:
    text = words.number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def _with_unit(value: float, unit: str, digits: int, say: Wording) -> str:
    return say.with_unit(_signed(value, digits), round(value, digits), unit)


def _plus_minus(value: float, error: float, unit: str, digits: int, say: Wording, *, signed: bool = True) -> str:
    """`+0.35 ± 0.14 months`; the error is rounded up, so that none is printed as 0 where there is one."""
    if value == error == 0:
        return say.with_unit("0", 0.0, unit)
    number = _signed(value, digits) if signed else words.number(value, digits)
    if not math.isnan(error):
        number = f"{number} ± {words.number(math.ceil(error * 10**digits - 1e-9) / 10**digits, digits)}"
    return say.with_unit(number, round(value, digits), unit)
