"""How a Word file looks: faces of both scripts, thin rules for tables, columns as wide as what stands in them.

What python-docx has no name for is written as WordprocessingML (ECMA-376, part 1, section 17), each element where the
schema asks for it: Word refuses a file whose elements stand in another order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.document import Document as DocumentType

SANS: Final = "Noto Sans"
SERIF: Final = "Noto Serif"
ARABIC: Final = "Noto Sans Arabic"
INK: Final = "1C1E22"
MUTED: Final = "555A62"
RULE: Final = "C9C5BB"
PAGE_MM: Final = (210, 297)
SIDE_MM: Final = 16
"""Margin left and right."""
TEXT_MM: Final = PAGE_MM[0] - 2 * SIDE_MM
BODY, CELL, SMALL = 9.0, 8.0, 7.5
"""Sizes in points of text, of cells of tables, and of what is said beside."""
_INSTEAD: Final = {SANS: "Calibri", SERIF: "Cambria", ARABIC: "Arial"}
"""What Word takes where a face is not installed; else it takes whatever it likes."""
_SIZES: Final = ((1, 17.0), (2, 12.0), (3, 10.0))
_AFTER_BIDI: Final = (
    "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId",
    "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
_TABLE_ORDER: Final = (
    "w:tblStyle", "w:tblpPr", "w:tblOverlap", "w:bidiVisual", "w:tblStyleRowBandSize", "w:tblStyleColBandSize",
    "w:tblW", "w:jc", "w:tblCellSpacing", "w:tblInd", "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar",
    "w:tblLook", "w:tblCaption", "w:tblDescription",
)  # fmt: skip
_CELL_ORDER: Final = ("w:tcW", "w:gridSpan", "w:vMerge", "w:tcBorders", "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")
_LETTER_MM: Final = 1.75
"""Width of a bold letter of a cell, about."""
_MARGINS_MM: Final = 2.6
_LONG_WORD: Final = 15
"""Letters from which a word may be broken, so that one long word does not make a column."""
_LINE: Final = 1.4
"""Height of a line with Arabic letters, in sizes: their face asks for twice the size, and a table of it tears apart."""
_SPLIT_FROM: Final = 700
"""Letters in a cell from which its row may go on to the next page: else half a page stays empty before it."""


def set_page(document: DocumentType) -> None:
    """A4, the faces and sizes of text and heads, in both scripts."""
    from docx.shared import Mm, Pt, RGBColor  # noqa: PLC0415  # heavy: only Word files need it

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(one) for one in PAGE_MM)
    section.left_margin = section.right_margin = Mm(SIDE_MM)
    section.top_margin, section.bottom_margin = Mm(13), Mm(14)
    section.header_distance, section.footer_distance = Mm(7), Mm(8)
    normal = document.styles["Normal"]
    _face(normal, SANS, BODY)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(3), 1.0
    normal.font.color.rgb = RGBColor.from_string(INK)
    document.styles["List Bullet"].paragraph_format.space_after = Pt(1)
    for level, size in _SIZES:
        head = document.styles[f"Heading {level}"]
        _face(head, SERIF, size)
        head.font.bold = head.font.cs_bold = True
        head.font.color.rgb = RGBColor.from_string(INK)
        head.paragraph_format.space_before = Pt(0 if level == 1 else 8 if level == 2 else 6)
        head.paragraph_format.space_after = Pt(3)
    _name_substitutes(document)


def _face(style: Any, latin: str, size: float) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)  # a face of the theme would go before the one named here
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(name), latin)
    fonts.set(qn("w:cs"), ARABIC)
    set_size(style, size)


def set_size(of: Any, size: float) -> None:
    """The size of a run or style in points, in both scripts: Word keeps that of the script from the right apart."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    of.font.size = Pt(size)
    properties = of.element.rPr
    for old in properties.findall(qn("w:szCs")):
        properties.remove(old)
    both = OxmlElement("w:szCs")
    both.set(qn("w:val"), str(round(2 * size)))
    properties.find(qn("w:sz")).addnext(both)


