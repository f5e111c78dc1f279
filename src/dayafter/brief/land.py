"""Light land under the map: one rounded shape around the places of one area, with the area's name.

The shape is the hull of what is drawn there, widened. It says which places belong together and is no boundary: it is
made from the drawing, never from a survey.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dayafter.brief.map import Box

Point = tuple[float, float]
FONT: Final = 8.2
SPACING: Final = 0.12
"""Letter spacing of an area's name, in parts of its size."""
_STEP: Final = 4.0
_REACHES: Final = (0.0, 14.0, 32.0)
"""How far outside its shape a name may stand, where there is no room nearer."""


@dataclass(frozen=True, slots=True)
class Land:
    """The shape of one area: corners of a convex hull, to be drawn with a round pen of twice the radius."""

    name: str
    corners: tuple[Point, ...]
    radius: float
    label: Box | None
    """None where its name finds no room."""


def convex_hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """Corners of the smallest convex shape around points, by Andrew's monotone chain; one or two points stay."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return tuple(ordered)

    def half(run: Sequence[Point]) -> list[Point]:
        out: list[Point] = []
        for x, y in run:
            while len(out) > 1:
                (ax, ay), (bx, by) = out[-2], out[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                out.pop()
            out.append((x, y))
        return out

    lower, upper = half(ordered), half(ordered[::-1])
    return tuple(lower[:-1] + upper[:-1])


def name_width(name: str) -> float:
    """Generous width of an area's name in spaced capitals."""
    return len(name) * FONT * (0.72 + SPACING)


def _off(x: float, y: float, hull: Sequence[Point]) -> float:
    """Distance of a point from the nearest edge of a hull, or from its one corner."""
    best = math.inf
    for (ax, ay), (bx, by) in zip(hull, (*hull[1:], hull[0]), strict=True):
        long = (bx - ax) ** 2 + (by - ay) ** 2
        part = 0.0 if long == 0 else min(1.0, max(0.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long))
        best = min(best, math.hypot(x - ax - part * (bx - ax), y - ay - part * (by - ay)))
    return best


def _room(width: float, height: float, hull: Sequence[Point], radius: float) -> list[tuple[float, float, float]]:
    """Upper left corners at which a name of this size may stand, the best first: low in the shape and in its middle."""
    xs, ys = [p[0] for p in hull], [p[1] for p in hull]
    middle, foot = (min(xs) + max(xs)) / 2, max(ys) + radius
    found = []
    for reach in _REACHES:
        left, right = min(xs) - radius - reach, max(xs) + radius + reach
        top, bottom = min(ys) - radius - reach, foot + reach
        for row in range(int((bottom - top - height) / _STEP) + 1):
            for column in range(max(1, int((right - left - width) / _STEP) + 1)):
                x, y = left + column * _STEP, bottom - height - row * _STEP
                far = max(0.0, _off(x + width / 2, y + height / 2, hull) - radius / 2)
                from_foot = abs(x + width / 2 - middle) + 1.4 * abs(foot - 2 - y - height)
                found.append((from_foot + 6 * far + 40 * reach, x, y))
    return sorted(found)


def lands(
    members: Mapping[str, Sequence[Point]], blocked: Sequence[Box], radius: float, width: float, height: float
) -> tuple[Land, ...]:
    """The shape of each area that has members on the drawing, with its name where nothing else stands.

    Parameters
    ----------
    members : name of an area to the middles of what is drawn of it, in units of the drawing.
    blocked : boxes that a name must not touch.
    """
    from dayafter.brief.map import Box  # noqa: PLC0415  # the map imports this module

    taken = list(blocked)
    out = []
    for name, points in members.items():
        if not name or not points:
            continue
        hull = convex_hull(points)
        size = name_width(name)
        spot = None
        for _, x, y in _room(size, FONT + 2, hull, radius):
            box = Box(x, y, size, FONT + 2)
            inside = x >= 0 and x + size <= width and y >= 0 and y + FONT + 2 <= height
            if inside and not any(box.overlaps(other, 1) for other in taken):
                spot = box
                break
        if spot is not None:
            taken.append(spot)
        out.append(Land(name, hull, radius, spot))
    return tuple(out)
