"""The choice of model, on windows before 2018 alone.

The criterion was fixed first: the mean over windows of CRPS, IGN and log-scale CRPS, each divided by conflictology's,
averaged. CRPS alone would be decided by one or two wars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.backtest import CHALLENGE_STEPS, challenge_origin
from dayafter.exciting import Exciting
from dayafter.forecasting.baselines import conflictology
from dayafter.forecasting.fitted import Fit
from dayafter.forecasting.models.analogue import TERMS, Analogue
from dayafter.forecasting.models.decayed import Decayed
from dayafter.forecasting.models.indexed import Indexed
from dayafter.forecasting.models.regression import Regression
from dayafter.forecasting.panel import Counts, Floats, Panel
from dayafter.scoring.rules import score_rows

RULES: Final = ("crps", "ign", "log_crps")
N_DRAWS: Final = 1000
SEED: Final = 1

PARTS: Final[Mapping[str, Fit]] = {
    "decayed, 3 months": Decayed(3),
    "decayed, 4 months": Decayed(4),
    "decayed, 6 months": Decayed(6),
    "decayed, 9 months": Decayed(9),
    "analogue": Analogue(),
    "analogue, 500 nearest": Analogue(n_nearest=500),
    "analogue, level of 2 months": Analogue(scale_half_life_months=2),
    "analogue, without months with deaths of late": Analogue(
        terms=tuple(t for t in TERMS if (t.kind, t.half_life_months) != ("months", 3))
    ),
    "analogue, without neighbours": Analogue(terms=tuple(t for t in TERMS if t.kind != "near")),
    "regression": Regression(),
    "indexed": Indexed(every_months=3),
    "self-exciting": Exciting(),
}
_D3, _D4, _A, _R, _X = "decayed, 3 months", "decayed, 4 months", "analogue", "regression", "self-exciting"
MIXTURES: Final[tuple[Mapping[str, float], ...]] = (
    *({part: 1.0} for part in PARTS),
    *({d: round(1 - w, 2), _A: w} for d in (_D3, _D4) for w in (0.4, 0.5, 0.6, 0.7)),
    {"decayed, 6 months": 0.5, _A: 0.5},
    *({d: 0.5, a: 0.5} for d in (_D3, _D4) for a in PARTS if a.startswith("analogue,")),
    {_D3: 0.25, "decayed, 6 months": 0.25, _A: 0.5},
    *({d: (1 - w) / 2, _A: (1 - w) / 2, _R: w} for d in (_D3, _D4) for w in (0.1, 0.2)),
    {_D3: 0.45, _A: 0.45, _X: 0.1},
    {_D3: 0.4, _A: 0.3, "indexed": 0.3},
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A mixture and its mean scores over the windows of choice."""

    weights: Mapping[str, float]
    scores: Mapping[str, float]
    criterion: float

    @property
    def name(self) -> str:
        """For a table."""
        return " + ".join(f"{w:.2g} {part}" if w < 1 else part for part, w in self.weights.items())


def choose(panel: Panel, years: Sequence[int]) -> tuple[Mapping[str, float], list[Tried]]:
    """Conflictology's mean scores, and every mixture tried, the best first."""
    units, members = np.arange(len(panel.units)), np.arange(N_DRAWS)
    drawn: dict[tuple[str, int], Counts] = {}
    truth: dict[int, Floats] = {}
    for year in years:
        origin = challenge_origin(year)
        past = panel.as_of(origin)
        counts, seen = panel.window(origin + int(CHALLENGE_STEPS[0]), origin + int(CHALLENGE_STEPS[-1]))
        truth[year] = counts[seen]
        for name, fit in {"conflictology": conflictology, **PARTS}.items():
            drawn[name, year] = fit(past, CHALLENGE_STEPS).sample(units, members, SEED)[seen]

    def mean_scores(weights: Mapping[str, float]) -> dict[str, float]:
        by_year = []
        for year in years:
            mixed = [drawn[name, year][:, : round(weight * N_DRAWS)] for name, weight in weights.items()]
            scores = score_rows(np.concatenate(mixed, axis=1), truth[year], RULES)
            by_year.append([scores[rule].mean() for rule in RULES])
        return dict(zip(RULES, np.mean(by_year, axis=0).tolist(), strict=True))

    base = mean_scores({"conflictology": 1.0})
    tried = []
    for weights in MIXTURES:
        scores = mean_scores(weights)
        tried.append(Tried(weights, scores, float(np.mean([scores[rule] / base[rule] for rule in RULES]))))
    return base, sorted(tried, key=lambda t: t.criterion)


GRID_PARTS: Final[Mapping[str, Fit]] = {
    "decayed, 6 months": Decayed(6),
    "decayed, 12 months": Decayed(12),
    "analogue": Analogue(),
    "indexed": Indexed(),
}
_D6, _D12, _I = "decayed, 6 months", "decayed, 12 months", "indexed"
GRID_MIXTURES: Final[tuple[Mapping[str, float], ...]] = (
    *({part: 1.0} for part in GRID_PARTS),
    {_A: 0.7, _D12: 0.3},
    {_A: 0.4, _I: 0.3, _D6: 0.3},
    {_A: 0.4, _I: 0.3, _D12: 0.3},
    {_A: 0.4, _I: 0.4, _D12: 0.2},
)
GRID_DRAWS: Final = 200
GRID_RULES: Final = ("crps", "ign")


def choose_grid(panel: Panel, years: Sequence[int]) -> list[Tried]:
    """Every mixture tried on grid cells, the best first; scores are ratios to those of the forecast of no deaths."""
    units, members = np.arange(len(panel.units)), np.arange(GRID_DRAWS)
    ratios: list[list[list[float]]] = []
    for year in years:
        origin = challenge_origin(year)
        past = panel.as_of(origin)
        truth = panel.window(origin + int(CHALLENGE_STEPS[0]), origin + int(CHALLENGE_STEPS[-1]))[0].ravel()
        drawn = {
            name: fit(past, CHALLENGE_STEPS).sample(units, members, SEED).reshape(truth.size, -1)
            for name, fit in GRID_PARTS.items()
        }
        zero = score_rows(np.zeros((truth.size, GRID_DRAWS), dtype=np.int8), truth, GRID_RULES)
        ratios.append([])
        for weights in GRID_MIXTURES:
            mixed = [drawn[name][:, : round(weight * GRID_DRAWS)] for name, weight in weights.items()]
            scores = score_rows(np.concatenate(mixed, axis=1), truth, GRID_RULES)
            ratios[-1].append([float(scores[rule].mean() / zero[rule].mean()) for rule in GRID_RULES])
    means = np.mean(ratios, axis=0)
    tried = [
        Tried(weights, dict(zip(GRID_RULES, mean.tolist(), strict=True)), float(mean.mean()))
        for weights, mean in zip(GRID_MIXTURES, means, strict=True)
    ]
    return sorted(tried, key=lambda t: t.criterion)
