"""Joins events and forecasts: a table of events counted by unit and month becomes a panel that models take."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from dayafter.errors import UsageError
from dayafter.events.countries import Country, countries
from dayafter.events.grid import first_day, month_id
from dayafter.events.panel import UNIT_COLUMNS, Unit, build_panel, prefix_of
from dayafter.events.panel import Panel as EventPanel
from dayafter.forecasting.panel import Panel, grid_pairs, make_panel, touching_cells
from dayafter.forecasting.panel import Unit as Label


def last_day(events: pl.DataFrame) -> date:
    """The last day on which an event of the table ended: nothing later can be known from it.

    Raises
    ------
    UsageError : the table is empty.
    """
    found = events["date_end"].max()
    if not isinstance(found, date):
        raise UsageError("the table of events is empty; import other files, or name the day with --as-of")
    return found


def read_units(path: Path) -> list[int] | list[str]:
    """The units of a file's first column, each once, sorted; Parquet or CSV.

    Raises
    ------
    UsageError : there is no such file, or its first column holds neither whole numbers nor names.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; name a table whose first column lists units")
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    first = frame[frame.columns[0]].drop_nulls().unique().sort()
    if not (first.dtype.is_integer() or first.dtype == pl.String):
        raise UsageError(f"{path}: column {first.name} holds {first.dtype}; units are whole numbers or names")
    return first.to_list()


def last_complete_month(as_of: date) -> int:
    """month_id of the last month that had ended by a day."""
    ended = as_of.day == calendar.monthrange(as_of.year, as_of.month)[1]
    return month_id(as_of) - (0 if ended else 1)


def panel_of_events(
    events: pl.DataFrame,
    unit: Unit | str,
    *,
    as_of: date | None = None,
    target: str | None = None,
    units: Sequence[int] | Sequence[str] | None = None,
    assignment: pl.DataFrame | None = None,
    source: str | None = None,
    pairs: Sequence[tuple[Label, Label]] | None = None,
) -> tuple[Panel, str, str]:
    """A panel of counts for the models, from events as they could be known on a day.

    Parameters
    ----------
    as_of : nothing after it is seen, and the month that it cuts short is left out; else the last day of the table.
    target : a column of the wide panel, such as ged_sb_best (the default, deaths of state-based violence).
    units : which to count, those without events too. Without it every state that existed on the day; every cell with
        an event and the cells that touch it; of districts and places those that are assigned an event.
    assignment : see `dayafter.events.panel.build_panel`. source : whose events, where the table holds several.
    pairs : neighbours; of PRIO-GRID cells computed.

    Returns
    -------
    The panel, the name of its column of units, and the target. A state's months before its first day are not seen.

    Raises
    ------
    UsageError : an option is not as it should be, or no month is complete.
    """
    day = as_of or last_day(events)
    unit = Unit(unit) if unit in list(Unit) else unit
    counted = build_panel(
        events, unit, day, units=units or _units(events, unit, day), assignment=assignment, source=source
    )
    chosen = target or f"{prefix_of(events, source)}_sb_best"
    return _arrays(counted, chosen, pairs), UNIT_COLUMNS[counted.unit], chosen


def _units(events: pl.DataFrame, unit: Unit | str, day: date) -> list[int] | None:
    """The units without events that belong beside those with some."""
    if unit is Unit.COUNTRY:
        return sorted({state.gw for state in _states(day)})
    if unit is Unit.PRIOGRID:
        cells = build_panel(events, unit, day).rows["unit"].unique().to_list()
        return touching_cells(cells)
    return None


def _states(day: date) -> list[Country]:
    return [one for one in countries() if one.first_day <= day and (one.last_day is None or one.last_day >= day)]


def _arrays(counted: EventPanel, target: str, pairs: Sequence[tuple[Label, Label]] | None) -> Panel:
    wide = counted.wide(target.partition("_")[0])
    column = UNIT_COLUMNS[counted.unit]
    if target not in wide.columns:
        has = ", ".join(name for name in wide.columns if name.count("_") == 2 and name not in {column, "month_id"})
        raise UsageError(f"there is no count named {target}; there are {has}")
    wide = wide.filter(pl.col("complete"))
    if not wide.height:
        raise UsageError(f"no month of the events had ended by {counted.as_of}; name a later day")
    labels: list[Label] = wide[column].unique(maintain_order=True).to_list()
    counts = wide[target].to_numpy().reshape(len(labels), -1)
    first = int(wide["month_id"][0])
    seen = np.ones(counts.shape, dtype=np.bool_)
    if counted.unit is Unit.COUNTRY:
        since = {state.gw: month_id(max(state.first_day, first_day(first))) for state in _states(counted.as_of)}
        begins = np.array([since.get(int(label), first) for label in labels]) - first
        seen = np.arange(counts.shape[1])[None, :] >= begins[:, None]
    if pairs is None:
        pairs = grid_pairs([int(label) for label in labels]) if counted.unit is Unit.PRIOGRID else ()
    return make_panel(labels, first, counts, seen | (counts > 0), pairs)
