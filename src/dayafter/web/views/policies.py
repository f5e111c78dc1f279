"""Policy comparison: for one outcome, the paths under each policy and what each changes against the baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
from markupsafe import Markup

from dayafter.errors import UsageError
from dayafter.findings.amounts import amount, changed, spread_of
from dayafter.findings.resting import of_simulation
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES, OUTCOMES, Channel, Kind
from dayafter.study import input_hashes
from dayafter.web.charts import Band, axis_words, difference, difference_axis, fan, fan_axis
from dayafter.web.edition import Edition
from dayafter.web.views.lines import Link

CHANNELS: Final[Mapping[Channel, tuple[str, ...]]] = {
    Channel.VIOLENCE: ("events", "fatalities"),
    Channel.CONTROL: ("hands_changed_fought", "hands_changed_unopposed"),
    Channel.POPULATION: ("returned", "newly_displaced", "home"),
    Channel.IMPLEMENTATION: ("deal_in_force", "deals_ended", "aid_released", "aid_captured", "dwellings_repaired"),
}
"""Outcomes that the page offers, by channel; channels are never added up."""
LABELS: Final = {
    "events": "Violent events",
    "fatalities": "Persons killed",
    "hands_changed_fought": "Changes of the holder by force",
    "hands_changed_unopposed": "Changes of the holder without a fight",
    "returned": "Persons who return",
    "newly_displaced": "Persons who flee",
    "home": "Persons at home",
    "deal_in_force": "Share of runs with the deal in force",
    "deals_ended": "Deals ended",
    "aid_released": "Money released",
    "aid_captured": "Money captured",
    "dwellings_repaired": "Dwellings repaired",
}
CHANNEL_NAMES: Final = {
    Channel.VIOLENCE: "Violence",
    Channel.CONTROL: "Control",
    Channel.POPULATION: "Population",
    Channel.IMPLEMENTATION: "Deals and money",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """The fan of one policy."""

    id: str
    name: str
    drawing: Markup
    last: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What one policy changes against the baseline at the end of the horizon."""

    id: str
    name: str
    text: str
    drawing: Markup
    clear: bool
    same: str
    conditional: str
    basis: str


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The page of policies for one outcome and one place, deal or pledge."""

    channel: Channel
    outcome: str
    label: str
    unit: str
    monthly: bool
    """Whether the paths are counted month by month."""
    of: str
    """Public id of the place, deal or pledge; empty: all together."""
    of_name: str
    of_choices: tuple[Link, ...]
    baseline: str
    finding: str
    """What the policy that is drawn changes, in a few words."""
    panels: tuple[Panel, ...]
    """The baseline, the policy that is compared, and the difference over time."""
    effects: tuple[Effect, ...]
    strip: Markup
    months: int
    members: int
    seed: int
    drawn_policy: str
    changed_inputs: tuple[str, ...]
    """Tables of the case that are not those of the run."""
    wrong: int


def axis_of(outcome: str) -> str:
    """What an outcome is told apart by on this page: place, deal or aid."""
    return next(axis for axis in ("place", "deal", "aid") if axis in OUTCOMES[outcome].axes)


def policy_view(edition: Edition, result: SimulationResult, *, outcome: str, of: str, policy: str) -> PolicyView:
    """The comparison for one outcome.

    Parameters
    ----------
    of : public id of a place, deal or pledge; the first where empty. policy : drawn beside the baseline; the last where
        empty.

    Raises
    ------
    UsageError : an outcome, a thing or a policy that the run or the audience does not know.
    """
    channel = next((one for one, names in CHANNELS.items() if outcome in names), None)
    if channel is None:
        raise UsageError(f"there is no outcome '{outcome}' here; there is {', '.join(LABELS)}")
    choices = _choices(edition, result, outcome)
    if not choices:
        raise UsageError(f"the run has nothing of the outcome '{outcome}' that may be shown")
    chosen = of if of in choices else next(iter(choices))
    if of and of not in choices:
        raise UsageError(f"there is no '{of}' for this outcome; there is {', '.join(choices)}")
    others = [one for one in result.policies if one != result.baseline]
    if policy and policy not in others:
        raise UsageError(f"the run compares no policy '{policy}'; it has {', '.join(others)}")
    names = {one: edition.rows.gate_label(one, "policies") for one in result.policies}
    where = {axis_of(outcome): choices[chosen]}
    run = result.manifest["run"]
    unit = _unit(result, outcome, where)
    effects, strip = _effects(edition, result, outcome, where, others, names, unit)
    drawn = policy or _first_clear(effects) or (others[-1] if others else result.baseline)
    panels = _panels(edition, result, outcome, where, [result.baseline, drawn], names, unit)
    panels += _difference_panel(edition, result, outcome, where, drawn, unit)
    wrong = result.tables["wrong"]
    return PolicyView(
        channel, outcome, LABELS[outcome], unit, OUTCOMES[outcome].kind is Kind.FLOW, chosen,
        _label(edition, axis_of(outcome), choices[chosen]),
        tuple(Link(_label(edition, axis_of(outcome), own), shown) for shown, own in choices.items()),
        names[result.baseline], _finding(effects, drawn), panels, effects, strip,
        int(run["months"]), int(run["members"]), int(run["seed"]),
        drawn, changed_inputs(edition, result), int(wrong["members"].sum()) if wrong.height else 0,
    )  # fmt: skip


def _finding(effects: tuple[Effect, ...], drawn: str) -> str:
    return next((f"{one.name}: {one.text}" for one in effects if one.id == drawn), "")


def _first_clear(effects: tuple[Effect, ...]) -> str:
    """The first policy that clearly changes something, in the order of the run; empty where none does."""
    return next((one.id for one in effects if one.clear), "")


def changed_inputs(edition: Edition, result: SimulationResult) -> tuple[str, ...]:
    """Tables in which the case differs from the one that was run: then the run is of an earlier edition."""
    before, now = result.manifest["run"]["case"]["inputs"], input_hashes(edition.case)
    return tuple(name for name, digest in before.items() if digest != now.get(name))


def _label(edition: Edition, axis: str, own: str) -> str:
    return edition.rows.gate_label(own, {"place": "places", "deal": "deals", "aid": "aid"}[axis])


def _choices(edition: Edition, result: SimulationResult, outcome: str) -> dict[str, str]:
    """Public id to label in the tables, of what the run has and the audience may see."""
    axis = axis_of(outcome)
    table = {"place": "places", "deal": "deals", "aid": "aid"}[axis]
    frame = result.tables["summary"].filter(pl.col("outcome") == outcome)
    found = [one for one in frame[axis].unique(maintain_order=True).to_list() if one is not None]
    return {edition.gate.alias(one, table): one for one in found if not edition.gate.hides(one, table)}


def _only(frame: pl.DataFrame, outcome: str, where: Mapping[str, str]) -> pl.DataFrame:
    """Rows of one outcome over everything but what is named."""
    wanted = [pl.col("outcome") == outcome]
    wanted += [pl.col(axis) == where[axis] if axis in where else pl.col(axis).is_null() for axis in AXES]
    rows = frame.filter(*wanted)
    return rows.sort("month") if rows.height else _summed_not(frame, outcome, where)


def _summed_not(frame: pl.DataFrame, outcome: str, where: Mapping[str, str]) -> pl.DataFrame:
    """For outcomes without a sum over their other axes: none."""
    return frame.filter(pl.col("outcome") == outcome, *(pl.col(axis) == one for axis, one in where.items())).head(0)


def _unit(result: SimulationResult, outcome: str, where: Mapping[str, str]) -> str:
    rows = _only(result.tables["summary"], outcome, where)
    return str(rows["unit"][0]) if rows.height else OUTCOMES[outcome].unit


def _band(rows: pl.DataFrame) -> Band:
    return Band(
        tuple(rows["month"].to_list()),
        *(tuple(rows[name].to_list()) for name in ("q05", "q25", "q50", "q75", "q95")),
    )


def _panels(  # noqa: PLR0917  # one place for what a panel is made of
    edition: Edition,
    result: SimulationResult,
    outcome: str,
    where: Mapping[str, str],
    policies: list[str],
    names: Mapping[str, str],
    unit: str,
) -> tuple[Panel, ...]:
    tables = {one: _only(result.summary(policy=one), outcome, where) for one in dict.fromkeys(policies)}
    shares = outcome == "deal_in_force"
    bands = {one: _mean_band(rows) if shares else _band(rows) for one, rows in tables.items() if rows.height}
    if not bands:
        return ()
    axis = fan_axis(tuple(bands.values()))
    months = month_names(edition, len(next(iter(bands.values())).months))
    return tuple(
        Panel(
            one,
            names[one],
            fan(band, axis, _in_words(edition, names[one], outcome, band, unit), accent=n > 0, month_names=months),
            _in_words(edition, names[one], outcome, band, unit),
        )
        for n, (one, band) in enumerate(bands.items())
    )


def _difference_panel(  # noqa: PLR0917  # as `_panels`
    edition: Edition, result: SimulationResult, outcome: str, where: Mapping[str, str], policy: str, unit: str
) -> tuple[Panel, ...]:
    """The paired difference over time: its mean, and the range that holds nine in ten parameter draws."""
    if policy == result.baseline:
        return ()
    rows = _only(result.contrast(policy), OUTCOMES[outcome].table_names[-1], where)
    if not rows.height:
        return ()
    spreads = [spread_of(row) for row in rows.iter_rows(named=True)]
    middle, low, high = (tuple(one[n] for one in spreads) for n in range(3))
    band = Band(tuple(rows["month"].to_list()), low, middle, middle, middle, high)
    axis = difference_axis(tuple(spreads))
    told = changed(*spreads[-1], unit, edition.say)
    label = edition.tell("Difference to date by month {n}: {change}", n=band.months[-1], change=told)
    drawing = fan(band, axis, label, accent=True, month_names=month_names(edition, len(band.months)))
    return (Panel("", "", drawing, told),)


def _mean_band(rows: pl.DataFrame) -> Band:
    """For a state that is 0 or 1 in each run: the share of runs, with its spread over parameter draws."""
    mean = rows["mean"].to_list()
    low = [m if v is None else v for m, v in zip(mean, rows["parameter_low"].to_list(), strict=True)]
    high = [m if v is None else v for m, v in zip(mean, rows["parameter_high"].to_list(), strict=True)]
    return Band(tuple(rows["month"].to_list()), tuple(low), tuple(mean), tuple(mean), tuple(mean), tuple(high))


def _in_words(edition: Edition, name: str, outcome: str, band: Band, unit: str) -> str:
    """The text twin of a fan: what it shows at its end."""
    middle, low, high = (amount(one[-1], unit, edition.say) for one in (band.q50, band.q05, band.q95))
    return edition.tell(
        "{policy}. {what}, month {n}: {middle} ({low} to {high})",
        policy=name, what=edition.tell(LABELS[outcome]), n=band.months[-1], middle=middle, low=low, high=high,
    )  # fmt: skip


def month_names(edition: Edition, months: int) -> tuple[str, ...]:
    """The months of a run by name; the first is the one after the as-of date."""
    start = edition.compiled.as_of
    found = []
    for number in range(1, months + 1):
        at = start.year * 12 + start.month - 1 + number
        year, month = at // 12, at % 12 + 1
        found.append(f"{dt.date(year, month, 1):%b %Y}" if edition.language == "en" else edition.say.month(year, month))
    return tuple(found)


def _effects(  # noqa: PLR0917  # one place for what an effect is made of
    edition: Edition,
    result: SimulationResult,
    outcome: str,
    where: Mapping[str, str],
    policies: list[str],
    names: Mapping[str, str],
    unit: str,
) -> tuple[tuple[Effect, ...], Markup]:
    table_name = OUTCOMES[outcome].table_names[-1]
    found = {}
    for one in policies:
        rows = _only(result.contrast(one), table_name, where)
        if rows.height:
            found[one] = rows.row(rows.height - 1, named=True)
    spreads = {one: spread_of(row) for one, row in found.items()}
    axis = difference_axis(tuple(spreads.values()))
    effects = tuple(
        Effect(
            one,
            names[one],
            changed(*spreads[one], unit, edition.say),
            difference(*spreads[one], axis),
            spreads[one][1] > 0 or spreads[one][2] < 0,
            _same(row),
            "" if row["conditional_mean"] is None else changed(*spread_of(row, "conditional"), unit, edition.say),
            _rests(str(row["basis"]), edition),
        )
        for one, row in found.items()
    )
    return effects, axis_words(axis, unit)


def _rests(basis: str, edition: Edition) -> str:
    found = of_simulation(basis, edition.say)
    return "" if found is None else found.text


def _same(row: Mapping[str, float | None]) -> str:
    share = row["total_same"]
    return "" if share is None else f"{round(100 * share)}"
