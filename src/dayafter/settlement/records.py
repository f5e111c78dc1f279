"""What a settlement says, as plain frozen records: ids, numbers with their spread, and the rows behind them.

No text for readers is made here. Utilities are on each party's own scale: 0 nothing as wished, 1 everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dayafter.arrays import RowKey
from dayafter.settlement.bargain import Role, Slot
from dayafter.settlement.guarantee import SpoilerAnswer
from dayafter.settlement.solutions import Pick
from dayafter.settlement.stability import BreakerKind


@dataclass(frozen=True, slots=True)
class Range:
    """A number over the draws: at the best values of all inputs, and the range that holds nine in ten draws."""

    central: float
    p05: float
    p95: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share of draws. `low` and `high` differ where some draws were not decided exactly."""

    low: float
    high: float
    n_draws: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One term of a package."""

    slot: Slot
    option: str
    position: float


@dataclass(frozen=True, slots=True)
class PartyGain:
    """What a package means to one party."""

    party: str
    role: Role
    veto: bool
    utility: Range
    margin: Range
    """Above what it has without a deal."""
    accepts: Share
    """At or above its reservation value and no red line of its own crossed."""
    crosses_red_line: bool
    """At the central values."""
    worst: Slot | None
    """Where the package costs it most against its wishes; None for a party that has what it wants."""


@dataclass(frozen=True, slots=True)
class Break:
    """The coalition that gains most by breaking a package."""

    members: tuple[str, ...]
    kind: BreakerKind
    gain: Range
    """Of its member that gains least; the package holds where it is 0 or less. Its margin is the negative."""
    minimal_sets: tuple[tuple[str, ...], ...]
    """At the central values: coalitions that gain and hold no smaller one that does."""
    kinds: tuple[tuple[BreakerKind, float], ...]
    """Share of draws in which the best coalition is of each kind, where it gains."""
    largest_tried: int
    """Coalitions of more members were not tried."""
    spoilers: tuple[SpoilerAnswer, ...]
    """Single parties that gain by breaking alone, at the central values."""


@dataclass(frozen=True, slots=True)
class Flip:
    """The input that would first turn a package unacceptable, as it moves from its central value to an end."""

    input: str
    """ideal, salience, capability, cost."""
    party: str
    slot: Slot | None
    toward: str
    """low or high."""
    fraction: float
    """Part of the way to that end at which a veto player drops out, if only this input moves; linear in between."""
    rows: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """An input and how strongly it moves the least margin of a package over the draws."""

    input: str
    party: str
    slot: Slot | None
    correlation: float
    """Rank correlation, −1 to 1."""
    rows: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageReport:
    """One package: what it says, who gains what, whether it is accepted, how it could break."""

    picks: tuple[Pick, ...]
    """Rules that choose it at the central values; empty for the package that comes nearest where none is acceptable."""
    choices: tuple[Choice, ...]
    gains: tuple[PartyGain, ...]
    is_acceptable: bool
    """At the central values."""
    acceptable: Share
    stable: Share
    """Acceptable, and no coalition tried gains by breaking it."""
    best: float
    """Share of draws in which it is acceptable and has the largest Nash product among the packages compared."""
    n_compared: int
    regret: float
    """Largest loss over the draws of the least margin, against the best of the packages compared."""
    breaking: Break | None
    flips: tuple[Flip, ...]
    drivers: tuple[Driver, ...]
    gap: float
    """By the objective of the first rule that chooses it; 0 where the choice is proven."""
    stable_alone: Share | None = None
    """Acceptable and stable were there no guarantor; None where there is none."""
    moves: Moves | None = None
    """At the central values."""


class BackingKind(StrEnum):
    """What stands behind a deal besides its terms."""

    MONEY = "money"
    GUARANTEE = "guarantee"


@dataclass(frozen=True, slots=True)
class BackingRow:
    """Money of the case that is tied to a term, or a guarantor of the case."""

    kind: BackingKind
    name: str
    """The pledge, or the guarantor."""
    who: tuple[str, ...]
    """The recipient, or those whom it would deter."""
    slot: Slot | None
    """The term that the money is tied to."""
    meets: tuple[str, ...]
    """Options that meet the condition."""
    size: Range
    """Money: what meeting the term is worth to the recipient. Guarantee: what a breaker would expect to lose, mean over
    those whom it deters. Shares of all that a party cares about."""
    takes_part: Share
    """Share of draws in which the guarantor stands by the deal; of money all."""
    rows: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """What single parties could do about a package alone: quit the deal, or change one term in a place that they hold.

    Stability by the four concepts of the graph model: whether no party has a better move (Nash); whether each better
    move can be answered to the mover's loss (general metarational), so that it cannot then escape (symmetric), or by
    answers that those who answer prefer (sequential).
    """

    improvers: tuple[tuple[str, Slot | None, float], ...]
    """Who could better itself alone, by its best move in which term (None: by quitting), and by how much; three at
    most, the largest gain first."""
    nash: bool
    gmr: bool
    smr: bool
    seq: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """How far power may shift before no terms hold: the others would rather fight today."""

    party: str
    """The one that rises."""
    odds_now: float
    odds_high: float
    """If its capability went to the high ends of its ranges, all else at the best values."""
    odds_break: float
    """Above these odds tomorrow, war today is better for the others whatever they are offered."""
    rows: tuple[RowKey, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether its ranges reach so far."""
        return self.odds_high > self.odds_break


