"""Charts over time and marks of differences, as SVG with real text. Classes carry the look; time runs left to right.

A fan is the band of 50 and of 90 in 100 runs with the middle run; panels that are compared share one scale. A
difference is a dot with a thin line for the range, on an axis with a black zero; filled where zero is left out.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from dayafter.brief.figures import Axis, round_axis, time_axis

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 12, 30
_WIDTH, _HEIGHT = 400, 190


@dataclass(frozen=True, slots=True)
class Band:
    """A fan: months from 1 with the ends of the bands and the middle."""

    months: tuple[int, ...]
    q05: tuple[float, ...]
    q25: tuple[float, ...]
    q50: tuple[float, ...]
    q75: tuple[float, ...]
    q95: tuple[float, ...]


def fan_axis(bands: Sequence[Band]) -> Axis:
    """One scale for several fans."""
    lows = [min(band.q05) for band in bands if band.q05]
    highs = [max(band.q95) for band in bands if band.q95]
    return round_axis(min([0.0, *lows]), max([1e-9, *highs]), 3)


def fan(band: Band, axis: Axis, label: str, *, accent: bool = False, month_names: Sequence[str] = ()) -> Markup:
    """One panel. `label` is its text twin for those who do not see it."""

    def x(month: float) -> float:
        span = max(band.months[-1] - band.months[0], 1)
        return _LEFT + (month - band.months[0]) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - axis.at(value) / 100 * (_HEIGHT - _TOP - _BOTTOM)

    def area(low: Sequence[float], high: Sequence[float], name: str) -> str:
        upper = [f"{x(m):.1f},{y(v):.1f}" for m, v in zip(band.months, high, strict=True)]
        lower = [f"{x(m):.1f},{y(v):.1f}" for m, v in zip(band.months, low, strict=True)]
        return f'<path class="{name}" d="M{"L".join([*upper, *reversed(lower)])}Z"/>'

    line = "L".join(f"{x(m):.1f},{y(v):.1f}" for m, v in zip(band.months, band.q50, strict=True))
    grid = "".join(
        f'<path class="{"zero" if tick == 0 else "grid"}" d="M{_LEFT},{y(tick):.1f}H{_WIDTH - _RIGHT}"/>'
        f'<text class="m" x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{_number(tick)}</text>'
        for tick in axis.ticks
    )
    first, last = (month_names[0], month_names[-1]) if month_names else (str(band.months[0]), str(band.months[-1]))
    foot = (
        f'<text class="m" x="{_LEFT}" y="{_HEIGHT - 8}">{escape(first)}</text>'
        f'<text class="m" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{escape(last)}</text>'
    )
    tone = "fan accent" if accent else "fan"
    return Markup(  # noqa: S704  # numbers, fixed text and escaped labels
        f'<svg class="{tone}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{area(band.q05, band.q95, 'b90')}{area(band.q25, band.q75, 'b50')}{grid}"
        f'<path class="mid" d="M{line}"/>{foot}</svg>'
    )


def _number(value: float) -> str:
    text = f"{abs(value):,.10g}"
    return f"−{text}" if value < 0 else text


def difference_axis(ranges: Sequence[tuple[float, float, float]]) -> Axis:
    """One scale, holding zero, for several differences (middle, low, high)."""
    low = min([0.0, *(one[1] for one in ranges)])
    high = max([0.0, *(one[2] for one in ranges)])
    return round_axis(low, high, 4)


def difference(middle: float, low: float, high: float, axis: Axis) -> Markup:
    """A dot with its range around zero; filled and in the accent where the range leaves zero out."""
    clear = low > 0 or high < 0
    zero = 2 * axis.at(0.0)
    left, right, at = (2 * axis.at(value) for value in (low, high, middle))
    grid = "".join(f'<path class="grid" d="M{2 * axis.at(tick):.1f},0V16"/>' for tick in axis.ticks)
    tone = "diff clear" if clear else "diff"
    return Markup(  # noqa: S704  # numbers
        f'<svg class="{tone}" viewBox="-6 0 212 16" aria-hidden="true">{grid}<path class="zero" d="M{zero:.1f},0V16"/>'
        f'<path class="rng" d="M{left:.1f},8H{right:.1f}"/><circle cx="{at:.1f}" cy="8" r="5"/></svg>'
    )


def axis_words(axis: Axis, unit: str, *, signed: bool = True) -> Markup:
    """The ends and the zero of an axis, as text under it; with signs for one of differences."""
    ends = {axis.ticks[0]: (-6.0, "start"), axis.ticks[-1]: (206.0, "end")}
    spots = {0.0: (2 * axis.at(0.0), "middle")} | ends
    said = _signed if signed else _number
    text = "".join(
        f'<text class="m" x="{x:.1f}" y="11" text-anchor="{anchor}">{said(tick)}</text>'
        for tick, (x, anchor) in spots.items()
    )
    return Markup(  # noqa: S704  # numbers and an escaped unit
        f'<svg class="diff" viewBox="-6 0 212 16" role="img" aria-label="{escape(unit)}">{text}</svg>'
    )


def _signed(value: float) -> str:
    return f"+{value:,.10g}" if value > 0 else _number(value)


def stand(low: float, middle: float, high: float, below: float | None, above: float | None) -> Markup:
    """Where somebody stands on a scale from 0 to 1: dot and range; what it cannot accept is hatched, with a bar."""
    parts = ['<path class="ax" d="M0,9H200M0,5V13M200,5V13"/>']
    for edge, start, end in ((below, 0.0, below), (above, above, 1.0)):
        if edge is not None and start is not None and end is not None:
            parts.append(
                f'<rect class="no" x="{200 * start:.1f}" y="4" width="{200 * (end - start):.1f}" height="10"/>'
            )
            parts.append(f'<path class="edge" d="M{200 * edge:.1f},2V16"/>')
    parts.append(
        f'<path class="rng" d="M{200 * low:.1f},9H{200 * high:.1f}"/><circle cx="{200 * middle:.1f}" cy="9" r="5"/>'
    )
    return Markup(f'<svg class="stand" viewBox="-7 0 214 18" aria-hidden="true">{"".join(parts)}</svg>')  # noqa: S704  # numbers


@dataclass(frozen=True, slots=True)
class Span:
    """A bar of the time line: when it began (between two days), when it ended; None: it lasts."""

    first: dt.date
    sure: dt.date
    end: dt.date | None
    label: str
    fighting: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the time line."""

    name: str
    spans: tuple[Span, ...]


