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

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import betaincinv

from dayafter.priors.tables import Z90
from dayafter.results.schema import AXES, TABLES, check_frame
from dayafter.simulation.accumulate import Floats, Ints, Moments, Tally
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.process import Block, Frame, Process
from dayafter.simulation.run import RunSpec, Sink
from dayafter.simulation.totals import Key, Totals

PERCENTS: Final = (5, 25, 50, 75, 95)
_MOST_SPREAD: Final = 0.98
"""Largest variance of a chance over draws, in parts of what a chance of 0 or 1 in every draw would have."""
_TYPES: Final = {"text": pl.String, "whole": pl.Int64, "number": pl.Float64}
_Columns = dict[str, Any]


def build_tables(process: Process, spec: RunSpec, totals: Totals, currency: str) -> dict[str, pl.DataFrame]:
    """Tables `summary`, `contrasts`, `exceedance`, `chances` and `wrong`, checked.

    Parameters
    ----------
    currency : the case's own, the unit of money.
    """
    frame = Frame(process.cells, process.months)
    summary: list[_Columns] = []
    exceedance: list[_Columns] = []
    contrasts: list[_Columns] = []
    chances: list[_Columns] = []
    for policy, name in enumerate(spec.ids):
        for number, block in enumerate(frame.blocks):
            tally = totals.parts[Key("tally", policy, number)]
            assert isinstance(tally, Tally)  # by its key
            if tally.moments.n_members:
                summary.append(_summary(name, block, tally, currency))
                exceedance += _exceedance(name, block, tally, spec, currency)
                chances += _chances((totals, policy, number), block, spec, currency)
        if name != spec.baseline:
            for number in frame.contrasted:
                block = frame.blocks[number]
                contrasts.append(_contrast(name, spec.baseline, block, (totals, policy, number), currency))
    wrong = {
        "policy": [name for name in spec.ids for _ in process.reasons],
        "reason": [reason for _ in spec.ids for reason in process.reasons],
        "members": totals.wrong.ravel(),
    }
    made = {
        "summary": _stack("summary", summary),
        "contrasts": _stack("contrasts", contrasts),
        "exceedance": _stack("exceedance", exceedance),
        "chances": _stack("chances", chances),
        "wrong": _stack("wrong", [wrong]).filter(pl.col("members") > 0),
    }
    for table, one in made.items():
        check_frame(table, one)
    return made


def _stack(table: str, parts: list[_Columns]) -> pl.DataFrame:
    schema = {column.name: _TYPES[column.dtype] for column in TABLES[table]}
    frames = [_frame(part, schema) for part in parts]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _frame(columns: _Columns, schema: Mapping[str, Any]) -> pl.DataFrame:
    """One part of a table; NaN, which stands for what cannot be worked out, becomes empty."""
    n = max(len(values) for values in columns.values() if not isinstance(values, (str, int)))
    series = []
    for name, kind in schema.items():
        values = columns[name]
        if isinstance(values, (str, int)):
            series.append(pl.repeat(values, n, dtype=kind(), eager=True).alias(name))
        else:
            one = pl.Series(name, values, dtype=kind())
            series.append(one.fill_nan(None) if kind is pl.Float64 else one)
    return pl.DataFrame(series)


def _what_of(block: Block, currency: str) -> _Columns:
    """Labels, outcome, month, unit and basis of a block's rows."""
    n, months = len(block.groups), block.months
    columns: _Columns = {
        axis: [label for label in block.labels.get(axis, (None,) * n) for _ in range(months)] for axis in AXES
    }
    return columns | {
        "channel": block.outcome.channel.value,
        "outcome": block.name,
        "month": np.tile(np.arange(1, months + 1), n),
        "unit": currency if block.outcome.unit == "currency" else block.outcome.unit,
        "basis": block.basis,
    }


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
    size = 1 / np.where(is_spread, share, 0.5) - 1
    whole = np.where(is_spread, mean, 0.5)
    flat = np.where(np.isnan(share), np.nan, mean)
    return tuple(
        np.where(is_spread, betaincinv(size * whole, size * (1 - whole), percent / 100), flat) for percent in percents
    )


