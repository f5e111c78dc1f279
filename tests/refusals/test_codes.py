"""Every code is documented, and every documented code is triggered by a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import dayafter
from dayafter.casefile.codes import CODES, issue_codes_markdown
from tests.refusals.overlay import CASES, EXPECTED, HERE, HOSTILE, case_names
from tests.refusals.test_hostile import CODES_TRIGGERED_HERE

SOURCE = Path(dayafter.__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "issue-codes.md"
NO_CODES = {"case.yaml"}
FAMILIES = {code.partition(".")[0] for code in CODES}
CODE = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*")


def codes_in(source: str) -> set[str]:
    """Every text of a module that looks like an issue code of a known family."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
        and node.value.partition(".")[0] in FAMILIES
    } - NO_CODES


def codes_of_the_source() -> set[str]:
    paths = [*sorted((SOURCE / "casefile").rglob("*.py")), SOURCE / "quantities.py"]
    found: set[str] = set()
    for path in paths:
        if path.name != "codes.py":
            found |= codes_in(path.read_text(encoding="utf-8"))
    return found


def test_every_code_in_the_source_is_documented_and_no_other() -> None:
    found = codes_of_the_source()
    assert sorted(found - set(CODES)) == []
    assert sorted(set(CODES) - found) == []


def test_the_search_for_codes_sees_one_that_is_not_documented() -> None:
    assert codes_in("def f():\n    yield fault('deal.invented-here', 1, 'what', 'remedy')\n") == {"deal.invented-here"}


def codes_in_expected(path: Path) -> set[str]:
    return set(re.findall(r"\[([a-z]+\.[a-z-]+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_documented_code_has_a_case_that_triggers_it() -> None:
    triggered = set(CODES_TRIGGERED_HERE)
    for path in (*(CASES / name / EXPECTED for name in case_names()), *sorted(HOSTILE.glob("*.txt"))):
        triggered |= codes_in_expected(path)
    assert sorted(set(CODES) - triggered) == []


def test_the_page_of_codes_is_what_the_code_would_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == issue_codes_markdown()


@pytest.mark.parametrize("name", list(CODES))
def test_a_code_says_in_whole_sentences_what_it_means_and_how_to_mend_it(name: str) -> None:
    code = CODES[name]
    for text in (code.explanation, code.remedy):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith((".", "`"))
    assert not code.title.endswith(".")
    assert code.example
    assert CODE.fullmatch(code.code)
