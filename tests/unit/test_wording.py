"""The message catalogue: every message translated, nothing orphaned, the same places, numbers counted rightly."""

from __future__ import annotations

import ast
import calendar
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest

import dayafter
from dayafter import vocabulary
from dayafter.casefile.schema import TABLES, CaseInfo, columns
from dayafter.cli.options import Language
from dayafter.errors import UsageError
from dayafter.explaining.sensitivity import input_names
from dayafter.findings import settlement_holding, settlement_rows, words
from dayafter.findings import settlement_words as plain
from dayafter.findings.compose import QUESTION_PHRASES
from dayafter.findings.deals import BREAKERS, REASONS
from dayafter.findings.evidence import INDICES
from dayafter.findings.option_costs import STEPS
from dayafter.findings.plain_inputs import PLAIN
from dayafter.findings.simulated import RECORDED, SIMULATED
from dayafter.findings.wording import LANGUAGES, Wording, catalogue
from dayafter.quantities import When
from dayafter.redaction.policy import HANDLING
from dayafter.results.schema import OUTCOMES


def test_a_message_without_translation_stays_english_and_takes_its_values() -> None:
    assert Wording("ar")("No such message as {this}", this=7) == "No such message as 7"


def test_another_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no interface in 'xx' yet; write one of en, ar"):
        catalogue("xx")


def test_the_command_offers_the_languages_that_there_are() -> None:
    assert tuple(language.value for language in Language) == LANGUAGES


def test_every_language_of_an_edition_has_words_of_likelihood_questions_and_states() -> None:
    for language in LANGUAGES:
        assert len(words.LIKELIHOOD[language]) == 7
        assert len(words.QUESTIONS[language]) == 5
        assert len(words.STATES[language]) == 5


# --- the catalogue against code and templates

SOURCE = Path(dayafter.__file__).parent
PLACES = re.compile(r"\{(\w+)\}")


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _said(path: Path) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Messages of a module with the values that they are given; None where the values are not in the call."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in {"say", "self"}:
                given = [keyword.arg for keyword in node.keywords]
                values = None if None in given else frozenset(one for one in given if one is not None)
                for text in _constants(node.args[0]):
                    yield text, values
        if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "message" for one in node.targets):
            for text in _constants(node.value):
                yield text, None


