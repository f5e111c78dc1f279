"""What a study says: packages, how settlement ranks them, and what became of them in the simulation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dayafter.arrays import Policy as Plan
from dayafter.errors import DayafterError
from dayafter.results.result import SimulationResult
from dayafter.settlement.records import PackageReport, Settlement


class NoPackageError(DayafterError):
    """Settlement leaves nothing to simulate: an answer, not a fault of the input."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(places)
        self.places = places

    def __str__(self) -> str:
        return (
            f"no package is left to simulate in {', '.join(self.places)}: red lines leave none, or nobody has a "
            "position; `dayafter settle` says what would unlock it"
        )


class Measure(StrEnum):
    """The outcome by which simulated packages are ranked."""

    EVENTS = "events"
    FATALITIES = "fatalities"
    HOME = "home"
    IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True)
class Spread:
    """A simulated number: the mean over members, and the range over parameter draws that holds nine in ten of them."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """A paired difference with doing nothing."""

    change: Spread
    p_better: float
    """Share of parameter draws in which the outcome is better than without the package."""
    p_worse: float
    """Share in which it is worse; in the rest it is the same, as where the package is never made."""


@dataclass(frozen=True, slots=True)
class StudiedPackage:
    """A package, how settlement ranks it, and what became of it in the simulation."""

    scope: int
    """Position of its scope in the settlement."""
    package: PackageReport
    deal: str
    """Id of the deal that stands for it in the simulated case."""
    plan: Plan
    """The policy that puts it on the table."""
    screened: int
    """Rank in its scope by settlement, from 1."""
    made: Spread
    """Chance that it is made by the horizon."""
    in_force: Spread
    """Chance that it is in force at the horizon."""
    total: Paired
    """In its place, or over all places of the case where it has several or none; whether and when it is made."""
    conditional: Paired
    """The same, where it is signed in the first month in every member."""
    rank: int
    """Rank in its scope by outcome, from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The answer of `study`."""

    settlement: Settlement
    packages: tuple[StudiedPackage, ...]
    """By scope, the best outcome first."""
    left_out: tuple[int, ...]
    """Scopes in which no package is left to simulate."""
    measure: Measure
    unit: str
    months: int
    members: int
    result: SimulationResult
    """Of the case with its packages as deals; the ids of deals and policies are those of `packages`."""
