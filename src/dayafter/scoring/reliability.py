"""Small plots as SVG text: how often it happened beside how likely it was called, and the PIT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.scoring.rules import Bools, Floats

EDGES: Final = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
_SIZE, _LEFT, _TOP = 200, 46, 34


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose chance lies in one bin."""

    rows: int
    called: float  # mean chance given
    happened: float  # share in which it happened


def reliability(chance: Floats, happened: Bools) -> list[Bin]:
    """Bins of chance that hold any row."""
    place = np.clip(np.searchsorted(EDGES, chance, side="right") - 1, 0, len(EDGES) - 2)
    return [
        Bin(int(mine.sum()), float(chance[mine].mean()), float(happened[mine].mean()))
        for mine in (place == number for number in range(len(EDGES) - 1))
        if mine.any()
    ]


def _frame(title: str, x_label: str, y_label: str, body: str) -> str:
    width, height = _LEFT + _SIZE + 16, _TOP + _SIZE + 46
    middle = _LEFT + _SIZE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11" fill="#333">\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text x="{middle}" y="18" text-anchor="middle" font-size="12">{title}</text>\n'
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>\n{body}'
        f'<text x="{middle}" y="{_TOP + _SIZE + 36}" text-anchor="middle">{x_label}</text>\n'
        f'<text transform="translate(13 {_TOP + _SIZE / 2}) rotate(-90)" text-anchor="middle">{y_label}</text>\n'
        "</svg>\n"
    )


def _ticks(values: Sequence[float], top: float) -> str:
    lines = []
    for value in values:
        x, y = _LEFT + value * _SIZE, _TOP + _SIZE * (1 - value)
        lines.append(f'<text x="{x:.1f}" y="{_TOP + _SIZE + 16}" text-anchor="middle">{value:g}</text>')
        lines.append(f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value * top:g}</text>')
    return "\n".join(lines) + "\n"


def reliability_svg(title: str, bins: Sequence[Bin]) -> str:
    """Points on the diagonal are honest; above it, it happened more often than called."""
    marks = [f'<path d="M{_LEFT} {_TOP + _SIZE}L{_LEFT + _SIZE} {_TOP}" stroke="#bbb" stroke-dasharray="4 3"/>']
    for each in bins:
        x, y = _LEFT + each.called * _SIZE, _TOP + _SIZE * (1 - each.happened)
        error = 1.645 * (each.happened * (1 - each.happened) / each.rows) ** 0.5 * _SIZE
        marks.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - error:.1f}" y2="{y + error:.1f}" stroke="#1f5a8a"/>')
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#1f5a8a"><title>called {each.called:.3f}, happened '
            f"{each.happened:.3f}, {each.rows} rows</title></circle>"
        )
    body = "\n".join(marks) + "\n" + _ticks((0, 0.25, 0.5, 0.75, 1), 1)
    return _frame(title, "chance given", "share in which it happened", body)


def pit_svg(title: str, shares: Sequence[float]) -> str:
    """Bars of equal height are honest; high ends say that the forecast is too narrow."""
    top, width = 0.2, _SIZE / len(shares)
    even = _TOP + _SIZE * (1 - 1 / len(shares) / top)
    bars = [
        f'<rect x="{_LEFT + i * width + 1:.1f}" y="{_TOP + _SIZE * (1 - min(share / top, 1)):.1f}" '
        f'width="{width - 2:.1f}" height="{_SIZE * min(share / top, 1):.1f}" fill="#7ba6c9"/>'
        for i, share in enumerate(shares)
    ]
    line = (
        f'<line x1="{_LEFT}" x2="{_LEFT + _SIZE}" y1="{even:.1f}" y2="{even:.1f}" stroke="#333" '
        'stroke-dasharray="4 3"/>'
    )
    return _frame(
        title, "randomised PIT", "share of rows", "\n".join([*bars, line]) + "\n" + _ticks((0, 0.25, 0.5, 0.75, 1), top)
    )
