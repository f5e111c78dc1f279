"""The map of a case as a drawing that stands alone, for notebooks and slides; the brief draws the same."""

from __future__ import annotations

from typing import Final

from markupsafe import escape

from dayafter.brief.figures import symbol_shapes
from dayafter.brief.map import lay_out
from dayafter.brief.mapdraw import map_marks
from dayafter.findings import words
from dayafter.findings.records import Findings
from dayafter.redaction import Gate
from dayafter.vocabulary import LedgerState

_STYLE: Final = (
    "text{font-family:'Noto Sans','Segoe UI',sans-serif;fill:#1c1e22}"
    ".m,.town,.area{fill:#555a62}.town{font-size:9.6px}.area{font-size:8.2px;letter-spacing:.12em}"
)
_NOTE: Final = "Secure and govern above, return and pay below. Schematic, not a boundary."
_FOOT: Final = 40.0


def map_svg(findings: Findings, gate: Gate, *, width: float = 560.0, height: float = 380.0) -> str:
    """The places with the state of their four questions, as SVG text with real letters.

    Schematic: tiles are moved apart so that none hides another, and no boundary is drawn.

    Parameters
    ----------
    findings : made for the audience of `gate`. width, height : of the drawing, in its own units; the height grows where
        it must.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    layout = lay_out(findings.ledger.rows, findings.context, width=width, height=height)
    key = "".join(
        f'<use href="#is-{state.value}" x="{4 + 110 * number}" y="0" width="11" height="11"/>'
        f'<text x="{19 + 110 * number}" y="9.5" font-size="9.5">{words.STATES["en"][state]}</text>'
        for number, state in enumerate(LedgerState)
    )
    size = f'viewBox="-2 -2 {layout.width + 4:g} {layout.height + _FOOT:.0f}" width="{layout.width + 4:g}"'
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} direction="ltr" role="img">'
        f"<title>{escape(findings.edition.title)}</title><desc>{_NOTE}</desc>"
        f"<style>{_STYLE}</style><defs>{symbol_shapes()}</defs>{map_marks(layout)}"
        f'<g transform="translate(0 {layout.height + 10:.0f})">{key}'
        f'<text x="4" y="25" font-size="9" class="m">{_NOTE}</text></g></svg>\n'
    )
    return gate.release(text, "the map")