def messages() -> dict[str, frozenset[str] | None]:
    """Every message that code or a template says, with the values it is given."""
    found: dict[str, frozenset[str] | None] = {}
    for path in (*SOURCE.glob("findings/*.py"), *SOURCE.glob("brief/*.py"), *SOURCE.glob("comparing/*.py")):
        for text, values in _said(path):
            found.setdefault(text, values)
    for path in SOURCE.glob("brief/templates/*.j2"):
        for text in re.findall(r'say\("((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")):
            found.setdefault(text, None)
    terms = (*BREAKERS.values(), *REASONS.values(), *STEPS.values(), *HANDLING.values(), *calendar.month_name[1:])
    heads = (text for pair in INDICES.values() for text in pair)
    terms = (*terms, *heads, *QUESTION_PHRASES.values(), *_settlement_terms(), *_compared_terms())
    return found | dict.fromkeys(terms)


def _settlement_terms() -> Iterator[str]:
    """Terms of a settlement, which sentences name by their code."""
    for of in (plain.PICKS, plain.KINDS, plain.RESPONSES, plain.INPUTS, plain.NO_DEAL, plain.ACHIEVES, plain.FINDINGS):
        yield from of.values()
    yield from (*plain.ROLES.values(), *plain.METHODS, *settlement_rows.UNITS, *settlement_holding.STABLE.values())
    yield plain.WITHHELD
    yield from (RECORDED, SIMULATED, *input_names().values(), *PLAIN.values())


def _compared_terms() -> Iterator[str]:
    """What a comparison names: its own constants, tables and columns of a case, outcomes and indices."""
    for path in SOURCE.glob("comparing/*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            name = getattr(getattr(node, "target", None), "id", "")
            if isinstance(node, ast.AnnAssign) and node.value is not None and name in COMPARED:
                values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
                yield from (text for one in values for text in _constants(one))
    for table in TABLES:
        yield from (words.term(name) for name in (table, *columns(table)))
    yield from (words.term(name) for name in (*CaseInfo.model_fields, *OUTCOMES, *INDICES))


COMPARED = {
    *("_READING", "_WITHHELD", "_SETTLED", "_SIMULATED", "_APART", "_PAIRED", "_FEW", "_KNOWN", "_CHEAPEST"),
    *("_ADDRESS", "_LACKING", "_MEASURED", "_HEADS", "TITLES"),
}
"""Constants of the comparison that hold messages."""


def test_messages_are_found_at_all() -> None:
    found = messages()
    assert len(found) > 400
    assert "Bottom line" in found


def test_every_message_has_an_arabic_translation() -> None:
    there = catalogue("ar").messages
    assert [text for text in messages() if text not in there] == []


def written() -> str:
    """Whatever a message can be read from: literals of code, templates, and the words of tables of priors."""
    parts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.j2")]
    parts += [path.read_text(encoding="utf-8") for path in SOURCE.glob("priors/*.csv")]
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts.append(node.value)
    for name in (*TABLES, *(column for row in TABLES.values() for column in row.model_fields)):
        parts.append(name.replace("_", " "))
    for one in vars(vocabulary).values():
        if isinstance(one, type) and issubclass(one, Enum):
            parts += [str(member.value).replace("-", " ") for member in one]
    parts += [*CaseInfo.model_fields, *OUTCOMES]
    text = "\n".join((*parts, *calendar.month_name))
    return text + text.replace("_", " ")


def test_no_translation_stands_without_its_message() -> None:
    there = written()
    assert [text for text in catalogue("ar").messages if text not in there] == []


def test_a_translation_uses_no_value_that_its_message_is_not_given() -> None:
    there = catalogue("ar").messages
    for text, values in messages().items():
        if text not in there:
            continue
        known = set(PLACES.findall(text)) | (values or set())
        if (values is None and "Of {questions}" in text) or "most fragile of" in text or "only deal in force, " in text:
            continue  # these are given more than they print
        assert set(PLACES.findall(there[text])) <= known, text


def test_every_translation_can_be_filled_in() -> None:
    for text in catalogue("ar").messages.values():
        values = dict.fromkeys(PLACES.findall(text), "x")
        assert "{" not in text.format(**values)


def test_arabic_nouns_have_a_form_for_every_number() -> None:
    say = Wording("ar")
    assert say.counted(1, "month") == "شهر واحد"
    assert say.counted(2, "month") == "شهرين"
    assert say.counted(3, "month") == "3 أشهر"
    assert say.counted(12, "month") == "12 شهرًا"
    assert say.counted(100, "month") == "100 شهر"
    for noun, forms in catalogue("ar").nouns.items():
        assert set(forms) == {"one", "two", "few", "many", "other"}, noun


def test_dates_are_said_in_arabic_months() -> None:
    assert Wording("ar").date(When.parse("2016-02-22")) == "22 شباط/فبراير 2016"


def test_no_message_speaks_of_likelihood_and_of_confidence_in_one_sentence() -> None:
    said = [*messages(), *catalogue("ar").messages.values()]
    assert [text for text in said if words.mixes_likelihood_and_confidence(text)] == []


def test_a_measure_is_in_digits_and_a_change_keeps_its_sign() -> None:
    assert Wording("en").measured(1, "point") == "1 point"
    assert Wording("en").measured(12345, "package") == "12\u202f345 packages"
    assert [Wording("ar").points(n) for n in (-1, 2, 3, 12)] == ["−1 نقطة", "+2 نقطة", "+3 نقاط", "+12 نقطة"]
    assert Wording("en").points(-1) == "−1 point"


def test_likelihood_and_confidence_are_told_apart_in_arabic_too() -> None:
    assert words.mixes_likelihood_and_confidence("من المرجَّح أن ينتهي، ونقول ذلك بثقة عالية.")
    assert not words.mixes_likelihood_and_confidence("من المرجَّح أن ينتهي. الثقة متوسطة.")
