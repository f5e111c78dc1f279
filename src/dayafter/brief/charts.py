"""Figures of a brief as PNG for Word, drawn by matplotlib without its global state; the page draws its own as SVG."""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from dayafter.brief.drawn import is_clear, whole_points
from dayafter.brief.figures import ACCENT, BAND, GREY, INK, LAND
from dayafter.brief.map import MapLayout, lay_out, tile_corner
from dayafter.brief.text import shorten
from dayafter.findings import words
from dayafter.findings.option_records import Options
from dayafter.findings.records import DealView, Findings
from dayafter.findings.wording import Wording
from dayafter.vocabulary import FOUR_QUESTIONS, LedgerState

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI: Final = 200
_FACES: Final = ("Noto Sans", "DejaVu Sans")
_FILL: Final = {
    LedgerState.AGREED_FORMALLY: INK, LedgerState.AGREED_INFORMALLY: "#ffffff", LedgerState.CONTESTED: ACCENT,
    LedgerState.UNADDRESSED: "#ffffff", LedgerState.NO_ACCOUNT: "#ffffff",
}  # fmt: skip


@cache
def _families() -> tuple[str, ...]:
    """Faces for Latin and Arabic script: the bundled Arabic one is made known to matplotlib first."""
    from matplotlib import font_manager  # noqa: PLC0415  # heavy: only Word needs pictures

    arabic = resources.files("dayafter.brief").joinpath("fonts", "NotoSansArabic-Regular.ttf")
    with resources.as_file(arabic) as path:
        font_manager.fontManager.addfont(str(path))
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return (*(face for face in _FACES if face in known), "Noto Sans Arabic")


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), dpi=_DPI)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    return figure, axes


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()


def _write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    look: dict[str, Any] = {"fontsize": 8, "color": INK} | style
    axes.text(x, y, text, fontfamily=list(_families()), va="center", **look)


def options_png(options: Options) -> bytes:
    """The options of the first page as dots with 50 and 90 % lines, one column an event."""
    shown = options.first_page
    n = options.n_first_page
    height = 0.36 * len(shown) + 0.7
    figure, axes = _canvas(6.7, height)
    axes.set_xlim(0, 6.7)
    axes.set_ylim(height, 0)
    width = 4.2 / n
    for number, event in enumerate(options.events[:n]):
        left = 2.4 + number * width
        _write(axes, left, 0.16, shorten(event.title, 40), fontweight="bold")
        scale = 0.55 * width
        base = options.nothing.marks[number].chance
        axes.fill_betweenx([0.4, height - 0.2], left + base.p05 * scale, left + base.p95 * scale, color=BAND, lw=0)
        for tick in (0.0, 0.5, 1.0):
            axes.plot([left + tick * scale] * 2, [0.4, height - 0.2], color="#c9c7c1", lw=0.5)
            _write(
                axes,
                left + tick * scale,
                height - 0.1,
                f"{round(100 * tick)}",
                fontsize=6.5,
                ha="center",
                color="#555a62",
            )
        for row, option in enumerate(shown):
            y, mark = 0.55 + 0.36 * row, option.marks[number]
            colour = ACCENT if is_clear(mark.change) else INK
            fill = colour if option.is_nothing or is_clear(mark.change) else "#ffffff"
            c = mark.chance
            axes.plot([left + c.p05 * scale, left + c.p95 * scale], [y, y], color=colour, lw=0.9)
            if c.p25 is not None and c.p75 is not None:
                axes.plot(
                    [left + c.p25 * scale, left + c.p75 * scale], [y, y], color=colour, lw=3, solid_capstyle="butt"
                )
            axes.plot([left + c.mean * scale], [y], "o", ms=5, mfc=fill, mec=colour, mew=1)
            moved = mark.change.short.split(" (", maxsplit=1)[0] if is_clear(mark.change) and mark.change else ""
            _write(axes, left + scale + 0.08, y, f"{c.text}  {moved}".rstrip(), fontsize=7, color=colour)
    for row, option in enumerate(shown):
        label = f"{option.letter} {option.name}".strip()
        _write(axes, 0.02, 0.55 + 0.36 * row, shorten(label, 40))
    return _png(figure)


