"""A chart over months as SVG text, without a plotting library: text stays text, equal data give equal bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH, _HEIGHT = 640, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 56, 44
COLOURS: Final = ("#1f4e79", "#b5541c", "#3f7d4e", "#6b4c9a")
"""Told apart by colour-blind readers, and by the dashes below in print."""
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Series:
    """One line with its band."""

    name: str
    months: Sequence[int]
    low: Sequence[float]
    middle: Sequence[float]
    high: Sequence[float]


def ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers from at or below `low` to at or above `high`."""
    span = max(high - low, 1e-9)
    rough = span / 5
    size: float = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [number * step for number in range(first, last + 1)]


def _number(value: float) -> str:
    return f"{value:,.10g}"


def fan_chart(series: Sequence[Series], *, title: str, unit: str) -> str:
    """Draw medians as lines and the 5–95 % of members as bands."""
    marks = ticks(min(0, *(min(one.low) for one in series)), max(1e-9, *(max(one.high) for one in series)))
    first, last = min(one.months[0] for one in series), max(one.months[-1] for one in series)

    def x(month: float) -> float:
        return round(_LEFT + (month - first) / max(last - first, 1) * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        share = (value - marks[0]) / (marks[-1] - marks[0])
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    head = 'role="img" direction="ltr" font-family="sans-serif" font-size="12"'
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {head} aria-label="{escape(title, quote=True)}">',
        f"<title>{escape(title)}</title>",
        f'<text x="{_LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="34">{escape(unit)}; line: median, band: 90 % of members</text>',
    ]
    parts += [
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(mark)}" y2="{y(mark)}" stroke="#d8d8d8"/>'
        f'<text x="{_LEFT - 6}" y="{y(mark) + 4}" text-anchor="end">{_number(mark)}</text>'
        for mark in marks
    ]
    parts += [
        f'<text x="{x(month)}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{month}</text>'
        for month in sorted({first, *range(first + 5, last + 1, 6), last})
    ]
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">month</text>')
    for number, one in enumerate(series):
        colour, dash = COLOURS[number], DASHES[number]
        edge = [f"{x(m)},{y(v)}" for m, v in zip(one.months, one.high, strict=True)]
        edge += [f"{x(m)},{y(v)}" for m, v in reversed(list(zip(one.months, one.low, strict=True)))]
        line = " ".join(f"{x(m)},{y(v)}" for m, v in zip(one.months, one.middle, strict=True))
        at = _LEFT + number * 140
        style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}" fill="none"'
        parts += [
            f'<polygon points="{" ".join(edge)}" fill="{colour}" fill-opacity="0.15"/>',
            f'<polyline points="{line}" {style}/>',
            f'<line x1="{at}" x2="{at + 22}" y1="46" y2="46" {style}/>',
            f'<text x="{at + 27}" y="50">{escape(one.name)}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
