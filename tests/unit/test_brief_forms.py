"""The brief as Word and Markdown, in English and Arabic: opened by other programs, and nothing withheld in any form."""

from __future__ import annotations

import html
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from dayafter.brief import render_brief, write_brief
from dayafter.brief.markdown import render_markdown
from dayafter.brief.word import render_word
from dayafter.briefing import brief_findings
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.directions import isolate_left_to_right, left_runs, marked_isolates
from dayafter.findings.records import Findings
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.study import simulate
from dayafter.vocabulary import Audience, Sensitivity

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
LANGUAGES = ("en", "ar")
Made = dict[str, tuple[Findings, Gate]]


@pytest.fixture(scope="module")
def case() -> CaseFile:
    return load_case(EXAMPLE).case


@pytest.fixture(scope="module")
def run(case: CaseFile) -> SimulationResult:
    return simulate(case, members=80, replicates=4, months=12, seed=7, threads=1, audience=Audience.INTERNAL)


@pytest.fixture(scope="module")
def made(case: CaseFile, run: SimulationResult) -> Made:
    gate = Gate(case, Audience.PARTNERS)
    return {
        language: (brief_findings(case, gate, results=run, language=language, members=60), gate)
        for language in LANGUAGES
    }


def _document(data: bytes) -> Any:
    return Document(io.BytesIO(data))


def _word_text(data: bytes) -> str:
    document = _document(data)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _page_text(page: str) -> str:
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page[page.index("<body") :], flags=re.DOTALL)
    blocks = re.sub(r"</(?:p|li|td|th|h\d|dd|dt|caption|div)>", "\n\n", body)
    return html.unescape(re.sub(r"<[^>]+>", "", blocks))


