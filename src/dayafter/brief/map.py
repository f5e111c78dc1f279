"""A schematic map: every place as four squares near where it lies, moved apart until nothing overlaps.

It shows where places lie towards one another, not boundaries and not distances. The layout is pure arithmetic in a
fixed order, so that the same case gives the same drawing. Places without coordinates stand in a strip below; a case
without any is a grid in the order of the case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from dayafter.brief.land import Land, lands
from dayafter.brief.text import shorten, wrap
from dayafter.findings.records import ContextPlace, LedgerRow
from dayafter.vocabulary import Question

MAX_PLACES: Final = 36
"""More than these would not be legible on half a page; the ledger holds them all."""
_GAP: Final = 5.0
_ROUNDS: Final = 600
_SHORE: Final = 10.0
"""How far land reaches beyond a tile."""


@dataclass(frozen=True, slots=True)
class Style:
    """How large things are drawn, chosen by how many places there are. Units of the drawing, 96 to the inch."""

    tile: float
    font: float
    n_name_lines: int
    name_limit: int
    n_caption_lines: int
    caption_limit: int = 25

    @property
    def line(self) -> float:
        """Height of a line of text."""
        return self.font * 1.16


_STYLES: Final = (
    (9, Style(30, 10.6, 2, 20, 2)),
    (16, Style(24, 9.6, 2, 15, 0)),
    (MAX_PLACES, Style(17, 8.6, 1, 15, 0)),
)


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the drawing: its tile, and its label beside it. `x`, `y` is the upper left corner of both together."""

    x: float
    y: float
    width: float
    height: float
    left_label: bool = False

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Whether two boxes come closer than `gap`."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as drawn."""

    row: LedgerRow
    box: Box
    name: tuple[str, ...]
    caption: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A place for orientation: a dot with its name, or the loose label of an area."""

    place: ContextPlace
    x: float
    y: float
    text: Box
    anchor: str


@dataclass(frozen=True, slots=True)
class MapLayout:
    """Where everything stands."""

    width: float
    height: float
    style: Style
    spots: tuple[Spot, ...]
    strip: tuple[Spot, ...]
    """National rows, and places without coordinates."""
    towns: tuple[Town, ...]
    lands: tuple[Land, ...]
    n_left_out: int
    located: bool
    """False where no place has coordinates."""


def text_width(text: str, font: float) -> float:
    """Generous estimate of a text's width; faces differ between machines."""
    wide = sum(1.0 if ord(ch) > 0x2E80 else 0.62 if ch.isupper() or ch in "mwMW" else 0.55 for ch in text)
    return wide * font


def _caption(row: LedgerRow) -> str:
    """What the ledger says of who secures the place; where it says nothing, of the first question it speaks of."""
    if not row.marks:
        return ""
    ranked = sorted(row.marks, key=lambda m: (not m.summary, m.question is not Question.SECURE))
    mark = ranked[0]
    return mark.summary or mark.label


def _labels(row: LedgerRow, style: Style) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = wrap(row.place.name, style.name_limit, style.n_name_lines)
    caption = _caption(row)
    if not style.n_caption_lines or not caption:
        return name, ()
    return name, wrap(caption, style.caption_limit, style.n_caption_lines)


def _box(row: LedgerRow, style: Style) -> Box:
    name, caption = _labels(row, style)
    widths = [text_width(line, style.font) for line in name]
    widths += [text_width(line, style.font * 0.88) for line in caption]
    n_lines = len(name) + len(caption)
    width = style.tile + 6 + 5 + max(widths)
    return Box(0, 0, width, max(style.tile + 6, n_lines * style.line + 2))


@dataclass(frozen=True, slots=True)
class _Projection:
    """Degrees to the drawing: plate carrée at the middle latitude, stretched at most by half to fill the room."""

    west: float
    north: float
    x_scale: float
    y_scale: float
    x_off: float
    y_off: float

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        return self.x_off + (longitude - self.west) * self.x_scale, self.y_off + (self.north - latitude) * self.y_scale


def _project(points: Sequence[tuple[float, float]], width: float, height: float) -> _Projection:
    """Fit (latitude, longitude) points into a rectangle with its corner at 0, 0."""
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    squeeze = max(0.2, math.cos(math.radians((south + north) / 2)))
    span_x, span_y = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    free_x, free_y = width / span_x, height / span_y
    scale = min(free_x, free_y)
    x_scale, y_scale = min(free_x, scale * 1.5), min(free_y, scale * 1.5)
    if east - west < 1e-9 and north - south < 1e-9:
        x_scale = y_scale = 0.0
    x_scale *= squeeze
    return _Projection(
        west, north, x_scale, y_scale,
        (width - (east - west) * x_scale) / 2, (height - (north - south) * y_scale) / 2,
    )  # fmt: skip


