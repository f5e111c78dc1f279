"""A deal as it is drawn: the waterfall from the reference deal to it, and the bars of who could end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dayafter.brief.figures import ACCENT, GREY, INK, Axis, bar, plain_bar, round_axis
from dayafter.findings import words
from dayafter.findings.records import BreakerView, DealView, Part

_NO_EFFECT: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Step:
    """One feature of the waterfall."""

    part: Part
    bar: Markup
    points: str


@dataclass(frozen=True, slots=True)
class BreakerBar:
    """Of 100 ends, how many by one kind of breaker."""

    view: BreakerView
    bar: Markup


@dataclass(frozen=True, slots=True)
class DrawnDeal:
    """The figures of a deal's page."""

    reference_bar: Markup
    reference_points: int
    steps: tuple[Step, ...]
    total_bar: Markup
    total_points: int
    breakers: tuple[BreakerBar, ...]
    without_effect: tuple[str, ...]


def draw_deal(deal: DealView) -> DrawnDeal:
    """The figures of a deal; whole points sum from the reference to the deal as it stands."""
    at = deal.reference.mean
    shown = [part for part in deal.parts if abs(part.value.mean) >= _NO_EFFECT]
    spans = []
    for part in shown:
        spans.append((at, at + part.value.mean))
        at += part.value.mean
    ends = [0.0, deal.reference.mean, deal.p_end.mean, *(end for _, end in spans)]
    axis = round_axis(min(ends), max(ends))
    total, reference = words.percent(deal.p_end.mean), words.percent(deal.reference.mean)
    whole = words.whole_parts([100 * part.value.mean for part in deal.parts], total - reference)
    points = dict(zip(deal.parts, whole, strict=True))
    steps = tuple(
        Step(part, _step_bar(low, high, axis), words.signed(points[part]))
        for part, (low, high) in zip(shown, spans, strict=True)
    )
    return DrawnDeal(
        bar(0, deal.reference.mean, axis, colour=GREY),
        reference,
        steps,
        bar(0, deal.p_end.mean, axis),
        total,
        tuple(BreakerBar(one, plain_bar(one.of_100, 100)) for one in deal.breakers),
        tuple(part.label for part in deal.parts if abs(part.value.mean) < _NO_EFFECT),
    )


def _step_bar(start: float, end: float, axis: Axis) -> Markup:
    return bar(start, end, axis, hollow=end < start, colour=ACCENT if end >= start else INK)
