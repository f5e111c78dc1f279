"""Marks and bars as SVG. Every mark is a fill, so that it prints with background graphics off and reads in grey.

Each function returns markup that carries no text of the case; labels stand beside it as HTML, which is the text twin.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dayafter.vocabulary import LedgerState

INK: Final = "#1c1e22"
GREY: Final = "#767b84"
RULE: Final = "#c9c7c1"
ACCENT: Final = "#86286a"
LAND: Final = "#efede7"
BAND: Final = "#f0ede6"
"""Behind the range of doing nothing."""

_SHAPES: Final = {
    LedgerState.AGREED_FORMALLY: f'<path d="M.5,.5H13.5V13.5H.5Z" fill="{INK}"/>',
    LedgerState.AGREED_INFORMALLY: (
        f'<path d="M.6,.6H13.4V13.4H.6Z" fill="#fff" stroke="{INK}" stroke-width="1.2"/>'
        f'<path d="M.6,.6V13.4H13.4Z" fill="{INK}"/>'
    ),
    LedgerState.CONTESTED: (
        f'<path d="M.2,.2H13.8V13.8H.2Z" fill="{ACCENT}"/>'
        '<path d="M2.4,2.4L7,7L2.4,11.6ZM11.6,2.4L7,7L11.6,11.6Z" fill="#fff"/>'
    ),
    LedgerState.UNADDRESSED: (
        f'<path d="M.6,.6H13.4V13.4H.6Z" fill="#fff" stroke="{GREY}" stroke-width="1.2" stroke-dasharray="2.2 1.7"/>'
    ),
    LedgerState.NO_ACCOUNT: f'<circle cx="7" cy="7" r="1.4" fill="{GREY}"/>',
}


def symbols() -> Markup:
    """The five signs of the ledger and the sign for talks, defined once for the page."""
    return Markup(f'<svg width="0" height="0" class="defs" aria-hidden="true">{symbol_shapes()}</svg>')  # noqa: S704  # fixed text


def symbol_shapes() -> str:
    """The same signs, for a drawing that stands alone."""
    drawn = "".join(
        f'<symbol id="is-{state.value}" viewBox="0 0 14 14">{shape}</symbol>' for state, shape in _SHAPES.items()
    )
    talks = (
        '<symbol id="is-talks" viewBox="0 0 16 10"><path d="M1,3H14M11,.6L14.4,3L11,5.4M15,7.4H2M5,5L1.6,7.4L5,9.8" '
        f'fill="none" stroke="{INK}" stroke-width="1.2"/></symbol>'
    )
    return f"{drawn}{talks}"


def use(state: LedgerState, x: float, y: float, side: float) -> str:
    """One sign inside another drawing."""
    return f'<use href="#is-{state.value}" x="{x:.1f}" y="{y:.1f}" width="{side:g}" height="{side:g}"/>'


def rests_bar(data: int, published: int, assumed: int) -> Markup:
    """Three parts of one bar: data filled, published effects in grey, assumption hollow. A text twin stands beside."""
    fills, at, drawn = (f'fill="{INK}"', f'fill="{GREY}"', f'fill="#fff" stroke="{GREY}"'), 0.5, []
    for share, fill in zip((data, published, assumed), fills, strict=True):
        if share:
            width = 0.59 * share
            drawn.append(f'<rect x="{at:.2f}" y=".5" width="{width:.2f}" height="5" {fill} stroke-width=".8"/>')
            at += width
    return Markup(  # noqa: S704  # numbers and fixed text
        f'<svg class="rb" viewBox="0 0 60 6" aria-hidden="true">{"".join(drawn)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear scale with round ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Position in 0..100."""
        return 100 * (value - self.low) / (self.high - self.low)


