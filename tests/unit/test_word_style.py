"""The look of a Word file: elements where the schema asks for them, sizes in both scripts, columns that fit."""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from dayafter.brief import word_style
from dayafter.brief.word import render_word
from dayafter.briefing import brief_findings
from dayafter.casefile.load import load_case
from dayafter.redaction import Gate

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
PARAGRAPH = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers",
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
    "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents",
    "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle",
    "rPr", "sectPr", "pPrChange",
)  # fmt: skip
RUN = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow", "emboss",
    "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position", "sz",
    "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath",
)  # fmt: skip
TABLE = (
    "tblStyle", "tblpPr", "tblOverlap", "bidiVisual", "tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc",
    "tblCellSpacing", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption",
    "tblDescription", "tblPrChange",
)  # fmt: skip
ORDERS = {"pPr": PARAGRAPH, "rPr": RUN, "tblPr": TABLE}
"""Children of each in the order of ECMA-376, part 1, sections 17.3.1.26, 17.3.2.28 and 17.4.60."""


@pytest.fixture(scope="module", params=["en", "ar"])
def made(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    case = load_case(EXAMPLE).case
    gate = Gate(case, case.info.audience)
    return request.param, render_word(brief_findings(case, gate, futures=0, members=20, language=request.param), gate)


def parts(data: bytes) -> list[Any]:
    document = Document(io.BytesIO(data))
    section = document.sections[0]
    return [document.element, document.styles.element, section.header._element, section.footer._element]


def test_every_property_stands_where_the_schema_asks_for_it(made: tuple[str, bytes]) -> None:
    seen = 0
    for part in parts(made[1]):
        for tag, order in ORDERS.items():
            for element in part.iter(qn(f"w:{tag}")):
                names = [child.tag.rpartition("}")[2] for child in element]
                places = [order.index(name) for name in names]
                assert all(a < b for a, b in itertools.pairwise(places)), names
                seen += 1
    assert seen > 200


def test_both_scripts_have_the_same_size_wherever_one_is_given(made: tuple[str, bytes]) -> None:
    for part in parts(made[1]):
        for size in part.iter(qn("w:sz")):
            properties = size.getparent()
            style = properties.getparent().get(qn("w:styleId"), "Normal")
            if style == "Normal" or style.startswith("Heading1"):
                both = properties.find(qn("w:szCs"))
                assert both is not None
                assert both.get(qn("w:val")) == size.get(qn("w:val"))


def test_no_face_of_a_theme_goes_before_the_one_that_is_named(made: tuple[str, bytes]) -> None:
    document = Document(io.BytesIO(made[1]))
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        fonts = document.styles[name].element.rPr.rFonts
        assert not [one for one in fonts.attrib if one.endswith("Theme")]
        assert fonts.get(qn("w:cs")) == word_style.ARABIC
    with zipfile.ZipFile(io.BytesIO(made[1])) as archive:
        faces = archive.read("word/fontTable.xml").decode()
    assert '<w:font w:name="Noto Sans Arabic"><w:altName w:val="Arial"/>' in faces


def test_the_handling_label_is_at_the_head_of_every_page_and_not_said_again_below(made: tuple[str, bytes]) -> None:
    document = Document(io.BytesIO(made[1]))
    label = document.sections[0].header.paragraphs[0].text
    assert label
    assert label not in [paragraph.text for paragraph in document.paragraphs]


def test_a_new_page_begins_with_what_stands_on_it_and_never_with_nothing(made: tuple[str, bytes]) -> None:
    document = Document(io.BytesIO(made[1]))
    assert 'w:type="page"' not in document.element.xml  # a break of its own leaves an empty page behind a full one
    first = [paragraph.text for paragraph in document.paragraphs if paragraph.paragraph_format.page_break_before]
    assert len(first) >= 2
    assert all(first)


@given(
    st.lists(
        st.tuples(st.text("ab ", max_size=400), st.text("ab ", max_size=40), st.text("ab", max_size=30)), max_size=6
    )
)
def test_columns_fill_the_page_and_none_is_narrower_than_a_word(rows: list[tuple[str, str, str]]) -> None:
    widths = word_style.column_widths(("head", "b", "c"), rows)
    assert sum(widths) == pytest.approx(word_style.TEXT_MM)
    assert min(widths) > 4


def test_a_table_of_many_columns_is_set_smaller_until_its_words_fit() -> None:
    words = tuple(f"administration{n}" for n in range(9))
    assert word_style.cell_size(words[:3], [words[:3]]) == word_style.CELL
    assert word_style.cell_size(words, [words]) < word_style.CELL


def test_a_long_text_gets_more_room_than_a_number() -> None:
    widths = word_style.column_widths(("what", "points"), [("a long text " * 20, "+6"), ("another " * 30, "+1")])
    assert widths[0] > 3 * widths[1]
