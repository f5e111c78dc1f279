"""The state of every unit in every month: decayed means of its own history and of its neighbours'.

A decayed mean at half-life h gives a month that lies h months back half the weight of the present one; months in which
a unit was not seen carry none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.forecasting.panel import Bools, Floats, Panel

NOTHING: Final = 2e-3
"""A log decayed mean below this is taken as none: an event of decades ago, and the cells that it would tell apart."""


@dataclass(frozen=True, slots=True)
class Term:
    """One number of a state.

    `kind`: "deaths" for log(1 + decayed mean of deaths), "months" for the decayed share of months with deaths, "near"
    for log(1 + decayed mean of the deaths of all neighbours together).
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


def states(panel: Panel, terms: tuple[Term, ...]) -> NDArray[np.float32]:
    """(n, t, terms), each term's number times its weight, in each month from what was seen up to it.

    Raises
    ------
    ValueError : a term's kind is not known.
    """
    counts = panel.counts.astype(np.float64)
    near = panel.neighbours() @ counts if any(term.kind == "near" for term in terms) else counts
    result = np.zeros((*counts.shape, len(terms)), dtype=np.float32)  # many cells times many months
    for place, term in enumerate(terms):
        if term.kind == "deaths":
            value = np.log1p(decayed_mean(counts, panel.seen, term.half_life_months))
        elif term.kind == "months":
            value = decayed_mean((counts > 0).astype(np.float64), panel.seen, term.half_life_months)
        elif term.kind == "near":
            value = np.log1p(decayed_mean(near, panel.seen, term.half_life_months))
        else:
            raise ValueError(f"no kind of state is called {term.kind!r}; there are deaths, months and near")
        result[..., place] = np.where(value < NOTHING, 0.0, value) * term.weight
    return result
