"""Deals in force once a run is in hand: one number for one event, wherever it stands in the brief.

The assessment estimates from a deal's own features how likely it is to end; the simulation adds what happens meanwhile
(violence, shocks, other deals). Where there is a run, its chance is the one that is printed, and what it adds to the
assessment stands as the last contribution, so that contributions still sum to the number. Who breaks it is counted
over the simulated breaks.

Where both numbers stand on one page, each says which it is: `RECORDED` or `SIMULATED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from dayafter.assessment.report import Assessment, Spread
from dayafter.findings import words
from dayafter.findings.compose import chance
from dayafter.findings.deals import BREAKERS, lead
from dayafter.findings.option_events import chances_of
from dayafter.findings.records import BreakerView, DealView, Estimate, Part
from dayafter.findings.resting import of_simulation
from dayafter.findings.rows import Rows
from dayafter.findings.wording import Wording
from dayafter.results.result import SimulationResult
from dayafter.vocabulary import EndedBy

ENDED: Final = "deals_ended_to_date"
RECORDED: Final = "read from the record"
"""A chance that follows from the features of a deal alone."""
SIMULATED: Final = "in the simulated futures"
"""A chance that was counted in a run."""


def told_as(deal: DealView, say: Wording) -> tuple[tuple[str, Estimate], ...]:
    """The chances of a deal's end with the name of each: the one that is printed everywhere first."""
    if deal.recorded is None:
        return ((say(RECORDED), deal.p_end),)
    if not deal.is_simulated:
        return ((say(RECORDED), deal.recorded),)
    return (say(SIMULATED), deal.p_end), (say(RECORDED), deal.recorded)


def told_once(deals: Sequence[DealView], say: Wording) -> str:
    """How the chances of several deals are to be read, where only the one printed everywhere stands beside each."""
    return say(SIMULATED if any(deal.is_simulated for deal in deals) else RECORDED)


def with_run(
    deals: Sequence[DealView], assessment: Assessment, result: SimulationResult, rows: Rows
) -> tuple[DealView, ...]:
    """Deals in force with the chances and breakers of a run under doing nothing, the most fragile first."""
    ids = {rows.gate_label(one.deal): one.deal for one in assessment.in_force if not rows.gate.hides(one.deal, "deals")}
    found = [_with_run(deal, ids[deal.name], result, rows.say) for deal in deals]
    return tuple(sorted(found, key=lambda deal: -deal.p_end.mean))


def _with_run(deal: DealView, ident: str, result: SimulationResult, say: Wording) -> DealView:
    chances = chances_of(result, ENDED, {"deal": ident}, 1).filter(pl.col("policy") == result.baseline)
    if not chances.height:
        return deal
    row = chances.row(0, named=True)
    p = float(row["p"])
    low, high = (p if row[name] is None else float(row[name]) for name in ("parameter_low", "parameter_high"))
    whole = words.probability(Spread(p, low, high, int(row["members"])), deal.p_end.horizon_months, say.language)
    added = p - deal.p_end.mean
    breakers = _breakers(deal, ident, result, say)
    part = Part(
        say("violence and shocks meanwhile, simulated"),
        Estimate(words.points(added), "", "", "percentage points", added, added, added),
        ("simulation",),
        is_simulated=True,
    )
    return replace(
        deal,
        title=_retitled(deal, whole, say),
        lead=lead((*deal.parts, part), breakers, say),
        p_end=replace(whole, p25=row["parameter_q25"], p75=row["parameter_q75"]),
        parts=(*deal.parts, part),
        rests=of_simulation(str(row["basis"]), say) or deal.rests,
        breakers=breakers,
    )


def _retitled(deal: DealView, whole: Estimate, say: Wording) -> str:
    within = f"to end within {say.counted(whole.horizon_months or 0, 'month')}"
    return say("{deal} {chance}", deal=say.capitalised(deal.name), chance=chance(whole, within, say))


def _breakers(deal: DealView, ident: str, result: SimulationResult, say: Wording) -> tuple[BreakerView, ...]:
    """Of 100 simulated ends, how many by each kind; the kinds and names of the assessment, every kind kept."""
    frame = result.tables["summary"].filter(
        (pl.col("policy") == result.baseline) & (pl.col("outcome") == ENDED) & (pl.col("deal") == ident)
    )
    frame = frame.filter((pl.col("month") == frame["month"].max()) & pl.col("ended_by").is_not_null())
    means = {str(row["ended_by"]): float(row["mean"]) for row in frame.iter_rows(named=True)}
    total = sum(means.values())
    if not total:
        return deal.breakers
    kinds = {say(BREAKERS[kind]): kind for kind in EndedBy if kind in BREAKERS}
    shares = [100 * means.get(kinds[view.label].value, 0.0) / total for view in deal.breakers]
    counts = words.whole_parts(shares, 100)
    found = (replace(view, of_100=count, range="") for view, count in zip(deal.breakers, counts, strict=True))
    return tuple(sorted(found, key=lambda view: -view.of_100))
