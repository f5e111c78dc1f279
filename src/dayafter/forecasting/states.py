"""The state of every unit in every month: decayed means of its own history and of its neighbours'.

A decayed mean at half-life h gives a month that lies h months back half the weight of the present one; months in which
a unit was not seen carry none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.forecasting.panel import Bools, Floats, Ints, Panel

NOTHING: Final = 2e-3
"""A log decayed mean below this is taken as none: an event of decades ago, and the cells that it would tell apart."""


WIDE_STEPS: Final = 6
"""How far from neighbour to neighbour a wide mean reaches; the near weigh more, as in a diffusion."""


@dataclass(frozen=True, slots=True)
class Term:
    """One number of a state.

    `kind`: "deaths" for log(1 + decayed mean of deaths), "months" for the decayed share of months with deaths, "near"
    for log(1 + decayed mean of the deaths of all neighbours together), "near months" for the decayed share of their
    months with deaths, "wide" for log(1 + decayed mean of deaths around, six neighbours far, in deaths of 100 units).
    """

    kind: str
    half_life_months: float
    weight: float = 1.0


def decayed_mean(values: Floats, seen: Bools, half_life_months: float) -> Floats:
    """(n, t), the decayed mean at each month of all that was seen up to it; 0 before anything was."""
    keep = 0.5 ** (1 / half_life_months)
    result = np.zeros(values.shape)
    total, weight = np.zeros(values.shape[0]), np.zeros(values.shape[0])
    for month in range(values.shape[1]):
        total = total * keep + np.where(seen[:, month], values[:, month], 0.0)
        weight = weight * keep + seen[:, month]
        result[:, month] = total / np.maximum(weight, 1e-12)
    return result


def states(panel: Panel, terms: tuple[Term, ...], months: Ints | None = None) -> NDArray[np.float32]:
    """(n, months, terms), each term's number times its weight, in each month from what was seen up to it.

    Parameters
    ----------
    months : columns of the panel, rising; all of them, if left out.

    Raises
    ------
    ValueError : a term's kind is not known.
    """
    counts = panel.counts.astype(np.float64)
    chosen = np.arange(counts.shape[1]) if months is None else months
    result = np.zeros((counts.shape[0], chosen.size, len(terms)), dtype=np.float32)  # many cells times many months
    sources: dict[str, Floats] = {}
    for place, term in enumerate(terms):
        if term.kind not in sources:
            sources[term.kind] = _source(term.kind, panel, counts)
        mean = decayed_mean(sources[term.kind], panel.seen, term.half_life_months)[:, chosen]
        value = mean if term.kind in {"months", "near months"} else np.log1p(mean)
        result[..., place] = np.where(value < NOTHING, 0.0, value) * term.weight
    return result


def _source(kind: str, panel: Panel, counts: Floats) -> Floats:
    """(n, t), the numbers that a kind of term is the decayed mean of."""
    if kind == "deaths":
        return counts
    happened = (counts > 0).astype(np.float64)
    if kind == "months":
        return happened
    adjacent = panel.neighbours()
    if kind == "near":
        result: Floats = adjacent @ counts
        return result
    how_many = np.maximum(np.diff(panel.near_start), 1)[:, None]
    if kind == "near months":
        share: Floats = (adjacent @ happened) / how_many
        return share
    if kind != "wide":
        raise ValueError(f"no kind of state is called {kind!r}; there are deaths, months, near, near months and wide")
    spread = counts * 100.0
    for _ in range(WIDE_STEPS):
        spread = (spread + adjacent @ spread) / (how_many + 1)
    return spread
