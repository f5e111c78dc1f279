"""The map over shapes that the case itself gives: the outlines of its places, lightly simplified, on one projection.

Only shapes that the audience may see are drawn. Without any, the map is the schema of the brief.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from dayafter.brief.figures import GREY, INK, LAND, use
from dayafter.casefile.geometry import read_geometries
from dayafter.findings.records import LedgerRow, PlaceView
from dayafter.vocabulary import FOUR_QUESTIONS, DisputeStatus
from dayafter.web.edition import Edition

WIDTH: Final = 376.0
HIGHEST: Final = 420.0
_TILE: Final = 24.0
_FINENESS: Final = 600
"""A shape keeps the corners that would move by more than this part of the map's width."""
_DASH: Final = {DisputeStatus.DISPUTED: "5 3.2", DisputeStatus.NEWLY_CONTESTED: "1.2 2.6"}
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Shape:
    row: LedgerRow
    rings: tuple[Ring, ...]
    """Longitude and latitude."""
    middle: tuple[float, float]


def draw_shapes(edition: Edition, links: Mapping[PlaceView, str]) -> Markup | None:
    """The map with the shapes of the case; None where the case shows the audience none."""
    shapes = _shapes(edition)
    if not shapes:
        return None
    points = [point for shape in shapes for ring in shape.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = max(0.2, math.cos(math.radians((south + north) / 2)))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 8) / wide, (HIGHEST - 8) / high)

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return 4 + (point[0] - west) * squeeze * scale, 4 + (north - point[1]) * scale

    outlines = "".join(_outline(shape, at) for shape in shapes)
    tiles = "".join(_tile(shape, at(shape.middle), links.get(shape.row.place, "")) for shape in shapes)
    return Markup(  # noqa: S704  # numbers, fixed text and escaped names
        f'<svg class="map" viewBox="0 0 {WIDTH:g} {high * scale + 8:.0f}" role="img" aria-labelledby="map-h" '
        f'aria-describedby="map-c">{outlines}{tiles}</svg>'
    )


def _shapes(edition: Edition) -> list[_Shape]:
    """The shapes of assessed places that keep theirs in the redacted case."""
    loaded = edition.loaded
    if loaded.path is None:
        return []
    named = {place.id: place.geometry for place in edition.shown.places if place.geometry}
    if not named:
        return []
    texts = read_geometries(loaded.path, loaded.case)
    found = []
    for shown_id, row in zip(edition.places, edition.findings.ledger.rows, strict=True):
        text = texts.get(named.get(shown_id, ""))
        geometry = None if text is None else _feature(json.loads(text.removeprefix("\ufeff")), shown_id)
        if geometry is not None and (shape := _shape(row, geometry)) is not None:
            found.append(shape)
    return found


def _feature(tree: Any, shown_id: str) -> Any:
    features = tree.get("features", [tree]) if isinstance(tree, Mapping) else []
    return next((one.get("geometry") for one in features if one.get("id") == shown_id), None)


def _shape(row: LedgerRow, geometry: Any) -> _Shape | None:
    from shapely import force_2d  # noqa: PLC0415  # only a case with shapes pays for it
    from shapely.geometry import shape as read  # noqa: PLC0415

    whole = force_2d(read(geometry))
    west, south, east, north = whole.bounds
    plain = whole.simplify(max(east - west, north - south) / _FINENESS)
    rings = tuple(_rings(plain))
    if not rings:
        return None
    inside = whole.representative_point()
    return _Shape(row, rings, (inside.x, inside.y))


def _rings(geometry: Any) -> Iterator[Ring]:
    """Outer and inner rings of every polygon in it."""
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield [(float(x), float(y)) for x, y in ring.coords]
        elif hasattr(part, "geoms"):
            yield from _rings(part)


def _outline(shape: _Shape, at: Any) -> str:
    path = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in map(at, ring)) + "Z" for ring in shape.rings)
    dash = _DASH.get(shape.row.place.dispute) if shape.row.place.dispute else None
    pen = f'stroke="{INK}" stroke-width="1.2" stroke-dasharray="{dash}"' if dash else f'stroke="{GREY}"'
    return f'<path d="{path}" fill="{LAND}" fill-rule="evenodd" {pen}/>'


def _tile(shape: _Shape, middle: tuple[float, float], href: str) -> str:
    x, y = middle[0] - _TILE / 2, middle[1] - _TILE / 2
    side = (_TILE - 3) / 2
    marks = {mark.question: mark.state for mark in shape.row.marks}
    signs = "".join(
        use(marks[question], x + (n % 2) * (side + 3), y + (n // 2) * (side + 3), side)
        for n, question in enumerate(FOUR_QUESTIONS)
        if question in marks
    )
    frame = f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="{_TILE + 6:g}" height="{_TILE + 6:g}" rx="3" fill="#fff"/>'
    name = escape(shape.row.place.name)
    text = f'<text class="n" x="{middle[0]:.1f}" y="{y + _TILE + 15:.1f}" text-anchor="middle">{name}</text>'
    return f'<a href="{escape(href)}">{frame}{signs}{text}</a>' if href else f"<g>{frame}{signs}{text}</g>"