_LANE: Final = 26
_NAMES: Final = 170


@dataclass(frozen=True, slots=True)
class _Face:
    """How a time line is laid out: names beside the bars, or above them where there is little room."""

    width: int
    lane: int
    names: int
    """Room for names at the left; 0: above the bars."""
    ticks: int
    hatch: str
    """Id of its pattern: one of another face may lie in a part of the page that is not drawn."""

    @property
    def below(self) -> int:
        """How far under the top of its lane a bar begins."""
        return 3 if self.names else 19


_WIDE: Final = _Face(720, _LANE, _NAMES, 5, "hatch")
_NARROW: Final = _Face(358, _LANE + 16, 0, 3, "hatch-narrow")


@dataclass(frozen=True, slots=True)
class TimeLine:
    """The same time line for a wide and for a narrow screen, of which one is shown."""

    wide: Markup
    narrow: Markup


def time_line(lanes: Sequence[Lane], cut: dt.date, title: str, month: Callable[[int, int], str]) -> TimeLine:
    """Deals and fighting by lane; nothing to the right of the cut-off. Solid: in force; hatched: start not certain.

    Parameters
    ----------
    month : year and month to its short name.
    """
    return TimeLine(*(_time_line(lanes, cut, title, month, face) for face in (_WIDE, _NARROW)))


