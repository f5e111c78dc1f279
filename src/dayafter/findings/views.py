"""What a brief says beside ledger, deals and options: actors and red lines, shocks, aid, what would change our mind."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.findings.records import Estimate, Reference, Statement


@dataclass(frozen=True, slots=True)
class RedLine:
    """What an actor cannot accept, in the words of the options of an issue."""

    places: tuple[str, ...]
    issue: str
    text: str


@dataclass(frozen=True, slots=True)
class ActorView:
    """An actor with a stake: where it stands, whom it answers to, what it wants and what it cannot give up."""

    name: str
    kind: str
    where: tuple[str, ...]
    answers_to: str
    """Patrons with the degree, 0 to 1; or empty."""
    wants: tuple[str, ...]
    red_lines: tuple[RedLine, ...]
    checked_on: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class SpoilerView:
    """Somebody who could break deals: which, as what, and what would keep it in."""

    name: str
    deals: tuple[str, ...]
    as_what: str


@dataclass(frozen=True, slots=True)
class ShockView:
    """An event from above: how likely within the horizon, whom it strains, where."""

    name: str
    text: str
    chance: Estimate | None
    """None where neither date nor rate is known."""
    when: str
    strains: tuple[str, ...]
    where: tuple[str, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class AidView:
    """A pledge: who gives what to whom, on which condition, through whom, and what withholding it would cost."""

    name: str
    amount: str
    path: str
    """From whom to whom."""
    conditions: str
    handed: str
    """Who hands it out, and by which rules."""
    bite: str
    """How much of it truly depends on the condition, and why."""
    checked_on: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something to watch: what, by when, how likely we hold it, and what it would change."""

    see: str
    by: str
    expected: Estimate | None
    then: str


@dataclass(frozen=True, slots=True)
class Mover:
    """An assumption and how far it moves the answer."""

    label: str
    unit: str
    size: Estimate
    """Rank correlation with the answer, or points between its ends; `text` is signed."""
    is_assumed: bool
    basis: str
    """As what it is taken, with its range, and what that rests on; empty where rows of the case say it."""
    about: str = ""
    """The event whose chance it moves; empty where it is an answer of the settlement."""
    of_model: str = ""
    """Its name in the model, where the label has plainer words."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What could prove this brief wrong, and how it has done before."""

    indicators: tuple[Indicator, ...]
    trigger: str
    """The one for the first page."""
    dissent: tuple[Statement, ...]
    movers: tuple[Mover, ...]
    movers_note: str
    """Of what answer, and how measured; empty where nothing is."""
    calibration: Statement
