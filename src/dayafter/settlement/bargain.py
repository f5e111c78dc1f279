"""The bargaining problem: who must agree, on what, what each option is worth to each, and what each has without a deal.

Axes: j parties, k slots (an issue in a place), o options of a slot (padded; `available` says which are real), m draws.
Utility is additive over slots and single-peaked in each: u_j = Σ_k w_jk (1 − |x_k − ideal_jk|^power), with
w_jk = salience_jk / Σ_k salience_jk, so that 1 is everything as wished and the scale is each party's own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints

UNIT_TOLERANCE: Final = 1e-9
"""A margin this little below zero counts as zero: it is rounding, not a party that loses."""


class Role(StrEnum):
    """How a party stands to the deal."""

    SIGNATORY = "signatory"
    """Its consent is needed in the place."""
    PATRON = "patron"
    """It stands behind one whose consent is needed, and must ratify."""
    OUTSIDER = "outsider"
    """It has a stake and no say."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One thing to decide: an issue in a place."""

    place: str
    issue: str


def frozen_arrays(record: object) -> None:
    """Make every array of a frozen record read-only."""
    for item in fields(record):  # type: ignore[arg-type]  # called on dataclasses alone
        value = getattr(record, item.name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class SidePayment:
    """Money tied to the option chosen in one slot.

    The recipient gains `size` where the condition is met, and size · (1 − credibility · (1 − fungibility)) where it is
    not: a donor that pays anyway, or money that frees other money, buys nothing [C-22].
    """

    party: int
    slot: int
    condition: Bools  # (o,) options that meet it
    size: float
    """In units of the recipient's utility."""
    credibility: float
    fungibility: float

    def __post_init__(self) -> None:
        if not (0 <= self.credibility <= 1 and 0 <= self.fungibility <= 1):
            raise ValueError(
                f"credibility is {self.credibility} and fungibility {self.fungibility}; both are shares between 0 and 1"
            )

    @property
    def leverage(self) -> float:
        """The part of the money that depends on the condition."""
        return self.credibility * (1 - self.fungibility)

    def worth(self) -> Floats:
        """(o,), what each option of the slot brings the recipient."""
        paid: Floats = self.size * np.where(self.condition, 1.0, 1.0 - self.leverage)
        return paid


@dataclass(frozen=True, slots=True, eq=False)
class Bargain:
    """One definite bargaining problem."""

    parties: tuple[str, ...]
    roles: tuple[Role, ...]  # (j,)
    slots: tuple[Slot, ...]
    options: tuple[tuple[str, ...], ...]  # (k, o) ids
    available: Bools  # (k, o)
    worth: Floats  # (j, k, o) what an option adds to a party's utility
    forbidden: Bools  # (j, k, o) beyond a red line of the party
    reservation: Floats  # (j,) utility without a deal
    weight: Floats  # (j,) bargaining weight in the Nash product, positive
    veto: Bools  # (j,) must agree

    def __post_init__(self) -> None:
        j, k, o = len(self.parties), len(self.slots), self.available.shape[-1] if self.available.ndim else 0
        shapes = {
            "available": (k, o),
            "worth": (j, k, o),
            "forbidden": (j, k, o),
            "reservation": (j,),
            "weight": (j,),
            "veto": (j,),
        }
        for name, wanted in shapes.items():
            if (got := getattr(self, name).shape) != wanted:
                raise ValueError(f"{name} has shape {got}, expected {wanted}: one entry a party, slot and option")
        if len(self.roles) != j or len(self.options) != k:
            raise ValueError(f"{len(self.roles)} roles for {j} parties, {len(self.options)} lists of options for {k}")
        for name in ("worth", "reservation", "weight"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} holds a number that is not finite; every party needs a value for each option")
        if (self.weight <= 0).any():
            raise ValueError("a bargaining weight is not positive; leave the party out or give it a positive weight")
        frozen_arrays(self)

    @property
    def allowed(self) -> Bools:
        """(k, o): real options that cross no red line of a veto player."""
        crossed = (self.forbidden & self.veto[:, None, None]).any(axis=0)
        allowed: Bools = self.available & ~crossed
        return allowed

    @property
    def n_packages(self) -> int:
        """Number of packages within the red lines; 0 where a slot has no option left. Exact: Python integers."""
        number = 1
        for count in self.allowed.sum(axis=1):
            number *= int(count)
        return number

    def blocked_slots(self) -> tuple[int, ...]:
        """Slots in which the red lines leave nothing."""
        return tuple(int(k) for k in np.flatnonzero(~self.allowed.any(axis=1)))

    def utility(self, packages: Ints) -> Floats:
        """(n, j) of packages (n, k), each row an option for each slot."""
        rows = np.atleast_2d(packages)
        total = np.zeros((rows.shape[0], len(self.parties)))
        for k in range(len(self.slots)):
            total += self.worth[:, k, :].T[rows[:, k]]
        return total

    def margins(self, packages: Ints) -> Floats:
        """(n, j), utility above what the party has without a deal."""
        gained: Floats = self.utility(packages) - self.reservation
        return gained

    def crosses_red_line(self, packages: Ints) -> Bools:
        """(n, j), whether a package holds an option that the party cannot accept."""
        rows = np.atleast_2d(packages)
        crossed = np.zeros((rows.shape[0], len(self.parties)), dtype=np.bool_)
        for k in range(len(self.slots)):
            crossed |= self.forbidden[:, k, :].T[rows[:, k]]
        return crossed

    def accepts(self, packages: Ints) -> Bools:
        """(n,), whether every veto player is at or above its reservation value and no red line of one is crossed."""
        rows = np.atleast_2d(packages)
        willing = (self.margins(rows) >= -UNIT_TOLERANCE) & ~self.crosses_red_line(rows)
        real = np.ones(rows.shape[0], dtype=np.bool_)
        for k in range(len(self.slots)):
            real &= self.available[k][rows[:, k]]
        accepted: Bools = willing[:, self.veto].all(axis=1) & real
        return accepted

    def with_payments(self, payments: tuple[SidePayment, ...]) -> Bargain:
        """The same problem with money tied to terms."""
        worth = self.worth.copy()
        for payment in payments:
            worth[payment.party, payment.slot] += payment.worth()
        return self.replaced(worth=worth)

    def replaced(self, **changes: object) -> Bargain:
        """A copy with other arrays."""
        values = {item.name: getattr(self, item.name) for item in fields(self)} | changes
        return Bargain(**values)


def weights_of(salience: Floats) -> Floats:
    """w_jk = salience_jk / Σ_k salience_jk over the last axis; all 0 for a party that cares about nothing."""
    total = salience.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(salience, total, out=np.zeros_like(salience), where=total > 0)
    return shares


def closeness(position: Floats, ideal: Floats, power: float = 1.0) -> Floats:
    """1 − |x − ideal|^power: 1 at the ideal point, falling on both sides; power 1 is linear, 2 quadratic."""
    near: Floats = 1 - np.abs(position - ideal) ** power
    return near


def crossed_lines(position: Floats, below: Floats, has_below: Bools, above: Floats, has_above: Bools) -> Bools:
    """Options beyond a red line.

    Parameters
    ----------
    position : (k, o). below, has_below, above, has_above : (..., k), what lies below or above is out of question.

    Returns
    -------
    (..., k, o).
    """
    low = has_below[..., None] & (position < below[..., None] - UNIT_TOLERANCE)
    high = has_above[..., None] & (position > above[..., None] + UNIT_TOLERANCE)
    crossed: Bools = low | high
    return crossed
