"""What `run` asks of a process, and paths turned into the rows that are counted. The only place that knows both.

A process holds its compiled case, its months and its priors. It is asked for the paths of some members under one
policy, and must answer the same for a member whoever its neighbours in the chunk are, and never look at the policy's
name when it draws a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dayafter.results.schema import AXES, OUTCOMES, TO_DATE, Kind, Outcome, SchemaError
from dayafter.simulation import tally_kernels as kernels
from dayafter.simulation.tally_kernels import BITS

Ints = NDArray[np.int64]


class Conditional(StrEnum):
    """How a process puts two policies on the same signing months; see `contrast`."""

    FORCED = "forced"
    DATED = "dated"
    NONE = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Signing:
    """When each deal is signed in the run, and signed again."""

    made: NDArray[np.bool_]  # (deal, month, m)

    def same_as(self, other: Signing) -> NDArray[np.bool_]:
        """(m,): members in which every deal is signed in the same months in both."""
        same: NDArray[np.bool_] = (self.made == other.made).all(axis=(0, 1))
        return same


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What happened to some members under one policy. Members innermost."""

    values: Mapping[str, NDArray[Any]]
    """Outcome to (cell, month, m): whole numbers, or shares as floats for outcomes with steps. Flows month by month."""
    wrong: NDArray[np.int64]
    """(m,) 0: fine. k > 0: left out of every number, for `reasons[k − 1]`. −k < 0: counted, but told of as
    `reasons_kept[k − 1]`."""
    signing: Signing | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """What the cells of an outcome are of: one label on each axis for each cell, cells that cannot be left out."""

    labels: Mapping[str, tuple[str, ...]]
    """Axis to one label for each cell."""
    basis: str
    """How much of the outcome comes from data, published effects and assumption."""
    units_per_step: int = 1
    """Coarser steps for outcomes too large to count singly (money in a small currency)."""

    def __len__(self) -> int:
        return len(next(iter(self.labels.values())))


class Process(Protocol):
    """What is run: everything but the policies and the members is inside."""

    @property
    def cells(self) -> Mapping[str, Cells]:
        """The outcomes that it gives, by name, and what their cells are."""

    @property
    def months(self) -> int:
        """Length of a path."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a member is left out of every number, in words: what its parameters decide, alike under every policy.

        A process may also have `reasons_kept`: what befalls a member that stays in every number, and is told of.
        """

    @property
    def conditional(self) -> Conditional:
        """How it puts policies on the same signing months."""

    def has_dates(self, policy: Any) -> bool:
        """Whether a policy signs on dates: a step of it makes or imposes a deal."""

    def paths(
        self, policy: Any, members: Ints, draws: Ints, *, dated: bool = False, signing: Signing | None = None
    ) -> Paths:
        """Paths of `members` (m,) under one policy. Thread-safe.

        Parameters
        ----------
        members : numbers that address the luck of a history.
        draws : (m,), numbers that address the parameters and uncertain inputs; equal for replicates of one draw.
        dated : deals that the policy makes are signed on the dates of its steps in every member.
        signing : deals are signed in these months, where they are not in force then, and in no others.
        """


def reasons_of(process: Process) -> tuple[str, ...]:
    """Everything that is told of a member: why it is left out, then what befell it and left it in."""
    return (*process.reasons, *getattr(process, "reasons_kept", ()))


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one outcome as they stand in the tables: cells and sums of cells, month by month."""

    outcome: Outcome
    name: str
    labels: Mapping[str, tuple[str | None, ...]]
    """Axis to one label for each cell or sum; None where summed over."""
    groups: tuple[tuple[int, ...], ...]
    """The cells that make up each."""
    to_date: bool
    basis: str
    units_per_step: int
    months: int

    @property
    def n_rows(self) -> int:
        """Number of (cell, month)."""
        return len(self.groups) * self.months

    @property
    def is_contrasted(self) -> bool:
        """Flows are compared to date, not month by month."""
        return self.to_date or self.outcome.kind is Kind.STOCK

    def in_units(self, steps: Any) -> Any:
        """A number of steps in the outcome's unit."""
        return steps * self.units_per_step / self.outcome.steps_per_unit


