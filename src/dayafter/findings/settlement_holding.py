"""What stands behind deals, and what single moves and shifts of power could do to them, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.settlement_names import Names
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.settlement.backing import ENFORCES, PENALTY, WORTH
from dayafter.settlement.bargain import Slot
from dayafter.settlement.records import BackingKind, BackingRow, Moves, PackageReport, ScopeReport, Shift

STABLE: Final = {
    "gmr": "Every such move could be answered to the mover’s loss (general metarational stability).",
    "seq": (
        "Every such move could be answered to the mover’s loss, by moves that those who answer would want (general "
        "metarational and sequential stability)."
    ),
    "smr": (
        "Every such move could be answered to the mover’s loss, and it could not escape that again (general "
        "metarational and symmetric stability)."
    ),
    "smr+seq": (
        "Every such move could be answered to the mover’s loss, and it could not escape that again, by moves that "
        "those who answer would want (general metarational, symmetric and sequential stability)."
    ),
}
"""In which senses of the graph model for conflict resolution a package that somebody could leave is stable."""


def backing(one: BackingRow, names: Names, n_draws: int) -> str | None:
    """What money tied to a term or a guarantor of the case adds; None where it may not be said."""
    if one.kind is BackingKind.MONEY:
        return _money(one, names, n_draws)
    if not names.says([one.name], None, one.rows):
        return None
    say = names.say
    low, high = ENFORCES[False][0], ENFORCES[True][2]
    return say(
        "{who} guarantees deals here and stands by them in {share} of draws. A breaker expects to lose {size} by it "
        "(assumed: it enforces in {low} to {high} % of cases, the penalty is {least} to {most} points, as far as each "
        "accepts it).",
        who=names.party(one.name), share=plain.share(one.takes_part, say), size=plain.size(one.size.central, say),
        low=f"{100 * low:g}", high=f"{100 * high:g}", least=f"{100 * PENALTY[0]:g}", most=f"{100 * PENALTY[2]:g}",
    )  # fmt: skip


def _money(one: BackingRow, names: Names, n_draws: int) -> str | None:
    if not names.says(one.who, one.slot, one.rows) or one.slot is None or names.gate.hides(one.name, "aid"):
        return None
    say = names.say
    name, term = names.label(one.name, "aid"), names.slot(one.slot)
    if not one.meets:
        return say("{aid} is tied to “{term}”, and no option there meets its condition.", aid=name, term=term)
    options = say.joined([say("“{name}”", name=names.option(one.slot, option)) for option in one.meets])
    return say(
        "{aid} is tied to “{term}” settled as {options}: worth {gain} to {who} there (assumed: a whole pledge is worth "
        "{low} to {high}; only what would be withheld counts).",
        aid=name, term=term, options=options, gain=plain.gain(one.size, n_draws, say), who=names.parties(one.who),
        low=f"{100 * WORTH[0]:g}", high=f"{100 * WORTH[2]:g}",
    )  # fmt: skip


def shift(one: Shift, names: Names) -> str | None:
    """How far a party could rise before the others would rather fight; None where it may not be said."""
    if not names.says([one.party], None, one.rows):
        return None
    now, high, at = (f"{100 * odds:.0f}{words.THIN}%" for odds in (one.odds_now, one.odds_high, one.odds_break))
    return names.say(
        "Should {who} rise from {now} of the odds to above {at} within a year, no terms would hold: the others would "
        "rather fight now. Its ranges reach {high}."
        if one.breaks
        else "Should {who} rise from {now} of the odds to above {at} within a year, no terms would hold; its ranges "
        "reach {high}, so this alone does not break a deal.",
        who=names.party(one.party), now=now, at=at, high=high,
    )  # fmt: skip


def scope_holding(scope: ScopeReport, names: Names, n_draws: int) -> Iterator[tuple[str, str, float | None]]:
    """(what, sentence, value) on what holds or breaks any deal here."""
    for row in scope.backing:
        if text := backing(row, names, n_draws):
            yield "backing", text, 100 * row.size.central
    if scope.least_core is not None:
        yield "least-core", core(scope.least_core, names.say), 100 * scope.least_core
    for one in [one for one in scope.shifts if one.breaks] or list(scope.shifts[:1]):
        if text := shift(one, names):
            yield "shift", text, one.odds_break
            break


def core(epsilon: float, say: Wording = ENGLISH) -> str:
    """Whether money that moves freely could keep everybody in."""
    return say(
        "Even if money could move freely between all, some coalition would gain {size} by breaking: the core is empty."
        if epsilon > 1e-9
        else "If money could move freely between all, the best package could be shared so that every coalition would "
        "lose {size} or more by breaking: the core is not empty.",
        size=plain.size(epsilon, say),
    )


def package_holding(report: PackageReport, names: Names) -> tuple[str, ...]:
    """What guarantors add to a package, and what single moves could do to it; empty where nothing may be said."""
    lines, say = [], names.say
    guards = [one for one in names.scope.backing if one.kind is BackingKind.GUARANTEE]
    if report.stable_alone is not None and all(names.says([one.name], None, one.rows) for one in guards):
        alone = plain.share(report.stable_alone, say)
        lines.append(say("Without the guarantors it would be acceptable and stable in {share} of draws.", share=alone))
    if text := moves(report, names):
        lines.append(text)
    return tuple(lines)


def moves(report: PackageReport, names: Names) -> str | None:
    """What single parties could do about a package alone; None where nothing may be said of it."""
    if report.moves is None:
        return None
    say = names.say
    told = [text for who, slot, gain in report.moves.improvers if (text := _mover(who, slot, gain, names))]
    if report.moves.nash:
        return say(
            "Single moves: nobody could better itself by quitting or by changing a term in a place that it holds."
        )
    if not told:
        return None
    return say.sentences(say("Single moves: {moves}.", moves=say.joined(told)), _answered(report.moves, say))


def _mover(who: str, slot: Slot | None, gain: float, names: Names) -> str | None:
    if not names.says([who], slot):
        return None
    say = names.say
    if slot is None:
        return say("{who} could gain {size} by quitting", who=names.party(who), size=plain.size(gain, say))
    return say(
        "{who} could gain {size} by changing “{slot}”",
        who=names.party(who), size=plain.size(gain, say), slot=names.slot(slot),
    )  # fmt: skip


def _answered(found: Moves, say: Wording) -> str:
    """Whether single moves could be answered, and in which sense that makes the package stable."""
    if not found.gmr:
        return say("One of these moves, at least, could not be answered to the mover’s loss (not stable in any sense).")
    senses = "+".join(name for name in ("smr", "seq") if getattr(found, name))
    return say(STABLE[senses or "gmr"])
