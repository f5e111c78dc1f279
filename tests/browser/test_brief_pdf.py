"""The brief as PDF, printed by an installed browser and opened by another program."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from dayafter.assessment.assess import assess
from dayafter.brief import pdf, write_brief
from dayafter.briefing import brief_findings
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.findings import build_findings
from dayafter.findings.records import Findings
from dayafter.findings.wording import LANGUAGES
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience
from tests.browser.conftest import chromium
from tests.unit.test_redaction_ways_out import Planter

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def made() -> tuple[Findings, Gate]:
    case = load_case(EXAMPLE).case
    gate = Gate(case, Audience.PARTNERS)
    return build_findings(case, assess(compile_case(case), seed=7, n_members=20), gate), gate


@pytest.fixture(scope="module")
def planted() -> tuple[CaseFile, list[str]]:
    """The example with a secret in every text, id and citation of a severe row of every table."""
    planter = Planter(load_case(EXAMPLE).case)
    return planter.planted(), planter.tokens


def test_a_brief_printed_to_pdf_is_a4_has_its_title_as_text_and_no_go_between(
    made: tuple[Findings, Gate], tmp_path: Path
) -> None:
    chromium()  # skips, or fails where a browser is required
    findings, gate = made
    target = write_brief(findings, gate, tmp_path / "brief.pdf")
    reader = PdfReader(io.BytesIO(target.read_bytes()))
    assert len(reader.pages) > 1
    for page in reader.pages:
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == pytest.approx(
            A4_POINTS, abs=2
        )
    text = " ".join(page.extract_text() for page in reader.pages)
    squeezed = "".join(text.split())
    assert "".join(findings.edition.title.split()) in squeezed
    secret = [broker.name for broker in load_case(EXAMPLE).case.brokers if gate.hides(broker.id, "brokers")]
    assert secret
    assert [name for name in secret if "".join(name.split()) in squeezed] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("only_ledger", [False, True], ids=["brief", "ledger"])
def test_a_secret_in_every_text_of_every_table_is_in_no_pdf_for_the_public(
    planted: tuple[CaseFile, list[str]], language: str, tmp_path: Path, *, only_ledger: bool
) -> None:
    chromium()
    case, tokens = planted
    assert len(tokens) > 100
    gate = Gate(case, Audience.PUBLIC)
    findings = brief_findings(case, gate, futures=0 if only_ledger else 40, language=language, members=20)
    text = _text(write_brief(findings, gate, tmp_path / "brief.pdf", only_ledger=only_ledger))
    assert len(text) > 500
    assert [token for token in tokens if token in text] == []


def test_insiders_find_some_of_the_same_secrets_in_the_pdf(planted: tuple[CaseFile, list[str]], tmp_path: Path) -> None:
    chromium()
    case, tokens = planted
    gate = Gate(case, Audience.INTERNAL)
    text = _text(write_brief(brief_findings(case, gate, futures=0, members=20), gate, tmp_path / "brief.pdf"))
    assert sum(token in text for token in tokens) > 30  # they would be seen if nothing withheld them


def _text(path: Path) -> str:
    """All text of a PDF and of its head, without white space, so that no line break hides a word."""
    reader = PdfReader(io.BytesIO(path.read_bytes()))
    head = " ".join(str(value) for value in (reader.metadata or {}).values())
    return "".join(" ".join([head, *(page.extract_text() for page in reader.pages)]).split())


def test_without_a_browser_a_pdf_is_refused_in_words_and_nothing_is_written(
    made: tuple[Findings, Gate], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf, "_NAMES", ())
    monkeypatch.setattr(pdf, "_FOLDERS", ())
    findings, gate = made
    with pytest.raises(UsageError, match="no Chromium, Chrome or Edge is installed"):
        write_brief(findings, gate, tmp_path / "brief.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_print_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'no display today' >&2\nexit 3\n")
    stub.chmod(0o700)
    monkeypatch.setattr(pdf, "find_browser", lambda: str(stub))
    with pytest.raises(UsageError, match="no display today"):
        pdf.print_page(b"<p>x</p>")
