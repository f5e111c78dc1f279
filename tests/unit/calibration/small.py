"""A record of two towns over a few months, and parameters to weigh it by, as arrays."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from dayafter.calibration.likelihood import Exposed
from dayafter.calibration.observed import Observed
from dayafter.events.grid import month_id
from dayafter.simulation.layout import CLASSES, INSURGENT

FIRST = month_id(date(2015, 1, 1))


def record(counts: list[list[int]], *, threshold: int = 25, used: list[list[bool]] | None = None) -> Observed:
    """Insurgent events by month and place; the other classes are silent."""
    rows = np.array(counts, dtype=np.int64)
    whole = np.zeros((*rows.shape, len(CLASSES)), dtype=np.int64)
    whole[:, :, INSURGENT] = rows
    names = ("mill", "town")[: rows.shape[1]]
    seen = np.ones(rows.shape, dtype=np.bool_) if used is None else np.array(used)
    total = {kind.value: int(n) for kind, n in zip(CLASSES, (whole * seen[:, :, None]).sum(axis=(0, 1)), strict=True)}
    return Observed(names, FIRST, whole, seen, threshold, {}, total, {})


def exposed(n_places: int, members: int = 1, **change: Any) -> Exposed:
    """One background for all members: insurgents alone, no drift, no offspring."""
    mu = np.zeros((n_places, len(CLASSES), members))
    mu[:, INSURGENT] = 0.5
    fields: dict[str, Any] = {
        "members": np.arange(members),
        "mu": mu,
        "shares": np.full((len(CLASSES), members), 0.6),
        "fatal": np.full((len(CLASSES), members), 0.5),
        "alpha": np.full(members, 0.8),
        "sigma": np.full(members, 1e-9),
        "phi": np.full(members, 0.9),
        "decay": np.full(members, 0.3),
        "rates": np.zeros((3, members)),
        "near_from": np.zeros(0, dtype=np.int64),
        "near_to": np.zeros(0, dtype=np.int64),
    }
    for name in ("members", "alpha", "decay"):  # as what is drawn is: for others the filter would be compiled anew
        fields[name].flags.writeable = False
    return Exposed(**(fields | change))
