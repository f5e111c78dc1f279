"""Packages worth a look, each with who gains what, how often it is accepted and holds, and how it could break."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain, Slot
from dayafter.settlement.frame import Frame
from dayafter.settlement.guarantee import Guarantor, SpoilerAnswer, answer_spoiler, penalties
from dayafter.settlement.holding import single_moves
from dayafter.settlement.records import Break, Choice, PackageReport, PartyGain
from dayafter.settlement.robust import Tried, drivers_of, flips_of, range_of, share_of, try_packages
from dayafter.settlement.scope import Run, Table
from dayafter.settlement.screening import steadiest
from dayafter.settlement.solutions import Pick, Solution, minimax_regret
from dayafter.settlement.stability import BreakerKind, breaking_values, kind_of, minimal_breaking_sets


def _candidates(solution: Solution) -> tuple[Ints, list[list[Pick]], list[float]]:
    """Distinct packages to look at, which rules choose them, and the gap of the choice."""
    rows: list[Ints] = []
    picks: list[list[Pick]] = []
    gaps: list[float] = []
    wanted = [(one.package, [one.pick], one.gap) for one in solution.picks]
    if not wanted and solution.nearest.size:
        wanted = [(solution.nearest, [], solution.gap)]
    for package, names, gap in wanted:
        same = next((n for n, row in enumerate(rows) if (row == package).all()), None)
        if same is None:
            rows.append(package)
            picks.append(list(names))
            gaps.append(gap)
        else:
            picks[same] += names
    return (np.stack(rows) if rows else np.empty((0, 0), dtype=np.int64)), picks, gaps


def package_reports(run: Run, table: Table, solution: Solution) -> tuple[PackageReport, ...]:
    """The packages that the rules pick, or the nearest one, and as many more as were asked for."""
    frame, one = table.frame, table.one
    rows, picks, gaps = _candidates(solution)
    if not rows.size:
        return ()
    penalty = penalties(run.guarantors, frame.parties)
    if run.wider:
        steady = steadiest(one.one(0), solution, table.many, table.drawn, penalty, run.power)
        new = [row for row in steady if not (rows == row).all(axis=1).any()][: run.wider]
        rows = np.concatenate([rows, *(row[None] for row in new)])
        picks, gaps = [*picks, *([] for _ in new)], [*gaps, *(0.0 for _ in new)]
    here = try_packages(one, table.central, rows, penalty, run.power)
    there = try_packages(table.many, table.drawn, rows, penalty, run.power)
    bare = replace(table.drawn, deters=np.zeros_like(table.drawn.deters))
    is_guarded = bool(penalty.any() or table.drawn.deters.any())
    alone = try_packages(table.many, bare, rows, None, run.power) if is_guarded else None
    if solution.picks:
        picks[minimax_regret(there.margins[:, :, frame.veto])].append(Pick.MINIMAX_REGRET)
    reports = []
    for n, row in enumerate(rows):
        accepted, holds = there.accepted[:, n], there.breaks.gain[:, n] <= UNIT_TOLERANCE
        least = there.margins[:, n][:, frame.veto].min(axis=1)
        reports.append(
            PackageReport(
                tuple(picks[n]),
                tuple(
                    Choice(slot, frame.options[k][row[k]], float(frame.position[k, row[k]]))
                    for k, slot in enumerate(frame.slots)
                ),
                _gains(frame, one.one(0), here, there, n),
                bool(here.accepted[0, n]),
                share_of(accepted),
                share_of(accepted & holds),
                float(there.best[n]),
                rows.shape[0],
                float(there.regret[n]),
                _break(run, table, here, there, n),
                flips_of(run.case, frame, table.central, row, run.no_deal, run.power),
                drivers_of(run.case, frame, table.drawn, least),
                gaps[n],
                None if alone is None else share_of(accepted & (alone.breaks.gain[:, n] <= UNIT_TOLERANCE)),
                single_moves(run.case, frame, one, row),
            )
        )
    return tuple(reports)


def _gains(frame: Frame, bargain: Bargain, here: Tried, there: Tried, n: int) -> tuple[PartyGain, ...]:
    package, slots = here.packages[n], np.arange(len(frame.slots))
    gains = []
    for j, party in enumerate(frame.parties):
        best = np.where(bargain.available, bargain.worth[j], -np.inf).max(axis=1)
        loss = best - bargain.worth[j, slots, package]
        worst: Slot | None = frame.slots[int(np.argmax(loss))] if loss.max() > UNIT_TOLERANCE else None
        willing = (there.margins[:, n, j] >= -UNIT_TOLERANCE) & ~there.crossed[:, n, j]
        gains.append(
            PartyGain(
                party,
                frame.roles[j],
                bool(frame.veto[j]),
                range_of(here.utility[0, n, j], there.utility[:, n, j]),
                range_of(here.margins[0, n, j], there.margins[:, n, j]),
                share_of(willing),
                bool(here.crossed[0, n, j]),
                worst,
            )
        )
    return tuple(gains)


def _break(run: Run, table: Table, here: Tried, there: Tried, n: int) -> Break:
    frame = table.frame
    has_parent = run.case.has_parent[frame.actor]
    member = here.members[here.breaks.coalition[0, n]]
    gains = coalition_gains(run, table, here.members, here.utility[0, n])
    minimal = minimal_breaking_sets(gains, here.members)
    breaking = np.flatnonzero(there.breaks.gain[:, n] > UNIT_TOLERANCE)
    kinds = [
        kind_of(there.members[there.breaks.coalition[m, n]], frame.roles, table.drawn.command[m], has_parent)
        for m in breaking
    ]
    n_draws = there.accepted.shape[0]
    return Break(
        tuple(frame.parties[j] for j in np.flatnonzero(member)),
        kind_of(member, frame.roles, table.central.command[0], has_parent),
        range_of(here.breaks.gain[0, n], there.breaks.gain[:, n]),
        tuple(tuple(frame.parties[j] for j in np.flatnonzero(here.members[c])) for c in minimal),
        tuple((kind, kinds.count(kind) / n_draws) for kind in BreakerKind if kind in kinds),
        int(here.members.sum(axis=1).max()),
        _spoilers(table, gains, run.guarantors),
    )


def coalition_gains(run: Run, table: Table, members: Bools, utility: Floats) -> Floats:
    """(c,), least gain within each coalition at the central values."""
    central = table.central
    values = breaking_values(table.one.weight, central.ideal, central.capability, central.cost, members, run.power)[0]
    net = values - central.deters[0] - penalties(run.guarantors, table.frame.parties) - utility
    least: Floats = np.where(members, net, np.inf).min(axis=1)
    return least


def _spoilers(table: Table, gains: Floats, guarantors: tuple[Guarantor, ...]) -> tuple[SpoilerAnswer, ...]:
    frame, central = table.frame, table.central
    alone = gains[: len(frame.parties)]  # coalitions come smallest first: one for each party, in order
    total = central.capability[0].sum(axis=0)
    share = np.divide(central.capability[0], total, out=np.zeros_like(central.capability[0]), where=total > 0)
    weight = frame.stake / np.maximum(frame.stake.sum(axis=1, keepdims=True), 1)
    capacity = (share * weight).sum(axis=1)
    chances = [one.probability for one in guarantors if one.takes_part]
    enforcement = max([0.0, *chances, *(float(one.enforces[0]) for one in table.backing_now.guarantees)])
    harm = float(central.cost[0, frame.veto].sum())
    return tuple(
        answer_spoiler(frame.parties[j], float(alone[j]), float(capacity[j]), harm, enforcement)
        for j in np.flatnonzero(alone > UNIT_TOLERANCE)
    )
