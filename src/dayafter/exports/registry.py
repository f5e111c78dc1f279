"""The formats that a case can be exported to: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dayafter.errors import UsageError
from dayafter.exports import geopackage, iati, network, parquet, places, spreadsheets
from dayafter.exports.material import CaseMaterial
from dayafter.exports.tables import case_tables
from dayafter.exports.whole import whole


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how it is written, and what its name ends in; nothing where it is a folder."""

    suffix: str
    text: str
    write: Callable[[CaseMaterial, Path, str], None]
    """(material, path that may be left half-written, identifier of the reporting organisation)."""


def _text(make: Callable[[CaseMaterial], str]) -> Callable[[CaseMaterial, Path, str], None]:
    return lambda material, path, _: _put(path, make(material))


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


FORMATS: Final[dict[str, Format]] = {
    "xlsx": Format(".xlsx", "one workbook for Excel or LibreOffice, findings first, then the record",
                   lambda material, path, _: spreadsheets.write_xlsx(case_tables(material), material.gate, path)),
    "csv": Format("", "a folder of CSV files, the same tables",
                  lambda material, path, _: spreadsheets.write_csv(case_tables(material), material.gate, path)),
    "parquet": Format("", "a folder of Parquet files, the same tables, for notebooks",
                      lambda material, path, _: parquet.write_parquet(case_tables(material), material.gate, path)),
    "geojson": Format(".geojson", "the places for any map program", _text(places.geojson)),
    "gpkg": Format(".gpkg", "places with a style and all tables, for QGIS",
                   lambda material, path, _: geopackage.write_geopackage(material, path)),
    "graphml": Format(".graphml", "actors, communities, places and deals as a network", _text(network.graphml)),
    "iati": Format(".xml", "pledges of aid as IATI activities 2.03",
                   lambda material, path, reporter: _put(path, iati.iati(material, reporter=reporter))),
}  # fmt: skip
"""Name of a format, as `--to` takes it, to how it is written."""


def export_case(
    material: CaseMaterial, to: str, target: Path, *, reporter: str = iati.UNREGISTERED, overwrite: bool = False
) -> None:
    """Write a case in one format, whole or not at all.

    Raises
    ------
    UsageError : an unknown format; a name that ends otherwise; the target is there; what the format itself refuses.
    RedactionError : something protected would have been written; nothing was.
    """
    if to not in FORMATS:
        raise UsageError(f"there is no format '{to}'; it is one of {', '.join(FORMATS)}")
    chosen = FORMATS[to]
    if target.suffix.lower() != chosen.suffix:
        wanted = f"a name ending in {chosen.suffix}" if chosen.suffix else "the name of a folder, without an ending"
        raise UsageError(f"{to} is written to {wanted}, not to {target.name}")
    with whole(target, is_folder=not chosen.suffix, overwrite=overwrite) as temporary:
        chosen.write(material, temporary, reporter)