def _clamped(box: Box, width: float, height: float) -> Box:
    x = min(max(box.x, 0.0), max(0.0, width - box.width))
    y = min(max(box.y, 0.0), max(0.0, height - box.height))
    return replace(box, x=x, y=y)


def _depth(first: Box, second: Box, *, vertical: bool) -> float:
    """How far two boxes must part along one axis to stand a gap apart."""
    if vertical:
        return min(first.y + first.height, second.y + second.height) - max(first.y, second.y) + _GAP
    return min(first.x + first.width, second.x + second.width) - max(first.x, second.x) + _GAP


def _centre(box: Box, *, vertical: bool) -> float:
    return box.y + box.height / 2 if vertical else box.x + box.width / 2


def _moved(box: Box, by: float, *, vertical: bool) -> Box:
    return replace(box, y=box.y + by) if vertical else replace(box, x=box.x + by)


def _pushed(pair: tuple[Box, Box], origin: tuple[Box, Box], width: float, height: float) -> tuple[Box, Box]:
    """Two overlapping boxes parted along the axis where the way is shorter: half each, the rest where one is at a wall.

    Each goes to the side on which it began, so that north stays north of south.
    """
    first, second = pair
    vertical = _depth(first, second, vertical=True) <= _depth(first, second, vertical=False)
    sign = -1 if _centre(origin[0], vertical=vertical) <= _centre(origin[1], vertical=vertical) else 1
    apart = sign * (_centre(first, vertical=vertical) - _centre(second, vertical=vertical))
    reach = (first.height + second.height if vertical else first.width + second.width) / 2 + _GAP
    need = reach - apart
    first = _clamped(_moved(first, sign * need / 2, vertical=vertical), width, height)
    need = reach - sign * (_centre(first, vertical=vertical) - _centre(second, vertical=vertical))
    second = _clamped(_moved(second, -sign * max(0.0, need), vertical=vertical), width, height)
    need = reach - sign * (_centre(first, vertical=vertical) - _centre(second, vertical=vertical))
    return _clamped(_moved(first, sign * max(0.0, need), vertical=vertical), width, height), second


def spread_apart(boxes: Sequence[Box], width: float, height: float) -> tuple[Box, ...] | None:
    """Boxes moved as little as it takes that none overlaps and all lie inside; None where that fails."""
    out = [_clamped(box, width, height) for box in boxes]
    for _ in range(_ROUNDS):
        clean = True
        for i in range(len(out)):
            for j in range(i + 1, len(out)):
                if out[i].overlaps(out[j], _GAP - 0.01):
                    clean = False
                    out[i], out[j] = _pushed((out[i], out[j]), (boxes[i], boxes[j]), width, height)
        if clean:
            return tuple(out)
    return None


def _candidates(points: Sequence[tuple[float, float]], width: float) -> tuple[tuple[bool, ...], ...]:
    """Ways to choose which labels stand on the left: by the edge, none, or away from the nearest."""
    edge = tuple(x > width * 0.68 for x, _ in points)
    away = []
    for n, (x, y) in enumerate(points):
        others = [(abs(x - ox) + 2 * abs(y - oy), ox) for m, (ox, oy) in enumerate(points) if m != n]
        nearest = min(others)[1] if others else 0.0
        away.append(x > width * 0.3 and (nearest > x or x > width * 0.8))
    return (edge, tuple(away), tuple(False for _ in points), tuple(x > width * 0.5 for x, _ in points))


def _settled(
    sizes: Sequence[Box], points: Sequence[tuple[float, float]], style: Style, width: float, height: float
) -> tuple[Box, ...] | None:
    """The layout that moves tiles least from where they lie; None where no layout is free of overlaps."""
    edge = (style.tile + 6) / 2
    best: tuple[float, tuple[Box, ...]] | None = None
    for sides in _candidates(points, width):
        boxes = [
            replace(size, x=x + edge - size.width if left else x - edge, y=y - size.height / 2, left_label=left)
            for size, (x, y), left in zip(sizes, points, sides, strict=True)
        ]
        found = spread_apart(boxes, width, height)
        if found is None:
            continue
        moved = 0.0
        for box, (x, y) in zip(found, points, strict=True):
            corner = tile_corner(box, style)
            moved += math.hypot(corner[0] + edge - x, corner[1] + edge - y)
        if best is None or moved < best[0] - 1e-6:
            best = (moved, found)
    return None if best is None else best[1]


