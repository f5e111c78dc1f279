"""Which deals would be accepted in some places, whether they would hold, what would unlock them, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, CompiledCase, Floats, Ints
from dayafter.errors import UsageError
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain, Slot
from dayafter.settlement.frame import Frame, Problems, Stakes, central_stakes, frame_of, problems_of, stakes_of
from dayafter.settlement.guarantee import Guarantor, SpoilerAnswer, answer_spoiler, penalties
from dayafter.settlement.records import (
    Break,
    Change,
    Choice,
    FindingCode,
    PackageReport,
    PartyGain,
    PartyRow,
    ScopeReport,
    Settlement,
    SettlementFinding,
    Share,
)
from dayafter.settlement.reservation import NoDeal
from dayafter.settlement.robust import (
    Tried,
    any_acceptable,
    drivers_of,
    flips_of,
    range_of,
    share_of,
    try_packages,
)
from dayafter.settlement.screening import steadiest
from dayafter.settlement.solutions import Pick, Solution, minimax_regret, solve
from dayafter.settlement.stability import BreakerKind, breaking_values, kind_of, minimal_breaking_sets
from dayafter.settlement.unlock import unlock_acceptance, unlock_stability

BRIEF_DRAWS: Final = 200
"""Draws for a brief: a share of draws is then known to within 7 points."""
BRIEF_PLACES: Final = 12
"""Places that a brief has room for."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What holds for every scope of one call."""

    case: CompiledCase
    draws: int
    seed: int
    no_deal: NoDeal | str
    guarantors: tuple[Guarantor, ...]
    power: float
    wider: int


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One scope: its table, its stakes and problems, central and drawn, and its packages tried in both."""

    frame: Frame
    central: Stakes
    drawn: Stakes
    one: Problems
    many: Problems


def settle(
    case: CompiledCase,
    places: Sequence[str] | None = None,
    *,
    joint: bool = False,
    draws: int = 500,
    seed: int = 1,
    no_deal: NoDeal | str = "contest",
    guarantors: tuple[Guarantor, ...] = (),
    power: float = 1.0,
    wider: int = 0,
) -> Settlement:
    """Acceptable packages of each place, or of all places together, with what is needed to judge them.

    Parameters
    ----------
    places : assessed places; None: all of them. joint : bargain over them together, so that they can be traded.
    draws : over the intervals of the inputs. seed : of the draws.
    no_deal : what parties have without a deal: "contest", "status-quo", or values, (j,) or (m, j), or a function from
        the parties' labels to these, for one scope.
    guarantors : third parties that would punish a breaker. power : of the loss, 1 linear, 2 quadratic.
    wider : report so many more packages than the rules pick: those accepted and held in most draws.

    Raises
    ------
    UsageError : a place that is not assessed, fewer than two draws, or values of no deal for several scopes.
    """
    if draws < 2:
        raise UsageError(f"{draws} draws give no range; ask for at least 2")
    chosen = tuple(places) if places is not None else case.places
    scopes: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((place,), ()) for place in chosen]
    if joint:
        scopes = [(chosen, ())]
        blocked = _blocked_places(case, chosen)
        open_places = tuple(place for place in chosen if place not in blocked)
        if blocked and open_places:
            scopes.append((open_places, blocked))
    if isinstance(no_deal, np.ndarray) and len(scopes) > 1:
        raise UsageError("values of no deal are for one scope; name one place, or hand in a function of the parties")
    run = _Run(case, draws, seed, no_deal, guarantors, power, wider)
    reports = tuple(_scope(run, where, left) for where, left in scopes)
    rule = no_deal if isinstance(no_deal, str) else "given"
    return Settlement(case.case_id, case.as_of.isoformat(), seed, draws, rule, reports)


def settle_places(case: CompiledCase, *, seed: int = 1, draws: int = BRIEF_DRAWS) -> Settlement | None:
    """Places by themselves, as a brief shows them; None where the case holds nothing to bargain over.

    Places where nobody has a position are left out, and of the rest all but the first `BRIEF_PLACES` of the case.
    """
    where = tuple(case.places[int(p)] for p in np.unique(np.nonzero(case.ideal.exists)[0]))
    return settle(case, where[:BRIEF_PLACES], draws=draws, seed=seed) if where else None


def _blocked_places(case: CompiledCase, places: tuple[str, ...]) -> tuple[str, ...]:
    frame = frame_of(case, places)
    bargain = problems_of(frame, central_stakes(case, frame)).one(0)
    blocked = {frame.slots[k].place for k in bargain.blocked_slots()}
    return tuple(place for place in places if place in blocked)


def _scope(run: _Run, places: tuple[str, ...], left_out: tuple[str, ...]) -> ScopeReport:
    case, draws = run.case, run.draws
    frame = frame_of(case, places)
    findings = _findings(case, frame)
    stop = {FindingCode.NO_POSITION, FindingCode.ONE_PARTY, FindingCode.NOBODY_NEEDED}
    nobody = Share(0.0, 0.0, draws)
    if any(one.code in stop for one in findings):
        return ScopeReport(places, left_out, (), frame.slots, 0, 0, 0, None, 0.0, "none", nobody, (), (), findings)
    members = np.arange(draws, dtype=np.int64)
    central, drawn = central_stakes(case, frame), stakes_of(case, frame, run.seed, members)
    one, many = (problems_of(frame, stakes, run.no_deal, run.power) for stakes in (central, drawn))
    table = _Table(frame, central, drawn, one, many)
    bargain = one.one(0)
    solution = solve(bargain)
    findings += _verdicts(case, frame, bargain, solution)
    packages = _packages(run, table, solution)
    changes = (
        _stability_changes(run, table, bargain, packages)
        if solution.picks
        else unlock_acceptance(case, frame, bargain, run.no_deal, run.power)
    )
    parties = tuple(
        PartyRow(party, frame.roles[j], bool(frame.veto[j]), range_of(bargain.reservation[j], many.reservation[:, j]))
        for j, party in enumerate(frame.parties)
    )
    least = float(solution.least_margin) if np.isfinite(solution.least_margin) else None
    return ScopeReport(
        places,
        left_out,
        parties,
        frame.slots,
        solution.n_packages,
        solution.n_acceptable,
        solution.n_efficient,
        least,
        solution.gap,
        solution.method,
        any_acceptable(many),
        packages,
        changes,
        findings,
    )


def _findings(case: CompiledCase, frame: Frame) -> tuple[SettlementFinding, ...]:
    """What must be known before any number is read."""
    found = [SettlementFinding(FindingCode.NO_OPTIONS, slot=slot) for slot in frame.without_options]
    if not frame.parties:
        return (*found, SettlementFinding(FindingCode.NO_POSITION))
    if len(frame.parties) == 1:
        found.append(SettlementFinding(FindingCode.ONE_PARTY, frame.parties))
    elif not frame.veto.any():
        found.append(SettlementFinding(FindingCode.NOBODY_NEEDED))
    found += [SettlementFinding(FindingCode.SILENT, (party,)) for party in frame.silent]
    found += [SettlementFinding(FindingCode.SPOKEN_FOR, pair) for pair in frame.spoken_for]
    central = central_stakes(case, frame)
    for k, slot in enumerate(frame.slots):
        if not central.capability[0, :, k].any():
            found.append(SettlementFinding(FindingCode.NO_CAPABILITY, slot=slot))
        if not central.salience[0, :, k].any():
            found.append(SettlementFinding(FindingCode.NOBODY_CARES, slot=slot))
    careless = tuple(party for j, party in enumerate(frame.parties) if not central.salience[0, j].any())
    if careless:
        found.append(SettlementFinding(FindingCode.NO_INTEREST, careless))
    return tuple(found)


def _verdicts(case: CompiledCase, frame: Frame, bargain: Bargain, solution: Solution) -> tuple[SettlementFinding, ...]:
    found: list[SettlementFinding] = []
    for k in bargain.blocked_slots():
        at = [j for j in np.flatnonzero(bargain.veto) if bargain.forbidden[j, k].any()]
        p, i = (int(x) for x in frame.slot_index[k])
        rows = tuple(
            row
            for j in at
            for name in ("red_line_below", "red_line_above")
            for row in case.rows_of(name, p, int(frame.actor[j]), i)
        )
        who = tuple(frame.parties[j] for j in at)
        found.append(SettlementFinding(FindingCode.RED_LINES_CLASH, who, frame.slots[k], tuple(dict.fromkeys(rows))))
    if not solution.picks:
        found.append(SettlementFinding(FindingCode.NOTHING_ACCEPTABLE))
    if solution.gap > 0 or any(pick.gap > 0 for pick in solution.picks):
        found.append(SettlementFinding(FindingCode.NOT_PROVEN))
    return tuple(found)


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


def _packages(run: _Run, table: _Table, solution: Solution) -> tuple[PackageReport, ...]:
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


def _break(run: _Run, table: _Table, here: Tried, there: Tried, n: int) -> Break:
    frame = table.frame
    has_parent = run.case.has_parent[frame.actor]
    member = here.members[here.breaks.coalition[0, n]]
    gains = _coalition_gains(run, table, here.members, here.utility[0, n])
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
        _spoilers(frame, table.central, gains, run.guarantors),
    )


def _coalition_gains(run: _Run, table: _Table, members: Bools, utility: Floats) -> Floats:
    """(c,), least gain within each coalition at the central values."""
    central = table.central
    values = breaking_values(table.one.weight, central.ideal, central.capability, central.cost, members, run.power)[0]
    net = values - penalties(run.guarantors, table.frame.parties) - utility
    least: Floats = np.where(members, net, np.inf).min(axis=1)
    return least


def _spoilers(
    frame: Frame, central: Stakes, gains: Floats, guarantors: tuple[Guarantor, ...]
) -> tuple[SpoilerAnswer, ...]:
    alone = gains[: len(frame.parties)]  # coalitions come smallest first: one for each party, in order
    total = central.capability[0].sum(axis=0)
    share = np.divide(central.capability[0], total, out=np.zeros_like(central.capability[0]), where=total > 0)
    weight = frame.stake / np.maximum(frame.stake.sum(axis=1, keepdims=True), 1)
    capacity = (share * weight).sum(axis=1)
    enforcement = max((one.probability for one in guarantors if one.takes_part), default=0.0)
    harm = float(central.cost[0, frame.veto].sum())
    return tuple(
        answer_spoiler(frame.parties[j], float(alone[j]), float(capacity[j]), harm, enforcement)
        for j in np.flatnonzero(alone > UNIT_TOLERANCE)
    )


def _stability_changes(
    run: _Run, table: _Table, bargain: Bargain, packages: tuple[PackageReport, ...]
) -> tuple[Change, ...]:
    first, frame = packages[0], table.frame
    if first.breaking is None:
        return ()
    row = np.array([frame.options[k].index(choice.option) for k, choice in enumerate(first.choices)], dtype=np.int64)
    alone = np.eye(len(frame.parties), dtype=np.bool_)
    solo = _coalition_gains(run, table, alone, bargain.utility(row)[0])
    return unlock_stability(
        bargain,
        row,
        first.breaking.gain.central,
        first.breaking.members,
        solo,
        minimal_sets=first.breaking.minimal_sets,
    )
