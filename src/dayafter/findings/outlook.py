"""What would change our mind, a dissenting reading, the record of past forecasts: by rule, from the same numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.option_events import Event, chances_of
from dayafter.findings.option_records import Options
from dayafter.findings.option_words import best_for, named
from dayafter.findings.records import DealView, Ledger, Statement
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import shown_scopes
from dayafter.findings.views import Indicator, Mover, Outlook
from dayafter.findings.wording import Wording
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES
from dayafter.settlement.records import ChangeKind, Settlement
from dayafter.vocabulary import Action, EngagementRole, LedgerState

Run = tuple[Options, tuple[Event, ...], SimulationResult]
"""Options, their events as the run holds them, and the results that both were made from."""
_EVEN: Final = 0.5
_MAX_RED_LINES: Final = 2


def build_outlook(
    rows: Rows,
    deals: Sequence[DealView],
    ledger: Ledger,
    run: Run | None,
    *,
    settlement: Settlement | None = None,
    movers: tuple[tuple[Mover, ...], str] = ((), ""),
    calibration: str | None = None,
    horizon_months: int,
) -> Outlook:
    """Indicators with thresholds and dates, the dissenting reading and the calibration record.

    Parameters
    ----------
    run : options, their events and the results that they were made from; None without a simulation.
    movers : assumptions by how far they move the answer, and of what answer. calibration : what is known of past
        forecasts; where None, that nothing has been scored.
    """
    say = rows.say
    indicators = _event_indicators(run, rows) if run is not None else []
    indicators += _deal_indicators(deals, rows, horizon_months)
    if settlement is not None:
        indicators += _red_line_indicators(settlement, rows, horizon_months)
    indicators += _silent_indicators(ledger, rows, horizon_months)
    return Outlook(
        indicators=tuple(indicators),
        trigger=trigger(indicators, say),
        dissent=tuple(Statement(text) for text in _dissent(rows, deals, run)),
        movers=movers[0],
        movers_note=movers[1],
        calibration=Statement(
            calibration
            or say("No forecast of this model has been scored against events yet, so no calibration can be shown.")
        ),
    )


def trigger(indicators: Sequence[Indicator], say: Wording) -> str:
    """The first indicator as one sentence for the first page; empty where there is none."""
    if not indicators:
        return ""
    first = indicators[0]
    return say("{see} by {by}: {then}", see=first.see, by=first.by, then=first.then)


def day_after(rows: Rows, months: int) -> str:
    """The month so many months after the as-of date."""
    start = rows.shown.info.as_of.latest or dt.date(1, 1, 1)
    number = start.year * 12 + start.month - 1 + months
    return rows.say.month(number // 12, number % 12 + 1)


def _event_indicators(run: Run, rows: Rows) -> list[Indicator]:
    """For each event of the first page: what, by half of the horizon, would show its chance to be wrong."""
    options, events, result = run
    say = rows.say
    half = max(1, options.horizon_months // 2)
    found = []
    for event in events[: options.n_first_page]:
        found_by = _chance_by(event, result, half)
        if found_by is None:
            continue
        p, low, high = found_by
        by = day_after(rows, half)
        happens = p <= _EVEN
        spread = Spread(p, low, high, 2) if happens else Spread(1 - p, 1 - high, 1 - low, 2)
        chance = words.probability(spread, half, say.language)
        see = event.view.noun if happens else say("no sign of {event}", event=event.view.noun)
        then = (
            say("our chance of it is too low, and what rests on it must be worked out again.")
            if happens
            else say("our chance of it is too high, and what rests on it must be worked out again.")
        )
        found.append(Indicator(say.capitalised(see), by, chance, then))
    found += _plan_indicators(options, rows)
    found += _aid_indicators(result, options, rows)
    return found


def _chance_by(event: Event, result: SimulationResult, month: int) -> tuple[float, float, float] | None:
    """The chance under doing nothing by a month, with its 90 % interval of Monte Carlo error, the one that is known."""
    frame = result.tables["exceedance"].filter(
        (pl.col("policy") == result.baseline)
        & (pl.col("outcome") == event.outcome)
        & (pl.col("threshold") == event.threshold)
        & (pl.col("month") == month)
    )
    where: Mapping[str, str] = event.where
    for axis in AXES:
        frame = frame.filter(pl.col(axis) == where[axis] if axis in where else pl.col(axis).is_null())
    if not frame.height:
        return None
    p, low, high = (frame[name][0] for name in ("p", "mc_low", "mc_high"))
    return float(p), float(p if low is None else low), float(p if high is None else high)


def _plan_indicators(options: Options, rows: Rows) -> list[Indicator]:
    """A deal made that no future holds; aid paid although its condition is not met."""
    say = rows.say
    found = []
    for number, event in enumerate(options.events):
        if event.is_harm or options.nothing.marks[number].chance.mean > _EVEN:
            continue
        found.append(
            Indicator(
                say.capitalised(event.noun),
                day_after(rows, options.horizon_months),
                options.nothing.marks[number].chance,
                say("talks open what we hold to be closed; the options that rest on it must be worked out again."),
            )
        )
    return found


def _aid_indicators(result: SimulationResult, options: Options, rows: Rows) -> list[Indicator]:
    """Money paid although its condition is not met, where an option counts on the condition."""
    say = rows.say
    tied = [
        policy["id"]
        for policy in result.manifest["run"]["policies"]
        if any(step["action"] == Action.SET_CONDITION for step in policy["steps"])
    ]
    letters = [option.letter for option in options.options if option.key in tied]
    if not letters:
        return []
    return [
        Indicator(
            say("A tranche is paid although its condition is not met"),
            day_after(rows, options.horizon_months),
            None,
            say("withholding is not believed, and {options} loses its lever.", options=say.joined(letters)),
        )
    ]


def _deal_indicators(deals: Sequence[DealView], rows: Rows, months: int) -> list[Indicator]:
    """The most fragile deal unchanged at the horizon; its end by somebody other than the likeliest breaker."""
    if not deals:
        return []
    say, first = rows.say, deals[0]
    weak = first.weakest.label if first.weakest else say("its form")
    found = [
        Indicator(
            say("{deal} still in force and unchanged", deal=say.quoted(first.name)),
            day_after(rows, months),
            None,
            say("what we count as its weakness ({what}) matters less than we assume.", what=weak),
        )
    ]
    likeliest = max(first.breakers, key=lambda breaker: breaker.of_100, default=None)
    if likeliest is not None and likeliest.of_100:
        found.append(
            Indicator(
                say("{deal} ended by anybody but {who}", deal=say.quoted(first.name), who=likeliest.label),
                say("any time"),
                None,
                say("we have watched the wrong breaker: bind that kind first."),
            )
        )
    return found


def _red_line_indicators(settlement: Settlement, rows: Rows, months: int) -> list[Indicator]:
    """A red line that gives way where nothing can be agreed today."""
    say = rows.say
    found = []
    for scope in shown_scopes(settlement, rows.gate):
        if len(scope.places) > 1 or any(package.picks for package in scope.packages):
            continue
        names = Names(rows.gate, scope, rows.say)
        for change in scope.changes:
            if change.kind is not ChangeKind.RED_LINE or change.achieves != "acceptable" or change.slot is None:
                continue
            if not names.says(change.who, change.slot):
                continue
            issue = names.issue(change.slot)
            who, place = names.parties(change.who), rows.gate_label(scope.places[0], "places")
            option = names.option(change.slot, change.option or "")
            found.append(
                Indicator(
                    say("{who} accepts “{option}” on “{issue}”", who=who, option=option, issue=issue),
                    day_after(rows, months),
                    None,
                    say("a deal in {place} that all who must agree would accept comes into reach.", place=place),
                )
            )
            break
    return found[:_MAX_RED_LINES]


def _silent_indicators(ledger: Ledger, rows: Rows, months: int) -> list[Indicator]:
    """Any account where sources are silent."""
    say = rows.say
    silent = [row.place.name for row in ledger.rows if any(m.state is LedgerState.NO_ACCOUNT for m in row.marks)]
    if not silent or ledger.some_withheld:
        return []
    return [
        Indicator(
            say("A first account where sources are silent: {places}", places=say.joined(silent, 4)),
            day_after(rows, months),
            None,
            say("the ledger fills, and what is called fragile may change its order."),
        )
    ]


def _dissent(rows: Rows, deals: Sequence[DealView], run: Run | None) -> list[str]:
    """The strongest case against this brief that its own numbers hold."""
    say = rows.say
    said = []
    if run is not None:
        said += _dissent_of_options(run, say)
    third = {EngagementRole.GUARANTOR, EngagementRole.FACILITATOR}
    backed = {engagement.deal for engagement in rows.shown.engagements if engagement.role in third}
    held = [deal for deal in rows.shown.deals if deal.status.value == "in-force" and deal.name]
    if deals and held and not any(deal.id in backed for deal in held):
        said.append(
            say(
                "Every deal that holds today was made without a guarantor or facilitator on record. A visible outsider "
                "may cost such a deal more than it adds: published effects of both include no effect."
            )
        )
    if deals:
        n = sum(not part.is_simulated for part in deals[0].parts)
        said.append(
            say(
                "Of {n} features that make up the risk of {deal}, {k} rest on assumption alone; who assumes otherwise "
                "ranks the deals otherwise.",
                n=n, deal=say.quoted(deals[0].name), k=deals[0].n_assumed_parts,
            )
        )  # fmt: skip
    return said


def _dissent_of_options(run: Run, say: Wording) -> list[str]:
    options, events, result = run
    said = []
    for number, event in enumerate(events[: options.n_first_page]):
        best = best_for(options.options, number, event.view)
        if best is None or best.marks[number].change is None:
            continue
        same = _share_without_difference(event, best.key, result)
        if same is not None:
            said.append(
                say(
                    "In {n} of 100 futures {option} makes no difference at all to {event}: it would have come, or not "
                    "come, all the same.",
                    n=words.percent(same), option=named(best, say), event=event.view.noun,
                )
            )  # fmt: skip
    if not said:
        said.append(
            say(
                "That no option moves these chances clearly is a finding about this model. One in which talks or money "
                "act by ways that it leaves out would read the same facts otherwise."
            )
        )
    return said


def _share_without_difference(event: Event, key: str, result: SimulationResult) -> float | None:
    rows = chances_of(result, event.outcome, event.where, event.threshold)
    found = rows.filter(pl.col("policy") == key)
    if not found.height or found["total_same"][0] is None:
        return None
    return float(found["total_same"][0])
