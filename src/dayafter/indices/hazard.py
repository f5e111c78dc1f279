"""How likely a deal is to end: four cause-specific hazards, and what each feature adds. Functions of arrays.

In month t cause j ends a deal at the rate h_j = h₀ π_j exp(x'b_j) · frailty · age(t), and the deal ends in the month
with probability 1 − exp(−Σ_j h_j): a complementary log-log hazard for each cause (D. R. Cox, 1972; R. L. Prentice and
L. A. Gloeckler, 1978, Biometrics 34(1), 57-67). Coefficients are priors, not estimates: `priors.csv` gives each with
its interval and its evidence, and `docs/why/assessment.md` says which feature acts on which cause, and why.

The base deal, at which h₀ is quoted: understood only, at one level not said which, 7 months old, without guarantor,
facilitator, author or commission, without assent, its residents not party to it, no unbound armed men.

Axes: m members, f features, j causes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Floats, Ints
from dayafter.priors import draw_prior, draw_shares, load_priors
from dayafter.vocabulary import EndedBy

CAUSES: Final = (EndedBy.OUTSIDER, EndedBy.SIGNATORY, EndedBy.PATRON, EndedBy.SHOCK)
_WEIGHTS: Final = ("w_outsider", "w_signatory", "w_patron", "w_shock")
BASE_AGE: Final = 7.0
AGE_SCALE: Final = 6.0
_ALL: Final = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Lever:
    """One coefficient: the state it multiplies, its prior, the causes that it acts on and the base state."""

    state: str
    prior: str
    acts_on: tuple[float, float, float, float]
    base: float = 0.0
    step: float = 1.0
    """The change of state for which the prior gives the hazard ratio."""


FEATURES: Final[Mapping[str, tuple[Lever, ...]]] = {
    "form": (Lever("form", "hr_form", _ALL),),
    "levels": (
        Lever("local", "hr_local", (1, 1, 0, 0), base=0.5),
        Lever("national", "hr_national", (0, 0, 1, 1), base=0.5),
    ),
    "guarantor": (Lever("guarantee", "hr_guarantor", _ALL), Lever("guarantor_left", "hr_guarantor_left", _ALL)),
    "facilitator": (Lever("facilitator", "hr_facilitator", (0, 1, 1, 0)),),
    "author": (Lever("author", "hr_author", _ALL),),
    "assent": (Lever("assent", "hr_assent", (1, 1, 0, 0)),),
    "communities": (Lever("communities", "hr_communities", (1, 1, 0, 0)),),
    "commission": (Lever("commission", "hr_commission", (0, 1, 1, 0)),),
    "unbound": (Lever("unbound", "hr_unbound", (1, 0, 0, 0), step=0.1),),
}
"""Every feature of a deal that changes its hazard; causes in the order of `CAUSES`."""

REFERENCE: Final[Mapping[str, float]] = {
    "form": 2,
    "local": 1,
    "national": 1,
    "guarantee": 1,
    "guarantor_left": 0,
    "facilitator": 0,
    "author": 0,
    "assent": 1,
    "communities": 1,
    "commission": 1,
    "unbound": 0,
}
"""The reference deal: signed, at both levels, guaranteed by a third party that every side accepts, its residents
party and assenting, watched by a joint commission, every armed actor bound, nobody's dictate; as old as the deal."""


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """One draw of the priors for each member."""

    base_per_month: Floats  # (m,)
    cause_share: Floats  # (m, j)
    log_ratio: Mapping[str, Floats]  # prior to (m,)
    age_power: Floats  # (m,)
    frailty_sd: Floats  # (m,)


def draw_parameters(seed: int, members: Ints) -> Parameters:
    """Draw the priors of the deal hazard; the same for every deal of a member."""
    priors = load_priors()
    levers = [lever for group in FEATURES.values() for lever in group]
    return Parameters(
        base_per_month=draw_prior(priors["h_base"], seed, members),
        cause_share=draw_shares([priors[symbol] for symbol in _WEIGHTS], seed, members),
        log_ratio={lever.prior: np.log(draw_prior(priors[lever.prior], seed, members)) for lever in levers},
        age_power=draw_prior(priors["age_power"], seed, members),
        frailty_sd=draw_prior(priors["frailty_sd"], seed, members),
    )


