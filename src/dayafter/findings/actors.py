"""Actors and their red lines, who could break deals, and shocks from above: as the case records them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from dayafter.assessment.report import Assessment, RowRef, Spread
from dayafter.casefile.schema import CaseFile, Option, Position, Row, Shock
from dayafter.findings import words
from dayafter.findings.deals import BREAKERS
from dayafter.findings.records import DealView, Estimate
from dayafter.findings.rows import Rows
from dayafter.findings.views import ActorView, RedLine, ShockView, SpoilerView

MAX_WANTS: Final = 3


def build_actors(case: CaseFile, rows: Rows) -> tuple[ActorView, ...]:
    """Every actor with a position that this audience may see, those with most red lines and places first."""
    own: dict[str, list[Position]] = {}
    for original in case.positions:
        ref = RowRef("positions", original.key)
        if any(rows.gate.hides(ident, table) for ident, table in _named(original)) or rows.gate.is_withheld(ref):
            continue
        row = rows.find(ref)
        if isinstance(row, Position):
            own.setdefault(original.actor, []).append(row)
    views = [_actor(actor, positions, case, rows) for actor, positions in own.items()]
    return tuple(sorted(views, key=_weight))


def _weight(view: ActorView) -> tuple[int, int, str]:
    return -sum(len(line.places) for line in view.red_lines), -len(view.where), view.name


def _named(position: Position) -> tuple[tuple[str, str], ...]:
    return (position.actor, "actors"), (position.place, "places"), (position.issue, "issues")


def _actor(actor: str, positions: Sequence[Position], case: CaseFile, rows: Rows) -> ActorView:
    kind = next((one.kind.value.replace("-", " ") for one in case.actors if one.id == actor), "")
    lines: dict[tuple[str, str], list[str]] = {}
    for position in positions:
        for text in red_lines(position, rows):
            lines.setdefault((rows.name(position.issue), text), []).append(rows.name(position.place))
    wants = dict.fromkeys(position.reason for position in sorted(positions, key=_care) if position.reason)
    checked = sorted({checked_on(position, rows) for position in positions})
    return ActorView(
        name=rows.gate_label(actor, "actors"),
        kind=rows.say(kind),
        where=rows.listed(position.place for position in positions),
        answers_to=_patrons(actor, case, rows),
        wants=tuple(wants)[:MAX_WANTS],
        red_lines=tuple(RedLine(tuple(where), issue, text) for (issue, text), where in lines.items()),
        checked_on=rows.say.joined(checked, 2),
        references=rows.references(RowRef("positions", position.key) for position in positions),
    )


def _care(position: Position) -> float:
    return -(position.salience.middle if position.salience else 0.0)


def checked_on(row: Row, rows: Rows) -> str:
    """When a row was last checked: the as-of date where it does not say."""
    return rows.say.date(row.checked_on or rows.shown.info.as_of)


def _patrons(actor: str, case: CaseFile, rows: Rows) -> str:
    said = []
    for original in case.loyalties:
        ref = RowRef("loyalties", original.key)
        hidden = rows.gate.is_withheld(ref) or rows.gate.hides(original.patron, "actors")
        if original.actor == actor and not hidden and original.loyalty.high > 0:
            name = rows.gate_label(original.patron, "actors")
            low, high = original.loyalty.low, original.loyalty.high
            said.append(f"{name} {low:g}" if low == high else f"{name} {low:g}–{high:g}")
    return rows.say.joined(said, 4)


def red_lines(position: Position, rows: Rows) -> Iterable[str]:
    """What an actor cannot accept on an issue, in the words of its options. `position` : as the audience sees it."""
    say = rows.say
    options = sorted((o for o in rows.shown.options if o.issue == position.issue), key=lambda o: o.position)

    if position.red_line_below is not None:
        bound = position.red_line_below.middle
        first = next((option for option in options if option.position >= bound), None)
        if first is not None and first is not options[0]:
            yield say("nothing short of “{option}”", option=first.label)
        elif first is None:
            yield _bound(options, rows, above=True)
    if position.red_line_above is not None:
        bound = position.red_line_above.middle
        last = next((option for option in reversed(options) if option.position <= bound), None)
        if last is not None and last is not options[-1]:
            yield say("nothing beyond “{option}”", option=last.label)
        elif last is None:
            yield _bound(options, rows, above=False)


def red_lines_at(deal: DealView, actors: Iterable[ActorView]) -> tuple[tuple[str, tuple[RedLine, ...]], ...]:
    """Red lines of the parties of a deal in the places that it covers: (party, lines), parties without one left out."""
    found = (
        (actor.name, tuple(line for line in actor.red_lines if set(line.places) & set(deal.places)))
        for actor in actors
        if actor.name in deal.parties
    )
    return tuple((name, lines) for name, lines in found if lines)


def _bound(options: Sequence[Option], rows: Rows, *, above: bool) -> str:
    if not options:
        return rows.say("a red line on a scale without options")
    end = options[-1] if above else options[0]
    return rows.say("not even “{option}”", option=end.label)


def build_spoilers(assessment: Assessment, rows: Rows) -> tuple[SpoilerView, ...]:
    """Who is named among those who could end deals in force, those of most deals first."""
    found: dict[str, dict[str, list[str]]] = {}
    for summary in assessment.in_force:
        if rows.gate.hides(summary.deal, "deals") or summary.fragility is None:
            continue
        deal = rows.gate_label(summary.deal, "deals")
        for breaker in summary.fragility.breakers:
            for actor in breaker.actors:
                if rows.gate.hides(actor):
                    continue
                kinds = found.setdefault(rows.gate_label(actor), {"deals": [], "kinds": []})
                kinds["deals"].append(deal)
                kinds["kinds"].append(rows.say(BREAKERS[breaker.kind]))
    shocks = {rows.name(shock.id) for shock in rows.shown.shocks}
    views = [
        SpoilerView(name, tuple(dict.fromkeys(seen["deals"])), rows.say.joined(list(dict.fromkeys(seen["kinds"]))))
        for name, seen in found.items()
        if name not in shocks
    ]
    return tuple(sorted(views, key=lambda view: (-len(view.deals), view.name)))


def build_shocks(case: CaseFile, rows: Rows, horizon_months: int) -> tuple[ShockView, ...]:
    """Shocks of the case with the chance of at least one within the horizon, the likeliest first."""
    views = []
    for original in case.shocks:
        row = rows.find(RowRef("shocks", original.id))
        if rows.gate.hides(original.id, "shocks") or not isinstance(row, Shock):
            continue
        views.append(
            ShockView(
                name=rows.gate_label(original.id, "shocks"),
                text=row.text,
                chance=_chance(original, rows, horizon_months),
                when=rows.say.date(row.date) if row.date else "",
                strains=rows.listed(row.actors),
                where=rows.listed(row.places),
                references=rows.references([RowRef("shocks", original.id)]),
            )
        )
    return tuple(sorted(views, key=lambda view: -(view.chance.mean if view.chance else 0.0)))


def _chance(shock: Shock, rows: Rows, months: int) -> Estimate | None:
    """At least one in so many months at a constant rate: 1 − exp(−rate · months)."""
    rate = shock.rate_per_month
    if rate is None:
        return None
    low, middle, high = (1 - math.exp(-one * months) for one in (rate.low, rate.middle, rate.high))
    return words.probability(Spread(middle, low, high, 1), months, rows.say.language)
