"""A deal as it is drawn: the waterfall from the reference deal to it, and the bars of who could end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from dayafter.brief.figures import ACCENT, GREY, INK, Axis, bar, plain_bar, round_axis
from dayafter.findings import words
from dayafter.findings.records import BreakerView, DealView, Estimate, Part

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
class Total:
    """Where contributions have led: a bar from zero, in whole points."""

    bar: Markup
    points: int
    given: str = ""
    """The chance as it is given elsewhere, where that is rounded otherwise; empty where it is the same number."""


@dataclass(frozen=True, slots=True)
class DrawnDeal:
    """The figures of a deal's page."""

    reference: Total
    steps: tuple[Step, ...]
    """What the features of the deal add, as the record has them."""
    recorded: Total
    added: tuple[Step, ...]
    """What a run adds; nothing without one."""
    total: Total
    breakers: tuple[BreakerBar, ...]
    without_effect: tuple[str, ...]


def draw_deal(deal: DealView) -> DrawnDeal:
    """The figures of a deal; whole points sum from the reference to the record, and from it to the run."""
    at = deal.reference.mean
    ends = {}
    for part in deal.parts:
        ends[part] = (at, at + part.value.mean)
        at += part.value.mean
    spots = [0.0, deal.reference.mean, deal.p_end.mean, *(end for _, end in ends.values())]
    axis = round_axis(min(spots), max(spots))
    total, reference = words.percent(deal.p_end.mean), words.percent(deal.reference.mean)
    of_record = [part for part in deal.parts if not part.is_simulated]
    recorded = deal.reference.mean + sum(part.value.mean for part in of_record)
    at_record = words.percent(recorded) if len(of_record) < len(deal.parts) else total
    whole = words.whole_parts([100 * part.value.mean for part in of_record], at_record - reference)
    points = dict(zip(of_record, whole, strict=True))

    def steps(parts: Sequence[Part]) -> tuple[Step, ...]:
        return tuple(
            Step(part, _step_bar(*ends[part], axis), words.signed(points.get(part, total - at_record)))
            for part in parts
            if abs(part.value.mean) >= _NO_EFFECT
        )

    return DrawnDeal(
        reference=Total(bar(0, deal.reference.mean, axis, colour=GREY), reference),
        steps=steps(of_record),
        recorded=Total(bar(0, recorded, axis, colour=GREY), at_record, _given(deal.recorded, at_record)),
        added=steps([part for part in deal.parts if part.is_simulated]),
        total=Total(bar(0, deal.p_end.mean, axis), total, _given(deal.p_end, total)),
        breakers=tuple(BreakerBar(one, plain_bar(one.of_100, 100)) for one in deal.breakers),
        without_effect=tuple(part.label for part in of_record if abs(part.value.mean) < _NO_EFFECT),
    )


def _given(chance: Estimate | None, points: int) -> str:
    if chance is None or chance.text == f"{points}{words.THIN}%":
        return ""
    return chance.text


def _step_bar(start: float, end: float, axis: Axis) -> Markup:
    return bar(start, end, axis, hollow=end < start, colour=ACCENT if end >= start else INK)
