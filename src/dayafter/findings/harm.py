"""Who is harmed, or could be: read off the case by four rules, never by opinion."""

from __future__ import annotations

import datetime as dt

from dayafter.findings.records import DealView, Harm
from dayafter.findings.rows import Rows
from dayafter.findings.wording import Wording

N_SHOWN = 6
LIVES_THERE = "live there"
_FAIR_PART = 0.5
"""Below half of a fair part in office a community counts as left out."""
_RECENT_DAYS = 365


def _harm(label: str, people: list[str], none: str) -> Harm:
    unique = tuple(dict.fromkeys(people))
    return Harm(label, unique[:N_SHOWN], max(0, len(unique) - N_SHOWN), none)


def _displaced(rows: Rows) -> Harm:
    away = [row for row in rows.shown.population if row.displaced is not None and row.displaced.high > 0]
    away.sort(key=lambda row: -(row.displaced.middle if row.displaced else 0.0))
    say = rows.say
    people = [say("{who} of {place}", who=rows.name(row.community), place=rows.name(row.place)) for row in away]
    return _harm(say("Driven out, not back"), people, say("none on record"))


def _left_out(rows: Rows) -> Harm:
    out = [row for row in rows.shown.population if row.represented is not None and row.represented.middle < _FAIR_PART]
    out.sort(key=lambda row: row.represented.middle if row.represented else 1.0)
    say = rows.say
    people = [say("{who} in {place}", who=rows.name(row.community), place=rows.name(row.place)) for row in out]
    return _harm(say("Without a fair part in office"), people, say("none on record"))


def _bound_unasked(deals: tuple[DealView, ...], say: Wording) -> Harm:
    people = [
        say("{who} in {place}", who=who.name, place=say.joined(deal.places, 3)) if deal.places else who.name
        for deal in deals
        for who in deal.absent
        if say(LIVES_THERE) in who.reason
    ]
    return _harm(say("Live under a deal they are no party to"), people, say("none on record"))


def _attacked(rows: Rows) -> Harm:
    as_of = rows.shown.info.as_of.latest
    since = None if as_of is None else as_of - dt.timedelta(days=_RECENT_DAYS)
    say = rows.say
    people = []
    for incident in rows.shown.incidents:
        recent = since is None or incident.date.latest is None or incident.date.latest >= since
        if recent:
            place = rows.name(incident.place)
            people += [say("{who} in {place}", who=rows.name(one), place=place) for one in incident.against]
    return _harm(say("Attacked as a community in the last 12 months"), people, say("none on record"))


def build_harms(rows: Rows, deals: tuple[DealView, ...]) -> tuple[Harm, ...]:
    """Displaced and not back; left out of office; bound by a deal unasked; attacked within a year of the cut-off."""
    return (_displaced(rows), _left_out(rows), _bound_unasked(deals, rows.say), _attacked(rows))
