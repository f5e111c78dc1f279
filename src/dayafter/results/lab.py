"""A result as one NetCDF file, for xarray: needs the extra `lab`, which brings xarray.

The file is of the 64-bit classic format (NetCDF 3), which scipy writes: no further library, and equal results give
equal bytes, which HDF5 does not promise.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.results.schema import AXES, OUTCOMES
from dayafter.results.store import manifest_text

if TYPE_CHECKING:
    import polars as pl

    from dayafter.results.result import SimulationResult

ALL: Final = "(all)"
"""Label of the sum over an axis."""
STATISTICS: Final = ("mean", "q05", "q25", "q50", "q75", "q95")


NETCDF: Final = "summary.nc"


def require_lab() -> None:
    """Raise `UsageError`, naming the extra, where xarray is not installed."""
    _lab("xarray")


def _lab(name: str) -> Any:
    try:
        return import_module(name)  # by name: the core must not ask for the extra
    except ImportError:
        raise UsageError(
            f"this needs {name}, which is not installed; install the extra: pip install 'dayafter[lab]'"
        ) from None


def to_dataset(result: SimulationResult) -> Any:
    """The summary as an `xarray.Dataset`: one variable for each outcome, over policy, its axes, month and statistic.

    Cells that the process does not have are NaN; `(all)` labels the sum over an axis.

    Raises
    ------
    UsageError : the extra `lab` is not installed.
    """
    xarray = _lab("xarray")
    declared = {name: outcome for outcome in OUTCOMES.values() for name in outcome.table_names}
    variables = {}
    summary = result.tables["summary"]
    for name in summary["outcome"].unique(maintain_order=True).to_list():
        outcome = declared[name]
        rows = summary.filter(summary["outcome"] == name)
        axes = [axis for axis in AXES if axis in outcome.axes]
        dims = ["policy", *axes, "month"]
        columns = {dim: _labels(rows, dim) for dim in dims}
        coordinates = {dim: list(dict.fromkeys(labels)) for dim, labels in columns.items()}
        places = [_positions(columns[dim], coordinates[dim]) for dim in dims]
        cube = np.full([*(len(coordinates[dim]) for dim in dims), len(STATISTICS)], np.nan)
        for number, statistic in enumerate(STATISTICS):
            cube[..., number][tuple(places)] = rows[statistic].to_numpy()
        # Axes differ between outcomes in what cells they have, so each keeps labels of its own.
        own = {dim: dim if dim in {"policy", "month"} else f"{name}_{dim}" for dim in dims}
        variables[name] = xarray.DataArray(
            cube,
            dims=[*own.values(), "statistic"],
            coords={own[dim]: labels for dim, labels in coordinates.items()} | {"statistic": list(STATISTICS)},
            attrs={
                "units": rows["unit"][0],
                "long_name": outcome.text,
                "channel": outcome.channel.value,
                "basis": rows["basis"][0],
            },
        )
    return xarray.Dataset(variables, attrs={"manifest": manifest_text(result.manifest)})


def write_netcdf(result: SimulationResult, path: Path) -> None:
    """Write `to_dataset` to one NetCDF file. UsageError where the file is there, or the extra is not installed."""
    if path.exists():
        raise UsageError(f"{path} is there already; choose another name")
    to_dataset(result).to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")


def _labels(rows: pl.DataFrame, column: str) -> list[Any]:
    return [ALL if label is None else label for label in rows[column].to_list()]


def _positions(labels: list[Any], coordinates: list[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    at = {label: number for number, label in enumerate(coordinates)}
    return np.array([at[label] for label in labels], dtype=np.int64)
