"""`python -m studies.violence_only [--data DIR] [--out DIR] [--members N]`: hold the world run against what came."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dayafter import violence_only
from dayafter.forecasting.panel import Panel, grid_pairs, make_panel
from dayafter.violence_only import COMMON_SD, HALF_LIFE, LEVEL_SD, NEAR_MONTHS, OWN_MONTHS, STABLE_BELOW
from studies.writing import write

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT.parent / "shared" / "data"
PAGE = Path("docs", "why", "violence-only.md")
FIRST: Final = 109
"""January 1989."""
ORIGINS: Final = {420: "2015–2017", 456: "2018–2020"}
"""Last month seen to the three years after; the first was in sight when the constants were chosen, the last not."""
MONTHS: Final = 36
PAST: Final = 120
GROUPS: Final = (("above 5", 5.0, np.inf), ("0.5 to 5", 0.5, 5.0), ("below 0.5", -1.0, 0.5))

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """One group of cells in one window."""

    window: str
    group: str
    cells: int
    without: float
    """Share of cells whose count lies within the 90 % interval, where cells keep no level of their own."""
    covered: float
    expected_any: float
    any_event: float


def world(data: Path) -> tuple[list[int], Ints]:
    """PRIO-GRID land cells and events, (cell, month), January 1989 to December 2020; placed within about 25 km."""
    cells = pl.read_parquet(data / "reference" / "priogrid_cells.parquet")["priogrid_gid"].sort().to_list()
    month = (pl.col("date_start").dt.year().cast(pl.Int64) - 1980) * 12 + pl.col("date_start").dt.month() - FIRST
    events = (
        pl.read_parquet(data / "ucdp" / "ged_global_v21_1_whereprec12.parquet")
        .select("priogrid_gid", month.alias("month"))
        .group_by("priogrid_gid", "month")
        .len()
    )
    place = {cell: number for number, cell in enumerate(cells)}
    counts = np.zeros((len(cells), 384), dtype=np.int64)
    for cell, at, n in events.rows():
        if cell in place:
            counts[place[cell], at] += n
    return cells, counts


def _run(panel: Panel, members: int, *, level_sd: float) -> pl.DataFrame:
    kept = violence_only.LEVEL_SD
    violence_only.LEVEL_SD = level_sd  # type: ignore[misc]  # the study asks what the constant does
    try:
        return violence_only.simulate_violence_only(panel, months=MONTHS, members=members).units
    finally:
        violence_only.LEVEL_SD = kept  # type: ignore[misc]  # as above


def held_against(cells: list[int], counts: Ints, members: int) -> list[Row]:
    """Coverage by window and group of cells."""
    pairs = grid_pairs(cells)
    found = []
    for origin, window in ORIGINS.items():
        stop = origin - FIRST + 1
        panel = make_panel(cells, origin - PAST + 1, counts[:, stop - PAST : stop], pairs=pairs)
        came = counts[:, stop : stop + MONTHS].sum(axis=1)
        ours = _run(panel, members, level_sd=violence_only.LEVEL_SD)
        inside = {
            name: (came >= frame["q05"].to_numpy()) & (came <= frame["q95"].to_numpy())
            for name, frame in (("ours", ours), ("without", _run(panel, members, level_sd=0.0)))
        }
        mean = ours["mean"].to_numpy()
        for group, low, high in GROUPS:
            here = (mean > low) & (mean <= high)
            found.append(
                Row(
                    window,
                    group,
                    int(here.sum()),
                    float(inside["without"][here].mean()),
                    float(inside["ours"][here].mean()),
                    float(ours["p_any"].to_numpy()[here].mean()),
                    float((came[here] > 0).mean()),
                )
            )
    return found


def page(rows: Sequence[Row], members: int) -> str:
    """The page of the documentation."""
    lines = [
        "| Window | Mean events expected | Cells | Inside, without levels | Inside | Chance of any | Share with any |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(
            f"| {r.window} | {r.group} | {r.cells:,} | {100 * r.without:.0f} % | {100 * r.covered:.0f} % "
            f"| {r.expected_any:.3f} | {r.any_event:.3f} |"
            for r in rows
        ),
    ]
    half, own, near = (f"{x:.0f} months" for x in (HALF_LIFE, OWN_MONTHS, NEAR_MONTHS))
    return f"""# Violence alone

`dayafter.violence_only` carries the violence of a panel on: counts that excite later counts in the same place and in
its neighbours ([the simulation](simulation.md), step 2), without actors, deals or policies. It shows where violence
goes on if nothing but its own past moves it, for as many places as a panel has. It is no model of peace, and
[the forecasts](forecasts.md) score better where a score is what you want.

Written by `python -m studies.violence_only`; do not edit by hand.

## What it assumes

- The **background** of a place is its own past rate, months weighed by age (half-life {half}), shrunk towards
  its neighbours' (they weigh as {own} of its own) and theirs towards that of all (as {near}). What
  excitation adds is taken off first.
- A member draws excitation and dispersion from the [priors](simulation.md#parameters); one factor moves own and
  neighbour excitation together, and the decay over months stays at its median. Members in which an event has
  {STABLE_BELOW:g} offspring or more are left out and counted in the manifest.
- A member keeps a **level** for each place (log-normal, sd of the log {LEVEL_SD:g}) and one for all places (sd
  {COMMON_SD:g}), both of mean 1. Without them the intervals are far too narrow where it matters, as the table shows.

## Held against what came

UCDP GED Global 21.1 (CC BY 4.0), events placed within about 25 km, on the 64,818 PRIO-GRID land cells; ten years
seen, the three years after simulated with {members} members. *Inside*: share of cells whose number of events lies
within the 90 % interval. The constants were chosen with 2015–2017 in sight; 2018–2020 was not looked at. In a cell
where hardly anything is expected the interval is mostly 0 to 0 or 0 to 1, so more than 90 % must lie inside.

{chr(10).join(lines)}

The common level is about as wide as the error of eight origins from 1996 to 2017 was (root mean square of the log,
0.55; one of them is the war in Syria). Levels of neighbours are independent of one another, so sums over a region are
too certain beyond what the common level gives.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 0 when the page is written, 2 where the data are not there."""
    parser = argparse.ArgumentParser(prog="python -m studies.violence_only", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds ucdp/ (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    parser.add_argument("--members", type=int, default=496, help="futures of each run (default %(default)s)")
    options = parser.parse_args(arguments)
    try:
        cells, counts = world(options.data)
    except FileNotFoundError as missing:
        print(f"cannot run the study: {missing}", file=sys.stderr)
        return 2
    write(options.out, {PAGE: page(held_against(cells, counts, options.members), options.members)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
