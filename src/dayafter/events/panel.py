"""Events counted by unit and month, seen from a day: what ended after it does not exist.

Rules, all stated in the result: an event that crosses the end of a month is divided by `long_events`; one that is
known no better than its district enters no cell and no place; one of which the publisher is not sure is left out.
What was left out is counted. A unit and month without events is a zero, not a gap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl

from dayafter.errors import UsageError
from dayafter.events.grid import first_day, month_expression, month_id
from dayafter.events.table import VIOLENCE_TYPES, write_whole
from dayafter.events.traps import is_local

W = TypeVar("W", bound=StrEnum)
SHORT_NAMES: Final[Mapping[str, str]] = {"state-based": "sb", "non-state": "ns", "one-sided": "os", "other": "other"}
_MEASURES: Final = ("n_events", "deaths_low", "deaths_best", "deaths_high")


class Unit(StrEnum):
    """What a row of a panel is about, beside the month."""

    COUNTRY = "country"
    """By Gleditsch–Ward code."""
    PRIOGRID = "priogrid"
    DISTRICT = "district"
    """By assignment; events known to the district enter."""
    PLACE = "place"
    """Of a case, by assignment."""


UNIT_COLUMNS: Final[Mapping[Unit, str]] = {
    Unit.COUNTRY: "country_gw",
    Unit.PRIOGRID: "priogrid_gid",
    Unit.DISTRICT: "district",
    Unit.PLACE: "place",
}
"""Name of a wide panel's column of units. Gleditsch–Ward codes are not the country_id of the public challenge."""


class LongEvents(StrEnum):
    """What becomes of an event that crosses the end of a month."""

    SPREAD = "spread"
    """Its dead are divided over its months by days, in whole persons; the event itself counts in its first month."""
    START = "start"
    END = "end"
    EXCLUDE = "exclude"


class Regime(StrEnum):
    """How a place was held in a month."""

    BEFORE = "before"
    """Before it was lost."""
    HELD = "held"
    """By the common enemy."""
    FRONT = "front"
    """Fought over; the month of the freeing too, since part of it was."""
    FREED = "freed"


