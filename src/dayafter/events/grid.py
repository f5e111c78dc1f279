"""PRIO-GRID cells and months by their rules: numbers computed, never looked up.

Source: Tollefsen, Strand & Buhaug (2012), Journal of Peace Research 49(2), 363-374: cells of half a degree, numbered
from the south-west corner, 720 to a row.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

CELLS_PER_ROW = 720
FIRST_YEAR = 1980
"""Month 1 is January of this year, as in the VIEWS challenge."""


def priogrid_gid(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cell of each point.

    Parameters
    ----------
    latitude, longitude : (point,), degrees. A point on the north or east rim belongs to the last row or column.

    Raises
    ------
    ValueError : a point is not on the globe.
    """
    if not ((np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)).all():
        raise ValueError("a latitude must be -90 to 90 and a longitude -180 to 180")
    row = np.minimum(np.floor((latitude + 90) * 2).astype(np.int64), 359)
    column = np.minimum(np.floor((longitude + 180) * 2).astype(np.int64), 719)
    gid: NDArray[np.int64] = row * CELLS_PER_ROW + column + 1
    return gid


def gid_expression(latitude: str = "latitude", longitude: str = "longitude") -> pl.Expr:
    """The same rule for a table; null where a coordinate is null."""
    row = ((pl.col(latitude) + 90) * 2).floor().clip(0, 359).cast(pl.Int64)
    column = ((pl.col(longitude) + 180) * 2).floor().clip(0, 719).cast(pl.Int64)
    return row * CELLS_PER_ROW + column + 1


def cell_centre(gid: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude of the middle of each cell."""
    row, column = np.divmod(gid - 1, CELLS_PER_ROW)
    return row / 2 - 89.75, column / 2 - 179.75


def month_id(day: date) -> int:
    """Number of the month of a day."""
    return (day.year - FIRST_YEAR) * 12 + day.month


def month_expression(day: str) -> pl.Expr:
    """The same rule for a table."""
    return (pl.col(day).dt.year().cast(pl.Int64) - FIRST_YEAR) * 12 + pl.col(day).dt.month().cast(pl.Int64)


def first_day(month: int) -> date:
    """First day of a month by its number."""
    years, months = divmod(month - 1, 12)
    return date(FIRST_YEAR + years, months + 1, 1)
