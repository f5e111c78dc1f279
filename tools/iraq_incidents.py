"""Counts UCDP GED events per contested place and month for the bundled case: `python -m tools.iraq_incidents`.

Reads `iraq/ged_iraq_to_2016_02.parquet` below the data folder that stands beside the repository and writes anew the
rows of kind `monthly-count` in the case's `incidents.csv`; every other row stays as it is. Where the data are absent
it says so and changes nothing. With `--check` nothing is written: exit status 1 if the rows differ.

Rules
-----
* An event belongs to the month in which it began.
* A place takes the events that lie in its unit: a sub-district those located to within about 25 km of a named place
  (UCDP `where_prec` 1 or 2), a district also those known to the district only (3). Coarser events are left out.
* Who fights whom decides the class (`VIOLENCE_CLASSES`), never UCDP's own type of violence.
* Where UCDP's best estimate lies outside its own low and high, the ends are widened to hold it. Sums of the three
  are then `killed`, as best [low, high].
* A month in which the data set records nothing that meets its rule is written as 0 events: recorded as none, which is
  not the same as calm.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dayafter.casefile.schema import columns
from dayafter.quantities import Quantity
from dayafter.vocabulary import ViolenceClass

if TYPE_CHECKING:
    import polars as pl

ROOT: Final = Path(__file__).parent.parent
DATA: Final = ROOT.parent / "shared/data/iraq/ged_iraq_to_2016_02.parquet"
INCIDENTS: Final = ROOT / "src/dayafter/cases/iraq-2016/incidents.csv"
FIRST: Final = dt.date(2014, 6, 1)
LAST: Final = dt.date(2016, 2, 22)

VIOLENCE_CLASSES: Final[Mapping[str, ViolenceClass]] = {
    "Government of Iraq - IS": ViolenceClass.INSURGENT,
    "IS - Civilians": ViolenceClass.INSURGENT,
    "Government of Turkey - PKK": ViolenceClass.EXTERNAL,
}
"""Class by dyad and side. A dyad that is not here stops the run: somebody must decide."""

SIDES: Final[Mapping[ViolenceClass, tuple[str, str]]] = {
    ViolenceClass.INSURGENT: ("islamic-state", ""),  # against anyone: forces and civilians are summed
    ViolenceClass.EXTERNAL: ("turkey", "pkk"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """The administrative unit that stands for a place: its p-code, and the coarsest location precision admitted."""

    place: str
    code: str
    coarsest: int

    @property
    def column(self) -> str:
        """The column that holds codes of this length."""
        return "adm3_pcode" if len(self.code) == len("IQG15Q07N03") else "adm2_pcode"


UNITS: Final = (
    Unit("sinjar", "IQG15Q07", 3),
    Unit("rabiaa", "IQG15Q08N04", 2),
    Unit("tuz-khurmatu", "IQG16Q07N02", 2),
    Unit("sleiman-beg", "IQG16Q07N03", 2),
    Unit("jalawla", "IQG10Q05N04", 2),
    Unit("saadiya", "IQG10Q05N01", 2),
)


def months(first: dt.date = FIRST, last: dt.date = LAST) -> Iterator[str]:
    """Every month from first to last, as year-month."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield f"{number // 12}-{number % 12 + 1:02}"


def events_of(events: pl.DataFrame, unit: Unit) -> pl.DataFrame:
    """One row a month and class that the data set records in the unit: `n`, `low`, `best`, `high`.

    Raises
    ------
    ValueError : an event of a dyad that no class was decided for.
    """
    import polars as pl

    here = events.filter(
        (pl.col(unit.column) == unit.code)
        & (pl.col("where_prec") <= unit.coarsest)
        & pl.col("date_start").is_between(FIRST, LAST)
    )
    if unknown := sorted(set(here["dyad_name"]) - set(VIOLENCE_CLASSES)):
        raise ValueError(f"no violence class decided for {', '.join(unknown)}: add it to VIOLENCE_CLASSES")
    return (
        here.with_columns(
            month=pl.col("date_start").dt.strftime("%Y-%m"),
            violence=pl.col("dyad_name").replace_strict({k: v.value for k, v in VIOLENCE_CLASSES.items()}),
            low=pl.min_horizontal("low", "best"),
            high=pl.max_horizontal("high", "best"),
        )
        .group_by("month", "violence")
        .agg(n=pl.len(), low=pl.col("low").sum(), best=pl.col("best").sum(), high=pl.col("high").sum())
        .sort("month", "violence")
    )


def monthly_rows(events: pl.DataFrame, units: Sequence[Unit] = UNITS) -> Iterator[dict[str, str]]:
    """The rows of `incidents` for these units, by place, then month, then class."""
    for unit in units:
        counted = {(row["month"], row["violence"]): row for row in events_of(events, unit).iter_rows(named=True)}
        for month in months():
            found = [violence for when, violence in sorted(counted) if when == month]
            for violence in found or [ViolenceClass.INSURGENT.value]:
                row = counted.get((month, violence), {"n": 0, "low": 0, "best": 0, "high": 0})
                side_a, side_b = SIDES[ViolenceClass(violence)]
                yield {
                    "id": f"ucdp-{unit.place}-{month}-{violence}",
                    "place": unit.place,
                    "date": month,
                    "kind": "monthly-count",
                    "violence_class": violence,
                    "side_a": side_a if row["n"] else "",
                    "side_b": side_b if row["n"] else "",
                    "n_events": str(row["n"]),
                    "killed": str(Quantity(row["low"], row["high"], row["best"])),
                    "source": f"ucdp-ged [{unit.code} {month}]",
                    "confidence": "medium",
                }


def rewritten(text: str, events: pl.DataFrame) -> str:
    """The text of `incidents.csv` with its monthly counts made anew; they come after the rows that people wrote."""
    header = columns("incidents")
    written = [row for row in csv.DictReader(io.StringIO(text)) if row["kind"] != "monthly-count"]
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(written)
    writer.writerows(monthly_rows(events))
    return out.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Rewrite or check the monthly counts. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.iraq_incidents", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the rows differ")
    check = parser.parse_args(arguments).check
    if not DATA.is_file():
        print(f"the event data are not here ({DATA.name}); nothing was counted", file=sys.stderr)
        return 0
    import polars as pl

    before = INCIDENTS.read_text(encoding="utf-8")
    after = rewritten(before, pl.read_parquet(DATA))
    if not check:
        INCIDENTS.write_text(after, encoding="utf-8", newline="\n")
    return int(check and before != after)


if __name__ == "__main__":
    sys.exit(main())
