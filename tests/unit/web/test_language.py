"""The interface speaks each of its languages: every text is in every catalogue, with the same values in it."""

from __future__ import annotations

import re
from importlib import resources
from string import Formatter

import pytest

from dayafter.casefile.schema import TABLES, columns
from dayafter.explaining import causes
from dayafter.findings import reasons, words
from dayafter.indices.hazard import FEATURES
from dayafter.vocabulary import (
    Action,
    ActorKind,
    ActorStatus,
    AidKind,
    ClaimKind,
    ConditionKind,
    DealForm,
    DealLevel,
    DealStatus,
    EndedBy,
    EngagementRole,
    IncidentKind,
    PlaceKind,
    PresenceRole,
    RelationKind,
    SourceKind,
    Trend,
    YesNo,
)  # fmt: skip
from dayafter.web.desk import RUN_LINE
from dayafter.web.language import LANGUAGES, chosen, is_right_to_left, messages, translator
from dayafter.web.render import environment, is_latin
from dayafter.web.routes import signing
from dayafter.web.routes.downloads import FILES
from dayafter.web.routes.pages import SCRIPT_WORDS, TABS
from dayafter.web.views import moves
from dayafter.web.views.policies import CHANNEL_NAMES, LABELS
from dayafter.web.whatif import answer, dispute, outcome

OTHERS = [language for language in LANGUAGES if language != "en"]
TERMS = (
    Action, ActorKind, ActorStatus, AidKind, ClaimKind, ConditionKind, DealForm, DealLevel, DealStatus, EndedBy,
    EngagementRole, IncidentKind, PlaceKind, PresenceRole, RelationKind, SourceKind, Trend, YesNo,
)  # fmt: skip
"""Terms of the vocabulary that a page says."""
DRIVERS = (
    *FEATURES, *("violence", "command over members", "terms not kept", "least margin", "assent of patrons", "shock"),
    *("frailty and age", causes.CHANCE, causes.TAKEN, "challenger stronger than the holder"),
    *("fighting between blocs", "the holder's patron withdrew"),
)  # fmt: skip
SAID = re.compile(r"\bt\(\s*(?:\"([^\"]*)\"|'([^']*)')")


def texts() -> set[str]:
    """Every text that a template or a script says, and what routes hand to them."""
    folder = resources.files("dayafter.web").joinpath("templates")
    found = {
        first or second for path in folder.iterdir() for first, second in SAID.findall(path.read_text(encoding="utf-8"))
    }
    found |= {label for _, label, _ in TABS} | set(SCRIPT_WORDS) | set(LABELS.values()) | set(CHANNEL_NAMES.values())
    for path in resources.files("dayafter.web").joinpath("views").iterdir():
        if path.is_file():
            found |= set(re.findall(r"\b(?:tell|named)\(\s*\"([^\"]+)\"", path.read_text(encoding="utf-8")))
    found |= {words.term(one.value) for kind in TERMS for one in kind} | set(moves.CHANGED.values())
    found |= {words.term(name) for table in TABLES for name in (table, *columns(table))}
    found |= {reasons.driver_words(one) for one in DRIVERS}
    found |= {file.what for file in FILES.values()} | {signing.WRONG, signing.WAIT, RUN_LINE}
    return found | {*answer.WORDS, *outcome.WORDS, *dispute.WORDS}


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_script_says_only_words_that_travel_with_the_page() -> None:
    script = resources.files("dayafter.web").joinpath("static", "whatif.js").read_text(encoding="utf-8")
    said = {first for first, _ in SAID.findall(script)}
    assert said - {"told"} <= set(SCRIPT_WORDS)
    assert len(said) > 15


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_interface_is_in_the_catalogue_with_the_same_values(language: str) -> None:
    catalogue = messages(language)
    assert len(texts()) > 250
    assert sorted(text for text in texts() if text not in catalogue) == []
    assert [text for text in texts() if values(text) != values(catalogue[text])] == []
    assert [text for text in texts() if is_latin(catalogue[text]) and text not in {"CSV", "XLSX"}] == []


def test_every_template_compiles_and_says_nothing_outside_the_catalogue() -> None:
    folder = resources.files("dayafter.web").joinpath("templates")
    for path in folder.iterdir():
        environment().get_template(path.name)
        bare = re.sub(
            r"\{[%{#].*?[%}#]\}|<style.*?</style>|<[^>]*>|&\w+;", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        words = set(re.findall(r"[A-Za-z]{3,}", bare)) - {
            "dayafter",
            "XLSX",
            "CSV",
            "check",
            "simulate",
            "serve",
            "run",
            "out",
        }
        assert words - {"results", "doctype", "html"} == set(), path.name


def test_the_language_is_the_one_asked_for_else_the_browsers_else_english() -> None:
    assert chosen("ar", "en") == "ar"
    assert chosen("xx", "fr-FR,ar;q=0.8,en;q=0.5") == "ar"
    assert chosen(None, "fr") == "en"
    assert is_right_to_left("ar")
    assert not is_right_to_left("en")
    assert translator("en")("{n} places", n=3) == "3 places"
