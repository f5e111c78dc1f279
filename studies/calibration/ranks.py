"""Simulation-based calibration: truths drawn from the prior, records from the truths, ranks of truths in posteriors.

If the posterior is right, the rank of a truth among draws of its posterior is uniform. What is tested is the whole
chain as it is shipped: filter, sampling, the normal that stands for the posterior, and the way a run draws from it.

Source: S. Talts, M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), arXiv:1804.06788.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from dayafter.arrays import CompiledCase
from dayafter.calibration.forward import draw_records, with_counts
from dayafter.calibration.likelihood import NUISANCE, bases, coordinates, expose, normals, start
from dayafter.calibration.observed import Observed
from dayafter.calibration.sampling import CalibrationError, fit_normal, sample
from dayafter.priors import Posterior
from dayafter.simulation.layout import INSURGENT
from dayafter.simulation.surplus import Surplus

DRAWS: Final = 99
BINS: Final = 10
FIRST_SEED: Final = 1000

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of truths, one a replication, in 0 … `DRAWS`."""

    names: tuple[str, ...]
    ranks: Ints  # (quantity, replication)
    events: Ints  # (replication,) recorded in the made-up record
    refused: int
    """Replications without enough effective members."""

    def p_value(self, row: int) -> float:
        """Chance of ranks at least as uneven, by χ² over ten bins."""
        n = self.ranks.shape[1]
        counts = np.bincount(self.ranks[row] * BINS // (DRAWS + 1), minlength=BINS)
        return float(chi2.sf(((counts - n / BINS) ** 2 / (n / BINS)).sum(), BINS - 1))

    def covered(self, row: int) -> float:
        """Share of truths within the central 90 % of their posteriors."""
        rank = self.ranks[row]
        return float(((rank >= 5) & (rank < 95)).mean())

    def counts(self, row: int) -> Ints:
        """Ranks by bin."""
        return np.bincount(self.ranks[row] * BINS // (DRAWS + 1), minlength=BINS)


def rank_truths(
    case: CompiledCase,
    months: Observed,
    replications: Sequence[int],
    *,
    members: int,
    particles: int,
    threads: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Ranks:
    """Draw a truth and a record for each replication, calibrate, rank.

    Parameters
    ----------
    months : which places and months a made-up record has; its counts are not read. members, particles : of `sample`.
    """
    prior = Posterior((), np.zeros(0), np.zeros((0, 0)), bases())
    surplus = start(case, 1, np.arange(1), prior, None).surplus
    quantities = [name for name in coordinates(months) if not name.startswith("armed") and name not in NUISANCE]
    names = (*quantities, *(f"log rate {place}" for place in months.places))
    ranks, events, refused = [], [], 0
    for number in replications:
        seed = FIRST_SEED + number
        one = np.array([number], dtype=np.int64)
        truth = start(case, seed, one, prior, surplus)
        exposed = expose(truth, months)
        made = with_counts(months, draw_records(exposed, months, seed)[..., 0])
        try:
            drawn = sample(
                case, made, 1, members=members, adapting=members // 2, least=100, particles=particles, threads=threads
            )
        except CalibrationError:
            refused += 1
            continue
        keep = np.array([name not in NUISANCE for name in drawn.names])
        own = tuple(name for name, wanted in zip(drawn.names, keep, strict=True) if wanted)
        posterior = fit_normal(own, drawn.z[keep], drawn.weights)
        ranks.append(_rank(case, months, posterior, (quantities, seed, one), exposed.mu[:, INSURGENT, 0], surplus))
        events.append(int((made.counts * made.used[:, :, None]).sum()))
        say(f"replication {number}: {events[-1]} events, {drawn.effective:.0f} effective members")
    return Ranks(names, np.array(ranks, dtype=np.int64).T, np.array(events), refused)


def _rank(  # noqa: PLR0917  # what a rank is taken in
    case: CompiledCase,
    months: Observed,
    posterior: Posterior,
    truth: tuple[list[str], int, Ints],
    rate: NDArray[np.float64],
    surplus: Surplus,
) -> list[int]:
    """Rank of each truth among draws of the posterior, as a run draws them."""
    quantities, seed, one = truth
    who = np.arange(DRAWS, dtype=np.int64) + 5_000_000
    prior = Posterior((), np.zeros(0), np.zeros((0, 0)), bases())
    true_z = dict(zip(coordinates(months), normals(months, prior, seed, one)[0][:, 0], strict=True))
    drawn_z = dict(zip(coordinates(months), normals(months, posterior, seed, who)[0], strict=True))
    found = [int((drawn_z[name] < true_z[name]).sum()) for name in quantities]
    drawn_rate = expose(start(case, seed, who, posterior, surplus), months).mu[:, INSURGENT]
    return found + [int((drawn_rate[p] < rate[p]).sum()) for p in range(rate.size)]


def together(parts: Sequence[Ranks]) -> Ranks:
    """Several runs as one."""
    return Ranks(
        parts[0].names,
        np.concatenate([part.ranks for part in parts], axis=1),
        np.concatenate([part.events for part in parts]),
        sum(part.refused for part in parts),
    )
