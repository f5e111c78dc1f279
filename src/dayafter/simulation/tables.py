"""Totals turned into the tables of a result.

Three intervals are told apart, each of 90 % and named: *Monte Carlo* error of the mean (more members shrink it),
*parameter* spread (between parameter draws, histories averaged out) and *history* spread (between histories of one
draw). The first is normal. The other two keep the shape of what was counted: quantiles of the draws' means, pulled
towards the mean so that their variance is that of the parameters alone; quantiles of the deviations from the draws'
means, stretched by √(r / (r − 1)) for the r replicates that each mean is taken over.

A chance over parameter draws is taken as Beta with the mean and the parameter variance of what was counted: few
replicates tell its variance well and its shape badly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import betaincinv

from dayafter.priors.tables import Z90
from dayafter.results.schema import AXES, TABLES, check_frame
from dayafter.simulation.accumulate import Moments, Tally
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.histograms import Floats, Ints
from dayafter.simulation.process import Frame, Process, reasons_of
from dayafter.simulation.spec import RunSpec, Sink
from dayafter.simulation.totals import Key, Part, Totals

PERCENTS: Final = (5, 25, 50, 75, 95)
_MOST_SPREAD: Final = 0.98
"""Largest variance of a chance over draws, in parts of what a chance of 0 or 1 in every draw would have."""
_TYPES: Final = {"text": pl.String, "whole": pl.Int64, "number": pl.Float64}
_Columns = dict[str, Any]


class Tabulator:
    """Turns totals into tables, policy by policy."""

    def __init__(self, process: Process, spec: RunSpec, currency: str) -> None:
        self._rows = _Rows(Frame(process.cells, process.months), spec, currency)
        self._reasons = reasons_of(process)

    def of_policy(self, policy: int, parts: Mapping[Key, Part]) -> dict[str, pl.DataFrame]:
        """One policy's part of each table that has one; `parts` are its own, or those of all."""
        rows = self._rows
        name, made = rows.spec.ids[policy], {}
        tally = parts[Key("tally", policy)]
        assert isinstance(tally, Tally)  # by its key
        if tally.moments.n_members:
            made["summary"] = _summary(name, rows, tally)
            made["exceedance"] = _exceedance(name, rows, tally)
            made["chances"] = _chances(name, rows, parts, policy)
        if name != rows.spec.baseline:
            made["contrasts"] = _contrasts(name, rows, {side: parts.get(Key(side, policy)) for side in _SIDES})
        return made

    def each(self, totals: Totals) -> tuple[list[dict[str, pl.DataFrame]], Ints]:
        """What `of_policy` makes of each policy of some totals, and who went wrong."""
        return [self.of_policy(policy, totals.parts) for policy in range(len(self._rows.spec.ids))], totals.wrong

    def whole(self, made: Iterable[Mapping[str, pl.DataFrame]], wrong: Ints) -> dict[str, pl.DataFrame]:
        """Tables `summary`, `contrasts`, `exceedance`, `chances` and `wrong`, checked.

        Parameters
        ----------
        made : what `of_policy` made of each, in their order. wrong : as in `Totals`.
        """
        each, ids = list(made), self._rows.spec.ids
        tables = {
            table: pl.concat([_empty(table), *(part[table] for part in each if table in part)])
            for table in ("summary", "contrasts", "exceedance", "chances")
        }
        told: _Columns = {
            "policy": [name for name in ids for _ in self._reasons],
            "reason": [reason for _ in ids for reason in self._reasons],
            "members": wrong.ravel(),
        }
        tables["wrong"] = _frame("wrong", told).filter(pl.col("members") > 0)
        for table, one in tables.items():
            check_frame(table, one)
        return tables


def build_tables(process: Process, spec: RunSpec, totals: Totals, currency: str) -> dict[str, pl.DataFrame]:
    """Tables of totals, as `Tabulator.whole` has them; `currency` is the case's own, the unit of money."""
    tabulator = Tabulator(process, spec, currency)
    return tabulator.whole(*tabulator.each(totals))


