"""Two or more accounts of one number: what would follow from each, whether that matters, and both kept in the copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, ValidationError

from dayafter.assessment.report import Spread
from dayafter.assessment.summary import spread
from dayafter.casefile.schema import Account, CaseFile, Source
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.records import Estimate
from dayafter.quantities import Quantity
from dayafter.web.edition import Edition
from dayafter.web.language import translator
from dayafter.web.whatif.answer import accepting, end_draws
from dayafter.web.whatif.edits import as_if_today
from dayafter.web.whatif.question import Asked, Id, IntervalAsked, Moved, Resolved, WhatIfAsked, resolve
from dayafter.web.whatif.saving import slug_of

DIFFERENCE: Final = "chance of an end, second account less first: {change}"
FLIPS: Final = "It matters: whether a package is accepted or holds depends on whom one believes; {change}."
FLIPS_ALONE: Final = "It matters: whether a package is accepted or holds depends on whom one believes."
MATTERS: Final = "It matters: {change}."
HARDLY: Final = "It hardly matters for this deal: {change}."
HARDLY_ALONE: Final = "It hardly matters for this deal."
WORDS: Final = (DIFFERENCE, FLIPS, FLIPS_ALONE, MATTERS, HARDLY, HARDLY_ALONE)
"""What the weighing of accounts says."""


class AccountAsked(Asked):
    """What one source says of the number."""

    value: Annotated[str, Field(max_length=80, description="`0.6`, `0.4..0.8` or `0.6 [0.4, 0.8]`")]
    source: Annotated[str, Field(min_length=1, max_length=200, description="Title of the source")]
    grade: Annotated[str, Field(pattern=r"^([A-F][1-6])?$", description="Admiralty code, such as B2")] = ""


class DisputeAsked(Asked):
    """A number on which sources differ, and the deal to which it is put."""

    deal: Id
    table: Id
    row: Annotated[str, Field(min_length=1, max_length=400)]
    field: Id
    accounts: Annotated[tuple[AccountAsked, ...], Field(min_length=2, max_length=6)]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What would follow if one account were right."""

    source: str
    value: str
    chance: Estimate | None
    """That the deal ends within the horizon."""
    accepted: str
    held: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether it matters whom one believes."""

    consequences: tuple[Consequence, ...]
    matters: bool
    said: str


def accounts_of(edition: Edition, asked: DisputeAsked) -> tuple[Resolved, ...]:
    """A what-if for each account. UsageError where one cannot be."""
    return tuple(
        resolve(
            edition,
            WhatIfAsked(
                deal=asked.deal,
                intervals=(IntervalAsked(table=asked.table, row=asked.row, field=asked.field, value=one.value),),
            ),
        )
        for one in asked.accounts
    )


def weigh(edition: Edition, asked: DisputeAsked) -> Weighed:
    """The answer under each account; the first and the one that differs most from it are compared draw by draw."""
    found, draws, accepted = [], [], []
    for one, question in zip(asked.accounts, accounts_of(edition, asked), strict=True):
        edited = as_if_today(edition.case, question)
        p_end = end_draws(edition, edited.case, question.deal)
        draws.append(p_end)
        offer = accepting(edition, edited, question.deal)
        accepted.append(None if offer is None else (offer.accepted, offer.stable))
        months = edition.assessment.horizon_months
        chance = None if p_end is None else words.probability(spread(p_end), months, edition.language)
        value = str(question.moved[0].value)
        found.append(
            Consequence(one.source, value, chance, offer.after if offer else "", offer.stable_after if offer else "")
        )
    changes = [spread(other - draws[0]) for other in draws[1:] if other is not None and draws[0] is not None]
    widest = max(changes, key=lambda one: abs(one.mean), default=None)
    flips = len(set(accepted)) > 1
    clear = widest is not None and words.is_clear(widest) and round(100 * widest.mean) != 0
    return Weighed(tuple(found), flips or clear, _said(edition, widest, clear=clear, flips=flips))


def _said(edition: Edition, widest: Spread | None, *, clear: bool, flips: bool) -> str:
    t = translator(edition.language)
    told = "" if widest is None else t(DIFFERENCE, change=edition.say.change(widest))
    if flips:
        return t(FLIPS, change=told) if told else t(FLIPS_ALONE)
    if clear:
        return t(MATTERS, change=told)
    return t(HARDLY, change=told) if told else t(HARDLY_ALONE)


def with_accounts(case: CaseFile, asked: DisputeAsked, moved: tuple[Moved, ...], saved_by: str) -> CaseFile:
    """The case with both sources and every account, and the table's value spanning all of them.

    Raises
    ------
    UsageError : a source of that title is there already under the same id, or a text that cannot be written.
    """
    first = moved[0]
    rows = list(getattr(case, first.table))
    hull = Quantity(min(one.value.low for one in moved), max(one.value.high for one in moved))
    row = rows[first.number].model_copy(update={first.field: hull})
    rows[first.number] = row
    known = {source.id for source in case.sources}
    sources, accounts = [], []
    try:
        for one, value in zip(asked.accounts, moved, strict=True):
            ident = slug_of(one.source)
            if ident in known:
                raise UsageError(f"a source '{ident}' is there already; give this one another title")
            known.add(ident)
            day = str(case.info.as_of)
            sources.append(
                Source.model_validate(
                    {"id": ident, "title": one.source, "kind": "field-note", "grade": one.grade, "published_on": day,
                     "coded_by": saved_by}
                )
            )  # fmt: skip
            accounts.append(
                Account.model_validate(
                    {"table": first.table, "row": row.key, "field": first.field, "value": str(value.value),
                     "source": ident, "coded_by": saved_by}
                )
            )  # fmt: skip
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    return case.model_copy(
        update={
            first.table: tuple(rows),
            "sources": (*case.sources, *sources),
            "accounts": (*case.accounts, *accounts),
        }
    )
