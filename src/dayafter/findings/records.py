"""What a brief, a table or a file may say: statements made once, for one audience.

Everything here has passed the redaction gate: the texts are final, and no id of the case is left in them. Whoever
prints them chooses the form, never the words or the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dayafter.vocabulary import Audience, DisputeStatus, LedgerState, Question, SourceKind

if TYPE_CHECKING:
    from dayafter.findings.option_records import Options
    from dayafter.findings.settlement_views import PossibleDeals
    from dayafter.findings.views import ActorView, AidView, Outlook, ShockView, SpoilerView


@dataclass(frozen=True, slots=True)
class Cited:
    """One source behind a row: its number in the list of sources, and the spots in it."""

    source: int
    """Position in `Findings.sources`, from 1."""
    spots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of the case, as readers may see it."""

    table: str
    label: str
    cited: tuple[Cited, ...]
    assumed: bool
    """Whether the row rests on an assumption and on nothing else."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its spread, in numbers and in words. `text` and `range` are as they should be printed."""

    text: str
    range: str
    """Empty where all members agree."""
    word: str
    """The ICD 203 word, for probabilities; else empty."""
    unit: str
    mean: float
    p05: float
    p95: float
    horizon_months: int | None = None
    p25: float | None = None
    p75: float | None = None
    """The range that holds the middle half of the draws, where it is known."""

    @property
    def full(self) -> str:
        """Word, number and range, for a sentence."""
        inner = self.text if not self.range else f"{self.text}, {self.range}"
        return f"{self.word} ({inner})" if self.word else inner


