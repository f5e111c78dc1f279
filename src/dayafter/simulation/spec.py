"""What is run: policies, members, what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.simulation.accumulate import DEFAULT_CAP, check_options
from dayafter.simulation.histograms import Ints
from dayafter.simulation.process import Block

Sink = Callable[[int, Ints, Ints, Mapping[str, Ints], NDArray[np.bool_]], None]
"""Called with (policy, members, draws, steps, counted) of each chunk; keeps what it wants of the paths."""


@dataclass(frozen=True)
class RunSpec:
    """What is run. Two equal specifications of one process give the same bytes."""

    policies: Mapping[str, Any]
    """Id to whatever the process takes for a policy, in the order of the tables."""
    baseline: str
    members: int
    replicates: int = 1
    """Histories of each parameter draw; member = draw · replicates + replicate."""
    cap: int = DEFAULT_CAP
    thresholds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Outcome to thresholds in its unit; fixed before the run."""

    def __post_init__(self) -> None:
        check_options(self.members, self.replicates, self.cap)
        if not self.policies:
            raise UsageError("there is no policy to run; name at least one")
        if self.baseline not in self.policies:
            raise UsageError(
                f"the baseline policy '{self.baseline}' is not among those run ({', '.join(self.policies)}); add it"
            )

    @property
    def n_draws(self) -> int:
        """Parameter draws."""
        return self.members // self.replicates

    @property
    def ids(self) -> tuple[str, ...]:
        """Policies in the order of the run."""
        return tuple(self.policies)

    def thresholds_of(self, block: Block) -> tuple[int, ...]:
        """Thresholds of a block's rows, in steps, rounded up."""
        if not block.is_contrasted:
            return ()
        wanted = self.thresholds.get(block.outcome.name, ())
        return tuple(-(-one * block.outcome.steps_per_unit // block.units_per_step) for one in wanted)
