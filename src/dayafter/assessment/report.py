"""What an assessment says, as plain frozen records: ids, numbers with their spread, and the rows behind them.

No text for readers is made here: `findings` turns these records into statements, through the redaction gate.
"""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.vocabulary import DealStatus, EndedBy, LedgerState, Question


@dataclass(frozen=True, slots=True, order=True)
class RowRef:
    """A row of the case: table and key."""

    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the ensemble: its mean and the range that holds nine in ten draws."""

    mean: float
    """For a probability, its expectation over all that is uncertain. Means of parts sum to the mean of the whole."""
    p05: float
    p95: float
    n_members: int

    @property
    def is_exact(self) -> bool:
        """Whether all members agree."""
        return self.p05 == self.p95


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part of an index or a probability. Contributions of one parent sum to it (in every member)."""

    name: str
    """What contributes: a pair of actors, a community, a feature of a deal. A stable term, not a sentence."""
    entities: tuple[str, ...]
    """Ids of the actors, communities or places that it is about."""
    value: Spread
    rows: tuple[RowRef, ...] = ()
    evidence: tuple[str, ...] = ()
    """Rows of the evidence table, such as EV-014, that the coefficient rests on; empty for an assumption."""


@dataclass(frozen=True, slots=True)
class Index:
    """One derived index of a place."""

    name: str
    place: str
    unit: str
    value: Spread | None
    """None where the case holds no account to compute it from."""
    contributions: tuple[Contribution, ...] = ()
    rows: tuple[RowRef, ...] = ()
    missing: tuple[str, ...] = ()
    """What would be needed and is not recorded."""


@dataclass(frozen=True, slots=True)
class LedgerCell:
    """Where one question stands in one place."""

    place: str
    question: Question
    state: LedgerState
    talks: bool | None
    """True where talks are under way, False where a source says there are none, None where sources are silent."""
    deals: tuple[str, ...]
    summary: str
    rule: str
    derived: bool
    """Whether a rule of the program gave the state, not a coder."""
    coded_by: str
    checked_on: str
    rows: tuple[RowRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Breaker:
    """Who could end a deal: a type of end, its share of 100 ends, and the actors that could bring it about."""

    kind: EndedBy
    share: Spread
    actors: tuple[str, ...]
    """Ids, the strongest first."""


@dataclass(frozen=True, slots=True)
class Fragility:
    """How likely a deal in force is to end, and why."""

    deal: str
    hazard_per_month: Spread
    horizon_months: int
    p_end: Spread
    """Probability of ending within the horizon."""
    reference_p_end: Spread
    """The same for the reference deal: signed, at both levels, guaranteed, its residents party to it."""
    contributions: tuple[Contribution, ...]
    """Probability that each feature adds to the reference, averaged over orders; they sum to p_end − reference."""
    breakers: tuple[Breaker, ...]
    """Always all four kinds, the likeliest first."""
    absent: tuple[AbsentParty, ...]
    weakest_link: str
    """The name of the largest contribution."""
    rows: tuple[RowRef, ...] = ()
    unknown: tuple[str, ...] = ()
    """Features on which the case is silent: drawn over what they can be, never taken as the worst or the best."""
    p_ranks_first: float = 1.0
    """Share of the draws in which no other deal in force is likelier to end."""


@dataclass(frozen=True, slots=True)
class AbsentParty:
    """Somebody whose agreement a deal would need and does not have."""

    entity: str
    reason: str
    """`named-as-needed`, `holds-the-place`, `armed-there`, `claims-it`, `patron-of-a-party`, `lives-there`."""
    rows: tuple[RowRef, ...] = ()


@dataclass(frozen=True, slots=True)
class DealSummary:
    """A deal as the assessment sees it."""

    deal: str
    status: DealStatus
    fragility: Fragility | None
    """None unless the deal is in force."""
    absent: tuple[AbsentParty, ...]
    rows: tuple[RowRef, ...] = ()


@dataclass(frozen=True, slots=True)
class RivalAccounts:
    """A field on which sources differ: every account, and which one is used."""

    table: str
    key: str
    field: str
    accounts: tuple[RowRef, ...]
    """Rows of `accounts`."""
    used: int | None
    """Position in `accounts` of the one that the table follows; None where it follows their hull or none."""
    rule: str
    """Why that one."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that `assess` says about a case."""

    seed: int
    n_members: int
    horizon_months: int
    places: tuple[str, ...]
    """Contested places in the order of the case, then national ones."""
    indices: tuple[Index, ...]
    ledger: tuple[LedgerCell, ...]
    deals: tuple[DealSummary, ...]
    """In force by falling p_end, then missing, then the rest."""
    rival_accounts: tuple[RivalAccounts, ...]

    def indices_of(self, place: str) -> tuple[Index, ...]:
        """The indices of one place."""
        return tuple(index for index in self.indices if index.place == place)

    def ledger_of(self, place: str) -> tuple[LedgerCell, ...]:
        """The ledger row of one place, in the order of the questions."""
        return tuple(cell for cell in self.ledger if cell.place == place)

    @property
    def in_force(self) -> tuple[DealSummary, ...]:
        """Deals that bind today, the most fragile first."""
        return tuple(deal for deal in self.deals if deal.fragility is not None)

    @property
    def missing(self) -> tuple[DealSummary, ...]:
        """Deals that are needed and do not exist."""
        return tuple(deal for deal in self.deals if deal.status is DealStatus.MISSING)
