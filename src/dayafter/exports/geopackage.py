"""A GeoPackage for QGIS: places as points and areas with a style of their own, and the tables of the case beside them.

The style says in shape and size, not in hue alone, how many of the four questions are contested, as the brief does. The
default has names in English; beside it lies one for each language of a brief in which the case names places.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
from shapely import to_wkb
from shapely.geometry import shape

from dayafter.errors import UsageError
from dayafter.exports.material import CaseMaterial
from dayafter.exports.places import Feature, name_fields, place_columns, place_features
from dayafter.exports.spreadsheets import csv_text
from dayafter.exports.tables import Cell, Column, Table, case_tables
from dayafter.findings.wording import LANGUAGES, Wording

NEEDS: Final = "a GeoPackage needs the extra `gis`: pip install 'dayafter[gis]', or export geojson"
_LAYERS: Final = (("place_points", ("Point", "MultiPoint")), ("place_areas", ("Polygon", "MultiPolygon")))
_INK, _ACCENT, _WASH = "28,30,34,255", "134,40,106,255", "244,242,237,160"
_MADE: Final = "2016-02-22T00:00:00.000Z"
"""A fixed date, so that the same case gives the same file."""
_GPKG: Final = "1.2"
"""Of the format: what every QGIS since 3.0 reads without a warning."""
_SIZES: Final = ("2.4", "3.0", "3.6", "4.2", "4.8")
"""Millimetres of the mark of a place with none to four contested questions."""
_BESIDE_POINT: Final = {
    "placement": "6", "dist": "0.6", "distUnits": "MM", "offsetType": "1", "priority": "8",
}  # fmt: skip
"""A label beside its mark, on the first side on which it covers nothing; measured from the edge of the mark."""
_SIDES: Final = {False: "R,L,TR,BR,TL,BL,TSR,BSR", True: "L,R,TL,BL,TR,BR,TSL,BSL"}
"""The sides in turn, of a script from the left and of one from the right."""
_OUTSIDE_AREA: Final = {"placement": "8", "dist": "0.6", "distUnits": "MM", "priority": "8"}
"""A label outside its area, so that it does not hide the hatching."""
_DEFAULT: Final = "en"
_TOLD: Final = "How many of the four questions are contested; shape and size, no hue"
_SHAPES: Final = ("circle", "square", "diamond", "triangle", "star")


def write_geopackage(material: CaseMaterial, path: Path) -> None:
    """Write the layers, the tables and the styles. The caller gives a path that may be left half-written.

    Raises
    ------
    UsageError : the extra `gis` is not installed; no place has a spot.
    RedactionError : something protected is left in it; nothing is written.
    """
    raw = _pyogrio()
    features = [feature for feature in place_features(material) if feature.geometry is not None]
    if not features:
        raise UsageError("no place of the case has a spot that this audience may see; export csv or xlsx instead")
    tables = case_tables(material)
    columns = place_columns(material)
    for table in (*tables, _as_table(columns, features)):
        material.gate.release(csv_text(table), f"{path.name}, {table.name}")
    layers = []
    for layer, kinds in _LAYERS:
        chosen = [one for one in features if one.geometry is not None and one.geometry["type"] in kinds]
        if chosen:
            _write_layer(raw, path, layer=layer, kind=kinds[-1], columns=columns, features=chosen)
            layers.append((layer, kinds[0] == "Polygon"))
    with closing(sqlite3.connect(path)) as base, base:
        _write_tables(base, tables)
        _write_styles(base, layers, name_fields(material))
    material.gate.release(path.read_bytes().decode("utf-8", "replace"), path.name)


def _pyogrio() -> Any:
    try:
        from pyogrio import raw  # noqa: PLC0415  # an extra
    except ImportError:
        raise UsageError(NEEDS) from None
    return raw


def _as_table(columns: Sequence[Column], features: Sequence[Feature]) -> Table:
    rows = tuple(
        (*(feature.properties[column.name] for column in columns), json.dumps(feature.geometry)) for feature in features
    )
    return Table("places", "Places", (*columns, Column("geometry", "")), rows)


def _arrays(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> tuple[list[Any], list[Any]]:
    """A field's values and its mask of absence, column by column."""
    data: list[Any] = []
    masks: list[Any] = []
    for number, column in enumerate(columns):
        cells = [row[number] for row in rows]
        masks.append(np.array([cell is None for cell in cells], dtype=np.bool_))
        if column.is_number:
            data.append(np.array([0.0 if cell is None else float(cell) for cell in cells], dtype=np.float64))
        else:
            data.append(np.array(["" if cell is None else str(cell) for cell in cells], dtype=object))
    return data, masks


