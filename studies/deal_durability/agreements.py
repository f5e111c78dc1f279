"""The agreements as arrays: how long each was watched, whether it ended, its peace process and what it provides."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SOURCE: Final = Path("agreements", "ucdp_peace_agreements_v22_1.parquet")
"""UCDP Peace Agreement Dataset 22.1, one row an agreement, columns named as published."""
LAST_DAY: Final = date(2021, 12, 31)
"""The dataset says nothing of what happened later."""
HORIZON_MONTHS: Final = 120
"""Ten years: later, next to nothing ends and what does has causes of its own."""
DAYS_A_MONTH: Final = 365.25 / 12

TERMS: Final = {
    "full": "the agreement settles the whole dispute (`pa_type` 1), against a partial or a process agreement",
    "joint_commission": "it sets up a commission or committee to carry it out (`co_impl`)",
    "ceasefire_clause": "it provides for a ceasefire (`cease`)",
    "reaffirms": "it reaffirms an earlier agreement (`reaffirm`)",
    "return_clause": "it provides for the return of refugees or displaced people (`return`)",
    "third_party": "a third party signed or took part (`pa_3rd` names one)",
    "peacekeeping": "it provides for a peacekeeping operation (`pko`)",
    "inclusive": "every warring party of the conflict signed (`inclusive` 1)",
}
"""The candidates, and the column of the dataset that each is read from."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """Agreements watched month by month until they end, or until nobody watches any more.

    Axes: n agreements, k terms.
    """

    months: Ints
    """(n,), months watched: the month of the end where it ended, else whole months seen without an end; ≥ 1."""
    ended: Bools
    """(n,)"""
    process: Ints
    """(n,), number of the peace process, 0 to n_processes − 1."""
    tie: Ints
    """(n,), number of the (process, day of end) of an agreement that ended; of its own where it did not."""
    terms: Floats
    """(n, k), 0 or 1."""
    names: tuple[str, ...]
    """(k,)"""
    ids: tuple[int, ...]
    """(n,), UCDP's `paid`."""
    signed: tuple[date, ...]
    """(n,)"""
    interstate: Bools
    """(n,), between two governments only."""

    def __post_init__(self) -> None:
        n = self.months.size
        for name in ("ended", "process", "tie", "interstate"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected ({n},)")
        if self.terms.shape != (n, len(self.names)):
            raise ValueError(f"terms has shape {self.terms.shape}, expected ({n}, {len(self.names)})")
        if n and (self.months.min() < 1 or self.months.max() > HORIZON_MONTHS):
            raise ValueError(f"months must lie in 1 to {HORIZON_MONTHS}")

    @property
    def n_processes(self) -> int:
        """Peace processes."""
        return int(self.process.max()) + 1

    @property
    def n_ties(self) -> int:
        """Distinct days on which something ended, counted apart for each process."""
        return int(np.unique(self.tie[self.ended]).size)

    def keep(self, rows: Bools) -> Agreements:
        """Those agreements only, their processes numbered anew."""
        return replace(
            self,
            months=self.months[rows],
            ended=self.ended[rows],
            process=np.unique(self.process[rows], return_inverse=True)[1],
            tie=self.tie[rows],
            terms=self.terms[rows],
            ids=tuple(i for i, kept in zip(self.ids, rows, strict=True) if kept),
            signed=tuple(day for day, kept in zip(self.signed, rows, strict=True) if kept),
            interstate=self.interstate[rows],
        )

    def watched_for(self, months: int) -> Agreements:
        """The same agreements, watched for at most so many months."""
        return replace(self, months=np.minimum(self.months, months), ended=self.ended & (self.months <= months))


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows of the dataset that could not be used, and how many remain."""

    rows: int
    ended_without_date: int
    ended_before_signing: int
    inclusive_unknown: int
    used: int
    ended_after_horizon: int
    """Used, but watched only for the horizon."""


def read_agreements(data: Path) -> tuple[Agreements, Dropped]:
    """The agreements of UCDP's file, and what had to be left out.

    Parameters
    ----------
    data : the folder that holds `agreements/`.

    Raises
    ------
    FileNotFoundError : the file is not there; the text says where it comes from.
    """
    path = data / SOURCE
    if not path.is_file():
        raise FileNotFoundError(
            f"no file {path}\n"
            "  the study reads the UCDP Peace Agreement Dataset 22.1 (https://ucdp.uu.se/downloads), saved as Parquet\n"
            f"  pass the folder that holds {SOURCE.as_posix()} with --data"
        )
    table = pl.read_parquet(path).sort("pa_date", "paid")
    undated = (pl.col("ended") == "True").fill_null(value=False) & pl.col("duration").is_null()
    backwards = (pl.col("duration") < pl.col("pa_date")).fill_null(value=False)
    unknown = pl.col("inclusive") < 0
    used = table.filter(~undated & ~backwards & ~unknown)
    agreements, late = _arrays(used)

    def count(rule: pl.Expr) -> int:
        return int(table.select(rule.sum()).item())

    dropped = Dropped(
        rows=table.height,
        ended_without_date=count(undated),
        ended_before_signing=count(backwards),
        inclusive_unknown=count(unknown & ~undated & ~backwards),
        used=used.height,
        ended_after_horizon=late,
    )
    return agreements, dropped


def _arrays(used: pl.DataFrame) -> tuple[Agreements, int]:
    """Arrays of usable rows, and how many ended after the horizon."""
    signed: list[date] = used["pa_date"].to_list()
    ends: list[date | None] = used["duration"].to_list()
    # An end on the day of signing is an end in the first month; a spell still open counts its whole months.
    months = np.array(
        [
            max(1, math.ceil((end - start).days / DAYS_A_MONTH)) if end else int((LAST_DAY - start).days / DAYS_A_MONTH)
            for start, end in zip(signed, ends, strict=True)
        ]
    )
    has_end = np.array([end is not None for end in ends])
    numbers = used["procID"].to_list()
    keys = [
        (process, str(end) if end else f"open {paid}")
        for process, end, paid in zip(numbers, ends, used["paid"].to_list(), strict=True)
    ]
    numbered = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    columns = used.select(
        full=pl.col("pa_type") == 1,
        joint_commission=pl.col("co_impl") == 1,
        ceasefire_clause=pl.col("cease") == 1,
        reaffirms=pl.col("reaffirm") == 1,
        return_clause=pl.col("return") == 1,
        third_party=pl.col("pa_3rd").is_not_null(),
        peacekeeping=pl.col("pko") == 1,
        inclusive=pl.col("inclusive") == 1,
    ).select(list(TERMS))
    agreements = Agreements(
        months=np.minimum(months, HORIZON_MONTHS).astype(np.int64),
        ended=has_end & (months <= HORIZON_MONTHS),
        process=np.unique(np.array(numbers), return_inverse=True)[1],
        tie=np.array([numbered[key] for key in keys]),
        terms=columns.cast(pl.Float64).to_numpy(),
        names=tuple(TERMS),
        ids=tuple(used["paid"].to_list()),
        signed=tuple(signed),
        interstate=(used["incompatibility"] == "3").to_numpy(),
    )
    return agreements, int((has_end & (months > HORIZON_MONTHS)).sum())
