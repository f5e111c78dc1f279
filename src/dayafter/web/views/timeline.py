"""Deals and fighting over time, as far as the audience may know of them."""

from __future__ import annotations

import datetime as dt
from typing import Final

from dayafter.casefile.schema import Deal, Incident
from dayafter.vocabulary import DealStatus
from dayafter.web.charts import Lane, Span, TimeLine, short_month, time_line
from dayafter.web.edition import Edition
from dayafter.web.views.lines import termed, visible

MOST_LANES: Final = 14
"""Deals, and places with fighting; the lists hold them all."""


def deal_time_line(edition: Edition) -> TimeLine | None:
    """Deals with a date, then fighting by place; None where nothing is dated."""
    cut = edition.compiled.as_of
    lanes = [*_deals(edition, cut)[:MOST_LANES], *_fighting(edition, cut)[:MOST_LANES]]
    title = edition.tell("Time line of deals and fighting")
    month = short_month if edition.language == "en" else edition.say.month
    return time_line(lanes, cut, title, month) if lanes else None


def _deals(edition: Edition, cut: dt.date) -> list[Lane]:
    lanes = []
    for row, _ in visible(edition, "deals", Deal):
        if row.agreed_on is None or row.status in {DealStatus.MISSING, DealStatus.PROPOSED}:
            continue
        first = row.agreed_on.earliest or row.agreed_on.latest
        if first is None or first < cut - dt.timedelta(days=365 * 4):
            continue
        sure = min(row.agreed_on.latest or cut, cut)
        end = row.ended_on.latest if row.ended_on is not None else None
        lanes.append(Lane(row.name, (Span(first, sure, end, f"{row.name}: {edition.say.date(row.agreed_on)}"),)))
    return lanes


def _fighting(edition: Edition, cut: dt.date) -> list[Lane]:
    """Places in which sources tell of fighting between those who freed them, or of events counted by month."""
    by_place: dict[str, list[Span]] = {}
    for row, _ in visible(edition, "incidents", Incident):
        happened = row.n_events is None or row.n_events.high > 0
        if row.violence_class is None or row.place not in edition.places or row.date.earliest is None or not happened:
            continue
        end = min(row.date.latest or row.date.earliest, cut)
        label = edition.say(", ").join((termed(edition, row.kind), edition.say.date(row.date)))
        by_place.setdefault(row.place, []).append(Span(row.date.earliest, row.date.earliest, end, label, fighting=True))
    return [Lane(edition.rows.name(place), tuple(spans)) for place, spans in by_place.items()]