@dataclass(frozen=True, slots=True)
class Basis:
    """How much of a finding comes from where, in whole percent that sum to 100; by the rule of `findings.resting`."""

    data: int
    published: int
    assumed: int
    text: str
    """As a sentence."""
    short: str
    """`data 13 % · effects 33 % · assumption 54 %`; kinds of which there is nothing are left out."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that a reader may quote, and what it rests on."""

    text: str
    estimates: tuple[Estimate, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def n_assumed(self) -> int:
        """How many of the rows behind it are assumptions."""
        return sum(reference.assumed for reference in self.references)


@dataclass(frozen=True, slots=True)
class Edition:
    """The head of a brief: what it is about, for whom, and how it was made."""

    case: str
    title: str
    region: str
    question: str
    as_of: str
    decide_by: str
    reader: str
    horizon_months: int
    audience: Audience
    handling: str
    """The handling label: who may read it."""
    coded_by: str
    licence: str
    format_version: int
    version: str
    seed: int
    n_members: int


@dataclass(frozen=True, slots=True)
class LocalName:
    """A name in one language; empty where none was found."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place of the ledger and the map."""

    name: str
    within: str
    """The name of its parent, or empty."""
    national: bool
    dispute: DisputeStatus | None
    names: tuple[LocalName, ...]
    latitude: float | None
    longitude: float | None
    n_deals: int = 0
    """Deals in force that cover it."""
    codes: tuple[str, ...] = ()
    """Its codes, the case's first scheme first, as other data sets call it."""
    region: str = ""
    """The largest area below the country that holds it."""


@dataclass(frozen=True, slots=True)
class ContextPlace:
    """A place that is on the map for orientation only."""

    name: str
    area: bool
    """Whether it is a province, region or country rather than a town."""
    latitude: float
    longitude: float
    region: str = ""
    """The largest area below the country that holds it; empty where none does."""


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """One cell of the ledger."""

    question: Question
    state: LedgerState
    talks: bool
    summary: str
    rule: str
    derived: bool
    coded_by: str
    checked_on: str
    references: tuple[Reference, ...]
    label: str = ""
    """Question and state in words: `secure: contested`."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A place and where each question stands there."""

    place: PlaceView
    marks: tuple[LedgerMark, ...]
    rests: Basis | None = None
    """What its cells rest on; None where no row stands behind any of them."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Which questions are open where."""

    title: str
    lead: str
    questions: tuple[Question, ...]
    rows: tuple[LedgerRow, ...]
    tally: tuple[tuple[LedgerState, int], ...]
    """Every state with its count of cells, firmest first."""
    n_talks: int
    missing_names: tuple[tuple[str, tuple[str, ...]], ...]
    """(language, places without a name in it)."""
    some_withheld: bool = False
    """Whether a cell without account may be one that this edition withholds."""

    @property
    def n_cells(self) -> int:
        """Cells in all."""
        return sum(count for _, count in self.tally)

    def count(self, state: LedgerState) -> int:
        """Cells in one state."""
        return dict(self.tally).get(state, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a number: what adds or takes away how much."""

    label: str
    value: Estimate
    """In percentage points, with its sign."""
    evidence: tuple[str, ...]
    """Rows of the evidence table; empty for an assumption."""
    is_simulated: bool = False
    """Whether it is what a simulation adds to the features of a deal, and no feature."""


@dataclass(frozen=True, slots=True)
class BreakerView:
    """Of 100 ends, how many by this kind, and who could bring it about."""

    label: str
    of_100: int
    range: str
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AbsentView:
    """Somebody whose agreement a deal would need and does not have."""

    name: str
    reason: str
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class DealFact:
    """A labelled fact about a deal; `text` says so where there is no account."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class DealView:
    """A deal in force: what it is, how likely it is to end, why and through whom."""

    name: str
    title: str
    lead: str
    places: tuple[str, ...]
    facts: tuple[DealFact, ...]
    p_end: Estimate
    reference: Estimate
    parts: tuple[Part, ...]
    """Contributions from the reference deal to this one, the largest first; they sum to `p_end − reference`."""
    breakers: tuple[BreakerView, ...]
    absent: tuple[AbsentView, ...]
    n_assumed_parts: int
    """Contributions without a row of evidence behind them."""
    p_ranks_first: float
    """Share of the draws in which no other deal in force is likelier to end."""
    references: tuple[Reference, ...]
    checked_on: str = ""
    """When its row was last checked."""
    rests: Basis | None = None
    """What `p_end` rests on."""
    parties: tuple[str, ...] = ()
    """Its signatories, by name."""
    recorded: Estimate | None = None
    """Its chance of ending as read from the record; other than `p_end` where that is counted in simulated futures."""

    @property
    def is_simulated(self) -> bool:
        """Whether `p_end` is counted in simulated futures, not read from the record."""
        return self.recorded is not None and self.recorded != self.p_end

    @property
    def weakest(self) -> Part | None:
        """The feature that adds most to its risk; None where none adds."""
        raising = [part for part in self.parts if part.value.mean > 0 and not part.is_simulated]
        return max(raising, key=lambda part: part.value.mean) if raising else None


@dataclass(frozen=True, slots=True)
class OtherDeal:
    """A deal that is missing, proposed, suspended or ended."""

    name: str
    status: str
    places: tuple[str, ...]
    needed: tuple[str, ...]
    ended: str
    absent: tuple[AbsentView, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class AccountView:
    """What one source says about a disputed fact."""

    value: str
    numbers: tuple[float, float] | None
    """Low and high end where the value is a number."""
    sources: str
    side: str
    said_by: str
    grade: str
    used: bool
    who: str = ""
    """Who says it, in few words: a person quoted, else an author, a publisher or a side."""
    cited: str = ""
    """Number of the source and the spot in it."""
    days: tuple[int, int] | None = None
    """First and last day (proleptic Gregorian ordinals) where the value is a date with both ends."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A fact on which sources differ, with every account."""

    title: str
    accounts: tuple[AccountView, ...]
    rule: str

    @property
    def is_numeric(self) -> bool:
        """Whether every account is a number, so that they can stand on one axis."""
        return all(account.numbers is not None for account in self.accounts)

    @property
    def has_used(self) -> bool:
        """Whether one of the accounts shown is the one that the case follows."""
        return any(account.used for account in self.accounts)

    @property
    def is_dated(self) -> bool:
        """Whether every account is a date, so that they can stand on one axis of time."""
        return all(account.days is not None for account in self.accounts)


@dataclass(frozen=True, slots=True)
class IndexView:
    """One index of one place."""

    name: str
    value: Estimate | None
    missing: tuple[str, ...]
    main: str
    """Its largest contribution, in words; or empty."""
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class IndexRow:
    """The indices of a place."""

    place: str
    national: bool
    cells: tuple[IndexView | None, ...]
    rests: Basis | None = None
    """What its indices rest on."""


@dataclass(frozen=True, slots=True)
class IndexTable:
    """Indices by place; columns are (name, how to read it)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[IndexRow, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A row that nobody said: the case assumes it. `n_findings` says how much leans on it for now."""

    table: str
    label: str
    text: str
    n_findings: int


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its grade and how many rows cite it."""

    number: int
    text: str
    kind: SourceKind
    grade: str
    side: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class Harm:
    """People who are harmed or could be, by one rule."""

    label: str
    people: tuple[str, ...]
    n_more: int
    none: str
    """What to say where the list is empty."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the case does not hold."""

    n_cells: int
    n_no_account: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Every statement that may leave for one audience."""

    edition: Edition
    bottom_line: tuple[Statement, ...]
    key_facts: tuple[Statement, ...]
    ledger: Ledger
    context: tuple[ContextPlace, ...]
    deals: tuple[DealView, ...]
    """In force, the most fragile first."""
    missing: tuple[OtherDeal, ...]
    other_deals: tuple[OtherDeal, ...]
    disputes: tuple[Dispute, ...]
    indices: IndexTable
    assumptions: tuple[Assumption, ...]
    n_assumed_rows: int
    n_rows: int
    harms: tuple[Harm, ...]
    sources: tuple[SourceView, ...]
    withheld: tuple[str, ...]
    coverage: Coverage
    method: tuple[Statement, ...]
    possible: PossibleDeals | None = None
    """Deals that could hold; None where no settlement was handed in, or nothing of it may be shown."""
    language: str = "en"
    """Of every sentence; names and texts of the case stay as written where it has no other."""
    actors: tuple[ActorView, ...] = ()
    spoilers: tuple[SpoilerView, ...] = ()
    shocks: tuple[ShockView, ...] = ()
    aid: tuple[AidView, ...] = ()
    outlook: Outlook | None = None
    options: Options | None = None
    """Policy options from simulated futures; None where no results were handed in."""

    @property
    def headline(self) -> str:
        """The bottom line as one text."""
        return " ".join(statement.text for statement in self.bottom_line)