@dataclass(frozen=True, slots=True)
class Freeing:
    """When a place was lost, fought over and freed; None where it was not, or nobody knows."""

    place: str
    freed_on: date
    lost_on: date | None = None
    fought_from: date | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts by unit, month and type of violence."""

    unit: Unit
    as_of: date
    rows: pl.DataFrame
    """`unit`, `month_id`, `month` (its first day), `violence_type`, `n_events`, the three numbers of dead (where an
    event has no low or high estimate its best one is taken), `complete` (false in a month that
    the as-of date cuts short), and `regime` where freeing dates were given. Sorted."""
    left_out: Mapping[str, int]
    """Why events that had ended by the as-of date are in no row, and how many for each reason."""
    rules: Mapping[str, str]
    """The options that it was built with."""

    def wide(self, prefix: str = "ged") -> pl.DataFrame:
        """One row a unit and month; columns `ged_sb_best`, `ged_sb_low`, `ged_sb_high`, `ged_sb_count` and so on."""
        column = UNIT_COLUMNS[self.unit]
        keys = ["unit", "month_id", "complete"] + (["regime"] if "regime" in self.rows.columns else [])
        short = {"n_events": "count", "deaths_low": "low", "deaths_best": "best", "deaths_high": "high"}
        types = self.rows["violence_type"].unique(maintain_order=True).to_list()
        # Rows are sorted by unit, month, type: each type is every len(types)-th row.
        parts = [self.rows[n :: len(types)] for n in range(len(types))]
        wide = parts[0].select(keys)
        added = [
            part[measure].alias(f"{prefix}_{SHORT_NAMES[str(kind)]}_{short[measure]}")
            for kind, part in zip(types, parts, strict=True)
            for measure in _MEASURES
        ]
        return wide.with_columns(added).rename({"unit": column})


def prefix_of(events: pl.DataFrame, source: str | None = None) -> str:
    """What the columns of a wide panel begin with: `ged` of UCDP's events, else the publisher's name."""
    name = source or next(iter(events["source"].drop_nulls().unique().sort().to_list()), "ged")
    return "ged" if name.startswith("ucdp") else "".join(ch if ch.isalnum() else "_" for ch in name.lower())


def write_panel(panel: Panel, path: Path, prefix: str = "ged") -> None:
    """Write the wide form as Parquet or CSV, whole or not at all; Parquet holds date and rules too.

    Raises
    ------
    UsageError : the name ends in neither .parquet nor .csv, or the folder is not there.
    """
    wide = panel.wide(prefix)
    label = {"dayafter.as_of": panel.as_of.isoformat(), "dayafter.rules": json.dumps(dict(panel.rules))}
    if path.suffix == ".parquet":
        write_whole(path, lambda file: wide.write_parquet(file, compression="zstd", metadata=label))
    elif path.suffix == ".csv":
        write_whole(path, wide.write_csv)
    else:
        raise UsageError(f"{path}: a panel is written as .parquet or .csv; name such a file")


def build_panel(
    events: pl.DataFrame,
    unit: Unit | str,
    as_of: date,
    *,
    start: date | None = None,
    units: Sequence[int] | Sequence[str] | None = None,
    assignment: pl.DataFrame | None = None,
    violence_types: Sequence[str] = VIOLENCE_TYPES[:3],
    long_events: LongEvents | str = LongEvents.SPREAD,
    source: str | Sequence[str] | None = None,
    clear_only: bool = True,
    local_only: bool = True,
    freeings: Sequence[Freeing] | None = None,
) -> Panel:
    """Count events by unit and month as they could be known on a day.

    Parameters
    ----------
    events : a canonical event table.
    unit : country, priogrid, district or place.
    as_of : events that had not ended by this day do not exist; deleting them changes nothing.
    start : first month; without it the month of the first event that is visible and counted.
    units : which units to count, those without events too; without it those with a visible event.
    assignment : `event_uid`, `place`, as `places.accept` gives it; needed for districts and places.
    violence_types : types to count; each gets a row, in this order.
    long_events : what becomes of events that cross the end of a month.
    source : which publishers' events to count; needed where the table holds several that count the same events.
    clear_only : leave out events of which the publisher is not sure.
    local_only : leave out events whose place is known to the district at best; never applied to countries, and to
        districts only beyond the district.
    freeings : when places were freed; adds `regime`.

    Raises
    ------
    UsageError : options that contradict, unknown words, a missing assignment, several publishers at once.
    """
    unit, rule = _word(Unit, unit), _word(LongEvents, long_events)
    if unknown := [kind for kind in violence_types if kind not in VIOLENCE_TYPES]:
        raise UsageError(f"'{unknown[0]}' is no type of violence; there are {', '.join(VIOLENCE_TYPES)}")
    if (unit in {Unit.DISTRICT, Unit.PLACE}) != (assignment is not None):
        wants = "needs" if assignment is None else "takes no"
        raise UsageError(f"a panel by {unit.value} {wants} assignment of events to places")
    seen = _of_one_source(events.filter(pl.col("date_end") <= as_of), source)
    seen, left_out = _counted(seen, unit, assignment, rule, violence_types, clear=clear_only, local=local_only)
    if units is not None:
        known = seen["unit"].is_in(pl.Series(list(units), dtype=seen["unit"].dtype).implode())
        left_out["outside the units"] = int((~known).sum())
        seen = seen.filter(known)
    if start is not None:
        early = seen["date_start"] < start.replace(day=1)
        left_out["before the first month"] = int(early.sum())
        seen = seen.filter(~early)
    months = _months(seen, start, as_of)
    wanted: list[Any] = list(units) if units is not None else seen["unit"].unique().to_list()
    rows = _grid(seen, wanted, months, violence_types)
    counted = _divided(seen, rule).group_by("unit", "month_id", "violence_type").agg(pl.col(_MEASURES).sum())
    rows = rows.join(counted, on=["unit", "month_id", "violence_type"], how="left", maintain_order="left")
    ends = pl.col("month").dt.month_end() <= as_of
    rows = rows.with_columns(pl.col(_MEASURES).fill_null(0), ends.alias("complete"))
    if freeings is not None:
        rows = _with_regime(rows, freeings)
    rules = {
        "long events": rule.value,
        "only clear": str(clear_only).lower(),
        "only local": str(local_only and unit is not Unit.COUNTRY).lower(),
    }
    kept = {reason: n for reason, n in left_out.items() if n}
    return Panel(unit, as_of, rows, kept, rules)


def _word(kind: type[W], word: str) -> W:
    """A word as the member that it names."""
    try:
        return kind(word)
    except ValueError:
        raise UsageError(f"'{word}' is none of {', '.join(member.value for member in kind)}") from None


def _of_one_source(events: pl.DataFrame, source: str | Sequence[str] | None) -> pl.DataFrame:
    """The events of the publishers asked for. The final and the candidate releases of one publisher go together."""
    if source is not None:
        return events.filter(pl.col("source").is_in([source] if isinstance(source, str) else list(source)))
    there = events["source"].unique().sort().to_list()
    publishers = list(dict.fromkeys(name.partition("-")[0] for name in there))
    if len(publishers) > 1:
        raise UsageError(f"the table holds events of {', '.join(there)}, who count the same ones; say which to count")
    return events


def _counted(
    seen: pl.DataFrame,
    unit: Unit,
    assignment: pl.DataFrame | None,
    rule: LongEvents,
    types: Sequence[str],
    *,
    clear: bool,
    local: bool,
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The events that enter, with their unit, and why others do not."""
    left_out: dict[str, int] = {}

    def keep(frame: pl.DataFrame, wanted: pl.Expr, reason: str) -> pl.DataFrame:
        kept = frame.filter(wanted.fill_null(value=False))
        left_out[reason] = frame.height - kept.height
        return kept

    seen = keep(seen, pl.col("violence_type").is_in(list(types)), "another type of violence")
    if clear:
        seen = keep(seen, pl.col("is_clear").fill_null(value=True), "the publisher is not sure")
    if rule is LongEvents.EXCLUDE:
        seen = keep(seen, month_expression("date_start") == month_expression("date_end"), "across months")
    if local and unit is not Unit.COUNTRY:
        enough = is_local()
        if unit is Unit.DISTRICT:
            enough = enough | (pl.col("place_precision") == "district")
        seen = keep(seen, enough, "the place is too vague")
    if unit is Unit.COUNTRY:
        seen = seen.with_columns(pl.col("country_gw").alias("unit"))
    elif unit is Unit.PRIOGRID:
        seen = seen.with_columns(pl.col("priogrid_gid").alias("unit"))
    else:
        assert assignment is not None  # the caller has looked
        if assignment["event_uid"].is_duplicated().any():
            raise UsageError("the assignment puts one event into two places; accept one of them")
        places = assignment.select("event_uid", pl.col("place").alias("unit"))
        seen = seen.join(places, on="event_uid", how="left", maintain_order="left")
    return keep(seen, pl.col("unit").is_not_null(), "in no unit"), left_out


