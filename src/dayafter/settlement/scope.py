"""What one call and one scope hold on to while their report is made."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.arrays import CompiledCase
from dayafter.settlement.acceptable import Solver
from dayafter.settlement.backing import Backing
from dayafter.settlement.frame import Frame, Problems, Stakes
from dayafter.settlement.guarantee import Guarantor
from dayafter.settlement.reservation import NoDeal


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for every scope of one call."""

    case: CompiledCase
    draws: int
    seed: int
    no_deal: NoDeal | str
    guarantors: tuple[Guarantor, ...]
    power: float
    wider: int
    solver: Solver


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One scope: its table, its stakes and problems, central and drawn, and its packages tried in both."""

    frame: Frame
    central: Stakes
    drawn: Stakes
    one: Problems
    many: Problems
    backing: Backing
    """In the draws."""
    backing_now: Backing
    """At the best values."""
