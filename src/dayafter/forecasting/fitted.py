"""What every model gives back: something that draws. And the two kinds of it that several models share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dayafter.forecasting import kernels
from dayafter.forecasting.panel import Counts, Floats, Ints, Panel
from dayafter.seeding import stream_key


class Fitted(Protocol):
    """A model fitted to a panel, for given months ahead."""

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """Draw (r, steps, m) deaths for the units in these places and the members of these numbers.

        A number depends on the seed, its unit, its step and its member, never on what else is asked for.
        """
        ...


Fit = Callable[[Panel, Ints], Fitted]
"""Fits a model: a panel that ends at the origin, and the months ahead (steps,), rising."""


def key_array(seed: int, stream: str) -> Ints:
    """(2,), the key of a stream, for a kernel."""
    return np.array(stream_key(seed, stream), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class MonthsBootstrap:
    """Draws earlier months by weight, anew for each step."""

    stream: str
    values: Counts  # (k,)
    cumulative: Floats  # (k,), from each unit's first
    start: Ints  # (n,)
    end: Ints  # (n,)
    things: Ints  # (n,)
    n_steps: int

    def sample(self, rows: Ints, members: Ints, seed: int) -> Counts:
        """See `Fitted`."""
        out = np.zeros((rows.size, self.n_steps, members.size), dtype=np.int32)
        kernels.months_bootstrap(
            self.values, self.cumulative, self.start, self.end, rows, self.things, members,
            key_array(seed, self.stream), out,
        )  # fmt: skip
        return out


def months_bootstrap(
    stream: str, panel: Panel, weights: Floats, n_steps: int, *, near: bool = False
) -> MonthsBootstrap:
    """A bootstrap of the panel's last months.

    Parameters
    ----------
    weights : (w,), of the last w months, the last one last; months not seen get none.
    near : whether the same months of a unit's neighbours are among those to choose from.
    """
    weights = weights[-panel.counts.shape[1] :]
    width = weights.size
    counts, seen = panel.counts[:, -width:], panel.seen[:, -width:]
    n = len(panel.units)
    values, cumulative, start = [], [], np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        whose = np.append(i, panel.near[panel.near_start[i] : panel.near_start[i + 1]]) if near else np.array([i])
        there = seen[whose]
        chosen = counts[whose][there]
        weight = np.broadcast_to(weights, there.shape)[there]
        if not chosen.any():  # nothing but zeros: one stands for all
            chosen, weight = chosen[:1], np.ones(min(1, weight.size))
        values.append(chosen)
        cumulative.append(np.cumsum(weight))
        start[i + 1] = start[i] + chosen.size
    return MonthsBootstrap(
        stream=stream,
        values=np.concatenate(values).astype(np.int32),
        cumulative=np.concatenate(cumulative),
        start=start[:-1],
        end=start[1:],
        things=panel.things,
        n_steps=n_steps,
    )


def pooled_bootstrap(stream: str, panel: Panel, n_months: int, n_steps: int) -> MonthsBootstrap:
    """A bootstrap of the last months of all units together: every unit draws from the same numbers."""
    return choice_bootstrap(stream, panel.counts[:, -n_months:][panel.seen[:, -n_months:]], panel, n_steps)


def choice_bootstrap(stream: str, values: Counts, panel: Panel, n_steps: int) -> MonthsBootstrap:
    """Every unit draws from the same numbers (k,), anew for each step; where there are none it draws 0."""
    n = len(panel.units)
    return MonthsBootstrap(
        stream=stream,
        values=values,
        cumulative=np.arange(1.0, values.size + 1),
        start=np.zeros(n, dtype=np.int64),
        end=np.full(n, values.size, dtype=np.int64),
        things=panel.things,
        n_steps=n_steps,
    )