def round_axis(low: float, high: float, n_ticks: int = 4, *, zero: bool = False) -> Axis:
    """An axis that holds low and high, with ticks at 1, 2 or 5 times a power of ten.

    `zero` makes it begin at 0 where that costs at most as much room again as the data take.
    """
    if zero and low > 0 and low <= high - low:
        low = 0.0
    if high <= low:
        pad = abs(low) / 10 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / max(1, n_ticks)
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(i * step, 10) for i in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def bar(low: float, high: float, axis: Axis, *, hollow: bool = False, colour: str = INK) -> Markup:
    """A horizontal bar from low to high on an axis; hollow where a feature lowers the risk."""
    left, right = sorted((axis.at(low), axis.at(high)))
    width = max(0.6, right - left)
    paint = f'fill="#fff" stroke="{colour}" stroke-width="1.4" vector-effect="non-scaling-stroke"' if hollow else (
        f'fill="{colour}"'
    )  # fmt: skip
    grid = "".join(
        f'<path d="M{axis.at(t):.2f},0V10" stroke="{RULE}" stroke-width=".7" vector-effect="non-scaling-stroke"/>'
        for t in axis.ticks
    )
    return Markup(  # noqa: S704  # numbers and fixed text
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'{grid}<rect x="{left:.2f}" y="2" width="{width:.2f}" height="6" {paint}/></svg>'
    )


def plain_bar(value: float, largest: float, *, hollow: bool = False) -> Markup:
    """A bar from the left edge, in parts of the largest of its kind."""
    width = 0.0 if largest <= 0 else max(0.6, 99 * abs(value) / largest)
    stroke = f' stroke="{INK}" stroke-width="1.4" vector-effect="non-scaling-stroke"' if hollow else ""
    fill = "#fff" if hollow else INK
    return Markup(  # noqa: S704  # numbers and fixed text
        '<svg class="pb" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect x=".3" y=".6" width="{width:.2f}" height="6.8" fill="{fill}"{stroke}/></svg>'
    )


_MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)