def turn(paragraph: Any) -> None:
    """Make a paragraph run from the right."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  # python-docx has no name for it
    properties.insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)


def tighten(paragraph: Any, size: float) -> None:
    """Give every line of a paragraph with Arabic letters the same height."""
    from docx.shared import Pt  # noqa: PLC0415

    paragraph.paragraph_format.line_spacing = Pt(_LINE * size)


def align_right(paragraph: Any) -> None:
    """Put a paragraph that runs from the left to the right edge, where a page from the right begins."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def cell_size(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    """The size of a table's text: smaller where its columns could not hold their longest words side by side."""
    least = sum(_least_widths(columns, rows))
    return next((size for size in (CELL, 7.0) if least * size / CELL <= TEXT_MM), 6.5)


def _least_widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Millimetres that each column's longest word takes at the size of a cell."""
    widths = []
    for number, head in enumerate(columns):
        texts = (head, *(row[number] for row in rows))
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        widths.append(_LETTER_MM * min(longest, _LONG_WORD) + _MARGINS_MM)
    return widths


def column_widths(columns: Sequence[str], rows: Sequence[Sequence[str]], whole: float = TEXT_MM) -> tuple[float, ...]:
    """Widths in millimetres that add up to `whole`: long texts get more, and no column less than its longest word.

    Parameters
    ----------
    columns, rows : the head, and the cells of the body.
    """
    least = [width * cell_size(columns, rows) / CELL for width in _least_widths(columns, rows)]
    wish = []
    for number, head in enumerate(columns):
        cells = [row[number] for row in rows] or [""]
        wish.append(math.sqrt(max(sum(len(text) for text in cells) / len(cells), len(head), 1)))
    room = max(whole - sum(least), 0.0)
    widths = [low + room * part / sum(wish) for low, part in zip(least, wish, strict=True)]
    return tuple(whole * width / sum(widths) for width in widths)


def style_table(table: Any, columns: Sequence[str], rows: Sequence[Sequence[str]], *, from_right: bool) -> None:
    """Rules above and below, a thin one between rows, a tinted head that is repeated on each page."""
    from docx.shared import Mm  # noqa: PLC0415

    table.autofit = False
    widths = column_widths(columns, rows)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    look = table._tbl.tblPr  # noqa: SLF001  # python-docx has no name for what follows
    if from_right:
        _put(look, _made("w:bidiVisual"), _TABLE_ORDER)
    borders = _made("w:tblBorders")
    for edge, size, colour in (("top", 8, INK), ("bottom", 8, INK), ("insideH", 4, RULE)):
        borders.append(_made(f"w:{edge}", val="single", sz=str(size), space="0", color=colour))
    _put(look, borders, _TABLE_ORDER)
    margins = _made("w:tblCellMar")
    for edge, wide in (("top", 20), ("left", 70), ("bottom", 20), ("right", 70)):
        margins.append(_made(f"w:{edge}", w=str(wide), type="dxa"))
    _put(look, margins, _TABLE_ORDER)
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        if number == 0 or max(len(text) for text in rows[number - 1]) < _SPLIT_FROM:
            properties.append(_made("w:cantSplit"))
        if number == 0:
            properties.append(_made("w:tblHeader"))
            for cell in row.cells:
                shade = _made("w:shd", val="clear", color="auto", fill="EFECE5")
                _put(cell._tc.get_or_add_tcPr(), shade, _CELL_ORDER)  # noqa: SLF001


def name_table(table: Any, caption: str) -> None:
    """The caption as a reader of the screen is told it."""
    _put(table._tbl.tblPr, _made("w:tblCaption", val=caption), _TABLE_ORDER)  # noqa: SLF001


def _put(parent: Any, child: Any, order: Sequence[str]) -> None:
    """Insert a child where the schema asks for it, in place of one of its kind."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    name = next(one for one in order if qn(one) == child.tag)
    for old in parent.findall(child.tag):
        parent.remove(old)
    parent.insert_element_before(child, *order[order.index(name) + 1 :])


def _made(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _name_substitutes(document: DocumentType) -> None:
    """Say in the table of faces what stands in for one that is not installed."""
    part = next((one for one in document.part.package.iter_parts() if str(one.partname) == "/word/fontTable.xml"), None)
    if part is None:
        return
    faces = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in _INSTEAD.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{faces}</w:fonts>".encode())  # noqa: SLF001  # kept as bytes


__all__ = [
    "BODY", "CELL", "MUTED", "SMALL", "TEXT_MM", "align_right", "cell_size", "column_widths", "name_table", "set_page",
    "set_size", "style_table", "tighten", "turn",
]  # fmt: skip
