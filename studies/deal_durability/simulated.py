"""Agreements made up from a known hazard and frailty, to see whether the fit finds them again."""

from __future__ import annotations

from datetime import date

import numpy as np

from dayafter.priors import standard_normals
from dayafter.seeding import uniforms
from studies.deal_durability.agreements import HORIZON_MONTHS, Agreements, Floats
from studies.deal_durability.hazard import Model, age_basis


def simulate_agreements(
    model: Model, theta: Floats, seed: int, *, n_processes: int, n_each: int, watched_for: int = HORIZON_MONTHS
) -> Agreements:
    """Agreements that follow the model exactly; each term is had by half of them.

    Parameters
    ----------
    theta : (parameter,), in the order of `model.coefficients`. n_each : agreements in each process.
    watched_for : months until nobody watches any more.
    """
    basis = age_basis(model.age)
    process, number = np.divmod(np.arange(n_processes * n_each), n_each)
    everyone, one = np.arange(process.size), np.zeros(1, dtype=np.int64)
    terms = np.stack(
        [uniforms(seed, f"simulated/{term}", one, everyone)[0] < 0.5 for term in model.terms], axis=1
    ).astype(np.float64)
    n_age = basis.shape[1]
    level = theta[0] + terms @ theta[1 + n_age : 1 + n_age + len(model.terms)]
    if model.frailty:
        drawn = standard_normals(seed, "simulated/frailty", one, np.arange(n_processes))[0]
        level = level + np.exp(theta[-1]) * drawn[process]
    # Ended in the first month by which the hazard spent exceeds one exponential.
    spent = np.exp(level)[:, None] * np.cumsum(np.exp(basis @ theta[1 : 1 + n_age]))[None, :watched_for]
    over = spent >= -np.log(uniforms(seed, "simulated/end", one, everyone)[0])[:, None]
    ended = over.any(axis=1)
    return Agreements(
        months=np.where(ended, over.argmax(axis=1) + 1, watched_for),
        ended=ended,
        process=process,
        tie=everyone,
        terms=terms,
        names=model.terms,
        ids=tuple(int(i) for i in everyone),
        signed=tuple(date(2000, 1, 1 + int(i) % 28) for i in number),
        interstate=np.zeros(process.size, dtype=np.bool_),
    )