def on_grid(boxes: Sequence[Box], width: float, height: float) -> tuple[Box, ...]:
    """Boxes on the cells of a grid, each near where it was; as high as it must be. Cells are given nearest first."""
    if not boxes:
        return ()
    cell_w, cell_h = max(b.width for b in boxes) + _GAP, max(b.height for b in boxes) + _GAP
    n_columns = max(1, int(width // cell_w))
    n_rows = max(int(height // cell_h), math.ceil(len(boxes) / n_columns))
    step_x, step_y = width / n_columns, max(cell_h, height / n_rows)
    cells = [(step_x * c, step_y * r) for r in range(n_rows) for c in range(n_columns)]
    pairs = sorted(
        ((box.x - x) ** 2 + (box.y - y) ** 2, i, k) for i, box in enumerate(boxes) for k, (x, y) in enumerate(cells)
    )
    taken: dict[int, int] = {}
    used: list[bool] = [False] * len(cells)
    for _, i, k in pairs:
        if i not in taken and not used[k]:
            taken[i], used[k] = k, True
    return tuple(replace(box, x=cells[taken[i]][0], y=cells[taken[i]][1]) for i, box in enumerate(boxes))


def _in_order(boxes: Sequence[Box], width: float) -> tuple[Box, ...]:
    """Boxes row by row in the given order."""
    if not boxes:
        return ()
    cell_w, cell_h = max(b.width for b in boxes) + _GAP * 2, max(b.height for b in boxes) + _GAP * 2
    n_columns = max(1, min(len(boxes), int(width // cell_w)))
    step = width / n_columns
    return tuple(replace(box, x=step * (i % n_columns), y=cell_h * (i // n_columns)) for i, box in enumerate(boxes))


def _chosen(rows: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    """At most `MAX_PLACES`, those with the most contested questions first, in the order of the case."""
    ranked = sorted(
        range(len(rows)), key=lambda i: (-sum(mark.state.value == "contested" for mark in rows[i].marks), i)
    )
    return tuple(rows[i] for i in sorted(ranked[:MAX_PLACES]))


def _towns(
    context: Sequence[ContextPlace], projection: _Projection, boxes: Sequence[Box], width: float, height: float
) -> tuple[Town, ...]:
    """Those context places that find room; towns before areas. What finds none is left out."""
    placed: list[Town] = []
    blocked = list(boxes)
    for place in sorted(context, key=lambda c: c.area):
        x, y = projection.at(place.latitude, place.longitude)
        if not (4 <= x <= width - 4 and 6 <= y <= height - 6):
            continue
        font = 8.2 if place.area else 9.6
        long = text_width(place.name.upper() if place.area else place.name, font) + (
            len(place.name) if place.area else 0
        )
        if place.area:
            offsets = [(dx * 14.0, dy * 11.0) for r in range(3) for dx in range(-r, r + 1) for dy in range(-r, r + 1)
                       if max(abs(dx), abs(dy)) == r]  # fmt: skip
            tries = [(Box(x + dx - long / 2, y + dy - 5, long, 10), "middle") for dx, dy in offsets]
        else:
            tries = [
                (Box(x - 3, y - 6, long + 10, 12), "start"),
                (Box(x - long - 7, y - 6, long + 10, 12), "end"),
                (Box(x - long / 2, y + 3, long, 12), "middle"),
            ]
        for box, anchor in tries:
            inside = box.x >= 0 and box.x + box.width <= width and box.y >= 0 and box.y + box.height <= height
            if inside and not any(box.overlaps(other, 2) for other in blocked):
                placed.append(Town(place, x, y, box, anchor))
                blocked.append(box)
                break
    return tuple(placed)


def _near(context: Sequence[ContextPlace], points: Sequence[tuple[float, float]]) -> tuple[ContextPlace, ...]:
    """Context places not farther outside the contested ones than half their extent."""
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    pad_lat = max(0.3, (max(lats) - min(lats)) * 0.35)
    pad_lon = max(0.3, (max(lons) - min(lons)) * 0.35)
    return tuple(
        c
        for c in context
        if min(lats) - pad_lat <= c.latitude <= max(lats) + pad_lat
        and min(lons) - pad_lon <= c.longitude <= max(lons) + pad_lon
    )


def lay_out(
    rows: Sequence[LedgerRow], context: Sequence[ContextPlace] = (), width: float = 376.0, height: float = 286.0
) -> MapLayout:
    """Place every tile and label. No two boxes overlap, whatever the case holds; the height grows where it must."""
    shown = _chosen(rows)
    style = next(style for limit, style in _STYLES if len(shown) <= limit)
    layout = _laid(shown, context, style, width, height)
    if layout is None and style.n_caption_lines:
        layout = _laid(shown, context, replace(style, n_caption_lines=0), width, height)
    if layout is None:
        layout = _laid(shown, context, replace(style, n_caption_lines=0), width, height, grid=True)
    if layout is None:
        raise AssertionError("a grid holds any number of places; this is a fault of dayafter, please report it")
    return replace(layout, n_left_out=len(rows) - len(shown))


def _on_land(
    spots: Sequence[Spot], towns: Sequence[Town], style: Style, width: float, height: float
) -> tuple[Land, ...]:
    """One shape for each area that holds a place or a town of the drawing."""
    half = (style.tile + 6) / 2
    members: dict[str, list[tuple[float, float]]] = {}
    for spot in spots:
        x, y = tile_corner(spot.box, style)
        members.setdefault(spot.row.place.region, []).append((x + half, y + half))
    for town in towns:
        if not town.place.area:
            members.setdefault(town.place.region, []).append((town.x, town.y))
    blocked = [*(s.box for s in spots), *(t.text for t in towns)]
    return lands(members, blocked, half + _SHORE, width, height)


def _laid(
    shown: Sequence[LedgerRow],
    context: Sequence[ContextPlace],
    style: Style,
    width: float,
    height: float,
    *,
    grid: bool = False,
) -> MapLayout | None:
    """The layout in one style; None where the places do not go apart. A grid always does."""
    located = [
        r for r in shown if not r.place.national and r.place.latitude is not None and r.place.longitude is not None
    ]
    rest = [r for r in shown if r not in located]
    strip_boxes = _in_order([_box(row, style) for row in rest], width)
    strip_high = max((b.y + b.height for b in strip_boxes), default=0.0) + (_GAP * 2 if rest and located else 0.0)
    room = max(90.0, height - strip_high)
    spots: list[Spot] = []
    towns: tuple[Town, ...] = ()
    land: tuple[Land, ...] = ()
    if located:
        points = [(r.place.latitude or 0.0, r.place.longitude or 0.0) for r in located]
        near = _near(context, points)
        edge = (style.tile + 6) / 2
        seats = [(c.latitude, c.longitude) for c in near if not c.area]
        inset = edge + _SHORE
        projection = _project([*points, *seats], width - 2 * inset, room - 2 * inset)
        projection = replace(projection, x_off=projection.x_off + inset, y_off=projection.y_off + inset)
        sizes, at = [_box(row, style) for row in located], [projection.at(*p) for p in points]
        settled = _settled(sizes, at, style, width, room)
        if settled is None and not grid:
            return None
        near_by = [replace(size, x=x, y=y) for size, (x, y) in zip(sizes, at, strict=True)]
        final = on_grid(near_by, width, room) if settled is None else settled
        room = max(room, *(b.y + b.height for b in final))
        spots = [Spot(row, box, *_labels(row, style)) for row, box in zip(located, final, strict=True)]
        named = {spot.row.place.region for spot in spots}
        towns = _towns([c for c in near if not (c.area and c.name in named)], projection, final, width, room)
        land = _on_land(spots, towns, style, width, room)
    else:
        room = 0.0
    top = room + (_GAP * 2 if located and rest else 0.0)
    strip = [
        Spot(row, replace(box, y=box.y + top), *_labels(row, style)) for row, box in zip(rest, strip_boxes, strict=True)
    ]
    high = max([room, *(s.box.y + s.box.height for s in strip)])
    return MapLayout(width, high + 2, style, tuple(spots), tuple(strip), towns, land, 0, bool(located))


def tile_corner(box: Box, style: Style) -> tuple[float, float]:
    """Upper left corner of a box's tile, frame included."""
    frame = style.tile + 6
    return (box.x + box.width - frame if box.left_label else box.x), box.y + (box.height - frame) / 2


def place_text(name: str) -> str:
    """A context name, short enough for the map."""
    return shorten(name, 22)
