"""A calibration from beginning to end: what was seen, the posterior over what it informs, and how much it informs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats
from dayafter.calibration.likelihood import BASE, NUISANCE, PARTICLES, expose, start
from dayafter.calibration.observed import GED, Observed
from dayafter.calibration.sampling import ADAPTING, MEMBERS, Sample, fit_normal, sample
from dayafter.events.grid import first_day
from dayafter.priors import Posterior, Prior, bend, load_calibration_priors, load_priors, load_simulation_priors
from dayafter.priors.posterior import PLACE
from dayafter.simulation.layout import CLASSES

METHOD: Final = (
    "adaptive importance sampling over the parameters of the simulated process; likelihood by a particle filter over "
    "missed events and a latent AR(1) background of each place; joint normal over the parameters and place effects "
    "that the record informs"
)
BACKGROUND: Final = "latent AR(1), one for each place"
DIGITS: Final = 6
CHECKED: Final = 4096
"""Members in which rates of places are worked out."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the record says about one parameter: 5, 50 and 95 % before and after, in its unit."""

    name: str
    words: str
    unit: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    shift: float
    """Mean after, in standard deviations before."""
    variance_ratio: float
    """Variance after over variance before, on the scale on which the prior is normal."""
    informed: bool
    """Whether the record moves it beyond Monte Carlo noise; else it stays at its prior."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Insurgent events a month of a place at the as-of date: 5, 50 and 95 % before and after the record."""

    place: str
    months: int
    recorded: int
    before: tuple[float, float, float]
    after: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The result."""

    case_id: str
    as_of: dt.date
    observed: Observed
    sample: Sample
    posterior: Posterior
    rows: tuple[Row, ...]
    rates: tuple[Rate, ...]

    def row(self, name: str) -> Row:
        """One parameter. KeyError for an unknown one."""
        for one in self.rows:
            if one.name == name:
                return one
        raise KeyError(name)


def calibrate(
    case: CompiledCase,
    observed: Observed,
    *,
    seed: int = 1,
    members: int = MEMBERS,
    adapting: int = ADAPTING,
    particles: int = PARTICLES,
    threads: int = 1,
    provenance: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Posterior of the simulation's violence parameters from the record of a case.

    Parameters
    ----------
    seed : of every random number. members : draws of the last stage. adapting : of
        each before it. particles : of the filter.
    provenance : what is known of the program and of the record's file. progress : see `sample`.

    Raises
    ------
    CalibrationError : too few members carry weight.
    """
    drawn = sample(
        case,
        observed,
        seed,
        members=members,
        adapting=adapting,
        particles=particles,
        threads=threads,
        progress=progress,
    )
    keep = np.array([name not in NUISANCE for name in drawn.names])
    names = tuple(name for name, wanted in zip(drawn.names, keep, strict=True) if wanted)
    fitted = fit_normal(names, drawn.z[keep], drawn.weights)
    effort = {"seed": seed, "members": members, "effective": round(drawn.effective), "particles": particles}
    posterior = Posterior(
        fitted.names,
        np.round(fitted.mean, DIGITS),
        np.round(fitted.factor, DIGITS),
        {symbol: prior for symbol, prior in fitted.bases.items() if symbol in fitted.names},
        {
            "made_by": "dayafter calibrate",
            "case": case.case_id,
            "as_of": case.as_of.isoformat(),
            "method": METHOD,
            "background": BACKGROUND,
            **effort,
            "log_evidence": round(drawn.log_evidence, 3),
            "record": record_data(observed),
            **(provenance or {}),
        },
    )
    return Calibration(
        case.case_id,
        case.as_of,
        observed,
        drawn,
        posterior,
        tuple(_row(drawn, at, posterior) for at in range(len(drawn.names))),
        _rates(case, observed, posterior, seed),
    )


def record_data(observed: Observed) -> dict[str, Any]:
    """What was seen, in totals: no row of the source."""
    return {
        "recorded_by": GED,
        "first_month": f"{first_day(observed.first_month):%Y-%m}",
        "last_month": f"{first_day(observed.first_month + observed.n_months - 1):%Y-%m}",
        "places": len(observed.places),
        "freed_place_months": int(observed.used.sum()),
        "recorded_events": dict(observed.by_class),
        "regimes": {kind: {"place_months": months, "events": n} for kind, (months, n) in observed.regimes.items()},
    }


def prior_of(name: str) -> Prior:
    """The prior that a calibration starts from. KeyError for a place effect, which has none of its own."""
    return {**load_priors(), **load_simulation_priors(), **load_calibration_priors()}[name]


def _row(drawn: Sample, at: int, posterior: Posterior) -> Row:
    name, z = drawn.names[at], drawn.z[at]
    mean = float(z @ drawn.weights)
    variance = float(np.square(z - mean) @ drawn.weights)
    low, middle, high = weighted_quantiles(z, drawn.weights, (0.05, 0.5, 0.95))
    ends = np.array([-BASE, 0.0, BASE])
    informed = name in posterior.names
    if name.startswith(PLACE):
        words, unit = f"effect of the place {name.removeprefix(PLACE)}", "standard deviations"
        before, after = ends, np.array([low, middle, high])
    else:
        prior = prior_of(name)
        words, unit = prior.name, prior.unit
        before, after = bend(prior, ends), bend(prior, np.array([low, middle, high]))
    return Row(name, words, unit, _three(before), _three(after), mean, variance, informed)


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def weighted_quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> Floats:
    """Smallest value up to which at least each share of the weight lies: (shares,)."""
    order = np.argsort(values, kind="stable")
    found: Floats = values[order][np.searchsorted(np.cumsum(weights[order]), np.array(shares)).clip(0, values.size - 1)]
    return found


def _rates(case: CompiledCase, observed: Observed, posterior: Posterior, seed: int) -> tuple[Rate, ...]:
    """Background rates of insurgent events as a run with the posterior will draw them, against the base priors."""
    members = np.arange(CHECKED, dtype=np.int64)
    base = Posterior((), np.zeros(0), np.zeros((0, 0)), posterior.bases)
    insurgent = [kind.value for kind in CLASSES].index("insurgent")
    both = []
    surplus = start(case, seed, np.arange(1), base, None).surplus
    for one in (base, posterior):
        mu = expose(start(case, seed, members, one, surplus), observed).mu[:, insurgent]
        both.append(np.quantile(mu, (0.05, 0.5, 0.95), axis=1))
    return tuple(
        Rate(
            place,
            int(observed.used[:, at].sum()),
            int((observed.counts[:, at, insurgent] * observed.used[:, at]).sum()),
            _three(both[0][:, at]),
            _three(both[1][:, at]),
        )
        for at, place in enumerate(observed.places)
    )