def _texts(made: Made, language: str) -> Iterator[str]:
    findings, gate = made[language]
    yield _page_text(render_brief(findings, gate))
    yield render_markdown(findings, gate).replace("|", "\n\n")
    yield _word_text(render_word(findings, gate)).replace("\n", "\n\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_likelihood_and_confidence_are_in_no_sentence_of_any_form(made: Made, language: str) -> None:
    for text in _texts(made, language):
        mixed = [part for part in text.split("\n\n") if words.mixes_likelihood_and_confidence(part)]
        assert not mixed


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chance_is_0_or_100_and_none_has_decimals(made: Made, language: str) -> None:
    for text in _texts(made, language):
        assert len(text) > 4000
        assert not re.findall(r"(?<![\d.–])(?:0|100)\u202f%", text)
        assert not re.findall(r"\d[.,]\d+\u202f%", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bottom_line_is_the_same_in_every_form(made: Made, language: str) -> None:
    findings, _ = made[language]
    plain = re.sub(r"[\u2066\u2069\\]", "", findings.headline)
    for text in _texts(made, language):
        assert plain in re.sub(r"[\u200e\u2066\u2069\\]", "", text)


def test_word_has_headings_header_rows_pictures_with_alternative_text_and_a4(made: Made) -> None:
    findings, gate = made["en"]
    document = _document(render_word(findings, gate))
    levels = [p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert levels[0] == "Heading 1"
    assert {"Heading 2", "Heading 3"} <= set(levels)
    assert len(document.tables) > 8
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    pictures = document.inline_shapes
    assert len(pictures) >= 3
    assert all(len(shape._inline.docPr.get("descr")) > 20 for shape in pictures)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert findings.edition.handling in section.header.paragraphs[0].text
    assert render_word(findings, gate) == render_word(findings, gate)


def test_arabic_word_runs_from_the_right_with_its_numbers_apart(made: Made) -> None:
    document = _document(render_word(*made["ar"]))
    line = next(p for p in document.paragraphs if "شباط" in p.text or "خلال" in p.text)
    assert "<w:bidi/>" in line._p.xml
    assert any(run.font.rtl for run in line.runs)
    assert any(not run.font.rtl and re.fullmatch(r"\u200e[\d\u202f%–+−]+\u200e", run.text) for run in line.runs)
    assert "w:bidiVisual" in document.tables[0]._tbl.xml


def test_markdown_has_tables_of_equal_width_and_no_markup_from_the_case(case: CaseFile, made: Made) -> None:
    text = render_markdown(*made["en"])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for before, line in itertools.pairwise(rows):
        if set(line) <= set("| -"):
            assert before.count("|") == line.count("|")
    evil = case.model_copy(update={"info": case.info.model_copy(update={"title": "A | b <script> *c* [d](e)"})})
    gate = Gate(evil, Audience.PARTNERS)
    other = render_markdown(brief_findings(evil, gate, futures=0, members=40), gate)
    assert r"# A \| b \<script\> \*c\* \[d\](e)" in other


def test_an_ending_that_no_brief_has_is_refused_and_nothing_is_written(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in '\.odt'; a brief ends in one of \.html, \.docx, \.pdf, \.md"):
        write_brief(*made["en"], tmp_path / "brief.odt")
    with pytest.raises(UsageError, match=r"the ledger alone is a page to print"):
        write_brief(*made["en"], tmp_path / "brief.docx", only_ledger=True)
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_alone_holds_the_ledger_and_nothing_else(made: Made) -> None:
    findings, gate = made["en"]
    page = render_brief(findings, gate, only_ledger=True)
    assert findings.ledger.title in page
    assert findings.edition.handling in page
    assert 'id="decision"' not in page


def test_results_of_another_version_or_horizon_are_refused(case: CaseFile, run: SimulationResult) -> None:
    gate = Gate(case, Audience.INTERNAL)
    first, *rest = case.deals
    changed = case.model_copy(update={"deals": (first.model_copy(update={"name": "Another name"}), *rest)})
    with pytest.raises(UsageError, match=r"another version of the case: deals\.csv differs"):
        brief_findings(changed, Gate(changed, Audience.INTERNAL), results=run)
    with pytest.raises(UsageError, match="the results look 12 months ahead, the brief 24"):
        brief_findings(case, gate, results=run, horizon_months=24)
    with pytest.raises(UsageError, match="futures is 3; take 40 or more, or 0"):
        brief_findings(case, gate, futures=3)


def test_runs_from_the_left_are_isolated_in_a_line_from_the_right() -> None:
    line = "مستبعَد (45\u202f%، 5–90) في Kurdistan Region (KRG)، −5 (−9 إلى −1)"
    assert isolate_left_to_right(line) == (
        'مستبعَد (<bdi dir="ltr">45\u202f%</bdi>، <bdi dir="ltr">5–90</bdi>) في '
        '<bdi dir="ltr">Kurdistan Region (KRG)</bdi>، <bdi dir="ltr">−5</bdi> (<bdi dir="ltr">−9</bdi> إلى '
        '<bdi dir="ltr">−1</bdi>)'
    )
    sentence = "Claims Tuz; holds it, too."
    assert isolate_left_to_right(f"{sentence}، ثم") == '<bdi dir="ltr">Claims Tuz; holds it, too</bdi>.، ثم'
    assert "".join(part for part, _ in left_runs(line)) == line
    assert "\u20665–90\u2069" in marked_isolates(line)
    assert isolate_left_to_right("<b>") == '<bdi dir="ltr">&lt;b&gt;</bdi>'


PLANTED = {
    "actors": "name", "brokers": "name", "communities": "name", "deals": "name", "aid": "name", "shocks": "name",
    "policies": "name", "positions": "reason", "terms": "text", "ledger": "summary", "interventions": "note",
    "sources": "title",
}  # fmt: skip


def _planted(case: CaseFile) -> tuple[CaseFile, list[str]]:
    """The case with a secret in the first row of every table that a brief reads, each marked severe."""
    update: dict[str, Any] = {}
    tokens = []
    for table, column in PLANTED.items():
        rows: list[Any] = list(getattr(case, table))
        at = 1 if table == "policies" else 0  # doing nothing is no secret, and its id is an everyday word
        tokens.append(f"zqx{table}kv")
        changed = {column: f"Name {tokens[-1]}", "sensitivity": Sensitivity.SEVERE}
        rows[at] = rows[at].model_copy(update=changed)
        update[table] = tuple(rows)
    return case.model_copy(update=update), tokens


@pytest.mark.parametrize("language", LANGUAGES)
def test_planted_secrets_are_in_no_form_of_the_brief(case: CaseFile, language: str) -> None:
    secret, tokens = _planted(case)
    gate = Gate(secret, Audience.PARTNERS)
    findings = brief_findings(secret, gate, futures=40, language=language, members=40)
    word = render_word(findings, gate)
    forms = {
        "html": render_brief(findings, gate),
        "ledger": render_brief(findings, gate, only_ledger=True),
        "md": render_markdown(findings, gate),
        "docx": _word_text(word) + "".join(s._inline.docPr.get("descr") for s in _document(word).inline_shapes),
    }
    for name, text in forms.items():
        assert not [one for one in tokens if one in text], name
    inside = brief_findings(secret, Gate(secret, Audience.INTERNAL), futures=0, language=language, members=40)
    shown = render_markdown(inside, Gate(secret, Audience.INTERNAL))
    assert sum(one in shown for one in tokens) > 5  # they would be seen if nothing withheld them
