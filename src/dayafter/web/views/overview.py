"""The first page: map, ledger, the most fragile deals."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dayafter.brief.map import MapLayout, lay_out
from dayafter.brief.mapdraw import draw_map
from dayafter.findings.records import DealView, LedgerRow
from dayafter.web.edition import Edition
from dayafter.web.shapes import draw_shapes


@dataclass(frozen=True, slots=True)
class MapView:
    """The map and what must be said of it."""

    drawing: Markup
    located: bool
    shapes: bool
    """Drawn over shapes that the case gives, not as a schema."""
    n_left_out: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row of the ledger with the page of its place."""

    id: str
    row: LedgerRow


def ledger_rows(edition: Edition) -> tuple[PlaceRow, ...]:
    """The ledger, each row with the public id of its place."""
    return tuple(PlaceRow(one, row) for one, row in zip(edition.places, edition.findings.ledger.rows, strict=True))


def map_view(edition: Edition, language: str = "en", *, width: float = 376.0, height: float = 286.0) -> MapView:
    """The map of the case: its own shapes where it has any, else a schema. Every place leads to its page."""
    ids = {row.row.place: f"/places/{row.id}?lang={language}" for row in ledger_rows(edition)}
    drawn = draw_shapes(edition, ids)
    if drawn is not None:
        return MapView(drawn, located=True, shapes=True, n_left_out=0)
    layout: MapLayout = lay_out(edition.findings.ledger.rows, edition.findings.context, width, height)
    empty = not (layout.spots or layout.strip)
    drawing = Markup() if empty else draw_map(layout, lambda row: ids.get(row.place, ""))
    return MapView(drawing, layout.located, shapes=False, n_left_out=layout.n_left_out)


def deal_pairs(edition: Edition) -> tuple[tuple[str, DealView], ...]:
    """Public id and view of each deal in force, the most fragile first."""
    return tuple(edition.deal_views.items())