@dataclass(frozen=True)
class Frame:
    """The rows of a run, in the order of its tables; fixed before it starts."""

    cells: Mapping[str, Cells]
    months: int
    blocks: tuple[Block, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", tuple(_blocks(self.cells, self.months)))

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """First row of each block, and the number of rows of all."""
        return tuple(np.cumsum([0, *(block.n_rows for block in self.blocks)]).tolist())

    @cached_property
    def n_rows(self) -> int:
        """Rows of all blocks."""
        return self.starts[-1]

    @cached_property
    def n_contrasted(self) -> int:
        """Rows of the blocks that are compared."""
        return sum(self.blocks[number].n_rows for number in self.contrasted)

    @cached_property
    def contrasted(self) -> tuple[int, ...]:
        """Positions of the blocks that are compared between policies."""
        return tuple(number for number, block in enumerate(self.blocks) if block.is_contrasted)

    def steps(self, paths: Paths, n_members: int) -> dict[str, Ints]:
        """Each outcome's paths as whole steps, (cell, month, m). Raises `SchemaError` where they do not fit."""
        if list(paths.values) != list(self.cells):
            raise SchemaError(f"the process gave the outcomes {list(paths.values)}, it announced {list(self.cells)}")
        wrong = paths.wrong > 0  # what they hold is not counted and may be anything
        return {
            name: _whole_steps(name, values, (len(self.cells[name]), self.months, n_members), self.cells[name], wrong)
            for name, values in paths.values.items()
        }

    @staticmethod
    def rows(block: Block, steps: Mapping[str, Ints], columns: Ints | None = None) -> Ints:
        """(cell or sum × month, m) of a block; of the members at `columns`, all where None."""
        values, where = _flat(steps[block.outcome.name])
        wanted = np.zeros(0, dtype=np.int64) if columns is None else columns
        rows = np.empty((block.n_rows, values.shape[1] if columns is None else columns.size), dtype=np.int64)
        group_of = np.cumsum([0, *(len(group) for group in block.groups)], dtype=np.int64)
        cells = np.array([cell for group in block.groups for cell in group], dtype=np.int64)
        kernels.fill_rows(values, where, group_of, cells, wanted, block.to_date, rows)
        return rows

    @staticmethod
    def reached(block: Block, rows: Ints, thresholds: tuple[int, ...]) -> Ints:
        """(cell or sum × threshold, m): 1 where a block's `rows` end at a threshold or above, else 0."""
        last = rows.reshape(len(block.groups), block.months, -1)[:, -1]
        return np.stack([last >= one for one in thresholds], axis=1).reshape(-1, last.shape[1]).astype(np.int64)


def _flat(values: Ints) -> tuple[Ints, tuple[int, int]]:
    """Rows of members, and how many rows on the next cell and the next month stand; no copy where that can be."""
    n_cells, months, m = values.shape
    turned = values.swapaxes(0, 1)
    if turned.flags.c_contiguous and not values.flags.c_contiguous:
        return turned.reshape(-1, m), (1, n_cells)
    return np.ascontiguousarray(values).reshape(-1, m), (months, 1)


def _blocks(cells: Mapping[str, Cells], months: int) -> list[Block]:
    blocks: list[Block] = []
    for name, some in cells.items():
        outcome = OUTCOMES.get(name)
        if outcome is None:
            raise SchemaError(f"the process gives the outcome {name}, which is not declared")
        lengths = {axis: len(labels) for axis, labels in some.labels.items()}
        if tuple(some.labels) != outcome.axes or len(set(lengths.values())) > 1:
            raise SchemaError(f"the cells of {name} have the axes {lengths}, not one label for each of {outcome.axes}")
        if not len(some):
            continue
        labels, groups = _groups(outcome, some)
        for to_date in (False, True) if outcome.kind is Kind.FLOW else (False,):
            table_name = name + TO_DATE if to_date else name
            basis, step = some.basis, some.units_per_step
            blocks.append(Block(outcome, table_name, labels, groups, to_date, basis, step, months))
    return blocks


def _groups(
    outcome: Outcome, some: Cells
) -> tuple[dict[str, tuple[str | None, ...]], tuple[tuple[int, ...], ...]]:  # cells first, then each kind of sum
    keys: list[tuple[str | None, ...]] = []
    groups: list[tuple[int, ...]] = []
    for summed in ((), *outcome.summed):
        found: dict[tuple[str | None, ...], list[int]] = {}
        for cell in range(len(some)):
            key = tuple(None if axis in summed else some.labels[axis][cell] for axis in outcome.axes)
            found.setdefault(key, []).append(cell)
        if not summed and len(found) < len(some):
            raise SchemaError(f"two cells of {outcome.name} have the same labels")
        keys += found
        groups += [tuple(group) for group in found.values()]
    labels = {axis: tuple(key[at] for key in keys) for at, axis in enumerate(outcome.axes)}
    ordered: dict[str, tuple[str | None, ...]] = {axis: labels[axis] for axis in AXES if axis in labels}
    return ordered, tuple(groups)


def _whole_steps(
    name: str, values: NDArray[Any], shape: tuple[int, ...], cells: Cells, wrong: NDArray[np.bool_]
) -> Ints:
    outcome = OUTCOMES[name]
    if values.shape != shape:
        raise SchemaError(f"{name} has the shape {values.shape}, not (cell, month, member) = {shape}")
    whole = _in_steps(name, values, wrong)
    if cells.units_per_step > 1:
        whole = (2 * whole + cells.units_per_step) // (2 * cells.units_per_step)
    if not whole.size:
        return whole
    least = outcome.low * outcome.steps_per_unit
    most = 2**BITS - 1 if outcome.high is None else outcome.high * outcome.steps_per_unit
    low, high = kernels.extent(_flat(whole)[0])
    if (low < least or high > most) and wrong.any():
        whole = np.where(wrong, 0, whole)
        low, high = kernels.extent(_flat(whole)[0])
    if low < least or high > most:
        raise SchemaError(f"{name} runs from {low} to {high} steps, outside {least} to {most}")
    return whole


def _in_steps(name: str, values: NDArray[Any], wrong: NDArray[np.bool_]) -> Ints:
    """Values in steps, rounded. SchemaError where a member that did not go wrong holds what is no number."""
    outcome = OUTCOMES[name]
    if values.dtype.kind == "f":
        if outcome.steps_per_unit == 1:
            raise SchemaError(f"{name} is counted in whole {outcome.unit} and came as {values.dtype}")
        if not np.isfinite(values).all():
            values = np.where(wrong, 0.0, values)
        if not np.isfinite(values).all():
            raise SchemaError(f"{name} holds a number that is not finite; a member that went wrong must say so")
        values = np.rint(values * np.float64(outcome.steps_per_unit))
    elif outcome.steps_per_unit > 1:
        values = values * np.int64(outcome.steps_per_unit)
    return values.astype(np.int64, copy=False)