def evidence_of(feature: str) -> tuple[str, ...]:
    """Rows of the evidence that a feature's coefficients rest on; empty for an assumption."""
    priors = load_priors()
    return tuple(dict.fromkeys(one for lever in FEATURES[feature] for one in priors[lever.prior].evidence))


def log_effects(states: Mapping[str, Floats], parameters: Parameters) -> Floats:
    """Log hazard ratio of each feature against the base deal, by cause.

    Parameters
    ----------
    states : for each lever's state (m,) values.

    Returns
    -------
    (m, f, j).
    """
    n_members = parameters.base_per_month.size
    effects = np.zeros((n_members, len(FEATURES), len(CAUSES)))
    for number, levers in enumerate(FEATURES.values()):
        for lever in levers:
            size = (states[lever.state] - lever.base) / lever.step * parameters.log_ratio[lever.prior]
            effects[:, number, :] += size[:, None] * np.array(lever.acts_on)
    return effects


def reference_states(n_members: int) -> dict[str, Floats]:
    """The reference deal in every member."""
    return {name: np.full(n_members, float(value)) for name, value in REFERENCE.items()}


def age_factor(age_months: Floats, power: Floats) -> Floats:
    """((1 + t/6) / (1 + 7/6))^−a: 1 for a deal of seven months, falling with age.

    Parameters
    ----------
    age_months, power : (m,).
    """
    relative = (1 + age_months / AGE_SCALE) / (1 + BASE_AGE / AGE_SCALE)
    factor: Floats = relative**-power
    return factor


def exposure(age_months: Floats, power: Floats, horizon_months: int) -> Floats:
    """The age factor summed over the months of the horizon, each at the age at its start: (m,)."""
    total = np.zeros_like(age_months)
    for month in range(horizon_months):
        total += age_factor(age_months + month, power)
    return total


def cause_hazards(effects: Floats, parameters: Parameters) -> Floats:
    """h₀ π_j exp(x'b_j): the hazards by cause at seven months and without frailty.

    Parameters
    ----------
    effects : (m, f, j).

    Returns
    -------
    (m, j), per month.
    """
    total = np.zeros((effects.shape[0], effects.shape[2]))
    for number in range(effects.shape[1]):
        total += effects[:, number, :]
    hazards: Floats = parameters.base_per_month[:, None] * parameters.cause_share * np.exp(total)
    return hazards


def p_end(hazard_per_month: Floats, exposed: Floats) -> Floats:
    """1 − exp(−Σ_t Σ_j h_j(t)): the chance of ending within the horizon.

    Parameters
    ----------
    hazard_per_month : (...,), all causes, at seven months. exposed : (...,), months weighed by age and frailty.
    """
    chance: Floats = -np.expm1(-hazard_per_month * exposed)
    return chance


def shapley(reference: Floats, actual: Floats, parameters: Parameters, exposed: Floats) -> Floats:
    """What each feature adds to the chance of ending, from the reference deal to the deal, averaged over all orders.

    Exact, over all 2^f sets of features, and equal for any chunking: nothing is summed across members.

    Parameters
    ----------
    reference, actual : (m, f, j), log effects. exposed : (m,).

    Returns
    -------
    (m, f), summing to p_end of the deal − p_end of the reference in every member.

    Source: L. S. Shapley (1953), A Value for n-Person Games, Contributions to the Theory of Games II, 307-317.
    """
    m, n_features, _ = actual.shape
    hazards = cause_hazards(reference, parameters)[None]  # (sets, m, j); set number's bit f says whether f is actual
    for feature in range(n_features):
        ratio = np.exp(actual[:, feature, :] - reference[:, feature, :])
        hazards = np.concatenate([hazards, hazards * ratio])
    total = hazards[..., 0].copy()
    for cause in range(1, hazards.shape[2]):
        total += hazards[..., cause]
    chances = p_end(total, exposed)
    weight = [
        math.factorial(size) * math.factorial(n_features - size - 1) / math.factorial(n_features)
        for size in range(n_features)
    ]
    added = np.zeros((m, n_features))
    for number, chance in enumerate(chances):
        size = number.bit_count()
        signs = np.array(
            [weight[size - 1] if number >> f & 1 else -weight[size] for f in range(n_features)]  # joins, or has not yet
            if 0 < size < n_features
            else [weight[size - 1] if size else -weight[0]] * n_features
        )
        added += chance[:, None] * signs
    added[(actual == reference).all(axis=2)] = 0  # exactly: what is left is rounding
    return added
