"""A case as read-only arrays: the middle on which inputs and engines meet. It knows neither of them.

Axes: p places (contested first, then national), c communities, a actors, n patrons, d deals, e engagements,
i issues, q the four questions, k kinds of claim, b brokers, g pledges of aid, z their tranches; drawn arrays have the
member m in front. Longer than most modules because it is the one list of what an engine may ask of a case.

Three states of a cell, told apart by masks and never by a number: *known* (a coder wrote it), *assumed* (the case is
silent where something must be; it is drawn over the possibilities that the compiler states) and neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dayafter.seeding import uniforms
from dayafter.vocabulary import (
    FOUR_QUESTIONS,
    Action,
    AidKind,
    ClaimKind,
    ConditionKind,
    ContactKind,
    DealForm,
    DealLevel,
    DealStatus,
    EngagementRole,
    LedgerState,
    Question,
    ShockKind,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLAIM_KINDS: Final = tuple(ClaimKind)
"""The axis k."""

CLAIM_QUESTIONS: Final = {
    ClaimKind.CONTROL: (Question.SECURE, Question.GOVERN),
    ClaimKind.SECURITY: (Question.SECURE,),
    ClaimKind.GOVERNANCE: (Question.GOVERN,),
    ClaimKind.AUTONOMY: (Question.GOVERN,),
    ClaimKind.PROPERTY: (Question.RETURN,),
}
"""The questions that a claim bears on."""


class RowKey(NamedTuple):
    """A row of the case: table and key."""

    table: str
    key: str


def inverse_cdf(u: Floats, low: Floats, best: Floats, high: Floats, has_best: Bools) -> Floats:
    """Value at probability `u`: uniform over a range, triangular where a best value is known, constant for a point.

    Parameters
    ----------
    u : (..., n) in (0, 1). low, best, high, has_best : (n,), low ≤ best ≤ high.

    Returns
    -------
    (..., n), within [low, high].

    Source: the triangular quantile, e.g. N. L. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate
    Distributions 2 (1995), ch. 26.9.
    """
    width = high - low
    split = np.divide(best - low, width, out=np.zeros_like(width), where=width > 0)
    rising = low + np.sqrt(u * width * (best - low))
    falling = high - np.sqrt((1 - u) * width * (high - best))
    value = np.where(has_best, np.where(u < split, rising, falling), low + u * width)
    bounded: Floats = np.clip(value, low, high)  # rounding may step over an end by one unit in the last place
    return np.where(width > 0, bounded, low)


def _freeze(record: object) -> None:
    """Make every array of a frozen record read-only."""
    for item in fields(record):  # type: ignore[arg-type]  # called on dataclasses of this module alone
        value = getattr(record, item.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Uncertain:
    """Numbers with their intervals. All arrays share one shape; cells that are neither known nor assumed hold 0."""

    name: str
    """What is drawn: the stream is `input/<name>`."""
    low: Floats
    high: Floats
    best: Floats
    """The best value where `has_best`; else equal to `low` and not used."""
    has_best: Bools
    known: Bools
    """The case gives it."""
    assumed: Bools
    """The case is silent; low and high are the possibilities."""
    ids: Ints
    """Stable ids of the cells' labels, so that a draw does not depend on the order of rows."""

    def __post_init__(self) -> None:
        for name in ("high", "best", "has_best", "known", "assumed", "ids"):
            if (got := getattr(self, name).shape) != self.low.shape:
                raise ValueError(
                    f"{self.name}.{name} has shape {got}, low has {self.low.shape}; pass one shape for all"
                )
        if (self.known & self.assumed).any():
            raise ValueError(f"{self.name}: a cell is both known and assumed; a mask may say one of them")
        if (self.low > self.high).any() or ((self.best < self.low) | (self.best > self.high)).any():
            raise ValueError(f"{self.name}: low ≤ best ≤ high does not hold in every cell")
        _freeze(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the field, members apart."""
        return self.low.shape

    @property
    def middle(self) -> Floats:
        """The best value, or the middle of the range; 0 where there is nothing. For rules, not for draws."""
        return np.where(self.has_best, self.best, (self.low + self.high) / 2)

    @property
    def exists(self) -> Bools:
        """Known or assumed."""
        return self.known | self.assumed

    def draw(self, seed: int, members: Ints, at: Any = ()) -> Floats:
        """One value for each member and cell.

        Parameters
        ----------
        seed : the run's seed. members : (m,), member numbers.
        at : a NumPy index into the field; draws only those cells, to the same values.

        Returns
        -------
        (m, *cells), 0 where a cell is neither known nor assumed.
        """
        low, high, best = (np.asarray(part[at]) for part in (self.low, self.high, self.best))
        has_best, ids = np.asarray(self.has_best[at]), np.asarray(self.ids[at])
        drawn = np.empty((members.size, *low.shape))
        drawn[...] = low
        open_ = low < high
        if open_.any():
            wanted, back = np.unique(ids[open_], return_inverse=True)
            u = uniforms(seed, f"input/{self.name}", members, wanted)[:, back]
            drawn[:, open_] = inverse_cdf(u, low[open_], best[open_], high[open_], has_best[open_])
        return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Yes or no, or no account: then it is drawn, evenly."""

    name: str
    yes: Bools
    known: Bools
    ids: Ints

    def __post_init__(self) -> None:
        for name in ("known", "ids"):
            if (got := getattr(self, name).shape) != self.yes.shape:
                raise ValueError(
                    f"{self.name}.{name} has shape {got}, yes has {self.yes.shape}; pass one shape for all"
                )
        _freeze(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the field, members apart."""
        return self.yes.shape

    def draw(self, seed: int, members: Ints, at: Any = ()) -> Bools:
        """(m, *cells): the answer where known, else yes in half of the members."""
        yes, known, ids = (np.asarray(part[at]) for part in (self.yes, self.known, self.ids))
        drawn = np.empty((members.size, *yes.shape), dtype=np.bool_)
        drawn[...] = yes & known
        if not known.all():
            drawn[:, ~known] = uniforms(seed, f"input/{self.name}", members, ids[~known]) < 0.5
        return drawn


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A cell of the ledger that a person coded."""

    place: int
    question: Question
    state: LedgerState
    talks: bool | None
    deal: str
    """Id of the deal named, or empty."""
    rule: str
    summary: str
    coded_by: str
    checked_on: str
    row: RowKey


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie between two ends: ids of brokers or actors."""

    who: str
    whom: str
    kind: ContactKind
    place: int | None
    questions: tuple[Question, ...]
    is_current: bool
    row: RowKey


@dataclass(frozen=True, slots=True)
class RivalRecord:
    """A field on which sources differ."""

    table: str
    key: str
    field: str
    rows: tuple[RowKey, ...]
    used: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class Step:
    """A dated intervention of a policy. Labels are those of the case; None where the step does not say."""

    action: Action
    start: dt.date
    """First day that its date can mean."""
    until: dt.date | None = None
    """Last day that its end can mean; None: it lasts."""
    deal: str | None = None
    place: str | None = None
    actor: str | None = None
    community: str | None = None
    broker: str | None = None
    aid: str | None = None
    form: DealForm | None = None
    levels: tuple[DealLevel, ...] = ()
    condition: ConditionKind | None = None
    label: str = ""
    """What an error calls it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A plan: dated steps. Without steps it is doing nothing more."""

    id: str
    name: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CompiledCase:
    """A validated case as read-only arrays. Labels are ids, in the order of the case."""

    case_id: str
    as_of: dt.date
    horizon_months: int
    coded_by: str

    places: tuple[str, ...]
    communities: tuple[str, ...]
    actors: tuple[str, ...]
    patrons: tuple[str, ...]
    blocs: tuple[str, ...]
    """Actors at the root of a chain of parents."""
    deals: tuple[str, ...]
    engagements: tuple[str, ...]
    issues: tuple[str, ...]
    brokers: tuple[str, ...]
    shocks: tuple[str, ...]

    is_national: Bools  # (p,)
    destroyed_share: Uncertain  # (p,) share of dwellings
    population_before: Uncertain  # (p,) persons
    n_armed_actors: Uncertain  # (p,) number, as a source counts them

    before_share: Uncertain  # (p, c) share of the inhabitants before the war
    persons_present: Uncertain  # (p, c) persons
    persons_displaced: Uncertain  # (p, c) persons
    persons_returned: Uncertain  # (p, c) persons
    persons_left: Uncertain  # (p, c) persons
    represented: Uncertain  # (p, c) 0 to 1
    distrust: Uncertain  # (p, c, c') 0 to 1, of c towards c'
    distrust_of_actor: Uncertain  # (p, c, a) 0 to 1

    parent: Ints  # (a,) index of the parent; read only where has_parent
    has_parent: Bools  # (a,)
    command: Uncertain  # (a,) 0 to 1; assumed over 0..1 where there is a parent and no account
    bloc: Ints  # (a,) index into blocs
    armed: Flags  # (a,) not known where disputed or not stated
    patron_actor: Ints  # (n,) index of each patron among the actors
    loyalty: Uncertain  # (a, n) 0 to 1
    has_loyalty: Bools  # (a,) whether the case says anything about whom it answers to

    present: Bools  # (p, a) in any part but `withdrew` and `remnant`, at the as-of date
    holds: Bools  # (p, a) holds or shares the place
    remnant: Bools  # (p, a)
    presence: Uncertain  # (p, a) share of the armed men of claimant forces
    hostility: Uncertain  # (a, a) symmetric, as stated for everywhere
    hostility_at: Uncertain  # (h,) as stated for one place
    hostility_at_index: Ints  # (h, 3) place, actor, other
    rivalry: Uncertain  # (a, a) symmetric
    rivalry_at: Uncertain  # (r,)
    rivalry_at_index: Ints  # (r, 3)
    claims: Uncertain  # (p, a, k) 0 to 1

    issue_question: tuple[Question, ...]  # (i,)
    ideal: Uncertain  # (p, a, i) 0 to 1
    salience: Uncertain  # (p, a, i)
    capability: Uncertain  # (p, a, i)
    red_line_below: Uncertain  # (p, a, i)
    red_line_above: Uncertain  # (p, a, i)

    deal_status: tuple[DealStatus, ...]  # (d,)
    covers: Bools  # (d, p)
    covers_question: Bools  # (d, p, q) by a term
    signs: Bools  # (d, a)
    needed: Bools  # (d, a)
    party_communities: Bools  # (d, c)
    needed_communities: Bools  # (d, c)
    form_low: Ints  # (d,) 0 understood, 1 written, 2 signed, 3 ratified: the least that it can be
    form_high: Ints  # (d,) the most; equal where the form is stated
    level: Bools  # (d, 2) local, national; read only where level_known
    level_known: Bools  # (d,)
    residents_party: Flags  # (d,)
    commission: Flags  # (d,)
    imposed: Flags  # (d,)
    local_assent: Uncertain  # (d,) 0 to 1; assumed over 0..1 where no account
    kept_share: Uncertain  # (d,) share of the terms due; assumed 0.5, as at signing, where no account
    age_months: Uncertain  # (d,) at the as-of date; assumed over 0..36 where no date
    deal_assent: Uncertain  # (d, a) 0 to 1, as stated

    engagement_deal: Ints  # (e,) read only where engagement_on_deal
    engagement_on_deal: Bools  # (e,)
    engagement_actor: Ints  # (e,)
    engagement_role: tuple[EngagementRole, ...]  # (e,)
    engagement_current: Bools  # (e,) at work at the as-of date
    engagement_left: Bools  # (e,) left within the six months before it
    acceptance: Uncertain  # (e, a) 0 to 1; assumed over 0..1 for parties of the deal without account

    adjacent: Bools  # (p, p) contested places of one parent, or one inside the other
    foreign_state: Bools  # (a,)
    gives: Bools  # (d, p, a) a term on who secures or governs the place gives it to the actor
    engagement_places: Bools  # (e, p) where it works, by its place or its deal
    engagement_level: Bools  # (e, 2) local, national; both false where not stated
    engagement_armed: Bools  # (e,) comes with armed men; not known counts as without
    engagement_months: Ints  # (e,) whole months that it goes on after the as-of date; read only where it has an end
    engagement_ends: Bools  # (e,)
    broker_place: Ints  # (b,) read only where broker_placed
    broker_placed: Bools  # (b,) in an assessed place

    shock_places: Bools  # (shock, p)
    shock_actors: Bools  # (shock, a)
    shock_kind: tuple[ShockKind, ...]  # (shock,)
    shock_due: Uncertain  # (shock,) months after the as-of date, where a date is known
    shock_rate: Uncertain  # (shock,) per month, where no date is known

    aid: tuple[str, ...]
    aid_kind: tuple[AidKind, ...]  # (g,)
    aid_recipient: Ints  # (g,) read only where aid_has_recipient
    aid_has_recipient: Bools  # (g,)
    aid_places: Bools  # (g, p) all false where not stated
    aid_distributed: Bools  # (g,) who hands it out is stated
    aid_amount: Uncertain  # (g,) in the case's currency
    aid_credibility: Uncertain  # (g,) 0 to 1
    aid_fungibility: Uncertain  # (g,) 0 to 1
    tranche_aid: Ints  # (z,)
    tranche_label: tuple[str, ...]  # (z,)
    tranche_condition: tuple[ConditionKind, ...]  # (z,)
    tranche_paid: Bools  # (z,) paid out before the as-of date
    tranche_issue: Ints  # (z,) settling it meets the condition; read only where tranche_has_issue
    tranche_has_issue: Bools  # (z,)
    tranche_met: Floats  # (z, 2) least and greatest point on the issue's scale that meet it
    tranche_share: Uncertain  # (z,) share of the pledge; assumed an even part where not stated
    tranche_due: Uncertain  # (z,) months after the as-of date, where known
    policies: tuple[Policy, ...]

    ties: tuple[Tie, ...]
    ledger: tuple[LedgerRecord, ...]
    rivals: tuple[RivalRecord, ...]
    addressed: Mapping[tuple[int, int], tuple[RowKey, ...]]
    """(place, question) to the rows that touch on the question there."""
    rows: Mapping[str, Mapping[tuple[int, ...], tuple[RowKey, ...]]]
    """Field, then index, to the rows that the number comes from."""
    left_out: tuple[RowKey, ...]
    """Rows about places that are not assessed; no index reads them."""
    questions: tuple[Question, ...] = FOUR_QUESTIONS
    options: tuple[tuple[str, ...], ...] = ()
    """Ids of the options of each issue, in the order of their positions."""
    option_position: tuple[tuple[float, ...], ...] = ()
    """(i, o) where each option stands, 0 to 1, in that order."""

    def __post_init__(self) -> None:
        for name, shape in self._shapes().items():
            if (got := getattr(self, name).shape) != shape:
                raise ValueError(f"{name} has shape {got}, expected {shape}; this is a fault of the program: report it")
        lengths = {"issue_question": len(self.issues), "deal_status": len(self.deals)}
        lengths |= {"shock_kind": len(self.shocks), "aid_kind": len(self.aid)}
        lengths |= {"tranche_condition": len(self.tranche_label)}
        for name, length in lengths.items():
            if len(getattr(self, name)) != length:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries, expected {length}")
        axes = ("places", "communities", "actors", "patrons", "blocs", "deals", "engagements", "issues", "aid")
        for name in axes:
            labels = getattr(self, name)
            if len(dict.fromkeys(labels)) != len(labels):
                raise ValueError(f"{name} has a label twice; labels must be unique")
        _freeze(self)
        object.__setattr__(self, "addressed", MappingProxyType(dict(self.addressed)))
        frozen = {name: MappingProxyType(dict(cells)) for name, cells in self.rows.items()}
        object.__setattr__(self, "rows", MappingProxyType(frozen))

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        p, c, a, n = len(self.places), len(self.communities), len(self.actors), len(self.patrons)
        d, e, i, q = len(self.deals), len(self.engagements), len(self.issues), len(self.questions)
        h, r = self.hostility_at.low.size, self.rivalry_at.low.size
        groups: tuple[tuple[tuple[int, ...], str], ...] = (
            ((p,), "is_national destroyed_share population_before n_armed_actors"),
            ((p, c), "before_share persons_present persons_displaced persons_returned persons_left represented"),
            ((p, c, c), "distrust"),
            ((p, c, a), "distrust_of_actor"),
            ((a,), "parent has_parent command bloc armed has_loyalty"),
            ((n,), "patron_actor"),
            ((a, n), "loyalty"),
            ((p, a), "present holds remnant presence"),
            ((a, a), "hostility rivalry"),
            ((h,), "hostility_at"),
            ((h, 3), "hostility_at_index"),
            ((r,), "rivalry_at"),
            ((r, 3), "rivalry_at_index"),
            ((p, a, len(CLAIM_KINDS)), "claims"),
            ((p, a, i), "ideal salience capability red_line_below red_line_above"),
            ((d, p), "covers"),
            ((d, p, q), "covers_question"),
            ((d, a), "signs needed deal_assent"),
            ((d, c), "party_communities needed_communities"),
            ((d,), "form_low form_high level_known residents_party commission imposed local_assent kept_share"),
            ((d,), "age_months"),
            ((d, 2), "level"),
            ((e,), "engagement_deal engagement_on_deal engagement_actor engagement_current engagement_left"),
            ((e, a), "acceptance"),
            ((len(self.shocks), p), "shock_places"),
            ((len(self.shocks), a), "shock_actors"),
            ((len(self.shocks),), "shock_due shock_rate"),
            ((p, p), "adjacent"),
            ((a,), "foreign_state"),
            ((d, p, a), "gives"),
            ((e, p), "engagement_places"),
            ((e, 2), "engagement_level"),
            ((e,), "engagement_armed engagement_months engagement_ends"),
            ((len(self.brokers),), "broker_place broker_placed"),
            ((len(self.aid), p), "aid_places"),
            ((len(self.aid),), "aid_recipient aid_has_recipient aid_distributed aid_amount aid_credibility"),
            ((len(self.aid),), "aid_fungibility"),
            ((len(self.tranche_label),), "tranche_aid tranche_paid tranche_issue tranche_has_issue"),
            ((len(self.tranche_label),), "tranche_share tranche_due"),
            ((len(self.tranche_label), 2), "tranche_met"),
        )
        return {name: shape for shape, names in groups for name in names.split()}

    def rows_of(self, field: str, *index: int) -> tuple[RowKey, ...]:
        """The rows that one number comes from; empty where it comes from none."""
        return self.rows.get(field, {}).get(index, ())


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCase:
    """One world for each member: every uncertain number and open answer of a case made definite.

    Fields are drawn when asked for, and only those, so that a large case costs no more than what is read of it.
    """

    case: CompiledCase
    seed: int
    members: Ints
    """(m,), member numbers."""

    def of(self, field: str, at: Any = ()) -> Floats:
        """(m, *cells) of a field of numbers. ValueError where the case has no such field."""
        value = getattr(self.case, field, None)
        if not isinstance(value, Uncertain):
            raise ValueError(f"'{field}' is no uncertain field of a case; see CompiledCase")  # noqa: TRY004  # a name
        return value.draw(self.seed, self.members, at)

    def flag(self, field: str, at: Any = ()) -> Bools:
        """(m, *cells) of a field of answers. ValueError where the case has no such field."""
        value = getattr(self.case, field, None)
        if not isinstance(value, Flags):
            raise ValueError(f"'{field}' is no field of answers of a case; see CompiledCase")  # noqa: TRY004  # a name
        return value.draw(self.seed, self.members, at)


def draw(case: CompiledCase, seed: int, members: Ints) -> DrawnCase:
    """Concretise a case for these members. Equal for any chunking of members and any order of rows."""
    return DrawnCase(case, seed, np.asarray(members, dtype=np.int64))