class ChangeKind(StrEnum):
    """What could be changed."""

    MONEY = "money"
    GUARANTEE = "guarantee"
    INVITATION = "invitation"
    RED_LINE = "red-line"
    PLACES = "places"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that would make a deal acceptable, or a deal that is accepted hold."""

    kind: ChangeKind
    who: tuple[str, ...]
    """Who is paid, reassured, invited or gives way; empty for a guarantee against whoever breaks the deal."""
    slot: Slot | None
    """Where the red line is, or the term to which the money is tied."""
    option: str | None
    """What would be agreed there."""
    places: tuple[str, ...]
    """Places to be settled together, in this order."""
    size: float
    """Money and guarantees: share of what the party cares about in all; red lines: length on the scale of the issue;
    invitations and places: 0."""
    cost: float
    """What ranking goes by: what those who give way lose, in units of utility; 0 costs nobody anything."""
    least_margin: float
    """A least margin that is reached after the change; the largest, where the search is proven."""
    achieves: str
    """acceptable; stable: nobody gains by breaking; keeps-in: those whom it reaches do not, others still do; or nearer:
    alone it is not enough."""
    shadow_price: float | None = None
    """Rise of the least margin per unit of money handed to them."""
    leverage: tuple[float, float] | None = None
    """Of the case's pledges: lowest and highest credibility × (1 − fungibility). Of a conditional payment, only this
    part depends on the condition; the pledge must be larger by one over it."""


class FindingCode(StrEnum):
    """What is wrong with the problem, or must be known to read it."""

    NO_POSITION = "no-position"
    ONE_PARTY = "one-party"
    NOBODY_NEEDED = "nobody-needed"
    NO_CAPABILITY = "no-capability"
    NOBODY_CARES = "nobody-cares"
    NO_INTEREST = "no-interest"
    NO_OPTIONS = "no-options"
    RED_LINES_CLASH = "red-lines-clash"
    SILENT = "silent"
    SPOKEN_FOR = "spoken-for"
    NOTHING_ACCEPTABLE = "nothing-acceptable"
    NOT_PROVEN = "not-proven"
    AID_UNTIED = "aid-untied"


@dataclass(frozen=True, slots=True)
class SettlementFinding:
    """A stable code and what it is about."""

    code: FindingCode
    parties: tuple[str, ...] = ()
    slot: Slot | None = None
    rows: tuple[RowKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party of a scope."""

    party: str
    role: Role
    veto: bool
    reservation: Range


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """What can be settled in some places taken together."""

    places: tuple[str, ...]
    left_out: tuple[str, ...]
    """Places taken out of a joint problem because red lines leave nothing there; they have reports of their own."""
    parties: tuple[PartyRow, ...]
    slots: tuple[Slot, ...]
    n_packages: int
    """Within the red lines, at the central values."""
    n_acceptable: int | None
    """None: too many to list."""
    n_efficient: int | None
    least_margin: float | None
    """Largest least margin; None where red lines or silence leave no package."""
    gap: float
    """How much larger the least margin might be; 0: proven."""
    method: str
    any_acceptable: Share
    """Share of draws in which something is acceptable."""
    packages: tuple[PackageReport, ...]
    changes: tuple[Change, ...]
    """What would unlock it, cheapest first; or what would make the first package hold."""
    findings: tuple[SettlementFinding, ...]
    backing: tuple[BackingRow, ...] = ()
    """Money and guarantors of the case behind deals here."""
    shifts: tuple[Shift, ...] = ()
    """Shifts of power that would break any deal, the nearest first; at the central values."""
    least_core: float | None = None
    """Smallest ε such that, could money move freely between all, some division leaves no coalition more than ε to gain
    by breaking; the core is empty where it is above 0. None: too many parties to try all coalitions."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The answer of `settle`."""

    case_id: str
    as_of: str
    seed: int
    n_draws: int
    no_deal: str
    """Rule of the reservation values: contest, status-quo, given or simulated."""
    scopes: tuple[ScopeReport, ...]
