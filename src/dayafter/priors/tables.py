"""The tables of evidence and of default priors, read from the package and checked."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

Z90: Final = 1.6448536269514722
"""Standard normal quantile at 0.95: half of a 90 % interval in standard deviations."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A published effect, or the statement that none was found."""

    id: str
    mechanism: str
    effect: float | None
    low: float | None
    high: float | None
    unit: str
    outcome: str
    population: str
    citation: str
    confidence: str
    note: str


class PriorKind(StrEnum):
    """How a prior is drawn."""

    LOG = "log"
    """Log-normal in two pieces: the median and both ends of the 90 % interval are kept."""
    DIRICHLET = "dirichlet"
    """`median` is the weight; drawn together with the other weights."""
    NORMAL = "normal"
    """Normal in two pieces on the scale itself: may take either sign."""
    SHARE = "share"
    """Normal in two pieces on the logit scale: stays between 0 and 1."""


_BOUNDS: Final = {PriorKind.LOG: ("0 < ", ""), PriorKind.NORMAL: ("", ""), PriorKind.SHARE: ("0 < ", " < 1")}
"""What bounds the interval of each kind, as an error says it."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A parameter before any data of a case."""

    symbol: str
    name: str
    kind: PriorKind
    unit: str
    median: float
    low: float | None
    """5 % point; None for a weight."""
    high: float | None
    """95 % point; None for a weight."""
    evidence: tuple[str, ...]
    """Ids of rows of the evidence."""
    from_data: bool
    """Whether the project's own fits to public data stand behind it; the note says which."""
    assumed: bool
    """Whether judgement stands behind it."""
    note: str

    def __post_init__(self) -> None:
        if not self.evidence and not self.from_data and not self.assumed:
            raise ValueError(f"prior {self.symbol} has no basis; name evidence ids, 'data' or 'assumption'")
        if self.kind is PriorKind.DIRICHLET:
            if self.median <= 0 or (2 * self.median) % 1:
                raise ValueError(f"weight {self.symbol} is {self.median}; it must be a positive multiple of 0.5")
            return
        floor, ceiling = _BOUNDS[self.kind]
        if self.low is None or self.high is None or not self.low < self.median < self.high:
            raise ValueError(f"prior {self.symbol} must have {floor}low < median < high{ceiling}")
        if (floor and self.low <= 0) or (ceiling and self.high >= 1):
            raise ValueError(f"prior {self.symbol} must have {floor}low < median < high{ceiling}")

    def on_scale(self, value: float) -> float:
        """A value on the scale on which the prior is normal: its log, its logit or itself."""
        if self.kind is PriorKind.NORMAL:
            return value
        if self.kind is PriorKind.SHARE:
            return math.log(value / (1 - value))
        return math.log(value)

    @property
    def spread(self) -> tuple[float, float]:
        """Standard deviations below and above the median, on the prior's scale. ValueError for a weight."""
        if self.low is None or self.high is None:
            raise ValueError(f"prior {self.symbol} is a weight and has no interval")
        if self.kind is PriorKind.LOG:
            return self.log_sd
        middle = self.on_scale(self.median)
        return (middle - self.on_scale(self.low)) / Z90, (self.on_scale(self.high) - middle) / Z90

    @property
    def log_sd(self) -> tuple[float, float]:
        """Standard deviations of the log below and above the median. ValueError for a weight."""
        if self.low is None or self.high is None:
            raise ValueError(f"prior {self.symbol} is a weight and has no interval")
        return math.log(self.median / self.low) / Z90, math.log(self.high / self.median) / Z90


def _read(name: str) -> Iterator[dict[str, str]]:
    text = files("dayafter.priors").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _number(text: str) -> float | None:
    return float(text) if text else None


@cache
def load_evidence() -> dict[str, Evidence]:
    """The evidence by id, in the order of the table."""
    table: dict[str, Evidence] = {}
    for row in _read("evidence.csv"):
        if row["id"] in table:
            raise ValueError(f"evidence.csv has {row['id']} twice; ids must be unique")
        effect, low, high = _number(row["effect"]), _number(row["low"]), _number(row["high"])
        words = ("mechanism", "unit", "outcome", "population", "citation", "confidence", "note")
        mechanism, unit, outcome, population, citation, confidence, note = (row[word] for word in words)
        table[row["id"]] = Evidence(
            row["id"], mechanism, effect, low, high, unit, outcome, population, citation, confidence, note
        )
    return table


@cache
def load_priors() -> dict[str, Prior]:
    """The default priors by symbol. ValueError where a row has no basis or cites evidence that is not there."""
    return _priors("priors.csv")


@cache
def load_simulation_priors() -> dict[str, Prior]:
    """Default priors of the simulated process alone, checked like the others. No symbol is in both tables."""
    table = _priors("simulation.csv")
    if twice := [symbol for symbol in table if symbol in load_priors()]:
        raise ValueError(f"simulation.csv and priors.csv both hold {', '.join(twice)}; a parameter has one prior")
    return table


@cache
def load_calibration_priors() -> dict[str, Prior]:
    """Priors that a calibration starts from where they differ from the default ones, and those of what it filters out.

    A default prior that was set from the very record that a calibration reads would count that record twice.
    """
    return _priors("calibration.csv")


def _priors(name: str) -> dict[str, Prior]:
    table: dict[str, Prior] = {}
    for row in _read(name):
        if row["symbol"] in table:
            raise ValueError(f"{name} has {row['symbol']} twice; symbols must be unique")
        basis = tuple(part.strip() for part in row["basis"].split(";"))
        evidence = tuple(part for part in basis if part.startswith("EV-"))
        if unknown := [part for part in basis if part not in ("data", "assumption") and part not in load_evidence()]:
            raise ValueError(f"prior {row['symbol']} rests on {', '.join(unknown)}, which evidence.csv does not hold")
        table[row["symbol"]] = Prior(
            symbol=row["symbol"],
            name=row["name"],
            kind=PriorKind(row["kind"]),
            unit=row["unit"],
            median=float(row["median"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            evidence=evidence,
            from_data="data" in basis,
            assumed="assumption" in basis,
            note=row["note"],
        )
    return table
