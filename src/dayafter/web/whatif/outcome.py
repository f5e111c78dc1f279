"""What an ensemble says so far, in words: the difference that the question makes, channel by channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import Spread
from dayafter.findings import words
from dayafter.findings.amounts import amount, changed, spread_of
from dayafter.findings.wording import Wording
from dayafter.web.edition import Edition
from dayafter.web.language import Translate, translator
from dayafter.web.views.settlements import HALF
from dayafter.web.whatif.answer import Answer, places_of
from dayafter.web.whatif.ensemble import CHANGED, SAVED, last_row
from dayafter.web.whatif.question import Resolved

PLACE_OUTCOMES: Final = (
    ("events_to_date", "Violent events"),
    ("hands_changed_fought_to_date", "Changes of the holder by force"),
    ("returned_to_date", "Persons who return"),
)
ENDS: Final = "Chance that the deal ends within {months}"
IN_FORCE: Final = "In force at the end, of runs"
AGAINST: Final = "the saved case under “{name}”, with the same luck in both"
BASIS: Final = "of {n} parameters: data {data} %, published effects {published} %, assumption {assumed} %"
ONE_BASIS: Final = "of {n} parameter: data {data} %, published effects {published} %, assumption {assumed} %"
ACCEPTED_AND_OUT: Final = (
    "All who must agree would accept a package here, and yet the deal is in force in {n} of 100 runs only."
)
IN_FORCE_AND_REFUSED: Final = (
    "The deal is in force in {n} of 100 runs, and yet no package here is acceptable to all who must agree."
)
WORDS: Final = (
    ENDS, IN_FORCE, AGAINST, BASIS, ONE_BASIS, ACCEPTED_AND_OUT, IN_FORCE_AND_REFUSED, "Do nothing more",
    *(label for _, label in PLACE_OUTCOMES),
)  # fmt: skip
"""What the result of an ensemble says."""
_BASIS: Final = re.compile(r"of (\d+) parameters?: data (\d+) %, published effects (\d+) %, assumption (\d+) %")
"""As the tables of a run have it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One outcome on both sides and the paired difference, at the end of the run."""

    label: str
    about: str
    before: str
    after: str
    change: str
    clear: bool
    middle: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known after some members."""

    provisional: bool
    members: int
    of: int
    months: int
    seed: int
    compared_with: str
    headline: Difference | None
    differences: tuple[Difference, ...]
    disagree: str
    basis: str
    wrong: int


def outcome(
    edition: Edition,
    asked: Resolved,
    found: Mapping[str, pl.DataFrame],
    *,
    members: tuple[int, int],
    seed: int,
    months: int,
    base_policy: str,
    at_once: Answer | None,
) -> Outcome:
    """The tables of both sides, in words, for the audience.

    Parameters
    ----------
    members : done, and in all.
    """
    contrasts, summary = found["contrasts"], found["summary"]
    t, say = translator(edition.language), edition.say
    deal = edition.gate.label(asked.deal, edition.language, "deals")
    ends = t(ENDS, months=say.measured(months, "month"))
    headline = _chance(ends, deal, asked.deal, found, say)
    in_force_line = _difference(t(IN_FORCE), deal, "deal_in_force", {"deal": asked.deal}, found, say)
    others = [] if in_force_line is None else [in_force_line]
    for place in places_of(edition, asked.deal):
        name = edition.gate.label(place, edition.language, "places")
        for outcome_name, label in PLACE_OUTCOMES:
            one = _difference(t(label), name, outcome_name, {"place": place}, found, say)
            if one is not None:
                others.append(one)
    in_force = last_row(summary, "deal_in_force", {"deal": asked.deal}, policy=CHANGED)
    basis = _basis(str(contrasts["basis"][0]), t) if contrasts.height else ""
    wrong = found["wrong"]
    return Outcome(
        provisional=members[0] < members[1],
        members=members[0],
        of=members[1],
        months=months,
        seed=seed,
        compared_with=_compared(edition, base_policy),
        headline=headline,
        differences=tuple(others),
        disagree=_disagree(at_once, in_force, t),
        basis=basis,
        wrong=int(wrong["members"].sum()) if wrong.height else 0,
    )


def _compared(edition: Edition, base_policy: str) -> str:
    known = {policy.id for policy in edition.case.policies}
    t = translator(edition.language)
    name = t("Do nothing more")
    if base_policy in known:
        name = edition.gate.label(base_policy, edition.language, "policies")
    return t(AGAINST, name=name)


def _basis(text: str, t: Translate) -> str:
    """How much of the parameters comes from where, as the tables say it, in the language of the page."""
    found = _BASIS.fullmatch(text)
    if found is None:
        return text
    n, data, published, assumed = found.groups()
    return t(ONE_BASIS if n == "1" else BASIS, n=n, data=data, published=published, assumed=assumed)


def _chance(label: str, about: str, deal: str, found: Mapping[str, pl.DataFrame], say: Wording) -> Difference | None:
    """The chance that a deal in force ends, on both sides, and its paired change."""
    rows = [last_row(found["chances"], "deals_ended_to_date", {"deal": deal}, policy=side) for side in (SAVED, CHANGED)]
    saved, changed_row = rows
    if saved is None or changed_row is None or changed_row["total_mean"] is None:
        return None
    middle, low, high = spread_of(changed_row)
    return Difference(
        label, about, _told(saved, say), _told(changed_row, say), changed(middle, low, high, "share", say),
        low > 0 or high < 0, middle, low, high, "share",
    )  # fmt: skip


def _told(row: Mapping[str, Any], say: Wording) -> str:
    """`60 % (40–75), likely`."""
    p = float(row["p"])
    low, high = (p if row[f"parameter_{end}"] is None else float(row[f"parameter_{end}"]) for end in ("low", "high"))
    one = words.probability(Spread(p, low, high, int(row["members"])), None, say.language)
    if say.language != "en":
        return say.chance(one)  # a number with its range in brackets would be one run from the left
    return f"{one.text} ({one.range}), {one.word}" if one.range else f"{one.text}, {one.word}"


def _difference(  # noqa: PLR0917  # what is asked of which tables, and in which words
    label: str, about: str, name: str, where: Mapping[str, str], found: Mapping[str, pl.DataFrame], say: Wording
) -> Difference | None:
    row = last_row(found["contrasts"], name, where)
    sides = [last_row(found["summary"], name, where, policy=policy) for policy in (SAVED, CHANGED)]
    if row is None or sides[0] is None or sides[1] is None:
        return None
    middle, low, high = spread_of(row)
    unit = str(row["unit"])
    return Difference(
        label, about, amount(sides[0]["mean"], unit, say), amount(sides[1]["mean"], unit, say),
        changed(middle, low, high, unit, say), low > 0 or high < 0, middle, low, high, unit,
    )  # fmt: skip


def _disagree(at_once: Answer | None, in_force: Mapping[str, Any] | None, t: Translate) -> str:
    """Where the settlement and the ensemble point different ways."""
    if at_once is None or at_once.accepting is None or in_force is None:
        return ""
    holds, share = in_force["mean"] >= HALF, words.percent(min(max(in_force["mean"], 0.0), 1.0))
    if at_once.accepting.accepted and not holds:
        return t(ACCEPTED_AND_OUT, n=share)
    if not at_once.accepting.accepted and holds:
        return t(IN_FORCE_AND_REFUSED, n=share)
    return ""
