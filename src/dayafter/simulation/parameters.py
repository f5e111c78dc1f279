"""Structural parameters: one draw of every prior for each member, with what each rests on."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.errors import UsageError
from dayafter.indices.hazard import FEATURES
from dayafter.priors import Posterior, bend, draw_prior, draw_shares, load_priors, load_simulation_priors
from dayafter.priors.tables import Prior, PriorKind

CAUSE_WEIGHTS: Final = ("w_outsider", "w_signatory", "w_patron", "w_shock")
N_CROSSING: Final = 4
"""Classes that excite one another: all but `external`, whose actors decide elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """(q, m): one row for each symbol, in the order of `symbols`; members innermost. Read-only."""

    symbols: tuple[str, ...]
    values: Floats
    basis: Mapping[str, str]
    """Symbol to `data`, `evidence` or `assumption`: the firmest of what its prior names."""
    effects: Mapping[str, Floats] = field(default_factory=dict)
    """Standard normals (m,) of the place effects that a posterior informs, by its names; the others are drawn plain."""

    def __post_init__(self) -> None:
        self.values.flags.writeable = False

    def __getitem__(self, symbol: str) -> Floats:
        """(m,), the draws of one parameter. KeyError for an unknown symbol."""
        if symbol not in self.symbols:
            raise KeyError(symbol)
        row: Floats = self.values[self.symbols.index(symbol)]
        return row


def basis_of(prior: Prior) -> str:
    """What a prior rests on, the firmest first: the project's own fits to data, published evidence, assumption."""
    if prior.from_data:
        return "data"
    return "evidence" if prior.evidence else "assumption"


def default_priors() -> dict[str, Prior]:
    """Every prior that the process draws, by symbol."""
    return {**load_priors(), **load_simulation_priors()}


def draw_parameters(
    seed: int,
    members: Ints,
    fixed: Mapping[str, float] | None = None,
    posterior: Posterior | None = None,
    own: Mapping[str, Prior] | None = None,
) -> Parameters:
    """Draw every prior for these members.

    Parameters
    ----------
    fixed : parameters held at one value instead (for limits and studies). own : priors in place of the default ones.

    `posterior` moves the parameters and place effects that a record informs. The four cause weights come out as shares
    of a whole (Dirichlet).

    Raises
    ------
    UsageError : a name that is no parameter, or a branching ratio of 1 or more at the fixed and median values.
    """
    priors, fixed = check_parameters(fixed or {}, own or {}), dict(fixed or {})
    moved = {} if posterior is None else posterior.normals(seed, members)
    bases = {} if posterior is None else dict(posterior.bases)
    for symbol in own or {}:  # what the user says stands before what a record says
        bases.pop(symbol, None)
        moved.pop(symbol, None)
    shares = draw_shares([priors[symbol] for symbol in CAUSE_WEIGHTS], seed, members)
    rows = []
    for symbol, prior in priors.items():
        if symbol in fixed:
            rows.append(np.full(members.size, float(fixed[symbol])))
        elif prior.kind is PriorKind.DIRICHLET:
            rows.append(shares[:, CAUSE_WEIGHTS.index(symbol)])
        elif symbol in moved:
            rows.append(bend(bases.get(symbol, prior), moved[symbol]))
        else:
            rows.append(draw_prior(bases.get(symbol, prior), seed, members))
    informed = () if posterior is None else posterior.informed
    basis = {symbol: "data" if symbol in informed else basis_of(prior) for symbol, prior in priors.items()}
    return Parameters(
        tuple(priors), np.stack(rows), basis, {name: z for name, z in moved.items() if name not in priors}
    )


def check_parameters(fixed: Mapping[str, float], own: Mapping[str, Prior]) -> dict[str, Prior]:
    """The priors to draw from, `own` in place of the default ones.

    Raises
    ------
    UsageError : `fixed` or `own` name what is no parameter, or breed one or more events an event.
    """
    priors = default_priors()
    for name in (*fixed, *own):
        if name not in priors:
            near = difflib.get_close_matches(name, priors, 1)
            hint = f"did you mean {near[0]}?" if near else "see priors.csv and simulation.csv"
            raise UsageError(f"no parameter is called '{name}'; {hint}")
    for name, value in fixed.items():
        if not math.isfinite(value):
            raise UsageError(f"{name} is fixed at {value}; pass a finite number")
    priors |= own
    check_branching(priors, fixed)
    return priors


def check_branching(priors: Mapping[str, Prior], fixed: Mapping[str, float]) -> None:
    """UsageError where own and cross-class excitation at fixed or median values breed 1 or more events an event."""
    own, cross = (fixed.get(name, priors[name].median) for name in ("excitation_own", "excitation_cross"))
    ratio = own + (N_CROSSING - 1) * cross
    if ratio >= 1:
        raise UsageError(
            f"the branching ratio is {ratio:.3g} (own {own:g} + {N_CROSSING - 1} × cross-class {cross:g}): each event "
            "breeds one or more, and counts grow without end; lower excitation_own or excitation_cross so that it is "
            "below 1"
        )
    for name in ("excitation_own", "excitation_cross", "excitation_neighbour", "dispersion"):
        if fixed.get(name, 0) < 0:
            raise UsageError(f"{name} is {fixed[name]:g}; it cannot be negative")


def spectral_radius(parameters: Parameters, neighbours: Bools) -> Floats:
    """Spectral radius of the branching matrix B over places and classes in each member: (m,).

    B = I ⊗ (own·I + cross·(J − I)) + A ⊗ neighbour·I with A the adjacency of places: its largest eigenvalue is
    own + 3·cross + neighbour·ρ(A), as all parts are non-negative and the two terms commute.

    Parameters
    ----------
    neighbours : (p, p), symmetric.

    Source: model notes, 2.3; A. G. Hawkes (1971), Biometrika 58(1), 83-90.
    """
    reach = float(np.linalg.eigvalsh(neighbours.astype(np.float64))[-1]) if neighbours.any() else 0.0
    own, cross = parameters["excitation_own"], parameters["excitation_cross"]
    radius: Floats = own + (N_CROSSING - 1) * cross + parameters["excitation_neighbour"] * reach
    return radius


def log_ratios(parameters: Parameters) -> dict[str, Floats]:
    """Log hazard ratio of every lever of a deal's end: (m,) each."""
    levers = [lever.prior for group in FEATURES.values() for lever in group]
    names = (*levers, "hr_violence", "hr_command", "hr_patron_assent", "hr_shock", "hr_kept", "hr_margin")
    return {name: np.log(parameters[name]) for name in names}
