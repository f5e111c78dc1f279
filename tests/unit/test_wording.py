"""The message catalogue: every message translated, nothing orphaned, the same places, numbers counted rightly."""

from __future__ import annotations

import pytest

from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.wording import LANGUAGES, Wording, catalogue


def test_a_message_without_translation_stays_english_and_takes_its_values() -> None:
    assert Wording("ar")("No such message as {this}", this=7) == "No such message as 7"


def test_another_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no interface in 'xx' yet; write one of en, ar"):
        catalogue("xx")


def test_every_language_of_an_edition_has_words_of_likelihood_questions_and_states() -> None:
    for language in LANGUAGES:
        assert len(words.LIKELIHOOD[language]) == 7
        assert len(words.QUESTIONS[language]) == 5
        assert len(words.STATES[language]) == 5
