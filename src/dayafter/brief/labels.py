"""Fixed words of the page that are not findings: heads of the ledger, and which languages run from the right.

An edition is in English or Arabic. Arabic and Sorani also carry the ledger's own words beside an English edition, so
that counterparts can read where their place stands; both await review by a native reader, and the page says so.
"""

from __future__ import annotations

from typing import Final

from dayafter.vocabulary import Question

RIGHT_TO_LEFT: Final = ("ar", "ckb")
"""Languages of the ledger that run from the right."""

PLACE: Final = {"en": "Place", "ar": "المكان", "ckb": "شوێن"}

SCALE: Final = {"ar": 1.06}
"""How much larger than in English a page is set, by language; the style sheet does it."""

ASKED: Final = {
    Question.SECURE: "who holds the guns",
    Question.GOVERN: "who rules",
    Question.RETURN: "who may come home",
    Question.PAY: "who pays, through whom",
    Question.OTHER: "what the case adds",
}
"""What each question asks, under its head."""
