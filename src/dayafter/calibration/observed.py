"""A record of events as the likelihood reads it: counts by month, place and class, and the months that may speak.

Only months after a place was freed say anything about the day after: before, it was held or fought over, and the same
source then records another war (the front). The month of the freeing counts as front, and so does a month that the
as-of date cuts short.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dayafter.arrays import Bools, Ints
from dayafter.errors import UsageError
from dayafter.events.classes import Side, classify
from dayafter.events.grid import first_day, month_id
from dayafter.events.panel import Freeing, Regime, Unit, build_panel, regime_of
from dayafter.events.places import PlaceRecord, accept, match_places
from dayafter.events.table import VIOLENCE_TYPES
from dayafter.simulation.layout import CLASSES

GED: Final = "UCDP GED"
GED_SOURCES: Final = "ucdp-"
"""Begins the names of its final and candidate releases in an event table."""
GED_DEATHS: Final = 25
"""Deaths a year from which UCDP GED holds a dyad."""
THRESHOLD_CLASSES: Final = ("interbloc", "intrabloc", "communal")
"""Classes whose dyads fight nowhere but here, so that the threshold binds them; as in the process's own record."""
REPORTED: Final = 24
"""Months before the as-of date over which regimes are counted for the report."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What one source recorded in the months that may speak: t months, p places by label, k classes. Read-only."""

    places: tuple[str, ...]
    first_month: int
    """`month_id` of the first month."""
    counts: Ints  # (t, p, k)
    used: Bools  # (t, p) freed, and known to its end
    threshold: int
    """Deaths a year below which a class of `THRESHOLD_CLASSES` is not recorded; 0 without."""
    regimes: Mapping[str, tuple[int, int]]
    """Regime to place-months and recorded events, all classes; for the report."""
    by_class: Mapping[str, int]
    """Recorded events of the used months by class."""
    left_out: Mapping[str, int]
    """Why other events are not counted, and how many."""

    def __post_init__(self) -> None:
        self.counts.flags.writeable = False
        self.used.flags.writeable = False

    @property
    def n_months(self) -> int:
        """Months from the first freed one to the last complete one."""
        return int(self.counts.shape[0])

    @property
    def years(self) -> Ints:
        """(t,) position of each month's calendar year."""
        year = (self.first_month - 1 + np.arange(self.n_months)) // 12
        found: Ints = year - year[0]
        return found

    @property
    def blind(self) -> Bools:
        """(years, k): a threshold binds the class and the source holds none of it in that year."""
        years = self.years
        seen = np.zeros((int(years.max()) + 1, len(CLASSES)), dtype=np.int64)
        for t, year in enumerate(years):
            seen[year] += (self.counts[t] * self.used[t][:, None]).sum(axis=0)
        bound = np.array([kind.value in THRESHOLD_CLASSES for kind in CLASSES], dtype=np.bool_)
        found: Bools = (seen == 0) & bound & (self.threshold > 0)
        return found

    def until(self, last_month: int) -> Observed:
        """The same record, seen only to the end of a month; for checks on months held back."""
        n = last_month - self.first_month + 1
        if not 0 < n <= self.n_months or not self.used[:n].any():
            raise UsageError(f"no freed month is left before {first_day(last_month + 1):%Y-%m}")
        counts, used = self.counts[:n].copy(), self.used[:n].copy()
        return Observed(
            self.places, self.first_month, counts, used, self.threshold, {}, _by_class(counts, used), self.left_out
        )


def _by_class(counts: Ints, used: Bools) -> dict[str, int]:
    total = (counts * used[:, :, None]).sum(axis=(0, 1))
    return {kind.value: int(n) for kind, n in zip(CLASSES, total, strict=True)}


