"""What `run` asks of a process, and paths turned into the rows that are counted. The only place that knows both.

A process holds its compiled case, its months and its priors. It is asked for the paths of some members under one
policy, and must answer the same for a member whoever its neighbours in the chunk are, and never look at the policy's
name when it draws a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dayafter.results.schema import AXES, OUTCOMES, TO_DATE, Kind, Outcome, SchemaError
from dayafter.simulation.memory import together
from dayafter.simulation.source import Source
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
    give_back: Callable[[], None] | None = None
    """Called by who has read `values` and `signing` and lets them go: the process may then write over them."""


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

    def forget(self) -> None:
        """Let go what is kept of members for their next policy: there is none."""


def reasons_of(process: Process) -> tuple[str, ...]:
    """Everything that is told of a member: why it is left out, then what befell it and left it in."""
    return (*process.reasons, *getattr(process, "reasons_kept", ()))


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Steps of some members that stand for those of a run."""

    at: Ints  # (n,) columns of the run, rising
    steps: Mapping[str, Ints]  # outcome to (cell, month, n)


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def group_of(self) -> Ints:
        """Where in `group_cells` each group begins, and the end."""
        return np.cumsum([0, *(len(group) for group in self.groups)], dtype=np.int64)

    @cached_property
    def group_cells(self) -> Ints:
        """The cells of all groups, one group after the other."""
        return np.array([cell for group in self.groups for cell in group], dtype=np.int64)

    def source(
        self, steps: Mapping[str, Ints], base: Mapping[str, Ints] | None = None, patch: Patch | None = None
    ) -> Source:
        """Its rows under one policy; less those of a base, of which some columns are patched."""
        name, nothing = self.outcome.name, np.zeros(0, dtype=np.int64)
        values = steps[name]
        less = values[:0] if base is None else base[name]
        instead, at = (values[:0], nothing) if patch is None else (patch.steps[name], patch.at)
        return Source(values, less, instead, at, self.group_of, self.group_cells, self.to_date)

    def ends(self, steps: Mapping[str, Ints]) -> Ints:
        """(cell or sum, M): its rows in the last month."""
        values = steps[self.outcome.name]
        last = values.sum(axis=1, keepdims=True, dtype=np.int64) if self.to_date else values[:, -1:]
        return Source(
            last, last[:0], last[:0], np.zeros(0, np.int64), self.group_of, self.group_cells, to_date=False
        ).rows()

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

    def room(self, n_members: int) -> dict[str, Ints]:
        """Room for the steps of a run, (cell, month, m) by outcome; touched only when it is written to."""
        shapes = {name: (len(some), self.months, n_members) for name, some in self.cells.items()}
        return together({name: (shape, np.int64 if _is_wide(name) else np.int32) for name, shape in shapes.items()})

    def steps(
        self, paths: Paths, n_members: int, room: Mapping[str, Ints] | None = None, at: int = 0
    ) -> dict[str, Ints]:
        """Each outcome's paths as whole steps, (cell, month, m). Raises `SchemaError` where they do not fit.

        Parameters
        ----------
        room : written to, from member `at` on; fresh where None.
        """
        if list(paths.values) != list(self.cells):
            raise SchemaError(f"the process gave the outcomes {list(paths.values)}, it announced {list(self.cells)}")
        out = self.room(n_members) if room is None else room
        wrong = paths.wrong > 0  # what they hold is not counted and may be anything
        for name, values in paths.values.items():
            shape = (len(self.cells[name]), self.months, n_members)
            if values.shape != shape:
                raise SchemaError(f"{name} has the shape {values.shape}, not (cell, month, member) = {shape}")
            _write_steps(name, values, self.cells[name].units_per_step, wrong, out[name][:, :, at : at + n_members])
        return {name: whole[:, :, at : at + n_members] for name, whole in out.items()}


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


def _is_wide(name: str) -> bool:
    """Whether an outcome's steps may take more than 32 bits."""
    return OUTCOMES[name].unit == "currency"


def _write_steps(
    name: str, values: NDArray[Any], units_per_step: int, wrong: NDArray[np.bool_], out: NDArray[Any]
) -> None:
    """Write an outcome's values into `out` in steps. SchemaError where a member that counts is out of bounds."""
    outcome = OUTCOMES[name]
    whole = _in_steps(name, values, wrong)
    if units_per_step > 1:
        whole = (2 * whole.astype(np.int64) + units_per_step) // (2 * units_per_step)
    out[:] = whole
    least = outcome.low * outcome.steps_per_unit
    largest = 2 ** (BITS if _is_wide(name) else 31) - 1
    most = largest if outcome.high is None else outcome.high * outcome.steps_per_unit
    if not whole.size or (whole.dtype == np.bool_ and least <= 0 and most >= 1):
        return
    if (whole.min() < least or whole.max() > most) and wrong.any():
        out[:, :, wrong] = 0
        whole = out
    low, high = whole.min(), whole.max()
    if low < least or high > most:
        raise SchemaError(f"{name} runs from {low} to {high} steps, outside {least} to {most}")


def _in_steps(name: str, values: NDArray[Any], wrong: NDArray[np.bool_]) -> NDArray[Any]:
    """Values in steps, rounded. SchemaError where a member that did not go wrong holds what is no number."""
    outcome = OUTCOMES[name]
    if values.dtype.kind == "f":
        if outcome.steps_per_unit == 1:
            raise SchemaError(f"{name} is counted in whole {outcome.unit} and came as {values.dtype}")
        if not np.isfinite(values).all():
            values = np.where(wrong, 0.0, values)
        if not np.isfinite(values).all():
            raise SchemaError(f"{name} holds a number that is not finite; a member that went wrong must say so")
        return np.rint(values * np.float64(outcome.steps_per_unit))
    return values * np.int64(outcome.steps_per_unit) if outcome.steps_per_unit > 1 else values
