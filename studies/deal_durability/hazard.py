"""A monthly complementary log-log hazard with a log-normal frailty of the peace process, fitted by likelihood.

In the month `t` of its life an agreement `i` of process `p` ends, if it has not ended yet, with probability
1 − exp(−exp(η)), where η = constant + b·age(t) + x_i·β + σ·z_p and z_p is standard normal. That is the proportional
hazards model in continuous time seen once a month (R. L. Prentice and L. A. Gloeckler 1978, Biometrics 34, 57-67).

Why not a library: statsmodels 0.14 and 0.15 fit this link without the frailty (`GLM`, used as a check), or a frailty
with the logit link only and by a normal approximation (`BinomialBayesMixedGLM`, also used as a check).

The terms do not change with time, so a process needs one sum for all the months survived, and the whole likelihood
is a small array. The integral over z is taken by the trapezium rule on a fixed fine grid: for a smooth function that
dies at both ends its error falls faster than any power of the step (L. N. Trefethen and J. A. C. Weideman 2014, SIAM
Review 56(3), 385-458), also where sixteen agreements make the posterior of z narrow, which is where Gauss–Hermite
nodes centred on the prior are too far apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from studies.deal_durability.agreements import HORIZON_MONTHS, Agreements, Floats, Ints

AGE_AT: Final = 7.0
"""Months of age at which the constant is the log hazard."""
_Z: Final[Floats] = np.linspace(-7, 7, 141)
_WEIGHT: Final[Floats] = np.exp(-(_Z**2) / 2) * 0.1 / np.sqrt(2 * np.pi)


def age_basis(form: str) -> Floats:
    """How the log hazard may depend on age, one column a coefficient, each 0 at the age `AGE_AT`.

    Parameters
    ----------
    form : "none"; "log", the log of the age in the middle of the month; "shifted", log(1 + age/6), the form of the
        simulation; "steps", one level for each of 1–3, 4–6, 13–24, 25–36, 37–60 and 61–120 months against 7–12.

    Returns
    -------
    (120, columns).
    """
    age = np.arange(HORIZON_MONTHS) + 0.5
    basis: Floats
    match form:
        case "none":
            basis = np.zeros((HORIZON_MONTHS, 0))
        case "log":
            basis = np.log(age / AGE_AT)[:, None]
        case "shifted":
            basis = np.log((1 + age / 6) / (1 + AGE_AT / 6))[:, None]
        case "steps":
            levels = ((0, 3), (3, 6), (12, 24), (24, 36), (36, 60), (60, 120))
            basis = np.stack([(age > low) & (age < high) for low, high in levels], axis=1).astype(np.float64)
        case _:
            raise ValueError(f"unknown form of age {form!r}; use none, log, shifted or steps")
    return basis


@dataclass(frozen=True, slots=True)
class Model:
    """What the log hazard depends on."""

    terms: tuple[str, ...] = ()
    age: str = "log"
    frailty: bool = True

    @property
    def coefficients(self) -> tuple[str, ...]:
        """Names in the order of the parameter vector."""
        n_age = age_basis(self.age).shape[1]
        ages = {"none": (), "log": ("log_age",), "shifted": ("log_age_shifted",)}.get(
            self.age, tuple(f"age_step_{i + 1}" for i in range(n_age))
        )
        return ("constant", *ages, *self.terms, *(("log_frailty_sd",) if self.frailty else ()))


@dataclass(frozen=True, slots=True)
class _Point:
    """What the likelihood and its gradient share at one parameter vector."""

    sigma: float
    level: Floats
    """(n,), hazard at the age `AGE_AT` where z is 0."""
    spent: Floats
    """(n,), hazard of the months survived, as a multiple of that at `AGE_AT`."""
    slope: Floats
    """(n, age), its derivative by the coefficients of age."""
    factor: Floats
    """(node,), e^(σz)."""
    rate: Floats
    """(end, node), hazard in the month of the end."""


class Likelihood:
    """The log-likelihood of each process under a model, with its gradient.

    Parameters
    ----------
    agreements : the data. model : what the hazard depends on.
    weight : (n,), how much each agreement counts within its process; None: 1.
    """

    def __init__(self, agreements: Agreements, model: Model, weight: Floats | None = None) -> None:
        columns = [agreements.names.index(term) for term in model.terms]
        self._x = np.column_stack([np.ones(agreements.months.size), agreements.terms[:, columns]])
        self._basis = age_basis(model.age)
        self._weight = np.ones(agreements.months.size) if weight is None else weight
        self._survived = agreements.months - agreements.ended
        self._process, self.n_processes = agreements.process, agreements.n_processes
        self._rows = np.flatnonzero(agreements.ended)
        self._last = agreements.months[self._rows] - 1
        self._z: Floats = _Z if model.frailty else np.zeros(1)
        self._w: Floats = _WEIGHT if model.frailty else np.ones(1)
        self._frailty = model.frailty
        self._sum_all = _summing(self._process, self.n_processes)
        self._sum_ends = _summing(self._process[self._rows], self.n_processes)
        self.n_parameters = len(model.coefficients)

    def __call__(self, theta: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood of each process and its gradient.

        Returns
        -------
        (process,) and (process, parameter).
        """
        at = self._evaluate(theta)
        weight = self._weight[self._rows][:, None]
        exposure = self._sum_all @ (self._weight * at.level * at.spent)  # (process,)
        ends = self._sum_ends @ (weight * np.log(-np.expm1(-at.rate)))  # (process, node)
        joint = ends - exposure[:, None] * at.factor + np.log(self._w)
        top = joint.max(axis=1)
        posterior = np.exp(joint - top[:, None])
        total = posterior.sum(axis=1)
        return top + np.log(total), self._gradient(at, posterior / total[:, None])

    def _evaluate(self, theta: Floats) -> _Point:
        n_age = self._basis.shape[1]
        by_age, alpha = theta[1 : 1 + n_age], np.append(theta[0], theta[1 + n_age : self.n_parameters - self._frailty])
        sigma = float(np.exp(theta[-1])) if self._frailty else 0.0
        shape = np.exp(self._basis @ by_age)
        level, factor = np.exp(self._x @ alpha), np.exp(sigma * self._z)
        return _Point(
            sigma=sigma,
            level=level,
            spent=np.concatenate([[0.0], np.cumsum(shape)])[self._survived],
            slope=np.vstack([np.zeros(n_age), np.cumsum(shape[:, None] * self._basis, axis=0)])[self._survived],
            factor=factor,
            rate=(level[self._rows] * shape[self._last])[:, None] * factor,
        )

    def _gradient(self, at: _Point, posterior: Floats) -> Floats:
        """Expectation of the gradient at fixed z over z's posterior (process, node): Fisher's identity."""
        weight = self._weight[self._rows][:, None]
        chance = weight * at.rate / np.expm1(np.minimum(at.rate, 700.0))  # d log(1 − e^−u) / d log u
        at_ends = posterior[self._process[self._rows]]
        seen, exposed = np.zeros(at.level.size), self._weight * at.level * (posterior @ at.factor)[self._process]
        seen[self._rows] = (at_ends * chance).sum(axis=1)
        by_term = (seen - exposed * at.spent)[:, None] * self._x
        by_age = -exposed[:, None] * at.slope
        by_age[self._rows] += seen[self._rows, None] * self._basis[self._last]
        gradient: Floats = self._sum_all @ np.hstack([by_term[:, :1], by_age, by_term[:, 1:]])
        if not self._frailty:
            return gradient
        drawn = np.zeros(at.level.size)
        drawn[self._rows] = (at_ends * chance * self._z).sum(axis=1)
        drawn -= self._weight * at.level * at.spent * (posterior @ (at.factor * self._z))[self._process]
        by_sd: Floats = at.sigma * (self._sum_all @ drawn)
        return np.column_stack([gradient, by_sd])