def _time_line(
    lanes: Sequence[Lane], cut: dt.date, title: str, month: Callable[[int, int], str], face: _Face
) -> Markup:
    days = [day for lane in lanes for span in lane.spans for day in (span.first, span.sure)]
    first = min([*days, cut - dt.timedelta(days=30)])
    axis = time_axis(first.toordinal(), cut.toordinal(), face.ticks)
    width, height = face.width, face.lane * len(lanes) + 34

    def x(day: dt.date) -> float:
        span = max(cut.toordinal() - axis.low, 1)
        return face.names + (day.toordinal() - axis.low) / span * (width - face.names - (24 if face.names else 2))

    rows = "".join(_lane(lane, 6 + n * face.lane, x, cut, face) for n, lane in enumerate(lanes))
    edge = x(cut)
    room = (cut.toordinal() - int(axis.low)) // (6 if face.names else 3)
    ticks = "".join(
        f'<text class="m" x="{x(day):.1f}" y="{height - 8}" text-anchor="{"middle" if face.names else "start"}">'
        f"{escape(month(day.year, day.month))}</text>"
        for tick in axis.ticks
        if (day := dt.date.fromordinal(int(tick))) < cut - dt.timedelta(days=room)
    )
    hatch = (
        f'<defs><pattern id="{face.hatch}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
        '<rect width="2.4" height="5" fill="#1c1e22"/></pattern></defs>'
    )
    return Markup(  # noqa: S704  # numbers, fixed text and escaped names
        f'<svg class="tl" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{hatch}{rows}{ticks}'
        f'<path class="zero" d="M{edge:.1f},0V{height - 22}"/><text class="b" x="{edge:.1f}" y="{height - 8}" '
        f'text-anchor="end">{cut.day} {escape(month(cut.year, cut.month))}</text></svg>'
    )


def short_month(year: int, month: int) -> str:
    """`Feb 2016`."""
    return f"{calendar.month_abbr[month]} {year}"


def _lane(lane: Lane, top: int, x: Callable[[dt.date], float], cut: dt.date, face: _Face) -> str:
    name = _cut(lane.name) if face.names else _cut(lane.name, 52)
    parts = [f'<text class="n" x="0" y="{top + (13 if face.names else 11)}">{escape(name)}</text>']
    bar = top + face.below
    parts.append(f'<path class="grid" d="M{face.names},{bar + 6}H{x(cut):.1f}"/>')
    for span in lane.spans:
        start, sure, end = x(span.first), x(span.sure), x(span.end or cut)
        title = f"<title>{escape(span.label)}</title>"
        if span.fighting:
            parts.append(f'<path class="fight" d="M{start:.1f},{bar + 6}H{max(end, start + 3):.1f}">{title}</path>')
            continue
        box = f'y="{bar}" height="12"'
        if sure > start:
            fill = f'fill="url(#{face.hatch})" class="hx"'
            parts.append(f'<rect x="{start:.1f}" width="{sure - start:.1f}" {box} {fill}/>')
        parts.append(f'<rect x="{sure:.1f}" width="{max(end - sure, 1.5):.1f}" {box} class="solid">{title}</rect>')
    return "".join(parts)


def _cut(text: str, most: int = 27) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def share_axis(largest: float) -> Axis:
    """One scale from 0 for shares, in per cent."""
    return round_axis(0.0, max(100 * largest, 1.0), 4)


def share_bar(value: float, noise: float, axis: Axis, *, clear: bool) -> Markup:
    """A bar for a share, filled where it is beyond chance; a line stands where chance could reach.

    Parameters
    ----------
    value, noise : shares, 0 to 1.
    """
    width, line = 2 * axis.at(100 * value), 2 * axis.at(100 * noise)
    grid = "".join(f'<path class="grid" d="M{2 * axis.at(tick):.1f},0V16"/>' for tick in axis.ticks)
    tone = "share clear" if clear else "share"
    return Markup(  # noqa: S704  # numbers
        f'<svg class="diff {tone}" viewBox="-6 0 212 16" aria-hidden="true">{grid}<path class="zero" d="M0,0V16"/>'
        f'<rect x="0" y="4" width="{width:.1f}" height="8"/><path class="noise" d="M{line:.1f},0V16"/></svg>'
    )
