"""Which deals would be accepted in some places, whether they would hold, what would unlock them, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats
from dayafter.errors import UsageError
from dayafter.settlement.acceptable import Solver, constraint_solver
from dayafter.settlement.bargain import UNIT_TOLERANCE, Bargain
from dayafter.settlement.frame import Frame, backing_at, central_stakes, frame_of, problems_of, stakes_of
from dayafter.settlement.guarantee import Guarantor
from dayafter.settlement.holding import backing_rows, core_of, power_shifts
from dayafter.settlement.records import (
    Change,
    FindingCode,
    PackageReport,
    PartyRow,
    ScopeReport,
    Settlement,
    SettlementFinding,
    Share,
)
from dayafter.settlement.reports import coalition_gains, package_reports
from dayafter.settlement.reservation import Ensemble, NoDeal
from dayafter.settlement.robust import (
    any_acceptable,
    range_of,
)
from dayafter.settlement.scope import Run, Table
from dayafter.settlement.solutions import Solution, solve
from dayafter.settlement.stability import coalitions
from dayafter.settlement.unlock import unlock_acceptance, unlock_stability

BRIEF_DRAWS: Final = 200
"""Draws for a brief: a share of draws is then known to within 7 points."""
BRIEF_PLACES: Final = 12
"""Places that a brief has room for."""


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
    solver: Solver | str = Solver.AUTO,
) -> Settlement:
    """Acceptable packages of each place, or of all places together, with what is needed to judge them.

    Parameters
    ----------
    places : assessed places; None: all of them. joint : bargain over them together, so that they can be traded.
    draws : over the intervals of the inputs. seed : of the draws.
    no_deal : what parties have without a deal: "contest", "status-quo", or values, (j,) or (m, j), or a function from
        the parties' labels to these, for one scope; or what a simulation without a deal says
        (`dayafter.settling.no_deal_of`).
    guarantors : third parties that would punish a breaker. power : of the loss, 1 linear, 2 quadratic.
    solver : what searches where packages are too many to list: "auto", "highs" or "cp-sat".
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
    run = Run(case, draws, seed, no_deal, guarantors, power, wider, _solver(solver))
    reports = tuple(_scope(run, where, left) for where, left in scopes)
    rule = no_deal if isinstance(no_deal, str) else "simulated" if isinstance(no_deal, Ensemble) else "given"
    return Settlement(case.case_id, case.as_of.isoformat(), seed, draws, rule, reports)


def _solver(name: Solver | str) -> Solver:
    """The solver of this name. UsageError where there is none, or it is not installed: said before anything is done."""
    if name not in set(Solver):
        raise UsageError(f"there is no solver '{name}'; choose one of {', '.join(Solver)}")
    if Solver(name) is Solver.CP_SAT:
        constraint_solver()
    return Solver(name)


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


def _scope(run: Run, places: tuple[str, ...], left_out: tuple[str, ...]) -> ScopeReport:
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
    now = backing_at(case, frame, central.cost)
    backing = backing_at(case, frame, drawn.cost, (run.seed, members))
    table = Table(frame, central, drawn, one, many, backing, now)
    findings += tuple(SettlementFinding(FindingCode.AID_UNTIED, (who,), rows=(row,)) for who, row in now.untied)
    bargain = one.one(0)
    solution = solve(bargain, solver=run.solver)
    findings += _verdicts(case, frame, bargain, solution)
    packages = package_reports(run, table, solution)
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
        backing_rows(frame, now, backing),
        power_shifts(case, table),
        core_of(table, run.power),
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


def _stability_changes(
    run: Run, table: Table, bargain: Bargain, packages: tuple[PackageReport, ...]
) -> tuple[Change, ...]:
    first, frame = packages[0], table.frame
    if first.breaking is None:
        return ()
    row = np.array([frame.options[k].index(choice.option) for k, choice in enumerate(first.choices)], dtype=np.int64)
    utility, n = bargain.utility(row)[0], len(frame.parties)
    solo = coalition_gains(run, table, np.eye(n, dtype=np.bool_), utility)
    members = coalitions(n)

    def holds(loss: Floats) -> bool:
        """Whether no coalition gains, were each party to lose so much more by breaking."""
        return bool(coalition_gains(run, table, members, utility + loss).max() <= UNIT_TOLERANCE)

    return unlock_stability(
        bargain,
        row,
        first.breaking.gain.central,
        first.breaking.members,
        solo,
        minimal_sets=first.breaking.minimal_sets,
        holds=holds,
    )