def _summing(process: Ints, n_processes: int) -> csr_array:
    """The matrix that adds up the agreements of each process, in the order in which they stand."""
    return csr_array((np.ones(process.size), (process, np.arange(process.size))), shape=(n_processes, process.size))


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the likelihood is highest, and how sharply."""

    model: Model
    theta: Floats
    """(parameter,), in the order of `model.coefficients`."""
    log_likelihood: float
    information: Floats
    """(parameter, parameter), minus the second derivative."""
    scores: Floats
    """(process, parameter)"""

    @property
    def covariance(self) -> Floats:
        """Inverse of the information: right if the model is."""
        inverse: Floats = np.linalg.inv(self.information).astype(np.float64)
        return inverse

    @property
    def robust_covariance(self) -> Floats:
        """Sandwich over processes: right also where agreements of one process depend on each other in another way."""
        n = len(self.scores)
        meat = self.scores.T @ self.scores * n / (n - 1)
        robust: Floats = self.covariance @ meat @ self.covariance
        return robust

    def value(self, name: str) -> float:
        """One coefficient by name."""
        return float(self.theta[self.model.coefficients.index(name)])


def fit(
    agreements: Agreements,
    model: Model,
    *,
    process_weight: Floats | None = None,
    weight: Floats | None = None,
    start: Floats | None = None,
    information: bool = True,
) -> Fit:
    """Maximum likelihood.

    Parameters
    ----------
    process_weight : (process,), how often each process counts (folds, bootstrap); None: once.
    weight : (n,), how much each agreement counts within its process; None: 1.
    start : where to begin; None: a hazard of 1 % a month, no effects, frailty of sd 1.
    information : whether to take the second derivative as well (as many gradients as twice the parameters).

    Raises
    ------
    RuntimeError : the search did not end at a maximum.
    """
    likelihood = Likelihood(agreements, model, weight)
    often = np.ones(likelihood.n_processes) if process_weight is None else process_weight
    if start is None:
        start = np.zeros(likelihood.n_parameters)
        start[0] = np.log(0.01)

    def target(theta: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(theta)
        return -float(often @ value), -(often @ gradient)

    # A frailty that the data do not need would run to sd 0, log −∞; at e^−4 it is 0 for any use.
    limits: Sequence[tuple[float, float]] = [(-12.0, 12.0)] * likelihood.n_parameters
    if model.frailty:
        limits = [*limits[:-1], (-4.0, 2.5)]
    found = minimize(target, start, jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-12, "gtol": 1e-6})
    theta: Floats = found.x
    inside = np.array([low + 1e-6 < value < high - 1e-6 for value, (low, high) in zip(theta, limits, strict=True)])
    if float(np.abs(found.jac[inside]).max(initial=0.0)) > 1e-2:
        raise RuntimeError(f"no maximum found for {model}: {found.message}, gradient {found.jac}")
    value, gradient = likelihood(theta)
    second = np.full((theta.size, theta.size), np.nan)
    if information:
        for i, step in enumerate(np.eye(theta.size) * 1e-4):
            second[i] = (target(theta + step)[1] - target(theta - step)[1]) / 2e-4
        second = (second + second.T) / 2
    return Fit(model, theta, float(often @ value), second, often[:, None] * gradient)
