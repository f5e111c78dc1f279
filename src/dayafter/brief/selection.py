"""What of each finding stands in the main part, by a stated rule, and in which annex the rest is.

The main part is the first page and four more; it holds the most telling rows of every table, chosen by rule and never
by hand, and says how many there are and where. The annex holds every table whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from dayafter.brief import labels
from dayafter.findings.option_records import OptionView
from dayafter.findings.records import DealView, Dispute, Findings, LedgerRow, OtherDeal, SourceView
from dayafter.findings.views import ActorView, AidView, Indicator, Mover, ShockView, SpoilerView
from dayafter.findings.wording import Wording
from dayafter.vocabulary import LedgerState

N_PLACES: Final = 8
N_DISPUTES: Final = 6
N_OPTIONS: Final = 8
N_DEALS: Final = 5
N_MISSING: Final = 3
N_ACTORS: Final = 5
N_SPOILERS: Final = 6
N_SHOCKS: Final = 5
N_AID: Final = 3
N_INDICATORS: Final = 5
N_MOVERS: Final = 6
N_SOURCES: Final = 6

N_ALONE_ROOMY: Final = 7
"""Places of the ledger alone with room to write beside each."""
N_ALONE_DENSE: Final = 10
"""Places of the ledger alone, each with its words and sources, as in the main part."""
N_ALONE: Final = 56
"""Places of the ledger alone, a line each, on one page."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chosen(Generic[T]):
    """Rows of a table in the main part, and the rule by which they were chosen; empty where all are shown."""

    rows: tuple[T, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The main part."""

    places: Chosen[LedgerRow]
    disputes: Chosen[Dispute]
    options: Chosen[OptionView]
    deals: Chosen[DealView]
    missing: Chosen[OtherDeal]
    actors: Chosen[ActorView]
    spoilers: Chosen[SpoilerView]
    shocks: Chosen[ShockView]
    aid: Chosen[AidView]
    indicators: Chosen[Indicator]
    movers: Chosen[Mover]
    sources: Chosen[SourceView]


@dataclass(frozen=True, slots=True)
class AnnexPart:
    """A part of the annex."""

    key: str
    letter: str
    title: str


def n_contested(row: LedgerRow) -> int:
    """Questions of a place that are contested."""
    return sum(mark.state is LedgerState.CONTESTED for mark in row.marks)


def most_contested(rows: Sequence[LedgerRow], limit: int) -> tuple[LedgerRow, ...]:
    """The places with most contested questions, in the order of the ledger."""
    ranked = sorted(range(len(rows)), key=lambda n: (-n_contested(rows[n]), n))[:limit]
    return tuple(rows[n] for n in sorted(ranked))


def select(findings: Findings, say: Wording) -> Selection:
    """The rows of the main part with their rules."""
    f, letters = findings, {part.key: part.letter for part in annex_of(findings, say)}

    def first(rows: Sequence[T], limit: int, rule: str, annex: str) -> Chosen[T]:
        if len(rows) <= limit:
            return Chosen(tuple(rows))
        text = say(
            "{n} of {total}: {rule}; all in annex {letter}.",
            n=limit, total=len(rows), rule=rule, letter=letters.get(annex, ""),
        )  # fmt: skip
        return Chosen(tuple(rows[:limit]), text)

    o, outlook = f.options, f.outlook
    places = most_contested(f.ledger.rows, N_PLACES)
    left = tuple(row for row in f.ledger.rows if row not in places)
    plans = () if o is None else tuple(one for one in o.options if one.letter)
    ranked = sorted(plans, key=lambda one: (not one.on_first_page, one.rank if one.on_first_page else 0))
    chosen = first(ranked, N_OPTIONS, say("those of the first page, then in the order of the case"), "options")
    kept = tuple(one for one in plans if one in chosen.rows)
    sources = sorted(f.sources, key=lambda one: -one.n_rows)
    return Selection(
        places=first((*places, *left), N_PLACES, say("the places with most contested questions"), "ledger"),
        disputes=first(f.disputes, N_DISPUTES, say("numbers before dates, then those with most accounts"), "disputes"),
        options=Chosen(kept, chosen.rule),
        deals=first(f.deals, N_DEALS, say("the most fragile"), "deals"),
        missing=first(f.missing, N_MISSING, say("in the order of the case"), "deals"),
        actors=first(f.actors, N_ACTORS, say("those with most red lines"), "actors"),
        spoilers=first(f.spoilers, N_SPOILERS, say("those who could break most deals"), "risks"),
        shocks=first(f.shocks, N_SHOCKS, say("the likeliest"), "risks"),
        aid=first(f.aid, N_AID, say("in the order of the case"), "risks"),
        indicators=first(
            () if outlook is None else outlook.indicators,
            N_INDICATORS,
            say("what bears on the first page first"),
            "watch",
        ),
        movers=first(() if outlook is None else outlook.movers, N_MOVERS, say("what moves it most"), "watch"),
        sources=first(sources, N_SOURCES, say("those that most rows cite"), "sources"),
    )


@dataclass(frozen=True, slots=True)
class LedgerAlone:
    """The ledger as one page to print."""

    rows: tuple[LedgerRow, ...]
    form: str
    """`roomy`, `dense` or `lines`: with all words and sources, or a line each."""
    rule: str
    """By which rule places were chosen; empty where all are shown."""


def ledger_alone(findings: Findings, say: Wording) -> LedgerAlone:
    """What fits on one page: few places in full, more of them a line each, else those with most contested questions."""
    rows = findings.ledger.rows
    if len(rows) <= N_ALONE:
        form = "roomy" if len(rows) <= N_ALONE_ROOMY else "dense" if len(rows) <= N_ALONE_DENSE else "lines"
        return LedgerAlone(rows, form, "")
    rule = say(
        "{n} of {total}: {rule}; the annex of the brief lists all.",
        n=N_ALONE, total=len(rows), rule=say("the places with most contested questions"),
    )  # fmt: skip
    return LedgerAlone(most_contested(rows, N_ALONE), "lines", rule)


def script_languages(findings: Findings) -> tuple[str, ...]:
    """Right-to-left languages, that of the edition left out, in which at least one place has a name."""
    named = {name.language for row in findings.ledger.rows for name in row.place.names if name.text}
    return tuple(one for one in labels.RIGHT_TO_LEFT if one != findings.language and one in named)


def annex_of(findings: Findings, say: Wording) -> tuple[AnnexPart, ...]:
    """The parts of the annex that this brief has, in their order."""
    f = findings
    outlook = f.outlook
    risks = len(f.spoilers) > N_SPOILERS or len(f.shocks) > N_SHOCKS or len(f.aid) > N_AID
    watch = bool(f.assumptions) or (
        outlook is not None and (len(outlook.indicators) > N_INDICATORS or bool(outlook.movers))
    )
    parts = (
        ("ledger", say("The ledger of every place"), len(f.ledger.rows) > N_PLACES),
        ("options", say("The options in full"), f.options is not None),
        ("deals", say("The deals one by one"), bool(f.deals or f.missing or f.other_deals)),
        ("actors", say("Actors and red lines"), bool(f.actors)),
        ("risks", say("Who could break deals, shocks and aid"), risks),
        ("watch", say("Indicators and assumptions"), watch),
        ("possible", say("Deals that could hold"), f.possible is not None),
        ("disputes", say("Disputed accounts"), bool(f.disputes)),
        ("indices", say("What drives each place"), bool(f.indices.rows)),
        ("sources", say("Sources"), bool(f.sources)),
        ("method", say("How this was made"), True),
        ("scripts", say("For counterparts"), bool(script_languages(f))),
    )
    there = [(key, title) for key, title, is_there in parts if is_there]
    return tuple(AnnexPart(key, "ABCDEFGHIJKLM"[n], title) for n, (key, title) in enumerate(there))
