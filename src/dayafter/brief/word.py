"""The brief as a Word file: real headings, tables with header rows, figures as pictures with alternative text.

The texts pass the gate before anything is made of them; the pictures are drawn from the same findings.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from dayafter.brief.charts import deal_png, map_png, options_png
from dayafter.brief.outline import Block, Figure, Heading, Lines, PageBreak, Paragraph, Table, outline
from dayafter.brief.render import check_audience
from dayafter.findings.records import Findings
from dayafter.findings.wording import Wording

if TYPE_CHECKING:
    from docx.document import Document as DocumentType

    from dayafter.redaction import Gate

_SANS: Final = "Noto Sans"
_SERIF: Final = "Noto Serif"
_ARABIC: Final = "Noto Sans Arabic"
_INK: Final = (0x1C, 0x1E, 0x22)
_MUTED: Final = (0x55, 0x5A, 0x62)
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
        from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415

        self._f, self._say = findings, say
        self._doc: DocumentType = Document()
        section = self._doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(16)
        section.top_margin, section.bottom_margin = Mm(14), Mm(16)
        style = self._doc.styles["Normal"]
        style.font.name, style.font.size = _SANS, Pt(9)
        style.paragraph_format.space_after = Pt(3)
        for level, size in ((1, 20), (2, 13), (3, 10.5)):
            head = self._doc.styles[f"Heading {level}"]
            head.font.name, head.font.size, head.font.bold = _SERIF, Pt(size), True
            head.font.color.rgb = RGBColor(*_INK)
            _set_fonts(head.element, _SERIF)
        _set_fonts(style.element, _SANS)
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
        self._run(head, e.handling, small=True)
        foot = section.footer.paragraphs[0]
        text = self._say("Evidence closes {date} · {case}, seed {seed}", date=e.as_of, case=e.case, seed=e.seed)
        self._run(foot, f"{text} · ", small=True)
        _page_number(foot)
        for paragraph in (head, foot):
            self._turn(paragraph)

    def add(self, block: Block) -> None:
        """Add one block."""
        if isinstance(block, Heading):
            paragraph = self._doc.add_heading(level=block.level)
            self._run(paragraph, block.text)
            self._turn(paragraph)
        elif isinstance(block, Paragraph):
            paragraph = self._doc.add_paragraph()
            self._run(paragraph, block.text, bold=block.strong, small=block.small)
            self._turn(paragraph)
        elif isinstance(block, Lines):
            for item in block.items:
                paragraph = self._doc.add_paragraph(style="List Bullet")
                self._run(paragraph, item)
                self._turn(paragraph)
        elif isinstance(block, Figure):
            self._picture(block)
        elif isinstance(block, PageBreak):
            self._doc.add_page_break()  # type: ignore[no-untyped-call]
        else:
            self._table(block)

    def _run(self, paragraph: Any, text: str, *, bold: bool = False, small: bool = False) -> None:
        """Text in one run; in a language from the right, runs in either direction, each marked as what it is."""
        from docx.shared import Pt, RGBColor  # noqa: PLC0415

        for part, is_left in _directed(text, self._say):
            run = paragraph.add_run(part)
            run.bold = bold or None
            if small:
                run.font.size, run.font.color.rgb = Pt(7.5), RGBColor(*_MUTED)
            if self._say.is_right_to_left and not is_left:
                run.font.rtl = True

    def _turn(self, paragraph: Any) -> None:
        """Make a paragraph run from the right where the language does."""
        if self._say.is_right_to_left:
            from docx.oxml import OxmlElement  # noqa: PLC0415

            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001  # python-docx has no name for it

    def _picture(self, block: Figure) -> None:
        from docx.shared import Mm  # noqa: PLC0415

        if block.name == "options" and self._f.options is not None:
            data, width = options_png(self._f.options), 176
        elif block.name == "map":
            data, width = map_png(self._f, self._say), 130
        else:
            data, width = deal_png(self._f.deals[int(block.name.removeprefix("deal-"))], self._say), 150
        shape = self._doc.add_picture(io.BytesIO(data), width=Mm(width))
        properties = shape._inline.docPr  # noqa: SLF001  # where Word keeps alternative text
        properties.set("descr", block.alt)
        properties.set("title", block.name)

    def _table(self, block: Table) -> None:
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415

        caption = self._doc.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        self._run(caption, block.caption, bold=True)
        self._turn(caption)
        table = self._doc.add_table(rows=0, cols=len(block.columns), style="Light List")
        for number, cells in enumerate((block.columns, *block.rows)):
            row = table.add_row()
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001  # python-docx has no name for header rows
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, text in zip(row.cells, cells, strict=True):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                self._run(paragraph, text, bold=number == 0)
                for run in paragraph.runs:
                    run.font.size = Pt(8)
                self._turn(paragraph)
        look = table._tbl.tblPr  # noqa: SLF001
        if self._say.is_right_to_left:
            look.append(OxmlElement("w:bidiVisual"))
        description = OxmlElement("w:tblCaption")
        description.set(qn("w:val"), block.caption)
        look.append(description)
        self._doc.add_paragraph().paragraph_format.space_after = Pt(0)

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
    """A text cut into runs with whether each runs from the left."""
    if not say.is_right_to_left:
        return [(text, True)]
    from dayafter.brief.text import left_runs  # noqa: PLC0415

    return left_runs(text)


def _set_fonts(element: Any, latin: str) -> None:
    """Name the faces of both scripts in a style."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi"):
        fonts.set(qn(name), latin)
    fonts.set(qn("w:cs"), _ARABIC)


def _page_number(paragraph: Any) -> None:
    """A field that counts pages."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001  # python-docx has no fields
