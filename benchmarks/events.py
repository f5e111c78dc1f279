"""400,000 made-up events, as the publisher's CSV has them, to a panel: `python -m benchmarks.events`.

The file has the 49 columns of a UCDP release, reports of sources with commas and line breaks between quotes included.
Beside it stands the time that polars alone takes to read the same bytes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from dayafter.events.importing import import_events
from dayafter.events.panel import Unit, build_panel
from dayafter.events.table import read_table


def made_up_release(path: Path, n_events: int, seed: int = 7) -> None:
    """Write a CSV with the columns of release 25.1; nothing in it is about a real event."""
    draw = np.random.default_rng(seed)
    day = draw.integers(0, 36 * 365, n_events)
    start = np.datetime64("1989-01-01") + day
    length = np.where(draw.random(n_events) < 0.02, draw.integers(1, 90, n_events), 0)
    place = np.minimum(draw.zipf(1.3, n_events), 6000) - 1  # few places see most of it
    latitude, longitude = draw.uniform(-30, 50, 6000)[place], draw.uniform(-20, 120, 6000)[place]
    best = np.floor(np.exp(draw.normal(1.0, 1.3, n_events))).astype(np.int64)
    kind = draw.choice([1, 2, 3], n_events, p=[0.7, 0.15, 0.15])
    dyad = draw.integers(1, 1500, n_events)
    country = draw.choice([645, 652, 700, 625, 626, 490, 520, 678, 369, 365], n_events)
    row = np.floor((latitude + 90) * 2).astype(np.int64)
    column = np.floor((longitude + 180) * 2).astype(np.int64)
    days = pl.Series(start)
    texts = {
        "source_article": '"Agency, {}","Two killed, three hurt\nin clash, say police"',
        "source_original": "police, hospital and residents",
        "where_description": "in the district, some 20 km from the town",
    }
    whole = {
        "id": np.arange(1, n_events + 1),
        "relid": dyad,
        "year": days.dt.year().to_numpy(),
        "active_year": np.ones(n_events, np.int64),
        "type_of_violence": kind,
        "conflict_new_id": dyad // 3 + 1,
        "dyad_new_id": dyad,
        "side_a_new_id": dyad + 5000,
        "side_b_new_id": dyad + 9000,
        "number_of_sources": draw.integers(1, 5, n_events),
        "where_prec": draw.choice([1, 2, 3, 4, 5, 6], n_events, p=[0.5, 0.17, 0.15, 0.1, 0.05, 0.03]),
        "priogrid_gid": row * 720 + column + 1,
        "country_id": country,
        "event_clarity": np.ones(n_events, np.int64),
        "date_prec": draw.choice([1, 2, 3, 4, 5], n_events, p=[0.8, 0.1, 0.04, 0.03, 0.03]),
        "deaths_a": best // 3,
        "deaths_b": best // 3,
        "deaths_civilians": best - 2 * (best // 3),
        "deaths_unknown": np.zeros(n_events, np.int64),
        "best": best,
        "high": best + draw.integers(0, 4, n_events),
        "low": np.maximum(best - draw.integers(0, 3, n_events), 0),
    }
    ends = pl.Series(start + length).dt.strftime("%Y-%m-%d 00:00:00.000")
    frame = pl.DataFrame(whole).with_columns(
        days.dt.strftime("%Y-%m-%d 00:00:00.000").alias("date_start"),
        ends.alias("date_end"),
        pl.Series("latitude", latitude).round(6),
        pl.Series("longitude", longitude).round(6),
        pl.lit("Clear").alias("code_status"),
        *[pl.format("Side {} of {}", pl.lit(side), pl.lit(1) + pl.Series(dyad)).alias(f"side_{side}") for side in "ab"],
        *[pl.format("Group {}", pl.Series(dyad)).alias(name) for name in ("dyad_name", "conflict_name")],
        *[pl.lit(text).alias(name) for name, text in texts.items()],
        *[pl.lit("").alias(name) for name in ("gwnoa", "gwnob", "geom_wkt", "source_office", "source_headline")],
        *[pl.lit("a place").alias(name) for name in ("where_coordinates", "adm_1", "adm_2", "country", "region")],
        *[pl.lit("1").alias(f"{name}_dset_id") for name in ("conflict", "dyad", "side_a", "side_b")],
        pl.lit("2020-01-01").alias("source_date"),
    )
    frame.write_csv(path)


def main(arguments: list[str] | None = None) -> int:
    """Print the times. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__)
    parser.add_argument("--events", type=int, default=400_000, help="how many (default 400,000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each; the fastest counts (default 3)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        source, table = Path(name) / "GEDEvent_v25_1.csv", Path(name) / "events.parquet"
        made_up_release(source, asked.events)
        runs: list[tuple[float, float, float, float, float]] = []
        n_rows = n_cells = 0
        for _ in range(asked.repeats):
            began = time.perf_counter()
            pl.read_csv(source, infer_schema_length=0)
            peer, processor = time.perf_counter(), time.process_time()
            import_events([source], out=table)
            imported = time.perf_counter()
            events = read_table(table)
            n_rows = build_panel(events, Unit.COUNTRY, date(2024, 12, 31)).rows.height
            counted = time.perf_counter()
            charged = time.process_time() - processor
            n_cells = build_panel(events, Unit.PRIOGRID, date(2024, 12, 31)).rows.height
            done = time.perf_counter()
            runs.append((counted - peer, peer - began, imported - peer, done - counted, charged))
        total, peer_seconds, importing, counting, charged = min(runs)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
        size = source.stat().st_size / 1e6
        print(f"{asked.events:,} events, {size:.0f} MB of CSV; a panel by country of {n_rows:,} rows")
        print(f"{'imported, written, read, counted':36}{total:8.2f} s")
        print(f"{'  processor seconds of that':36}{charged:8.2f} s")
        print(f"{'  of these the import':36}{importing:8.2f} s")
        print(f"{f'a panel by cell, {n_cells:,} rows':36}{counting:8.2f} s")
        print(f"{'polars alone, reading the CSV':36}{peer_seconds:8.2f} s")
        print(f"{'peak memory of all this':36}{peak:8.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
