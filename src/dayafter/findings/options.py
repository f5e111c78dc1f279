"""Policy options against doing nothing, from a simulated ensemble: who reads this knows event, horizon, place, channel.

Every range is over parameter draws: what we do not know about the world. Ranges of changes are widened by the error of
having simulated only so many futures. A change counts as clear where its range leaves out zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import Spread
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.option_costs import costs_of, merged, party_costs, steps_words
from dayafter.findings.option_events import Event, chances_of, choose_events, touched
from dayafter.findings.option_measures import measures_of
from dayafter.findings.option_records import (
    Change,
    Cost,
    EventMark,
    EventView,
    MeasureView,
    Options,
    OptionView,
)
from dayafter.findings.option_words import bottom_line, facts, fallback, title
from dayafter.findings.records import Basis
from dayafter.findings.resting import basis_of
from dayafter.findings.rows import Rows
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.settlement.records import Settlement

N_LEAST: Final = 3
"""Options on the first page where fewer help clearly."""
N_FIRST_PAGE: Final = 4
"""Options on the first page, doing nothing apart."""


def build_options(
    case: CaseFile,
    result: SimulationResult,
    gate: Gate,
    *,
    settlement: Settlement | None = None,
    language: str = "en",
    shown: Sequence[str] = (),
) -> Options:
    """Options of a run as they may be told to the audience of the gate; see `options_and_events`."""
    return options_and_events(case, result, gate, settlement=settlement, language=language, shown=shown)[0]


def options_and_events(
    case: CaseFile,
    result: SimulationResult,
    gate: Gate,
    *,
    settlement: Settlement | None = None,
    language: str = "en",
    shown: Sequence[str] = (),
) -> tuple[Options, tuple[Event, ...]]:
    """Options of a run as they may be told to the audience of the gate, and the events as the run holds them.

    Parameters
    ----------
    case : the case that was simulated. result : its futures, with two or more histories a parameter draw.
    settlement : of its places, for what each option costs the parties; None leaves those costs out.
    language : of every sentence. shown : ids of the options for the first page; chosen by rule where empty.

    Raises
    ------
    UsageError : the results are of another case, have no policy beside the baseline, one history a draw, or not the
        options asked for.
    """
    say = Wording(language)
    rows = Rows(case, gate, say)
    _check(case, result, shown)
    events, n_first = choose_events(case, result, gate, say)
    policies = _told(_in_order(result, gate), events, result)
    months = int(result.manifest["run"]["months"])
    covers = {deal.id: tuple(deal.places) for deal in case.deals}
    options = []
    for number, policy in enumerate(policies):
        marks = tuple(_mark(event, str(policy["id"]), result, say) for event in events)
        steps, hidden = steps_words(policy, rows, say)
        places = sorted(touched(policy, covers)[1])
        in_case = str(policy["id"]) in rows.names
        row = next((one for one in rows.shown.policies if one.id == policy["id"]), None)
        options.append(
            OptionView(
                letter="" if number == 0 else _letter(number - 1),
                key=gate.alias(str(policy["id"]), "policies"),
                name=gate.label(str(policy["id"]), language, "policies")
                if in_case
                else gate.text(str(policy["name"])) or say("Do nothing more"),
                text=row.text if row is not None else "",
                steps=steps,
                n_withheld_steps=hidden,
                marks=marks,
                costs=() if number == 0 else costs_of(policy, places, rows, settlement, say),
                fallback="",
                fallback_short="",
                on_first_page=False,
            )
        )
    views = tuple(event.view for event in events)
    chosen = _first_page(options[1:], n_first, views, [gate.alias(one, "policies") for one in shown])
    options = [
        replace(one, on_first_page=one.key in chosen, rank=chosen.index(one.key) if one.key in chosen else 0)
        for one in options
    ]
    ways = [fallback(one, options, views, n_first, say) for one in options]
    options = [replace(one, fallback=way[0], fallback_short=way[1]) for one, way in zip(options, ways, strict=True)]
    everywhere = sorted({place for policy in policies for place in touched(policy, covers)[1]})
    parties = () if settlement is None else merged(party_costs(everywhere, rows, settlement, say), say)
    more = (measures_of(result, policies, say), parties, say)
    made = _whole((views, n_first, months), tuple(options), result, more)
    return made, events


def _whole(
    what: tuple[tuple[EventView, ...], int, int],
    options: tuple[OptionView, ...],
    result: SimulationResult,
    more: tuple[tuple[MeasureView, ...], tuple[Cost, ...], Wording],
) -> Options:
    """The record with its sentences."""
    (views, n_first, months), (measures, parties, say) = what, more
    run = result.manifest["run"]
    gone = result.manifest["outcome"].get("members_gone_wrong", {}).get(result.baseline, {})
    made = Options(
        horizon_months=months,
        horizon=say.counted(months, "month"),
        events=views,
        n_first_page=n_first,
        options=options,
        measures=measures,
        parties=parties,
        title="",
        bottom_line=(),
        facts=(),
        basis=_basis(views[:n_first], say),
        seed=int(run["seed"]),
        n_members=int(run["members"]),
        n_draws=int(run["draws"]),
        n_gone_wrong=sum(gone.values()),
        version=str(run["version"]),
        run_hash=str(result.manifest["hash"])[:12],
    )
    return replace(made, title=title(made, say), bottom_line=bottom_line(made, say), facts=facts(made, say))


def _check(case: CaseFile, result: SimulationResult, shown: Sequence[str]) -> None:
    run = result.manifest["run"]
    if run["case"]["id"] != case.info.id:
        raise UsageError(
            f"the results are of the case '{run['case']['id']}', not of '{case.info.id}'; simulate this case"
        )
    if len(result.policies) < 2:
        raise UsageError("the results hold no option beside the baseline; simulate at least one policy")
    if any(policy["id"] == result.baseline and policy["steps"] for policy in run["policies"]):
        raise UsageError(
            f"the results compare with '{result.baseline}', which is not doing nothing; simulate without --baseline"
        )
    if run["members"] == run["draws"] or run["draws"] < 2:
        raise UsageError(
            f"the results hold {run['members']} members in {run['draws']} draws, one history each, so that no range "
            "can be told from luck; simulate 400 members or more"
        )
    for one in shown:
        if one not in result.policies or one == result.baseline:
            options = ", ".join(policy for policy in result.policies if policy != result.baseline)
            raise UsageError(f"the results have no option '{one}'; they have {options}")


def _in_order(result: SimulationResult, gate: Gate) -> list[Mapping[str, Any]]:
    """Doing nothing first, then the plans in the order of the run; a plan that is withheld is left out."""
    all_of_them = [policy for policy in result.manifest["run"]["policies"] if not gate.hides(policy["id"], "policies")]
    return sorted(all_of_them, key=lambda policy: policy["id"] != result.baseline)


def _told(
    policies: Sequence[Mapping[str, Any]], events: Sequence[Event], result: SimulationResult
) -> list[Mapping[str, Any]]:
    """The plans of which every event is told: redacted results leave out what would say where a withheld step acts."""
    told = [set(chances_of(result, one.outcome, one.where, one.threshold)["policy"]) for one in events]
    return [policy for policy in policies if all(policy["id"] in names for names in told)]


def _letter(number: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[number] if number < 26 else letters[number // 26 - 1] + letters[number % 26]


def _mark(event: Event, policy: str, result: SimulationResult, say: Wording) -> EventMark:
    row = (
        chances_of(result, event.outcome, event.where, event.threshold)
        .filter(pl.col("policy") == policy)
        .row(0, named=True)
    )
    p = float(row["p"])
    low, high = (p if row[name] is None else float(row[name]) for name in ("parameter_low", "parameter_high"))
    whole = Spread(p, low, high, int(row["members"]))
    chance = replace(
        words.probability(whole, event.view.horizon_months, say.language),
        p25=row["parameter_q25"],
        p75=row["parameter_q75"],
    )
    has_dates = any(
        step["action"] in {"make-deal", "impose"}
        for one in result.manifest["run"]["policies"]
        if one["id"] == policy
        for step in one["steps"]
    )
    return EventMark(chance, _change(row, "total", say), _change(row, "conditional", say) if has_dates else None)


def _change(row: Mapping[str, Any], side: str, say: Wording) -> Change | None:
    """A paired change; its ends are those over parameter draws, each moved out by the Monte Carlo error."""
    mean = row[f"{side}_mean"]
    if mean is None:
        return None
    reach = (row[f"{side}_mc_high"] or mean) - mean

    def end(name: str, part: float) -> float:
        value = row[f"{side}_parameter_{name}"]
        off = (mean if value is None else value) - mean
        return float(mean + math.copysign(math.hypot(off, part * reach), -1 if name in {"low", "q25"} else 1))

    low, q25, q75, high = end("low", 1), end("q25", _HALF), end("q75", _HALF), end("high", 1)
    spread = Spread(float(mean), low, high, int(row[f"{side}_members"]))
    return Change(
        text=say.change(spread),
        short=say.change(spread, brief=True),
        is_clear=words.is_clear(spread),
        mean=float(mean),
        p05=low,
        p25=q25,
        p75=q75,
        p95=high,
    )


_HALF: Final = 0.6745 / 1.6449
"""Reach of the middle half of a normal distribution, in parts of that of its middle nine tenths."""


def _first_page(
    options: Sequence[OptionView], n_first: int, events: Sequence[EventView], asked: Sequence[str]
) -> tuple[str, ...]:
    """Options of the first page, the best first: those asked for, else those that help most there, clear ones first."""
    if asked:
        return tuple(asked)

    def merit(option: OptionView) -> tuple[float, float]:
        clear = whole = 0.0
        for event, mark in list(zip(events, option.marks, strict=True))[:n_first]:
            if mark.change is not None:
                good = -mark.change.mean if event.is_harm else mark.change.mean
                whole += good
                clear += good if mark.change.is_clear else 0.0
        return -clear, -whole

    ranked = sorted(options, key=merit)
    n_clear = sum(merit(option)[0] < 0 for option in ranked)
    return tuple(option.key for option in ranked[: min(max(n_clear, N_LEAST), N_FIRST_PAGE)])


def _basis(events: Sequence[EventView], say: Wording) -> Basis:
    """Where the parameters behind the numbers of the first page come from, its events alike."""
    rests = [event.rests for event in events if event.rests is not None]
    shares = (
        sum(one.data for one in rests), sum(one.published for one in rests), sum(one.assumed for one in rests)
    )  # fmt: skip
    found = basis_of(*shares, say) or basis_of(0, 0, 1, say)
    assert found is not None  # something counts
    text = say(
        "Of the parameters behind these numbers, {data} % rest on data, {published} % on published effects and "
        "{assumed} % on assumption.",
        data=found.data, published=found.published, assumed=found.assumed,
    )  # fmt: skip
    return replace(found, text=text)