def _write_layer(
    raw: Any, path: Path, *, layer: str, kind: str, columns: Sequence[Column], features: Sequence[Feature]
) -> None:
    shapes = [shape(feature.geometry) for feature in features]
    single = all(not one.geom_type.startswith("Multi") for one in shapes)
    data, masks = _arrays(columns, [[feature.properties[column.name] for column in columns] for feature in features])
    raw.write(
        str(path), geometry=np.array([to_wkb(one) for one in shapes], dtype=object), field_data=data, field_mask=masks,
        fields=np.array([column.name for column in columns], dtype=object), layer=layer, driver="GPKG",
        geometry_type=kind.removeprefix("Multi") if single else kind, crs="EPSG:4326", promote_to_multi=not single,
        append=path.exists(), dataset_options={"VERSION": _GPKG},
    )  # fmt: skip


def _write_tables(base: sqlite3.Connection, tables: Sequence[Table]) -> None:
    """Put the tables of the case beside the layers, as tables without geometry that QGIS lists."""
    for table in tables:
        name = f"table_{table.name}"
        fields = ", ".join(f'"{one.name}" {"REAL" if one.is_number else "TEXT"}' for one in table.columns)
        base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {fields})')
        spots = ", ".join("?" * (len(table.columns) + 1))
        base.executemany(f'INSERT INTO "{name}" VALUES ({spots})', ((None, *row) for row in table.rows))  # noqa: S608  # names from our own schema
        _register(base, name, table.title)


def _register(base: sqlite3.Connection, name: str, title: str) -> None:
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES (?, 'attributes', ?, ?, ?)",
        (name, name, title, _MADE),
    )


def _write_styles(base: sqlite3.Connection, layers: Sequence[tuple[str, bool]], names: Mapping[str, str]) -> None:
    """Put the styles of each layer where QGIS looks for them: the table `layer_styles`, known to the GeoPackage."""
    base.execute(
        "CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), "
        "styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, "
        "owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
    )
    _register(base, "layer_styles", "Styles of the layers, for QGIS")
    for layer, is_area in layers:
        for language in LANGUAGES:
            if language != _DEFAULT and language not in names:
                continue
            made = style(is_area=is_area, language=language, field=names.get(language, "name"))
            title = "contested questions" if language == _DEFAULT else f"contested questions ({language})"
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
                (layer, title, made, int(language == _DEFAULT), _TOLD, _MADE),
            )


def style(*, is_area: bool, language: str = _DEFAULT, field: str = "name") -> str:
    """A QGIS style: one symbol for each number of contested questions, labels with the names of places.

    Parameters
    ----------
    language : of the legend. field : of the names; where it is empty, the name in English stands.
    """
    say = Wording(language)
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr="n_contested", symbollevels="0", enableorderby="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number in range(len(_SIZES)):
        label = say("{n} of the four questions contested", n=number)
        ET.SubElement(
            categories, "category", value=str(number), symbol=str(number), label=label, render="true", type="double"
        )
        _symbol(symbols, number, is_area=is_area)
    ET.SubElement(categories, "category", value="", symbol="none", label=say("no account"), render="true", type="NULL")
    _symbol(symbols, None, is_area=is_area)
    labels = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labels, "settings", calloutType="simple")
    name = '"name"' if field == "name" else f'coalesce("{field}", "name")'
    text = ET.SubElement(
        settings, "text-style", fieldName=name, isExpression="1", fontSize="9",
        textColor=_INK, fontFamily="Noto Sans Arabic" if say.is_right_to_left else "Noto Sans",
    )  # fmt: skip
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255")
    beside = {**_BESIDE_POINT, "predefinedPositionOrder": _SIDES[say.is_right_to_left]}
    ET.SubElement(settings, "placement", attrib=_OUTSIDE_AREA if is_area else beside)
    return ET.tostring(root, encoding="unicode")


def _symbol(symbols: ET.Element, number: int | None, *, is_area: bool) -> None:
    name = "none" if number is None else str(number)
    symbol = ET.SubElement(symbols, "symbol", type="fill" if is_area else "marker", name=name, alpha="1")
    layer = ET.SubElement(symbol, "layer", attrib={"class": "SimpleFill" if is_area else "SimpleMarker"}, enabled="1")
    line = _ACCENT if number else _INK
    if is_area:
        pattern = ("no", "b_diagonal", "cross", "dense6", "dense4")[number or 0]
        edge = "dot" if number is None else "dash"
        told = {"color": line, "style": pattern, "outline_color": line, "outline_style": edge, "outline_width": "0.4"}
    else:
        told = {
            "name": _SHAPES[number or 0], "size": _SIZES[number or 0], "color": line if number else _WASH,
            "outline_color": line, "outline_style": "dot" if number is None else "solid", "outline_width": "0.3",
        }  # fmt: skip
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in told.items():
        ET.SubElement(options, "Option", type="QString", name=key, value=value)