def observe(
    events: pl.DataFrame,
    places: Sequence[PlaceRecord],
    freeings: Sequence[Freeing],
    as_of: dt.date,
    sides: Sequence[Side],
    *,
    fronts: Sequence[str] = (),
) -> Observed:
    """Count a canonical event table by month, place and class.

    Parameters
    ----------
    places : where events may lie; matched by code where an event has one, else by outline and name.
    freeings : when places were freed; a place without one has no freed month.
    as_of : events that had not ended by this day do not exist.
    sides : what each side of the events is.
    fronts : places that stay front whatever their date, since part of them was still held.

    Raises
    ------
    UsageError : no event of a source whose recorded share is known; none that lies in a place; a side that no line
        names, in a place; no freed month; an unknown place.
    """
    ids = [place.id for place in places]
    if unknown := [one for one in (*fronts, *(freeing.place for freeing in freeings)) if one not in ids]:
        raise UsageError(f"'{unknown[0]}' is no place of the case that is assessed; those are {', '.join(ids)}")
    ours = events.filter(pl.col("source").str.starts_with(GED_SOURCES))
    if not ours.height:
        there = ", ".join(events["source"].unique().sort().to_list()) or "none at all"
        raise UsageError(
            f"the table holds no event of {GED} (sources: {there}); the share of events that a source records has a "
            "prior for that source alone"
        )
    speaking, last = _speaking(freeings, fronts, as_of)
    first = min(month_id(one.freed_on) for one in speaking) + 1
    start = first_day(first)
    seen = ours.filter(pl.col("date_end") <= as_of)
    assignment = _assigned(seen, places)
    if not assignment.height:
        raise UsageError(
            "no event lies in a place of the case; give the places codes or outlines that the events carry (table "
            "place_codes), or give the events of the right country"
        )
    here = seen.join(assignment, on="event_uid", how="semi")
    here = here.filter(pl.col("date_start") >= first_day(min(first, month_id(as_of) - REPORTED)))
    kinds = _classes(here, sides)
    names = tuple(one.place for one in speaking)
    counts = np.zeros((last - first + 1, len(names), len(CLASSES)), dtype=np.int64)
    left_out: dict[str, int] = {"after the as-of date": ours.height - seen.height}
    lately = seen.filter(pl.col("date_start") >= start)
    left_out["in no place of the case"] = lately.join(assignment, on="event_uid", how="anti").height
    for k, kind in enumerate(CLASSES):
        of_kind = here.join(kinds.filter(pl.col("violence_class") == kind.value), on="event_uid", how="semi")
        panel = build_panel(
            of_kind,
            Unit.PLACE,
            as_of,
            start=start,
            units=list(names),
            assignment=assignment,
            violence_types=VIOLENCE_TYPES,
            source=of_kind["source"].unique().to_list() or None,
        )
        for reason, n in panel.left_out.items():
            if reason not in {"outside the units", "in no unit", "before the first month"}:
                left_out[reason] = left_out.get(reason, 0) + n
        total = panel.rows.group_by("unit", "month_id").agg(pl.col("n_events").sum())
        for unit, month, n in total.iter_rows():
            if month <= last:
                counts[month - first, names.index(unit), k] = n
    used = np.array([[regime_of(one, month) is Regime.FREED for one in speaking] for month in range(first, last + 1)])
    regimes = _regimes(here, assignment, freeings, fronts, as_of)
    kept = {reason: n for reason, n in left_out.items() if n}
    return Observed(names, first, counts, used, GED_DEATHS, regimes, _by_class(counts, used), kept)


def _speaking(freeings: Sequence[Freeing], fronts: Sequence[str], as_of: dt.date) -> tuple[list[Freeing], int]:
    """Places with a whole month between their freeing and the as-of date, by label, and the last complete month."""
    last = month_id(as_of + dt.timedelta(days=1)) - 1
    found = [one for one in freeings if one.place not in fronts and month_id(one.freed_on) < last]
    if not found:
        raise UsageError(
            f"no place of the case has a whole month between its freeing and {as_of}; the record says nothing about "
            "the day after (dates of freeing stand in the column freed_on of the table places)"
        )
    return sorted(found, key=lambda one: one.place), last


def _assigned(events: pl.DataFrame, places: Sequence[PlaceRecord]) -> pl.DataFrame:
    """One place an event: by code where it carries one, else by outline and name."""
    suggested = match_places(events, places)
    coded = events.filter(pl.col("place_code").is_not_null()).select("event_uid")
    by_code = accept(suggested.join(coded, on="event_uid", how="semi"), by=("code",)).rows
    rest = accept(suggested.join(coded, on="event_uid", how="anti")).rows
    return pl.concat([by_code, rest])


def _classes(events: pl.DataFrame, sides: Sequence[Side]) -> pl.DataFrame:
    """The class of every event that lies in a place; somebody must have decided it."""
    found = classify(events, sides)
    if found.unknown_sides.height:
        names = ", ".join(f"{name} ({n} events)" for name, n in found.unknown_sides.iter_rows())
        raise UsageError(
            f"the sides of events in places of the case are not told apart: {names}; say what each is (--sides)"
        )
    if found.unmade_pairs.height:
        a, b = found.unmade_pairs.row(0)[:2]
        raise UsageError(f"no class of violence is made by {a} against {b}; decide it in the file of sides")
    return found.rows


def _regimes(
    here: pl.DataFrame,
    assignment: pl.DataFrame,
    freeings: Sequence[Freeing],
    fronts: Sequence[str],
    as_of: dt.date,
) -> dict[str, tuple[int, int]]:
    """Place-months and recorded events by regime in the months of `REPORTED` before the as-of date."""
    dated = {one.place: one for one in freeings}
    first, last = month_id(as_of) - REPORTED, month_id(as_of)
    count = {kind.value: [0, 0] for kind in Regime}

    def kind_of(place: str, month: int) -> str:
        found = regime_of(dated[place], month)
        return Regime.FRONT.value if found is Regime.FREED and place in fronts else found.value

    for place in dated:
        for month in range(first, last + 1):
            count[kind_of(place, month)][0] += 1
    joined = here.join(assignment, on="event_uid", how="inner")
    for place, day in joined.select("place", "date_start").iter_rows():
        if place in dated and month_id(day) >= first:
            count[kind_of(place, month_id(day))][1] += 1
    return {kind: (months, n) for kind, (months, n) in count.items() if months}
