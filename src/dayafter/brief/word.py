"""The brief as a Word file: real headings, tables with header rows, figures as pictures with alternative text.

The texts pass the gate before anything is made of them; the pictures are drawn from the same findings.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from dayafter.brief.blocks import Block, Figure, Heading, Lines, PageBreak, Paragraph, Table
from dayafter.brief.charts import deal_png, map_png, options_png
from dayafter.brief.outline import outline
from dayafter.brief.render import check_audience
from dayafter.brief.word_style import (
    BODY,
    MUTED,
    SMALL,
    align_right,
    cell_size,
    name_table,
    set_page,
    set_size,
    style_table,
    tighten,
    turn,
)
from dayafter.findings.directions import left_runs, right_runs
from dayafter.findings.records import Findings
from dayafter.findings.wording import Wording

if TYPE_CHECKING:
    from docx.document import Document as DocumentType

    from dayafter.redaction import Gate

_MARK: Final = "\u200e"
"""LEFT-TO-RIGHT MARK, which is not seen."""
_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def render_word(findings: Findings, gate: Gate) -> bytes:
    """The brief as a .docx file on A4; equal findings give equal bytes.

    Raises
    ------
    UsageError : findings made for another audience than the gate's.
    RedactionError : the text holds what its audience must not see.
    """
    check_audience(findings, gate)
    say = Wording(findings.language)
    blocks = outline(findings, say)
    gate.release("\n".join(_plain(block) for block in blocks), "the brief as a Word file")
    writer = _Writer(findings, say)
    for block in blocks:
        writer.add(block)
    return writer.bytes()


def _plain(block: Block) -> str:
    """Every text of a block, for the gate."""
    if isinstance(block, (Heading, Paragraph)):
        return block.text
    if isinstance(block, Lines):
        return "\n".join(block.items)
    if isinstance(block, Table):
        return "\n".join((block.caption, *block.columns, *(cell for row in block.rows for cell in row)))
    return block.alt if isinstance(block, Figure) else ""


class _Writer:
    """Adds blocks to one document."""

    def __init__(self, findings: Findings, say: Wording) -> None:
        from docx import Document  # noqa: PLC0415  # heavy: only this form needs it

        self._f, self._say, self._breaks = findings, say, False
        self._doc: DocumentType = Document()
        set_page(self._doc)
        self._head_and_foot()
        core = self._doc.core_properties
        core.title, core.author, core.language = findings.edition.title, "dayafter", say.language
        core.comments, core.last_modified_by = "", ""
        core.created = core.modified = _EPOCH

    def _head_and_foot(self) -> None:
        """Handling label, cut-off and page number on every page."""
        e = self._f.edition
        section = self._doc.sections[0]
        head = section.header.paragraphs[0]
        self._small(head, e.handling)
        foot = section.footer.paragraphs[0]
        text = self._say("Evidence closes {date} · {case}, seed {seed}", date=e.as_of, case=e.case, seed=e.seed)
        self._small(foot, f"{text} · ")
        _page_number(foot)
        self._turn(head, e.handling)
        self._turn(foot, text)

    def add(self, block: Block) -> None:
        """Add one block; after a page break, at the head of a page."""
        if isinstance(block, PageBreak):
            self._breaks = True
            return
        body: Any = self._doc.element.body
        end = len(body) - 1  # the last element of a body is its section
        self._add(block)
        if self._breaks and len(body) - 1 > end:
            # A break of its own would leave an empty page behind a full one.
            body[end].get_or_add_pPr().pageBreakBefore_val = True
            self._breaks = False

    def _add(self, block: Block) -> None:
        if isinstance(block, Heading):
            paragraph = self._doc.add_heading(level=block.level)
            self._run(paragraph, block.text)
            self._turn(paragraph, block.text)
        elif isinstance(block, Paragraph):
            if block.text == self._f.edition.handling:
                return  # it stands at the head of every page
            paragraph = self._doc.add_paragraph()
            if block.small:
                self._small(paragraph, block.text)
            else:
                self._run(paragraph, block.text, bold=block.strong)
            self._turn(paragraph, block.text)
        elif isinstance(block, Lines):
            for item in block.items:
                paragraph = self._doc.add_paragraph(style="List Bullet")
                self._run(paragraph, item)
                if self._say.is_right_to_left:
                    turn(paragraph)  # also where all of it is Latin: its bullet stands where the page begins
        elif isinstance(block, Figure):
            self._picture(block)
        elif isinstance(block, Table):
            self._table(block)

    def _run(self, paragraph: Any, text: str, *, bold: bool = False, size: float = BODY) -> None:
        """Text in runs of one direction, each marked as what it is; a head keeps the size of its style."""
        runs = _directed(text, self._say)
        is_head = paragraph.style.name.startswith("Heading")
        for part, is_left in runs:
            run = paragraph.add_run(part)
            if bold:
                run.bold = run.font.cs_bold = True
            if size != BODY and not is_head:
                set_size(run, size)
            if not is_left:
                run.font.rtl = True
        if not is_head and not all(is_left for _, is_left in runs):
            tighten(paragraph, size)

    def _small(self, paragraph: Any, text: str) -> None:
        from docx.shared import RGBColor  # noqa: PLC0415

        self._run(paragraph, text, size=SMALL)
        for run in paragraph.runs:
            run.font.color.rgb = RGBColor.from_string(MUTED)

    def _turn(self, paragraph: Any, text: str) -> None:
        """Make a paragraph run from the right where the language does; one all in Latin letters keeps its direction."""
        if not self._say.is_right_to_left:
            return
        if all(is_left for _, is_left in _directed(text, self._say)) and any(letter.isalpha() for letter in text):
            align_right(paragraph)
        else:
            turn(paragraph)

    def _picture(self, block: Figure) -> None:
        from docx.shared import Mm  # noqa: PLC0415

        if block.name == "options" and self._f.options is not None:
            data, width = options_png(self._f.options), 120
        elif block.name == "map":
            data, width = map_png(self._f, self._say), 130
        else:
            data, width = deal_png(self._f.deals[int(block.name.removeprefix("deal-"))], self._say), 150
        shape = self._doc.add_picture(io.BytesIO(data), width=Mm(width))
        if self._say.is_right_to_left:
            align_right(self._doc.paragraphs[-1])
        properties = shape._inline.docPr  # noqa: SLF001  # where Word keeps alternative text
        properties.set("descr", block.alt)
        properties.set("title", block.name)

    def _table(self, block: Table) -> None:
        from docx.shared import Pt  # noqa: PLC0415

        caption = self._doc.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before = Pt(4)
        self._run(caption, block.caption, bold=True)
        self._turn(caption, block.caption)
        table = self._doc.add_table(rows=1 + len(block.rows), cols=len(block.columns))
        size = cell_size(block.columns, block.rows)
        for number, (row, cells) in enumerate(zip(table.rows, (block.columns, *block.rows), strict=True)):
            for at, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                self._run(paragraph, text, bold=number == 0 or at == 0, size=size)
                self._turn(paragraph, text)
        style_table(table, block.columns, block.rows, from_right=self._say.is_right_to_left)
        name_table(table, block.caption)
        after = self._doc.add_paragraph()
        after.paragraph_format.space_after, after.paragraph_format.line_spacing = Pt(0), Pt(4)

    def bytes(self) -> bytes:
        """The file, its parts dated alike, so that equal briefs are equal files."""
        raw, out = io.BytesIO(), io.BytesIO()
        self._doc.save(raw)
        with zipfile.ZipFile(raw) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for info in given.infolist():
                entry = zipfile.ZipInfo(info.filename, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(entry, given.read(info.filename))
        return out.getvalue()


def _directed(text: str, say: Wording) -> list[tuple[str, bool]]:
    """A text cut into runs with whether each runs from the left.

    In a language from the right a number is held between left-to-right marks: a sign or percent sign has no direction
    of its own, and would be printed on the other side of it.
    """
    if not say.is_right_to_left:
        return right_runs(text)
    return [
        (f"{_MARK}{part}{_MARK}" if is_left and not any(one.isalpha() for one in part) else part, is_left)
        for part, is_left in left_runs(text)
    ]


def _page_number(paragraph: Any) -> None:
    """A field that counts pages."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        set_size(run, SMALL)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001  # python-docx has no fields