def _months(seen: pl.DataFrame, start: date | None, as_of: date) -> tuple[int, int]:
    """First and last month of the panel."""
    last = month_id(as_of)
    if start is not None:
        first = month_id(start)
    elif seen.height:
        earliest = seen["date_start"].min()
        assert isinstance(earliest, date)  # a column of days has no other kind of minimum
        first = month_id(earliest)
    else:
        first = last
    if first > last:
        raise UsageError(f"the panel would begin in {first_day(first):%Y-%m}, after its as-of date {as_of}")
    return first, last


def _grid(
    seen: pl.DataFrame, units: list[int] | list[str], months: tuple[int, int], types: Sequence[str]
) -> pl.DataFrame:
    """Every unit, month and type, sorted so."""
    if len(set(units)) < len(units):
        raise UsageError("a unit stands twice in the list of units")
    unit = pl.DataFrame({"unit": pl.Series(sorted(units), dtype=seen["unit"].dtype)})
    numbers = range(months[0], months[1] + 1)
    month = pl.DataFrame(
        {"month_id": pl.Series(list(numbers), dtype=pl.Int64), "month": [first_day(number) for number in numbers]}
    )
    kind = pl.DataFrame({"violence_type": pl.Series(list(types), dtype=pl.String)})
    return unit.join(month, how="cross").join(kind, how="cross")