def _month_start(number: int) -> int:
    """First day, as an ordinal, of the month with this number: 12 times the year plus the month from 0."""
    return dt.date(number // 12, number % 12 + 1, 1).toordinal()


def time_axis(first: int, last: int, n_ticks: int = 4) -> Axis:
    """An axis of days that holds both ordinals, with ticks at the starts of months, quarters, years or more."""
    start, end = dt.date.fromordinal(first), dt.date.fromordinal(last)
    low, high = 12 * start.year + start.month - 1, 12 * end.year + end.month
    step = next((s for s in _MONTH_STEPS if s * n_ticks >= high - low), _MONTH_STEPS[-1])
    numbers = range(low // step * step, -(-high // step) * step + 1, step)
    ticks = tuple(float(_month_start(max(12, n))) for n in numbers)
    return Axis(ticks[0], ticks[-1], ticks)


def _month_label(ordinal: float) -> str:
    day = dt.date.fromordinal(int(ordinal))
    return f"{calendar.month_abbr[day.month]} {day.year}"


def date_dots(spans: Sequence[tuple[int, int, bool]]) -> Markup:
    """Every account of a date on one axis of time, as `account_dots` draws numbers; days as ordinals."""
    axis = time_axis(min(s[0] for s in spans), max(s[1] for s in spans))
    return _dots([(float(first), last + 1.0, used) for first, last, used in spans], axis, _month_label)


def account_dots(spans: Sequence[tuple[float, float, bool]]) -> Markup:
    """Every account as a dot, or a line where it is a range, on one axis; the one in use is filled. Never averaged.

    Parameters
    ----------
    spans : (low, high, used) per account, in the unit of the fact.
    """
    axis = round_axis(min(s[0] for s in spans), max(s[1] for s in spans), zero=True)
    return _dots(spans, axis, lambda tick: f"{tick:,.10g}")


def _dots(spans: Sequence[tuple[float, float, bool]], axis: Axis, named: Callable[[float], str]) -> Markup:
    width, left, right = 300, 24, 24
    scale = (width - left - right) / 100
    marks: list[str] = []
    placed: list[tuple[float, float, int]] = []
    for low, high, _ in spans:
        x0, x1 = left + scale * axis.at(low), left + scale * axis.at(high)
        lane = 0
        while any(lane == other and x0 - 15 < end and x1 + 15 > start for start, end, other in placed):
            lane += 1
        placed.append((x0, x1, lane))
    depth = 18 + 18 * (max(lane for _, _, lane in placed))
    base = depth + 6
    for number, ((x0, x1, lane), (_, _, used)) in enumerate(zip(placed, spans, strict=True), start=1):
        y = base - 6 - 18 * lane
        middle = (x0 + x1) / 2
        if x1 - x0 > 1:
            marks.append(f'<path d="M{x0:.1f},{y}H{x1:.1f}" stroke="{INK}" stroke-width="3"/>')
        fill = INK if used else "#fff"
        marks.append(f'<circle cx="{middle:.1f}" cy="{y}" r="7" fill="{fill}" stroke="{INK}" stroke-width="1.4"/>')
        tone = ' class="on"' if used else ""
        marks.append(f'<text{tone} x="{middle:.1f}" y="{y + 3.4}" text-anchor="middle">{number}</text>')
    ticks = "".join(
        f'<path d="M{left + scale * axis.at(t):.1f},{base + 4}v5" stroke="{GREY}"/>'
        f'<text class="tick" x="{left + scale * axis.at(t):.1f}" y="{base + 20}" text-anchor="middle">{named(t)}</text>'
        for t in axis.ticks
    )
    return Markup(  # noqa: S704  # numbers
        f'<svg class="acc" viewBox="0 0 {width} {base + 25}" aria-hidden="true">'
        f'<path d="M{left},{base + 4}H{width - right}" stroke="{GREY}"/>{ticks}{"".join(marks)}</svg>'
    )


def chance_mark(
    at: float,
    ends: tuple[float, float],
    middle: tuple[float, float] | None,
    nothing: tuple[float, tuple[float, float]],
    *,
    is_clear: bool,
    is_nothing: bool = False,
) -> Markup:
    """A chance on an axis from 0 to 1: dot, thick 50 % line, thin 90 % line; the do-nothing range as a band behind.

    Parameters
    ----------
    at : the chance. ends : of its 90 % range. middle : of its 50 % range, where known.
    nothing : the chance under doing nothing and its 90 % range.
    is_clear : whether its change is clear: a filled accent dot. Hollow else; doing nothing is filled ink.
    """
    width, inset = 122.0, 5.0

    def x(value: float) -> float:
        return round(inset + min(max(value, 0.0), 1.0) * (width - 2 * inset), 2)

    base, (low, high) = nothing
    colour = ACCENT if is_clear else INK
    grid = "".join(
        f'<path d="M{x(tick):g},0V28" stroke="{RULE}" stroke-width=".6"/>' for tick in (0, 0.25, 0.5, 0.75, 1)
    )
    band = f'<rect x="{x(low):g}" y="0" width="{max(x(high) - x(low), 0.8):g}" height="28" fill="{BAND}"/>'
    dash = f'<path d="M{x(base):g},0V28" stroke="{GREY}" stroke-width="1" stroke-dasharray="2 2"/>'
    thin = f'<path d="M{x(ends[0]):g},14H{x(ends[1]):g}" stroke="{colour}" stroke-width="1.3"/>'
    thick = (
        ""
        if middle is None
        else f'<path d="M{x(middle[0]):g},14H{x(middle[1]):g}" stroke="{colour}" stroke-width="4.6"/>'
    )
    fill = colour if is_clear or is_nothing else "#fff"
    edge = "#fff" if is_clear or is_nothing else INK
    dot = f'<circle cx="{x(at):g}" cy="14" r="4.6" fill="{fill}" stroke="{edge}" stroke-width="1.5"/>'
    return Markup(  # noqa: S704  # numbers and fixed text
        f'<svg class="mk" viewBox="0 0 {width:g} 28" aria-hidden="true">{band}{grid}{dash}{thin}{thick}{dot}</svg>'
    )


def chance_axis() -> Markup:
    """The foot of a column of chances: 0, 50 and 100 %."""
    marks = "".join(
        f'<text x="{x:g}" y="9" text-anchor="{anchor}">{label}</text>'
        for x, anchor, label in ((5, "start", "0"), (61, "middle", "50"), (117, "end", "100 %"))
    )
    return Markup(f'<svg class="ax" viewBox="0 0 122 12" aria-hidden="true">{marks}</svg>')  # noqa: S704  # fixed text


def centred_bar(low: float, high: float, reach: float) -> Markup:
    """A bar from low to high around 0 in the middle, on a scale from −reach to reach."""
    left, right = (50 + 49 * min(max(value / reach, -1.0), 1.0) if reach else 50.0 for value in (low, high))
    return Markup(  # noqa: S704  # numbers and fixed text
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect x="{min(left, right):.2f}" y="2" width="{max(0.6, abs(right - left)):.2f}" height="6" fill="{INK}"/>'
        f'<path d="M50,0V10" stroke="{ACCENT}" stroke-width="1.2" vector-effect="non-scaling-stroke"/></svg>'
    )