def _summary(policy: str, block: Block, tally: Tally, currency: str) -> _Columns:
    moments, scale = tally.moments, block.in_units
    mean = moments.mean()
    spread = moments.spread()
    quantiles, error = tally.histogram.quantiles(PERCENTS, moments.n_members)
    low, high = _parameter_ends(moments, tally.draw_means, mean)[:2]
    # Members' own quantiles, scaled to the part of the variance that histories make: no second histogram is kept.
    whole = spread.parameter + spread.history
    part = np.sqrt(np.divide(spread.history, whole, out=np.zeros_like(whole), where=whole > 0))
    part = np.where(np.isnan(whole), np.nan, part)
    return {
        "policy": policy,
        **_what_of(block, currency),
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


def _exceedance(policy: str, block: Block, tally: Tally, spec: RunSpec, currency: str) -> Iterator[_Columns]:
    for at, threshold in enumerate(spec.thresholds.get(block.outcome.name, ()) if block.is_contrasted else ()):
        n = tally.moments.n_members
        p = tally.at_least[:, at] / n
        reach = Z90 * np.sqrt(p * (1 - p) / tally.moments.n_draws) if tally.moments.n_draws else np.full(p.size, np.nan)
        yield {
            "policy": policy,
            **_what_of(block, currency),
            "threshold": np.full(p.size, float(threshold)),
            "p": p,
            **_ends("mc", np.maximum(p - reach, 0), np.minimum(p + reach, 1)),
            "members": n,
        }


def _chances(where: tuple[Totals, int, int], block: Block, spec: RunSpec, currency: str) -> Iterator[_Columns]:
    """The chance of reaching each threshold by the end, and its paired difference with the baseline."""
    totals, policy, number = where
    tally = totals.parts.get(Key("chance", policy, number))
    if not isinstance(tally, Tally):
        return
    thresholds = spec.thresholds[block.outcome.name]
    moments, p = tally.moments, tally.moments.mean()
    spread = moments.spread()
    low, high = (np.clip(end, 0, 1) for end in _around("mc", p, spread.of_mean).values())
    ends = beta_quantiles(p, spread.parameter, (5, 25, 75, 95))
    whole: _Columns = {"p": p, **_ends("mc", low, high), **_ends("parameter", ends[0], ends[3])}
    whole |= {"parameter_q25": ends[1], "parameter_q75": ends[2]}
    for side in ("total", "conditional"):
        part = totals.parts.get(Key(f"chance-{side}", policy, number))
        whole |= _chance_side(side, part) if isinstance(part, Contrast) else _no_chance_side(side, p.size)
    n, months = len(block.groups), block.months
    what = {
        name: values[months - 1 :: months] if not isinstance(values, str) else values
        for name, values in _what_of(block, currency).items()
    }
    for at, threshold in enumerate(thresholds):
        yield {
            "policy": spec.ids[policy],
            "baseline": spec.baseline,
            **what,
            "threshold": np.full(n, float(threshold)),
            "members": moments.n_members,
            **{
                name: values if isinstance(values, int) else values[at :: len(thresholds)]
                for name, values in whole.items()
            },
        }


def _chance_side(side: str, contrast: Contrast) -> _Columns:
    moments = contrast.moments
    if not moments.n_members:
        return _no_chance_side(side, moments.total.size)
    mean = moments.mean()
    ends = _parameter_ends(moments, contrast.draw_means, mean, (5, 25, 75, 95))
    draws, none = moments.n_draws, np.full(mean.size, np.nan)
    return {
        f"{side}_mean": mean,
        **_around(f"{side}_mc", mean, moments.spread().of_mean),
        **_ends(f"{side}_parameter", ends[0], ends[3]),
        f"{side}_parameter_q25": ends[1],
        f"{side}_parameter_q75": ends[2],
        f"{side}_p_less": contrast.n_less / draws if draws else none,
        f"{side}_p_more": contrast.n_more / draws if draws else none,
        f"{side}_same": contrast.n_same / moments.n_members,
        f"{side}_members": moments.n_members,
    }


def _no_chance_side(side: str, n: int) -> _Columns:
    names = [column.name for column in TABLES["chances"] if column.name.startswith(f"{side}_")]
    return {name: np.full(n, np.nan) for name in names} | {f"{side}_members": 0}


def _contrast(policy: str, baseline: str, block: Block, where: tuple[Totals, int, int], currency: str) -> _Columns:
    totals, at, number = where
    sides: _Columns = {}
    for side in ("total", "conditional"):
        part = totals.parts.get(Key(side, at, number))
        sides |= _side(side, part, block) if isinstance(part, Contrast) else _no_side(side, block.n_rows)
    return {"policy": policy, "baseline": baseline, **_what_of(block, currency), **sides}


def _side(side: str, contrast: Contrast, block: Block) -> _Columns:
    moments, scale = contrast.moments, block.in_units
    n = moments.total.size
    none = np.full(n, np.nan)
    if not moments.n_members:
        return _no_side(side, n)
    mean = moments.mean()
    low, high = _parameter_ends(moments, contrast.draw_means, mean)[:2]
    ends = (none, none)
    r = moments.replicates
    if r > 1 and moments.n_draws > 1:
        quantiles, _ = contrast.residuals.quantiles((5, 95), moments.n_draws * r)
        off = quantiles / r * np.sqrt(r / (r - 1))
        ends = (mean + off[:, 0], mean + off[:, 1])
    draws = moments.n_draws
    return {
        f"{side}_mean": scale(mean),
        **_around(f"{side}_mc", scale(mean), scale(scale(moments.spread().of_mean))),
        **_ends(f"{side}_parameter", scale(low), scale(high)),
        **_ends(f"{side}_history", scale(ends[0]), scale(ends[1])),
        f"{side}_p_less": contrast.n_less / draws if draws else none,
        f"{side}_p_more": contrast.n_more / draws if draws else none,
        f"{side}_same": contrast.n_same / moments.n_members,
        f"{side}_members": moments.n_members,
    }


def _no_side(side: str, n: int) -> _Columns:
    names = [column.name for column in TABLES["contrasts"] if column.name.startswith(f"{side}_")]
    return {name: np.full(n, np.nan) for name in names} | {f"{side}_members": 0}


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
            "events": counts[cell, month, at],
            "fatalities": pl.Series(killed, dtype=pl.Int64()),
        },
        schema_overrides={"place": pl.String, "violence_class": pl.String},
    )


def _draws(frame: Frame, steps: Mapping[str, Ints], currency: str) -> pl.DataFrame:
    """Each member's outcomes at the end: flows to date, stocks as they stand."""
    parts = []
    for number in frame.contrasted:
        block = frame.blocks[number]
        rows = Frame.rows(block, steps).reshape(len(block.groups), block.months, -1)[:, -1]
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


__all__ = ["PERCENTS", "build_tables", "keep_paths"]