def _divided(seen: pl.DataFrame, rule: LongEvents) -> pl.DataFrame:
    """Each event in the months in which it counts, with its share of the dead."""
    columns = ["unit", "violence_type", *_MEASURES]
    first, last = month_expression("date_start"), month_expression("date_end")
    dead = [
        pl.coalesce(pl.col(name), pl.col("deaths_best")).alias(name)
        for name in ("deaths_low", "deaths_best", "deaths_high")
    ]
    events = seen.with_columns(pl.lit(1, dtype=pl.Int64).alias("n_events"), first.alias("month_id"), *dead)
    if rule is LongEvents.END:
        events = events.with_columns(last.alias("month_id"))
    if rule is not LongEvents.SPREAD:
        return events.select(*columns, "month_id")
    crosses = first != last
    short = events.filter(~crosses).select(*columns, "month_id")
    return pl.concat([short, _spread(events.filter(crosses)).select(*columns, "month_id")])


def _spread(events: pl.DataFrame) -> pl.DataFrame:
    """Divide the dead of each event over its months by days, in whole persons that add up.

    Each month gets what a running total, rounded to whole persons, grows by: the sum so far is always what it should
    be, and nothing depends on other events.
    """
    firsts = events["date_start"].to_list()
    lasts = events["date_end"].to_list()
    event, month, days_before, days_through, days = [], [], [], [], []
    for n, (begin, end) in enumerate(zip(firsts, lasts, strict=True)):
        total = (end - begin).days + 1
        before = 0
        for number in range(month_id(begin), month_id(end) + 1):
            through = min((first_day(number + 1) - timedelta(days=1) - begin).days + 1, total)
            event.append(n)
            month.append(number)
            days_before.append(before)
            days_through.append(through)
            days.append(total)
            before = through
    at = np.array(event, dtype=np.int64)
    before_all, through_all, total_all = (np.array(v, dtype=np.int64) for v in (days_before, days_through, days))
    parts = {"month_id": np.array(month, dtype=np.int64), "n_events": (before_all == 0).astype(np.int64)}
    names = ("deaths_low", "deaths_best", "deaths_high")
    so_far = np.zeros(at.size, np.int64)
    below = np.zeros(events.height, np.int64)
    for name in names:
        # What each number adds to the one below it is divided by itself, so that low <= best <= high in every month.
        dead = events[name].to_numpy()
        added, below = (dead - below)[at], dead
        # Half a person up: round(added * days / total) in whole numbers, so that every machine agrees.
        through_sum = (2 * added * through_all + total_all) // (2 * total_all)
        before_sum = (2 * added * before_all + total_all) // (2 * total_all)
        so_far = so_far + through_sum - before_sum
        parts[name] = so_far
    kept = events.select("unit", "violence_type")[at]
    return kept.with_columns([pl.Series(name, values, dtype=pl.Int64) for name, values in parts.items()])


def regime_of(freeing: Freeing, month: int) -> Regime:
    """How a place was held in a month, by the dates that are known; the month of a change is the worse of the two."""
    if month > month_id(freeing.freed_on):
        return Regime.FREED
    if month == month_id(freeing.freed_on):
        return Regime.FRONT
    if freeing.lost_on is not None and month < month_id(freeing.lost_on):
        return Regime.BEFORE
    if freeing.lost_on is not None and month == month_id(freeing.lost_on):
        return Regime.FRONT
    if freeing.fought_from is not None and month >= month_id(freeing.fought_from):
        return Regime.FRONT
    return Regime.HELD


def _with_regime(rows: pl.DataFrame, freeings: Sequence[Freeing]) -> pl.DataFrame:
    """Add `regime`; null for places whose dates nobody gave."""
    places = [freeing.place for freeing in freeings]
    if len(set(places)) < len(places):
        raise UsageError("a place stands twice in the list of freeings")
    if rows["unit"].dtype != pl.String:
        raise UsageError("regimes are of places and districts; a panel by country or cell has none")
    months = rows["month_id"].unique().sort().to_list()
    table = [(one.place, number, regime_of(one, number).value) for one in freeings for number in months]
    schema = {"unit": pl.String(), "month_id": pl.Int64(), "regime": pl.String()}
    found = pl.DataFrame(table, schema=schema, orient="row")
    return rows.join(found, on=["unit", "month_id"], how="left", maintain_order="left")
