"""The drawing of a map layout as SVG. Its text twin is the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

from dayafter.brief.figures import GREY, INK, LAND, use
from dayafter.brief.land import Land
from dayafter.brief.map import MapLayout, Spot, Town, place_text, tile_corner
from dayafter.brief.text import shorten
from dayafter.findings.records import LedgerRow
from dayafter.vocabulary import FOUR_QUESTIONS, DisputeStatus

_DASH: Final = {DisputeStatus.DISPUTED: "5 3.2", DisputeStatus.NEWLY_CONTESTED: "1.2 2.6"}


def _tile(spot: Spot, layout: MapLayout) -> str:
    """The frame and the four squares: secure and govern above, return and pay below."""
    style = layout.style
    x, y = tile_corner(spot.box, style)
    frame = style.tile + 6
    dispute = None if spot.row.place.national else spot.row.place.dispute
    stroke = (
        f'stroke="{INK}" stroke-width="1.5" stroke-dasharray="{_DASH[dispute]}" stroke-linecap="round"'
        if dispute in _DASH
        else f'stroke="{GREY}" stroke-width=".7"'
    )
    parts = [f'<rect x="{x:.1f}" y="{y:.1f}" width="{frame:g}" height="{frame:g}" rx="3" fill="#fff" {stroke}/>']
    by_question = {mark.question: mark for mark in spot.row.marks}
    side = (style.tile - 3) / 2
    for number, question in enumerate(FOUR_QUESTIONS):
        if question in by_question:
            column, line = number % 2, number // 2
            state = by_question[question].state
            parts.append(use(state, x + 3 + column * (side + 3), y + 3 + line * (side + 3), side))
    return "".join(parts)


def _label(spot: Spot, layout: MapLayout) -> str:
    style = layout.style
    box = spot.box
    x = box.x + box.width - style.tile - 11 if box.left_label else box.x + style.tile + 11
    anchor = "end" if box.left_label else "start"
    n_lines = len(spot.name) + len(spot.caption)
    y = box.y + box.height / 2 - n_lines * style.line / 2 + style.font * 0.86
    lines = []
    for part in spot.name:
        lines.append(
            f'<text class="n" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{style.font:g}" '
            f'font-weight="600">{escape(part)}</text>'
        )
        y += style.line
    for part in spot.caption:
        lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{style.font * 0.88:.2f}" class="m">'
            f"{escape(part)}</text>"
        )
        y += style.line
    return "".join(lines)


def _town(town: Town) -> str:
    name = escape(place_text(town.place.name))
    if town.place.area:
        middle = town.text.x + town.text.width / 2
        return (
            f'<text class="area" x="{middle:.1f}" y="{town.text.y + 8:.1f}" text-anchor="middle">{name.upper()}</text>'
        )
    x = town.x + {"start": 7, "middle": 0, "end": -7}[town.anchor]
    y = town.y + (13.5 if town.anchor == "middle" else 3.4)
    return (
        f'<circle cx="{town.x:.1f}" cy="{town.y:.1f}" r="2.6" fill="{GREY}"/>'
        f'<text class="town" x="{x:.1f}" y="{y:.1f}" text-anchor="{town.anchor}">{name}</text>'
    )


def _land(land: Land) -> str:
    """A shape without an outline: a line would look like a boundary."""
    points = "L".join(f"{x:.1f},{y:.1f}" for x, y in land.corners)
    close = "Z" if len(land.corners) > 2 else "h0" if len(land.corners) == 1 else ""
    return (
        f'<path d="M{points}{close}" fill="{LAND}" stroke="{LAND}" stroke-width="{2 * land.radius:g}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _land_name(land: Land) -> str:
    if land.label is None:
        return ""
    middle, y = land.label.x + land.label.width / 2, land.label.y + land.label.height - 2.4
    return f'<text class="area" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{escape(land.name.upper())}</text>'


def _spot(spot: Spot, layout: MapLayout, href: str) -> str:
    """A place with its label, and a link around both where it leads somewhere."""
    name = escape(shorten(spot.row.place.name, 120))
    drawn = f"<title>{name}</title>{_tile(spot, layout)}{_label(spot, layout)}"
    return f'<a href="{escape(href)}">{drawn}</a>' if href else f"<g>{drawn}</g>"


def _nowhere(_row: LedgerRow) -> str:
    return ""


def map_marks(layout: MapLayout, link: Callable[[LedgerRow], str] = _nowhere) -> str:
    """What is drawn, names escaped, without the frame around it."""
    ground = "".join(_land(land) for land in layout.lands) + "".join(_land_name(land) for land in layout.lands)
    towns = "".join(_town(town) for town in layout.towns)
    spots = "".join(_spot(spot, layout, link(spot.row)) for spot in (*layout.spots, *layout.strip))
    rule = ""
    if layout.spots and layout.strip:
        y = min(spot.box.y for spot in layout.strip) - 6
        rule = f'<path d="M0,{y:.1f}H{layout.width:g}" stroke="#c9c7c1" stroke-width=".7"/>'
    return f"{ground}{towns}{rule}{spots}"


def draw_map(layout: MapLayout, link: Callable[[LedgerRow], str] = _nowhere) -> Markup:
    """The whole drawing. Left to right in every language: directions on a map do not turn.

    Parameters
    ----------
    link : where a place leads to; nowhere where it is empty.
    """
    return Markup(  # noqa: S704  # names are escaped where they are drawn
        f'<svg class="map" viewBox="-2 -2 {layout.width + 4:g} {layout.height + 4:.0f}" role="img" '
        f'aria-labelledby="map-h" aria-describedby="map-c">{map_marks(layout, link)}</svg>'
    )
