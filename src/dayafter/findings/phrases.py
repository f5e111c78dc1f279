"""Spreads to estimates, and stable terms to labels. The words of likelihood and the rounding come from `words`."""

from __future__ import annotations

from typing import Final

from dayafter.assessment.report import Spread
from dayafter.casefile.schema import Deal
from dayafter.findings import words
from dayafter.findings.records import Estimate
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.vocabulary import DealForm, DealLevel, YesNo

_FORMS: Final = {
    DealForm.UNDERSTOOD: "only understood, not signed",
    DealForm.WRITTEN: "written, not signed",
    DealForm.SIGNED: "signed",
    DealForm.RATIFIED: "ratified",
}
_FEATURES: Final = {
    "guarantor": ("guaranteed", "no accepted guarantor"),
    "facilitator": ("a facilitator", "a facilitator"),
    "author": ("an outside author", "an outside author"),
    "assent": ("residents assent", "weak assent of residents"),
    "communities": ("residents are party", "residents are not party"),
    "commission": ("joint commission", "no joint commission"),
    "unbound": ("no armed outsiders", "armed actors not bound by it"),
    "others": ("the rest", "the rest"),
}
"""Feature to what it is called where it lowers and where it raises the chance of ending."""


def _form(deal: Deal) -> str:
    return "form not known" if deal.form is None else _FORMS[deal.form]


def _levels(deal: Deal) -> str:
    if not deal.levels:
        return "level not known"
    if {DealLevel.LOCAL, DealLevel.NATIONAL} <= set(deal.levels):
        return "held at both levels"
    return "held at local level only" if deal.levels[0] is DealLevel.LOCAL else "held at national level only"


def feature(name: str, deal: Deal, *, lowers: bool) -> str:
    """What a feature of a deal is called beside its bar.

    Parameters
    ----------
    name : the stable term of a contribution.
    deal : the deal as the gate shows it.
    lowers : whether it lowers the chance of ending against the reference deal.
    """
    if name == "form":
        return _form(deal)
    if name == "levels":
        return _levels(deal)
    if name == "commission" and deal.commission is YesNo.YES:
        return "joint commission"
    good, bad = _FEATURES.get(name, (words.feature(name),) * 2)
    return good if lowers else bad


def cause(label: str) -> str:
    """The label of a feature as a part of a sentence: `that it is only understood, not signed`."""
    if label.startswith(("form ", "level ")):
        subject, _, rest = label.partition(" ")
        return f"that its {subject} is {rest}"
    if label.startswith("residents "):
        return f"that {label}"
    return f"that it is {label}" if label.startswith(("only understood", "written", "signed", "held ")) else label


def points(spread: Spread, say: Wording = ENGLISH) -> Estimate:
    """A part of a probability, in percentage points with its sign."""
    return Estimate(
        text=words.points(spread.mean),
        range=""
        if spread.is_exact
        else say("{low} to {high}", low=words.points(spread.p05), high=words.points(spread.p95)),
        word="",
        unit="percentage points",
        mean=spread.mean,
        p05=spread.p05,
        p95=spread.p95,
    )
