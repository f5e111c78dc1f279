"""The brief as Markdown: one text that any editor opens, with tables; figures stand as what they show in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dayafter.brief.blocks import Block, Figure, Heading, Lines, PageBreak, Paragraph, Table
from dayafter.brief.outline import outline
from dayafter.brief.render import check_audience
from dayafter.findings.directions import marked_isolates
from dayafter.findings.records import Findings
from dayafter.findings.wording import Wording

if TYPE_CHECKING:
    from dayafter.redaction import Gate

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_MARKED: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")


def render_markdown(findings: Findings, gate: Gate) -> str:
    """The brief as Markdown with pipe tables, UTF-8.

    Raises
    ------
    UsageError : findings made for another audience than the gate's.
    RedactionError : the text holds what its audience must not see.
    """
    check_audience(findings, gate)
    say = Wording(findings.language)
    body = "\n\n".join(part for block in outline(findings, say) if (part := _block(block, say)))
    return gate.release(body + "\n", "the brief as Markdown")


def _text(text: str, say: Wording) -> str:
    """A text as it is, no character of it read as markup; in a language from the right, runs from the left isolated."""
    plain = _MARKED.sub(r"\\\1", _SPACE.sub(" ", text).strip())
    return marked_isolates(plain) if say.is_right_to_left else plain


def _block(block: Block, say: Wording) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_text(block.text, say)}"
    if isinstance(block, Paragraph):
        text = _text(block.text, say)
        return f"**{text}**" if block.strong and text else text
    if isinstance(block, Lines):
        return "\n".join(f"- {_text(item, say)}" for item in block.items)
    if isinstance(block, Figure):
        return f"*{_text(block.alt, say)}*" if block.name == "map" else ""
    if isinstance(block, PageBreak):
        return "---"
    return _table(block, say)


def _table(table: Table, say: Wording) -> str:
    rows = [table.columns, *table.rows]
    cells = [f"| {' | '.join(_text(cell, say) for cell in row)} |" for row in rows]
    rule = f"|{' --- |' * len(table.columns)}"
    return "\n".join((f"**{_text(table.caption, say)}**", "", cells[0], rule, *cells[1:]))
