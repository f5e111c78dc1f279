"""The settlement explorer: for each place or some together, the packages that would be accepted, and which hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import shown_scopes, worst
from dayafter.findings.settlements import assumptions
from dayafter.settlement.records import PackageReport, PartyGain, Range, ScopeReport, Settlement, Share
from dayafter.web.edition import Edition

HALF: Final = 0.5
"""An answer counts as yes where it holds in half of the draws or more."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a package means to one party."""

    name: str
    veto: bool
    role: str
    text: str
    accepts: str
    worst: str
    mark: tuple[float, float, float]
    """Central, low and high, in points of 100 of what it cares about."""
    clear: bool
    at_limit: bool
    """It gains less than a point, or nothing that is clear."""


@dataclass(frozen=True, slots=True)
class PackageView:
    """One package in words."""

    number: int
    picked: str
    """Why it is shown."""
    picks: str
    """The rules that choose it; empty where none does."""
    terms: tuple[tuple[str, str, str], ...]
    """Place and question, what is settled, and whether they are from the place's own scale: (place, issue, option)."""
    gains: tuple[Gain, ...]
    acceptable: str
    stable: str
    is_accepted: bool
    holds: bool
    best: str
    regret: str
    lines: tuple[str, ...]

    @property
    def disagree(self) -> bool:
        """Whether those who must agree would accept it and somebody would still gain by breaking it, or the reverse."""
        return self.is_accepted != self.holds


@dataclass(frozen=True, slots=True)
class ScopeView:
    """What can be settled in some places."""

    id: str
    title: str
    together: bool
    summary: tuple[str, ...]
    findings: tuple[str, ...]
    any_acceptable: str
    packages: tuple[PackageView, ...]
    changes: tuple[str, ...]
    aim: str


@dataclass(frozen=True, slots=True)
class SettlementView:
    """The answer of `settle` for readers."""

    scopes: tuple[ScopeView, ...]
    assumptions: tuple[str, ...]
    n_draws: int
    seed: int


def settlement_view(edition: Edition, settlement: Settlement) -> SettlementView:
    """A settlement in words, through the gate."""
    scopes = tuple(_scope(edition, scope, settlement.n_draws) for scope in shown_scopes(settlement, edition.gate))
    return SettlementView(scopes, assumptions(settlement, edition.say), settlement.n_draws, settlement.seed)


def _scope(edition: Edition, scope: ScopeReport, n_draws: int) -> ScopeView:
    say = edition.say
    names = Names(edition.gate, scope, say)
    ids = [edition.gate.alias(place, "places") for place in scope.places if not names.place_hidden(place)]
    packages = tuple(package_view(one, names, number, n_draws) for number, one in enumerate(scope.packages, 1))
    first = scope.packages[0] if scope.packages else None
    changes = tuple(text for one in scope.changes if (text := plain.change(one, names, first)))
    accepted = any(one.picks for one in scope.packages)
    found = tuple(dict.fromkeys(text for one in scope.findings if (text := plain.finding(one, names))))
    return ScopeView(
        "+".join(ids), names.places(scope.places), len(scope.places) > 1, tuple(plain.scope_lines(scope, names)), found,
        plain.share(scope.any_acceptable, say), packages, changes, plain.aim(accepted, say),
    )  # fmt: skip


def package_view(package: PackageReport, names: Names, number: int, n_draws: int) -> PackageView:
    """One package in words."""
    say = names.say
    terms = tuple(
        (
            names.label(one.slot.place, "places"),
            names.label(one.slot.issue, "issues"),
            names.option(one.slot, one.option),
        )
        for one in package.choices
        if not names.slot_hidden(one.slot)
    )
    gains = tuple(_gain(one, names, n_draws) for one in package.gains if names.says([one.party]))
    return PackageView(
        number=number,
        picked=plain.picked(package, say),
        picks=say.clauses([say(plain.PICKS[pick]) for pick in package.picks]),
        terms=terms,
        gains=gains,
        acceptable=plain.share(package.acceptable, say),
        stable=plain.share(package.stable, say),
        is_accepted=_yes(package.acceptable),
        holds=_yes(package.stable),
        best=plain.share_text(package.best, say),
        regret=plain.size(package.regret, say),
        lines=tuple(plain.package_lines(package, names, n_draws)),
    )


def _yes(share: Share) -> bool:
    return share.low >= HALF


def _gain(one: PartyGain, names: Names, n_draws: int) -> Gain:
    at = plain.spread(one.margin, n_draws)
    return Gain(
        name=names.party(one.party),
        veto=one.veto,
        role=names.role(one.party, one.role),
        text=plain.gain(one.margin, n_draws, names.say),
        accepts=plain.share(one.accepts, names.say),
        worst=worst(one, names),
        mark=_hundred(one.margin),
        clear=words.is_clear(at),
        at_limit=one.veto and (not words.is_clear(at) or 100 * one.margin.central < 1),
    )


def _hundred(value: Range) -> tuple[float, float, float]:
    return 100 * value.central, 100 * value.p05, 100 * value.p95


def chosen_places(edition: Edition, asked: Sequence[str]) -> tuple[str, ...]:
    """Ids of the case behind public ones, in the order of the case; unknown ones raise UsageError."""
    from dayafter.web.views.places import find_place  # noqa: PLC0415  # places know nothing of settlements

    wanted = {find_place(edition, one) for one in asked}
    return tuple(own for shown, own in edition.places.items() if shown in wanted)
