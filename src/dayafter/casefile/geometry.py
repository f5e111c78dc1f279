"""The GeoJSON files that places name: inside the case, readable, and holding the place they are named for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from dayafter.casefile.folder import geometry_path_fault, read_geometry
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.raw import fault, shown
from dayafter.casefile.schema import CaseFile
from dayafter.errors import Issue, Where

Reader = Callable[[str], tuple[str | None, tuple[Issue, ...]]]

_SHAPES: Final = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


def geometry_names(case: CaseFile) -> tuple[str, ...]:
    """Every geometry file that a place names, once, in the order of the places."""
    return tuple(dict.fromkeys(place.geometry for place in case.places if place.geometry))


def geometry_issues(loaded: LoadedCase, read: Reader) -> Iterator[Issue]:
    """Check every reference to a geometry file; each file is read once."""
    ids: dict[str, frozenset[str] | None] = {}
    for number, place in enumerate(loaded.case.places):
        name = place.geometry
        if not name:
            continue
        where = loaded.where("places", number, "geometry")
        if bad_path := geometry_path_fault(name, where):
            yield bad_path
            continue
        if name not in ids:
            ids[name], issues = _read_ids(name, read, where)
            yield from issues
        known = ids[name]
        if known is not None and place.id not in known:
            what = f"{shown(name, 80)} has no feature whose id is '{place.id}'"
            yield fault("case.geometry-feature", where, what, f'give the feature of this place the "id": "{place.id}"')


def _read_ids(name: str, read: Reader, where: Where) -> tuple[frozenset[str] | None, tuple[Issue, ...]]:
    """The ids of the features of a file; None where it cannot be used."""
    text, issues = read(name)
    if text is None:
        if not issues:
            what = f"there is no file '{shown(name, 120)}' in the case"
            issues = (fault("case.geometry-missing", where, what, "add the file, or empty the cell"),)
        return None, issues
    spot = Where(shown(name, 120))
    try:
        tree = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        spot = Where(spot.file, line=error.lineno, column=error.colno)
        return None, (_no_geojson(spot, f"the file is no JSON: {error.msg}"),)
    except (RecursionError, ValueError):
        return None, (_no_geojson(spot, "the file is nested too deep, or holds a number too long, to be read"),)
    features = _features(tree)
    if features is None:
        return None, (_no_geojson(spot, "the file holds neither a FeatureCollection nor a Feature with a geometry"),)
    return frozenset(str(feature["id"]) for feature in features if "id" in feature), ()


def _no_geojson(where: Where, what: str) -> Issue:
    remedy = 'save it as GeoJSON in WGS 84: a FeatureCollection of features with "id" and "geometry"'
    return fault("case.geometry-format", where, what, remedy)


def _features(tree: object) -> list[Mapping[str, object]] | None:
    """The features of a GeoJSON document, or None where it is none."""
    if not isinstance(tree, dict):
        return None
    features = tree.get("features") if tree.get("type") == "FeatureCollection" else [tree]
    if not isinstance(features, list):
        return None
    for feature in features:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            return None
        shape = feature.get("geometry")
        if not isinstance(shape, dict) or shape.get("type") not in _SHAPES:
            return None
    return features


def read_geometries(path: Path, case: CaseFile) -> dict[str, str]:
    """Every geometry file that the case names, as text, from the folder or workbook it was loaded from.

    Parameters
    ----------
    path : `LoadedCase.path`.
    case : a case that passed its checks; a file that is not there is left out.
    """
    names = geometry_names(case)
    if not names:
        return {}
    if path.is_dir():
        read: Reader = partial(read_geometry, path)
    else:
        from dayafter.casefile.workbook import read_workbook  # noqa: PLC0415  # only a workbook pays for loading it

        read = read_workbook(path).read_geometry
    texts = {name: read(name)[0] for name in names if geometry_path_fault(name, Where(name)) is None}
    return {name: text for name, text in texts.items() if text is not None}
