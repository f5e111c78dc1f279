"""What a run keeps of its members: tallies of every policy, contrasts with the baseline, members that went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.simulation.accumulate import Tally
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.histograms import Ints

Part = Tally | Contrast

_KINDS: Final[Mapping[str, type[Tally | Contrast]]] = {
    "tally": Tally,
    "total": Contrast,
    "conditional": Contrast,
    "chance": Tally,
    "chance-total": Contrast,
    "chance-conditional": Contrast,
}


@dataclass(frozen=True, slots=True)
class Key:
    """What a part is of.

    `tally` is of a policy, `total` and `conditional` of its contrast with the baseline. With `chance` before them they
    are of whether thresholds are reached by the end. Each holds the rows of all blocks, one block after the other.
    """

    kind: str
    policy: int
    """Position in the run's list of policies."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.policy}"


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Parts of some draws. Merging is a commutative, associative sum: any order gives the same bytes."""

    draws: tuple[tuple[int, int], ...]
    """Ranges of parameter draws counted, first and one past the last; sorted, joined where they touch."""
    parts: Mapping[Key, Part]
    wrong: Ints  # (policy, reason) members

    def plus(self, other: Totals) -> Totals:
        """Both together. ValueError where a draw is in both, or they are not of one run."""
        return add([self, other])

    @property
    def nbytes(self) -> int:
        """Memory held, about."""
        return sum(part.nbytes for part in self.parts.values())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every number kept, by name: what a checkpoint holds, and what is equal for equal runs."""
        arrays = {"draws": np.array(self.draws, dtype=np.int64).reshape(-1, 2), "wrong": self.wrong}
        for key, part in self.parts.items():
            arrays |= {f"{key}/{name}": values for name, values in part.arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Totals:
        """Inverse of `arrays`."""
        grouped: dict[Key, dict[str, NDArray[Any]]] = {}
        for name, values in arrays.items():
            if name.count("/") == 2:
                kind, policy, field = name.split("/")
                grouped.setdefault(Key(kind, int(policy)), {})[field] = values
        parts = {key: _KINDS[key.kind].from_arrays(some) for key, some in grouped.items()}
        return cls(tuple((int(a), int(b)) for a, b in arrays["draws"]), parts, arrays["wrong"])


def add(sides: list[Totals], each: Callable[..., Iterable[Part]] = map) -> Totals:
    """Two totals together. ValueError where a draw is in both, or they are not of one run.

    Parameters
    ----------
    sides : is emptied, and a part is let go once it is added, so that two totals are in memory and not three.
    each : does what `map` does, such as the `map` of a pool of threads.
    """
    other, one = sides.pop(), sides.pop()
    keys, draws, wrong = list(one.parts), join_ranges([*one.draws, *other.draws]), one.wrong + other.wrong
    if keys != list(other.parts):
        raise ValueError("totals of different runs cannot be merged; merge parts of one run")
    mine: dict[Key, Any] = dict(one.parts)
    theirs: dict[Key, Any] = dict(other.parts)
    del one, other

    def plus(key: Key) -> Part:
        part: Part = mine.pop(key).plus(theirs.pop(key))
        return part

    return Totals(draws, dict(zip(keys, each(plus, keys), strict=True)), wrong)


def join_ranges(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sort ranges and join those that touch. ValueError where two overlap."""
    joined: list[tuple[int, int]] = []
    for first, stop in sorted(ranges):
        if joined and first < joined[-1][1]:
            raise ValueError(f"draws {first} to {min(stop, joined[-1][1]) - 1} are counted twice")
        if joined and first == joined[-1][1]:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((first, stop))
    return tuple(joined)


def gaps(done: Iterable[tuple[int, int]], first: int, stop: int) -> list[tuple[int, int]]:
    """Ranges of [first, stop) that are not done."""
    left: list[tuple[int, int]] = []
    at = first
    for start, end in sorted(done):
        if start > at:
            left.append((at, min(start, stop)))
        at = max(at, end)
    if at < stop:
        left.append((at, stop))
    return [(a, b) for a, b in left if a < b]


def merge(totals: Iterable[Totals]) -> Totals:
    """Merge the totals of several machines. ValueError without any."""
    merged: Totals | None = None
    for one in totals:
        merged = one if merged is None else merged.plus(one)
    if merged is None:
        raise ValueError("there is nothing to merge")
    return merged
