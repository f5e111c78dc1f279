"""Rules on the ledger of open questions: short, and in agreement with the deals that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context
from dayafter.casefile.checks.deals import deal_covers
from dayafter.casefile.schema import Deal, LedgerEntry
from dayafter.errors import Issue
from dayafter.vocabulary import DealForm, DealStatus, LedgerState, YesNo

MOST_WORDS: Final = 8
_AGREED: Final = (LedgerState.AGREED_FORMALLY, LedgerState.AGREED_INFORMALLY)
_FORMAL: Final = (DealForm.SIGNED, DealForm.RATIFIED)


def summaries_are_short(context: Context) -> Iterator[Issue]:
    """A summary fits its cell of the matrix."""
    for number, entry in enumerate(context.case.ledger):
        if (n_words := len(entry.summary.split())) > MOST_WORDS:
            yield context.fault(
                "ledger.summary-too-long",
                ("ledger", number, "summary"),
                f"the summary has {n_words} words; {MOST_WORDS} at most fit its cell of the matrix",
                "shorten it; the rest belongs in note",
            )


def ledger_agrees_with_deals(context: Context) -> Iterator[Issue]:
    """A question counts as agreed where a deal in force covers it, and not where none does."""
    for number, entry in enumerate(context.case.ledger):
        deal = context.deals.get(entry.deal) if entry.deal is not None else None
        if deal is None:
            if entry.state in _AGREED and entry.deal is None:
                yield context.fault(
                    "ledger.agreed-without-deal",
                    ("ledger", number, "deal"),
                    f"{entry.question} in {entry.place} is {entry.state}, and no deal is named",
                    "name the deal that settles it, or write contested or unaddressed",
                )
            continue
        if (what := _contradiction(entry, deal)) is not None:
            yield context.fault(
                "ledger.contradicts-deal",
                ("ledger", number, "state"),
                f"{entry.question} in {entry.place} is {entry.state}, and {what}",
                "correct the state, the deal named here, or the deal's own row",
            )
        elif not deal_covers(context, deal, entry.place):
            yield context.fault(
                "ledger.deal-elsewhere",
                ("ledger", number, "deal"),
                f"{deal.id} does not cover {entry.place}",
                f"add {entry.place} to its places, or name another deal",
            )


def _contradiction(entry: LedgerEntry, deal: Deal) -> str | None:
    """Say how a ledger entry and its deal contradict one another; None where they do not."""
    binding = deal.status is DealStatus.IN_FORCE
    if entry.state in _AGREED and not binding:
        return f"its deal {deal.id} is {deal.status}"
    if entry.state in (LedgerState.UNADDRESSED, LedgerState.NO_ACCOUNT) and binding:
        return f"its deal {deal.id} is in force"
    unwritten = deal.form is DealForm.UNDERSTOOD or deal.written is YesNo.NO
    if entry.state is LedgerState.AGREED_FORMALLY and unwritten:
        return f"its deal {deal.id} is not written"
    if entry.state is LedgerState.AGREED_INFORMALLY and deal.form in _FORMAL:
        return f"its deal {deal.id} is {deal.form}"
    return None


def something_is_recorded(context: Context) -> Iterator[Issue]:
    """A contested place has a ledger row or a position: an empty one would look calm."""
    told = {entry.place for entry in context.case.ledger} | {row.place for row in context.case.positions}
    contested = [(n, place) for n, place in enumerate(context.case.places) if place.scope.value == "contested"]
    for number, place in contested:
        if place.id not in told and context.whole("ledger", "positions"):
            yield context.fault(
                "place.nothing-recorded",
                ("places", number, "id"),
                f"{place.id} is contested, and neither ledger nor positions has a row on it",
                "add rows to ledger or positions, or make it a place of context",
            )
    if not contested and context.case.places and context.whole("places"):
        yield context.fault(
            "place.none-contested",
            ("places", 0, "scope"),
            "no place is contested: there is nothing to assess",
            "write contested as the scope of the places that the case is about",
        )
