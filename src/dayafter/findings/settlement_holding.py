"""What stands behind deals, and what single moves and shifts of power could do to them, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.compose import capitalised, joined
from dayafter.findings.settlement_words import Names
from dayafter.settlement.backing import ENFORCES, PENALTY, WORTH
from dayafter.settlement.bargain import Slot
from dayafter.settlement.records import BackingKind, BackingRow, Moves, PackageReport, ScopeReport, Shift

_CONCEPTS: Final = {
    "gmr": "every such move could be answered to the mover’s loss",
    "smr": "and it could not escape that again",
    "seq": "by moves that those who answer would want",
}


def backing(one: BackingRow, names: Names, n_draws: int) -> str | None:
    """What money tied to a term or a guarantor of the case adds; None where it may not be said."""
    if one.kind is BackingKind.MONEY:
        if not names.says(one.who, one.slot, one.rows) or one.slot is None or names.gate.hides(one.name, "aid"):
            return None
        name, term = names.gate.label(one.name, table="aid"), names.slot(one.slot)
        if not one.meets:
            return f"{name} is tied to “{term}”, and no option there meets its condition."
        options = joined([f"“{names.option(one.slot, option)}”" for option in one.meets])
        low, high = 100 * WORTH[0], 100 * WORTH[2]
        return (
            f"{name} is tied to “{term}” settled as {options}: worth {plain.gain(one.size, n_draws)} to "
            f"{names.parties(one.who)} there (assumed: a whole pledge is worth {low:g} to {high:g}; only what would be "
            "withheld counts)."
        )
    if not names.says([one.name], None, one.rows):
        return None
    low, high = ENFORCES[False][0], ENFORCES[True][2]
    return (
        f"{names.party(one.name)} guarantees deals here and stands by them in {plain.share(one.takes_part)} of draws. "
        f"A breaker expects to lose {plain.size(one.size.central)} by it (assumed: it enforces in {100 * low:g} to "
        f"{100 * high:g} % of cases, the penalty is {100 * PENALTY[0]:g} to {100 * PENALTY[2]:g} points, as far as "
        "each accepts it)."
    )


def shift(one: Shift, names: Names) -> str | None:
    """How far a party could rise before the others would rather fight; None where it may not be said."""
    if not names.says([one.party], None, one.rows):
        return None
    now, high, at = (f"{100 * odds:.0f}{words.THIN}%" for odds in (one.odds_now, one.odds_high, one.odds_break))
    head = f"Should {names.party(one.party)} rise from {now} of the odds to above {at} within a year"
    if one.breaks:
        return f"{head}, no terms would hold: the others would rather fight now. Its ranges reach {high}."
    return f"{head}, no terms would hold; its ranges reach {high}, so this alone does not break a deal."


def scope_holding(scope: ScopeReport, names: Names, n_draws: int) -> Iterator[tuple[str, str, float | None]]:
    """(what, sentence, value) on what holds or breaks any deal here."""
    for row in scope.backing:
        if text := backing(row, names, n_draws):
            yield "backing", text, 100 * row.size.central
    if scope.least_core is not None:
        yield "least-core", core(scope.least_core), 100 * scope.least_core
    for one in [one for one in scope.shifts if one.breaks] or list(scope.shifts[:1]):
        if text := shift(one, names):
            yield "shift", text, one.odds_break
            break


def core(epsilon: float) -> str:
    """Whether money that moves freely could keep everybody in."""
    if epsilon > 1e-9:
        return (
            "Even if money could move freely between all, some coalition would gain "
            f"{plain.size(epsilon)} by breaking: the core is empty."
        )
    return (
        "If money could move freely between all, the best package could be shared so that every coalition would lose "
        f"{plain.size(epsilon)} or more by breaking: the core is not empty."
    )


def package_holding(report: PackageReport, names: Names) -> tuple[str, ...]:
    """What guarantors add to a package, and what single moves could do to it; empty where nothing may be said."""
    lines = []
    guards = [one for one in names.scope.backing if one.kind is BackingKind.GUARANTEE]
    if report.stable_alone is not None and all(names.says([one.name], None, one.rows) for one in guards):
        alone = plain.share(report.stable_alone)
        lines.append(f"Without the guarantors it would be acceptable and stable in {alone} of draws.")
    if text := moves(report, names):
        lines.append(text)
    return tuple(lines)


def moves(report: PackageReport, names: Names) -> str | None:
    """What single parties could do about a package alone; None where nothing may be said of it."""
    if report.moves is None:
        return None
    told = [text for who, slot, gain in report.moves.improvers if (text := _mover(who, slot, gain, names))]
    if report.moves.nash:
        return "Single moves: nobody could better itself by quitting or by changing a term in a place that it holds."
    if not told:
        return None
    return f"Single moves: {joined(told)}. {capitalised(_answered(report.moves))}."


def _mover(who: str, slot: Slot | None, gain: float, names: Names) -> str | None:
    if not names.says([who], slot):
        return None
    how = "by quitting" if slot is None else f"by changing “{names.slot(slot)}”"
    return f"{names.party(who)} could gain {plain.size(gain)} {how}"


def _answered(found: Moves) -> str:
    if not found.gmr:
        return "one of these moves, at least, could not be answered to the mover’s loss (not stable in any sense)"
    parts = [_CONCEPTS["gmr"]]
    if found.smr:
        parts.append(_CONCEPTS["smr"])
    stable = ["general metarational"] + (["symmetric"] if found.smr else []) + (["sequential"] if found.seq else [])
    text = ", ".join(parts)
    if found.seq:
        text += f", {_CONCEPTS['seq']}"
    return f"{text} ({joined(stable)} stability)"