def deal_png(deal: DealView, say: Wording) -> bytes:
    """A waterfall from the reference deal to this one."""
    points = [(part.label, n) for part, n in zip(deal.parts, whole_points(deal), strict=True) if n]
    first, last = words.percent(deal.reference.mean), words.percent(deal.p_end.mean)
    rows = [(say("A firm deal"), 0, first, GREY), *[(label, 0, n, ACCENT) for label, n in points]]
    height = 0.24 * (len(points) + 2) + 0.1
    figure, axes = _canvas(6.7, height)
    axes.set_xlim(0, 6.7)
    axes.set_ylim(height, 0)
    reach = max(first, last, first + sum(n for _, n in points if n > 0), 1)
    at = 0.0
    for row, (label, _, n, colour) in enumerate(rows):
        start, end = at, at + n
        y = 0.17 + 0.24 * row
        _write(axes, 0.02, y, shorten(label, 46))
        hollow = n < 0
        axes.barh(
            y, 3.2 * (end - start) / reach, left=2.9 + 3.2 * start / reach, height=0.15,
            color="#ffffff" if hollow else colour, edgecolor=INK if hollow else colour, lw=0.8,
        )  # fmt: skip
        _write(axes, 6.66, y, f"{n}\u202f%" if row == 0 else words.signed(n), ha="right")
        at = end
    y = 0.17 + 0.24 * len(rows)
    _write(axes, 0.02, y, say("As it stands"), fontweight="bold")
    axes.barh(y, 3.2 * last / reach, left=2.9, height=0.15, color=INK)
    _write(axes, 6.66, y, f"{last}\u202f%", ha="right", fontweight="bold")
    return _png(figure)


def map_png(findings: Findings, say: Wording) -> bytes:
    """The schematic map with four squares a place, and its key."""
    layout = lay_out(findings.ledger.rows, findings.context, width=376, height=240)
    width, height = layout.width + 8, layout.height + 34
    figure, axes = _canvas(5.6, 5.6 * height / width)
    axes.set_xlim(-4, width - 4)
    axes.set_ylim(height - 4, -4)
    _draw_land(axes, layout, 5.6 * 72 / width)
    for spot in (*layout.spots, *layout.strip):
        x, y = tile_corner(spot.box, layout.style)
        marks = {mark.question: mark.state for mark in spot.row.marks}
        side = (layout.style.tile - 3) / 2
        frame = layout.style.tile + 6
        axes.add_patch(_box(x, y, frame, edge=GREY, fill="#ffffff"))
        for number, question in enumerate(FOUR_QUESTIONS):
            if question in marks:
                _sign(
                    axes, x + 3 + (number % 2) * (side + 3), y + 3 + (number // 2) * (side + 3), side, marks[question]
                )
        left = x - 4 if spot.box.left_label else x + frame + 4
        align = "right" if spot.box.left_label else "left"
        _write(axes, left, y + frame / 2, " ".join(spot.name), ha=align, fontweight="bold", fontsize=7)
    at = 0.0
    for state in LedgerState:
        label = words.STATES[say.language][state]
        _sign(axes, at, layout.height + 10, 9, state)
        _write(axes, at + 13, layout.height + 15, label, fontsize=5.5)
        at += 24 + 3.2 * len(label)
    return _png(figure)


def _box(x: float, y: float, side: float, *, edge: str, fill: str, dashed: bool = False) -> Any:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    return Rectangle((x, y), side, side, facecolor=fill, edgecolor=edge, lw=0.7, ls="--" if dashed else "-")


def _draw_land(axes: Axes, layout: MapLayout, point: float) -> None:
    """Light land behind the places of one area, without an outline, and towns; `point`: points in a unit."""
    from matplotlib.patches import Polygon  # noqa: PLC0415

    for land in layout.lands:
        wide = 2 * land.radius * point
        axes.add_patch(Polygon(land.corners, facecolor=LAND, edgecolor=LAND, lw=wide, joinstyle="round", zorder=0))
    for town in layout.towns:
        if not town.place.area:
            align = {"start": "left", "middle": "center", "end": "right"}[town.anchor]
            x = town.x + {"start": 7, "middle": 0, "end": -7}[town.anchor]
            y = town.y + (11 if town.anchor == "middle" else 0)
            axes.plot([town.x], [town.y], "o", ms=2.4, color=GREY)
            _write(axes, x, y, shorten(town.place.name, 24), fontsize=6, color="#555a62", ha=align)


def _sign(axes: Axes, x: float, y: float, side: float, state: LedgerState) -> None:
    """The sign of a state: full, half, two wedges, dashed, or a dot for no account."""
    from matplotlib.patches import Polygon  # noqa: PLC0415

    if state is LedgerState.NO_ACCOUNT:
        axes.plot([x + side / 2], [y + side / 2], "o", ms=1.6, color=GREY)
        return
    edge = {LedgerState.CONTESTED: ACCENT, LedgerState.UNADDRESSED: GREY}.get(state, INK)
    axes.add_patch(_box(x, y, side, edge=edge, fill=_FILL[state], dashed=state is LedgerState.UNADDRESSED))
    if state is LedgerState.AGREED_INFORMALLY:
        axes.add_patch(Polygon([(x, y), (x, y + side), (x + side, y + side)], facecolor=INK, lw=0))
    if state is LedgerState.CONTESTED:
        for sign in (0.17, 0.83):
            wedge = [
                (x + sign * side, y + 0.17 * side),
                (x + side / 2, y + side / 2),
                (x + sign * side, y + 0.83 * side),
            ]
            axes.add_patch(Polygon(wedge, facecolor="#ffffff", lw=0))
