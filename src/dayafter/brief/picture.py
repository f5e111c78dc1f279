"""The map of a case as a drawing that stands alone, for notebooks and slides; the brief draws the same."""

from __future__ import annotations

from typing import Final

from markupsafe import escape

from dayafter.brief.figures import symbol_shapes
from dayafter.brief.map import lay_out
from dayafter.brief.mapdraw import map_marks
from dayafter.findings import words
from dayafter.findings.records import Findings
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.vocabulary import LedgerState

_STYLE: Final = (
    "text{font-family:'Noto Sans','Segoe UI',sans-serif;fill:#1c1e22}"
    ".m,.town,.area{fill:#555a62}.town{font-size:9.6px}.area{font-size:8.2px;letter-spacing:.12em}"
)
_JOINED: Final = ".area{letter-spacing:0}"
"""Letters that join must not be spread."""
_FOOT: Final = 40.0
_STEP: Final = 110.0
"""Least room of an entry of the legend."""
_LETTER: Final = 4.8
"""Width of a letter of it, about."""


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
    say = Wording(findings.language)
    note = _turned(say("Secure and govern above, return and pay below. Schematic, not a boundary."), say)
    layout = lay_out(findings.ledger.rows, findings.context, width=width, height=height)
    key = _legend(say)
    look = _STYLE + (_JOINED if say.is_right_to_left else "")
    size = f'viewBox="-2 -2 {layout.width + 4:g} {layout.height + _FOOT:.0f}" width="{layout.width + 4:g}"'
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} direction="ltr" role="img">'
        f"<title>{escape(findings.edition.title)}</title><desc>{note}</desc>"
        f"<style>{look}</style><defs>{symbol_shapes()}</defs>{map_marks(layout)}"
        f'<g transform="translate(0 {layout.height + 10:.0f})">{key}'
        f'<text x="4" y="25" font-size="9" class="m">{note}</text></g></svg>\n'
    )
    return gate.release(text, "the map")


def _legend(say: Wording) -> str:
    """Each state with its sign, one beside the other, as far apart as their words are long."""
    marks, at = [], 4.0
    for state in LedgerState:
        text = words.STATES[say.language][state]
        marks.append(
            f'<use href="#is-{state.value}" x="{at:g}" y="0" width="11" height="11"/>'
            f'<text x="{at + 15:g}" y="9.5" font-size="9.5">{_turned(text, say)}</text>'
        )
        at += max(_STEP, 30 + _LETTER * len(text))
    return "".join(marks)


def _turned(text: str, say: Wording) -> str:
    """A text whose full stop stands at its own end also where the drawing runs from the left."""
    return f"\u2067{text}\u2069" if say.is_right_to_left else text