_SIDES: Final = ("total", "conditional")


def _empty(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema={column.name: _TYPES[column.dtype] for column in TABLES[table]})


class _Rows:
    """The rows of a run's tables, the same for every policy: labels, units, and which rows which table shows."""

    def __init__(self, frame: Frame, spec: RunSpec, currency: str) -> None:
        self.spec = spec
        blocks = frame.blocks
        sizes = [block.n_rows for block in blocks]
        labels: dict[str, list[Any]] = {axis: [] for axis in AXES}
        for block in blocks:
            for axis in AXES:
                values = block.labels.get(axis, (None,) * len(block.groups))
                labels[axis] += [label for label in values for _ in range(block.months)]
        units = [currency if block.outcome.unit == "currency" else block.outcome.unit for block in blocks]
        texts = {
            "channel": [block.outcome.channel.value for block in blocks],
            "outcome": [block.name for block in blocks],
            "unit": units,
            "basis": [block.basis for block in blocks],
        }
        of_block = np.repeat(np.arange(len(blocks)), sizes)
        self.labels = pl.DataFrame(labels, schema=dict.fromkeys(AXES, pl.String)).with_columns(
            *(pl.Series(name, values, dtype=pl.String).gather(of_block) for name, values in texts.items()),
            pl.Series("month", np.tile(np.arange(1, frame.months + 1), of_block.size // frame.months)),
        )
        self._units = np.repeat([block.units_per_step for block in blocks], sizes)
        self._steps = np.repeat([block.outcome.steps_per_unit for block in blocks], sizes)
        self.contrasted = np.flatnonzero(np.isin(of_block, frame.contrasted))
        self._lay_thresholds(frame)

    def _lay_thresholds(self, frame: Frame) -> None:
        """Rows of `exceedance` and `chances`: block by block, threshold by threshold, and where their counts stand."""
        none = np.zeros(0, dtype=np.int64)
        reached, reached_at, chance, chance_at = [none], [none], [none], [none]
        levels, chance_levels = [np.zeros(0)], [np.zeros(0)]
        at_least, chances = 0, 0
        for start, block in zip(frame.starts, frame.blocks, strict=False):
            k, n, groups = len(self.spec.thresholds_of(block)), block.n_rows, len(block.groups)
            wanted = np.array(self.spec.thresholds.get(block.outcome.name, ())[:k], dtype=np.float64)
            last = start + block.months - 1 + block.months * np.arange(groups)
            for number in range(k):
                reached.append(start + np.arange(n))
                reached_at.append(at_least + number + k * np.arange(n))
                chance.append(last)
                chance_at.append(chances + number + k * np.arange(groups))
                levels.append(np.full(n, wanted[number]))
                chance_levels.append(np.full(groups, wanted[number]))
            at_least, chances = at_least + k * n, chances + k * groups
        self.reached, self.reached_at = np.concatenate(reached), np.concatenate(reached_at)
        self.chance, self.chance_at = np.concatenate(chance), np.concatenate(chance_at)
        self.levels, self.chance_levels = np.concatenate(levels), np.concatenate(chance_levels)

    def in_units(self, steps: Any, rows: Any = slice(None)) -> Any:
        """Numbers of steps, one for each of the rows, in their units."""
        return steps * self._units[rows] / self._steps[rows]

    def frame(self, table: str, columns: _Columns, rows: Ints | None = None) -> pl.DataFrame:
        """A part of a table: these columns beside the labels of the rows."""
        labels = self.labels if rows is None else self.labels[rows]
        return _frame(table, {**{name: labels[name] for name in labels.columns}, **columns})


def _frame(table: str, columns: _Columns) -> pl.DataFrame:
    """One part of a table; NaN, which stands for what cannot be worked out, becomes empty."""
    n = max(len(values) for values in columns.values() if not isinstance(values, (str, int)))
    series = []
    for column in TABLES[table]:
        values, kind = columns[column.name], _TYPES[column.dtype]
        if isinstance(values, (str, int)):
            series.append(pl.repeat(values, n, dtype=kind(), eager=True).alias(column.name))
        elif isinstance(values, pl.Series):
            series.append(values.alias(column.name))
        else:
            series.append(pl.Series(column.name, values, dtype=kind(), nan_to_null=kind is pl.Float64))
    return pl.DataFrame(series)


def _ends(stem: str, low: Floats, high: Floats) -> _Columns:
    return {f"{stem}_low": low, f"{stem}_high": high}


def _around(stem: str, mean: Floats, variance: Floats) -> _Columns:
    reach = Z90 * np.sqrt(variance)
    return _ends(stem, mean - reach, mean + reach)


def _parameter_ends(
    moments: Moments, draw_means: Any, mean: Floats, percents: tuple[int, ...] = (5, 95)
) -> tuple[Floats, ...]:
    """Quantiles over parameter draws; NaN without replicates, when they cannot be told from histories."""
    spread = moments.spread()
    if moments.n_draws < 2 or moments.replicates < 2:
        return (spread.parameter,) * len(percents)
    of_means = np.where(spread.of_draw_means > 0, spread.of_draw_means, 1.0)
    pull = np.sqrt(np.where(spread.of_draw_means > 0, spread.parameter, 0.0) / of_means)
    quantiles, _ = draw_means.quantiles(percents, moments.n_draws)
    off = quantiles / moments.replicates - (moments.draws_total / (moments.n_draws * moments.replicates))[:, None]
    return tuple(mean + pull * off[:, number] for number in range(len(percents)))


def beta_quantiles(mean: Floats, variance: Floats, percents: tuple[int, ...]) -> tuple[Floats, ...]:
    """Quantiles of the Beta distribution with these moments: chances that differ between draws, within [0, 1].

    Parameters
    ----------
    mean, variance : (n,) of the chance over parameter draws. Without variance every quantile is the mean; NaN passes.
    """
    most = mean * (1 - mean)
    share = np.divide(variance, most, out=np.zeros_like(mean), where=most > 0)
    share = np.where(np.isnan(variance), np.nan, np.clip(share, 0.0, _MOST_SPREAD))
    is_spread = share > 0
    size, whole = 1 / share[is_spread] - 1, mean[is_spread]
    ends = tuple(np.where(np.isnan(share), np.nan, mean) for _ in percents)
    for end, percent in zip(ends, percents, strict=True):
        end[is_spread] = betaincinv(size * whole, size * (1 - whole), percent / 100)
    return ends


def _summary(policy: str, rows: _Rows, tally: Tally) -> pl.DataFrame:
    moments, scale = tally.moments, rows.in_units
    mean = moments.mean()
    spread = moments.spread()
    quantiles, error = tally.histogram.quantiles(PERCENTS, moments.n_members)
    low, high = _parameter_ends(moments, tally.draw_means, mean)[:2]
    # Members' own quantiles, scaled to the part of the variance that histories make: no second histogram is kept.
    whole = spread.parameter + spread.history
    part = np.sqrt(np.divide(spread.history, whole, out=np.zeros_like(whole), where=whole > 0))
    part = np.where(np.isnan(whole), np.nan, part)
    columns = {
        "policy": policy,
        "mean": scale(mean),
        **{f"q{percent:02}": scale(quantiles[:, at]) for at, percent in enumerate(PERCENTS)},
        "q_error": scale(error),
        **_around("mc", scale(mean), scale(scale(spread.of_mean))),
        **_ends("parameter", scale(low), scale(high)),
        **_ends(
            "history", scale(mean + part * (quantiles[:, 0] - mean)), scale(mean + part * (quantiles[:, -1] - mean))
        ),
        "members": moments.n_members,
    }
    return rows.frame("summary", columns)


def _exceedance(policy: str, rows: _Rows, tally: Tally) -> pl.DataFrame:
    n, draws = tally.moments.n_members, tally.moments.n_draws
    p = tally.at_least[rows.reached_at] / n
    reach = Z90 * np.sqrt(p * (1 - p) / draws) if draws else np.full(p.size, np.nan)
    columns = {
        "policy": policy,
        "threshold": rows.levels,
        "p": p,
        **_ends("mc", np.maximum(p - reach, 0), np.minimum(p + reach, 1)),
        "members": n,
    }
    return rows.frame("exceedance", columns, rows.reached)


def _chances(policy: str, rows: _Rows, parts: Mapping[Key, Part], number: int) -> pl.DataFrame:
    """The chance of reaching each threshold by the end, and its paired difference with the baseline."""
    tally = parts.get(Key("chance", number))
    if not isinstance(tally, Tally):
        return _empty("chances")
    moments, p = tally.moments, tally.moments.mean()
    spread = moments.spread()
    low, high = (np.clip(end, 0, 1) for end in _around("mc", p, spread.of_mean).values())
    ends = beta_quantiles(p, spread.parameter, (5, 25, 75, 95))
    whole: _Columns = {"p": p, **_ends("mc", low, high), **_ends("parameter", ends[0], ends[3])}
    whole |= {"parameter_q25": ends[1], "parameter_q75": ends[2]}
    for side in _SIDES:
        part = parts.get(Key(f"chance-{side}", number))
        whole |= _chance_side(side, part) if isinstance(part, Contrast) else _no_side("chances", side, p.size)
    columns = {
        "policy": policy,
        "baseline": rows.spec.baseline,
        "threshold": rows.chance_levels,
        "members": moments.n_members,
        **{name: values if isinstance(values, int) else values[rows.chance_at] for name, values in whole.items()},
    }
    return rows.frame("chances", columns, rows.chance)


def _chance_side(side: str, contrast: Contrast) -> _Columns:
    moments = contrast.moments
    if not moments.n_members:
        return _no_side("chances", side, moments.total.size)
    mean = moments.mean()
    ends = _parameter_ends(moments, contrast.draw_means, mean, (5, 25, 75, 95))
    return {
        f"{side}_mean": mean,
        **_around(f"{side}_mc", mean, moments.spread().of_mean),
        **_ends(f"{side}_parameter", ends[0], ends[3]),
        f"{side}_parameter_q25": ends[1],
        f"{side}_parameter_q75": ends[2],
        **_signs(side, contrast),
    }


def _signs(side: str, contrast: Contrast) -> _Columns:
    draws, none = contrast.moments.n_draws, np.full(contrast.n_same.size, np.nan)
    return {
        f"{side}_p_less": contrast.n_less / draws if draws else none,
        f"{side}_p_more": contrast.n_more / draws if draws else none,
        f"{side}_same": contrast.n_same / contrast.moments.n_members,
        f"{side}_members": contrast.moments.n_members,
    }


def _no_side(table: str, side: str, n: int) -> _Columns:
    names = [column.name for column in TABLES[table] if column.name.startswith(f"{side}_")]
    return {name: np.full(n, np.nan) for name in names} | {f"{side}_members": 0}


def _contrasts(policy: str, rows: _Rows, sides: Mapping[str, Any]) -> pl.DataFrame:
    columns: _Columns = {"policy": policy, "baseline": rows.spec.baseline}
    for side, part in sides.items():
        if isinstance(part, Contrast) and part.moments.n_members:
            columns |= contrast_columns(side, part, partial(rows.in_units, rows=rows.contrasted))
        else:
            columns |= _no_side("contrasts", side, rows.contrasted.size)
    return rows.frame("contrasts", columns, rows.contrasted)


def contrast_columns(side: str, contrast: Contrast, scale: Callable[[Any], Any]) -> dict[str, Any]:
    """The columns of one side of `contrasts`, by name: numbers in units, NaN where there is no such spread.

    Parameters
    ----------
    side : what the names begin with. contrast : of n rows, with a member or more. scale : (n,) steps to units.
    """
    moments = contrast.moments
    none = np.full(moments.total.size, np.nan)
    mean = moments.mean()
    low, high = _parameter_ends(moments, contrast.draw_means, mean)[:2]
    ends = (none, none)
    r = moments.replicates
    if r > 1 and moments.n_draws > 1:
        quantiles, _ = contrast.residuals.quantiles((5, 95), moments.n_draws * r)
        off = quantiles / r * np.sqrt(r / (r - 1))
        ends = (mean + off[:, 0], mean + off[:, 1])
    return {
        f"{side}_mean": scale(mean),
        **_around(f"{side}_mc", scale(mean), scale(scale(moments.spread().of_mean))),
        **_ends(f"{side}_parameter", scale(low), scale(high)),
        **_ends(f"{side}_history", scale(ends[0]), scale(ends[1])),
        **_signs(side, contrast),
    }


def keep_paths(process: Process, spec: RunSpec, currency: str, tables: tuple[str, ...], keep: Any) -> Sink:
    """A sink that turns each chunk's paths into rows of `events` and `draws` and hands them to `keep`.

    Parameters
    ----------
    tables : which of the two. keep : called with (table, policy, first member, one past the last, rows).
    """
    frame = Frame(process.cells, process.months)

    def sink(policy: int, members: Ints, draws: Ints, steps: Mapping[str, Ints], counted: Any) -> None:
        for table in tables:
            made = _events(process, steps) if table == "events" else _draws(frame, steps, currency)
            who = pl.DataFrame({"at": np.arange(members.size), "member": members, "draw": draws, "counted": counted})
            rows = made.join(who.filter("counted"), on="at", how="inner", maintain_order="left")
            rows = rows.with_columns(pl.lit(spec.ids[policy]).alias("policy"))
            rows = rows.select([column.name for column in TABLES[table]])
            check_frame(table, rows)
            keep(table, policy, int(members[0]), int(members[-1]) + 1, rows)

    return sink


def _events(process: Process, steps: Mapping[str, Ints]) -> pl.DataFrame:
    """One row for each month, place and class in which a member saw violence."""
    labels, counts = process.cells["events"].labels, steps["events"]
    at, cell, month = np.nonzero(counts.transpose(2, 0, 1))
    killed: Any = steps["fatalities"][cell, month, at] if "fatalities" in steps else [None] * at.size
    return pl.DataFrame(
        {
            "at": at,
            "month": month + 1,
            "place": np.array(labels["place"], dtype=object)[cell].tolist(),
            "violence_class": np.array(labels["violence_class"], dtype=object)[cell].tolist(),
            "events": counts[cell, month, at].astype(np.int64),
            "fatalities": pl.Series(killed, dtype=pl.Int64()),
        },
        schema_overrides={"place": pl.String, "violence_class": pl.String},
    )


def _draws(frame: Frame, steps: Mapping[str, Ints], currency: str) -> pl.DataFrame:
    """Each member's outcomes at the end: flows to date, stocks as they stand."""
    parts = []
    for number in frame.contrasted:
        block = frame.blocks[number]
        rows = block.ends(steps)
        n, m = rows.shape
        labels: _Columns = {
            axis: [label for label in block.labels.get(axis, (None,) * n) for _ in range(m)] for axis in AXES
        }
        unit = currency if block.outcome.unit == "currency" else block.outcome.unit
        parts.append(
            pl.DataFrame(labels, schema=dict.fromkeys(AXES, pl.String)).with_columns(
                pl.Series("at", np.tile(np.arange(m), n)),
                pl.lit(block.outcome.channel.value).alias("channel"),
                pl.lit(block.name).alias("outcome"),
                pl.lit(block.months, dtype=pl.Int64).alias("month"),
                pl.Series("value", block.in_units(rows.ravel()), dtype=pl.Float64),
                pl.lit(unit).alias("unit"),
            )
        )
    return pl.concat(parts).sort("at", maintain_order=True)


__all__ = ["PERCENTS", "Tabulator", "build_tables", "contrast_columns", "keep_paths"]
