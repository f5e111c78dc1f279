"""Rolling origins: fit on what was seen, draw, score on what came, for every model and window in one run.

Joins `forecasting` and `scoring`, which do not know one another. The months after an origin are looked at only once the
draws are made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.exciting import Exciting
from dayafter.forecasting.fitted import Fit
from dayafter.forecasting.models import MODELS, Model
from dayafter.forecasting.panel import Floats, Ints, Panel
from dayafter.forecasting.run import sample_chunks
from dayafter.scoring.compare import Difference, difference, not_giant
from dayafter.scoring.reliability import pit_svg, reliability, reliability_svg
from dayafter.scoring.report import pit_shares
from dayafter.scoring.rules import RULES, pit, score_rows

FORECASTERS: Final[Mapping[str, Model]] = MappingProxyType(
    {**MODELS, "self_exciting": Model(Exciting(), "self-exciting process")}
)
"""Every model, with those that join another engine: one line each, here or in `forecasting.models`."""
SEED: Final = 1
CHALLENGE_STEPS: Final = np.arange(3, 15, dtype=np.int64)
"""The challenge's windows are calendar years; the last month seen is the October before."""
MANY: Final = 25
"""Deaths in a month beside which chances are checked, apart from any death at all."""
Say = Callable[[str], None]


def challenge_origin(year: int) -> int:
    """month_id of the last month seen before a window of the challenge: October of the year before."""
    return (year - 1980) * 12 - 2


@dataclass(frozen=True, slots=True)
class WindowScores:
    """One model in one window, row by row. Rows are unit-months of which the truth is known, by unit and step."""

    model: str
    origin: int
    units: Ints  # (rows,), places in the panel
    months: Ints  # (rows,)
    observed: Floats  # (rows,)
    scores: Mapping[str, Floats]  # rule to (rows,)
    pit: Floats  # (rows,)
    p_any: Floats  # (rows,), chance given to at least one death
    p_many: Floats  # (rows,), chance given to at least 25
    fit_s: float  # processor seconds
    sample_s: float  # processor seconds


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every model in every window."""

    windows: tuple[WindowScores, ...]
    n_units: int
    n_draws: int

    @property
    def models(self) -> tuple[str, ...]:
        """Names, in the order of the run."""
        return tuple(dict.fromkeys(window.model for window in self.windows))

    @property
    def origins(self) -> tuple[int, ...]:
        """Origins, in the order of the run."""
        return tuple(dict.fromkeys(window.origin for window in self.windows))

    def of(self, model: str, origin: int) -> WindowScores:
        """One window of one model."""
        return next(w for w in self.windows if w.model == model and w.origin == origin)

    def mean(self, model: str, rule: str, origin: int | None = None, *, giants: bool = True) -> float:
        """Mean score over a window's rows, or over the windows' means; without giant cells where asked."""
        if origin is None:
            return float(np.mean([self.mean(model, rule, each, giants=giants) for each in self.origins]))
        window = self.of(model, origin)
        rows = np.ones(window.observed.size, dtype=np.bool_) if giants else not_giant(window.observed)
        return float(window.scores[rule][rows].mean())

    def against(self, model: str, reference: str, rule: str) -> Difference:
        """Difference of two models over all windows, with a bootstrap over units."""
        mine, theirs = ([self.of(name, origin) for origin in self.origins] for name in (model, reference))
        return difference(
            np.concatenate([w.scores[rule] for w in mine]),
            np.concatenate([w.scores[rule] for w in theirs]),
            np.concatenate([w.units for w in mine]),
            self.n_units,
            seed=SEED,
        )

    def units_improved(self, model: str, reference: str) -> tuple[int, int]:
        """Units with a lower and with a higher mean CRPS than the reference's over all windows."""
        total = np.zeros(self.n_units)
        for origin in self.origins:
            mine, theirs = self.of(model, origin), self.of(reference, origin)
            total += np.bincount(mine.units, mine.scores["crps"] - theirs.scores["crps"], minlength=self.n_units)
        return int((total < -1e-12).sum()), int((total > 1e-12).sum())

    def table(self) -> list[dict[str, str | int | float]]:
        """One row for each model and window, plain means, for a table or a file."""
        return [
            {
                "model": window.model,
                "origin": window.origin,
                "rows": window.observed.size,
                **{rule: float(values.mean()) for rule, values in window.scores.items()},
                "crps_without_giants": self.mean(window.model, "crps", window.origin, giants=False),
                "fit_s": window.fit_s,
                "sample_s": window.sample_s,
            }
            for window in self.windows
        ]


def backtest(
    panel: Panel,
    origins: Sequence[int],
    *,
    models: Mapping[str, Fit] | Sequence[str] = tuple(FORECASTERS),
    steps: Ints = CHALLENGE_STEPS,
    n_draws: int = 1000,
    seed: int = SEED,
    rules: tuple[str, ...] = tuple(RULES),
    say: Say | None = None,
) -> Backtest:
    """Fit and score models at each origin; the function behind `dayafter backtest`.

    Parameters
    ----------
    panel : everything known, also later than the origins. origins : month_id of the last month seen, each.
    models : names of the registry, or name to model. steps : months ahead. say : told what is being done.

    Raises
    ------
    UsageError : a model is not known, an origin is not a month of the panel, or nothing is known of the months after.
    """
    if not isinstance(models, Mapping):
        if unknown := [name for name in models if name not in FORECASTERS]:
            raise UsageError(f"no model is called {unknown[0]!r}; there are {', '.join(FORECASTERS)}")
        models = {name: FORECASTERS[name].fit for name in models}
    found = []
    for origin in origins:
        if not panel.first_month <= origin <= panel.last_month:
            raise UsageError(f"origin {origin} is no month of the panel: {panel.first_month} to {panel.last_month}")
        past = panel.as_of(origin)
        for name, fit in models.items():
            if say is not None:
                say(f"origin {origin}: {name}")
            found.append(_window(panel, past, name, fit, steps=steps, n_draws=n_draws, seed=seed, rules=rules))
    return Backtest(tuple(found), len(panel.units), n_draws)


def _window(
    panel: Panel, past: Panel, name: str, fit: Fit, *, steps: Ints, n_draws: int, seed: int, rules: tuple[str, ...]
) -> WindowScores:
    """One model at one origin, chunk by chunk."""
    origin = past.last_month
    began = time.process_time()
    fitted = fit(past, steps)
    fit_s, sample_s = time.process_time() - began, 0.0
    counts, seen = panel.window(origin + int(steps[0]), origin + int(steps[-1]))
    counts, seen = counts[:, steps - steps[0]], seen[:, steps - steps[0]]
    if not seen.any():
        raise UsageError(
            f"nothing is known of the months that a forecast at origin {origin} is about; choose an earlier"
        )
    things = panel.things
    units, months, observed, pits, some, many = [], [], [], [], [], []
    scores: dict[str, list[Floats]] = {rule: [] for rule in rules}
    began = time.process_time()
    for rows, draws in sample_chunks(fitted, len(panel.units), steps.size, n_draws=n_draws, seed=seed):
        sample_s += time.process_time() - began
        place, step = np.nonzero(seen[rows])
        mine, truth = draws[place, step], counts[rows][place, step]
        for rule, values in score_rows(mine, truth, rules).items():
            scores[rule].append(values)
        units.append(rows[place])
        months.append(origin + steps[step])
        observed.append(truth)
        pits.append(pit(mine, truth, months[-1], things[rows[place]], seed))
        some.append((mine >= 1).mean(axis=1))
        many.append((mine >= MANY).mean(axis=1))
        began = time.process_time()
    return WindowScores(
        model=name,
        origin=origin,
        units=np.concatenate(units),
        months=np.concatenate(months),
        observed=np.concatenate(observed),
        scores={rule: np.concatenate(values) for rule, values in scores.items()},
        pit=np.concatenate(pits),
        p_any=np.concatenate(some),
        p_many=np.concatenate(many),
        fit_s=fit_s,
        sample_s=sample_s,
    )


# ---- what the command prints and writes ------------------------------------------------------------------------------

BASELINES: Final = tuple(name for name, model in FORECASTERS.items() if model.baseline)
"""Always reported."""
SUMMARY_RULES: Final = ("crps", "ign", "mis", "log_crps")
SUMMARY_COLUMNS: Final = ("model", "crps", "without giants", "ign", "mis", "log crps", "crps against", "low", "high")


def parse_origins(origins: str | None, years: str | None) -> list[int]:
    """Origins from "454,466", or those of the challenge's windows from "2018-2021" or "2018,2020".

    Raises
    ------
    UsageError : neither or both are given, or they cannot be read.
    """
    if (origins is None) == (years is None):
        raise UsageError("name the windows: --years 2018-2021 or --origins 454,466")
    text = origins or years or ""
    try:
        first, dash, last = text.partition("-")
        numbers = list(range(int(first), int(last) + 1)) if dash else [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers:
        raise UsageError(f"{text!r}: write {'years' if origins is None else 'months'} as 3-14 or 1,3,6")
    return numbers if origins is not None else [challenge_origin(year) for year in numbers]


def summary_rows(found: Backtest, reference: str) -> list[dict[str, str | int | float]]:
    """One row a model: means over windows, and the difference of CRPS from a reference with its 90 % interval."""
    rows: list[dict[str, str | int | float]] = []
    for model in found.models:
        gap = found.against(model, reference, "crps")
        crps, ign, mis, log_crps = (found.mean(model, rule) for rule in SUMMARY_RULES)
        calm = found.mean(model, "crps", giants=False)
        values = (model, crps, calm, ign, mis, log_crps, gap.mean, gap.low, gap.high)
        rows.append(dict(zip(SUMMARY_COLUMNS, values, strict=True)))
    return rows


def reliability_plots(found: Backtest, model: str) -> dict[str, str]:
    """File name to SVG: chances given beside what happened, and the PIT, of one model over all windows."""
    windows = [found.of(model, origin) for origin in found.origins]
    observed, pits, p_any, p_many = (
        np.concatenate([getattr(window, name) for window in windows]) for name in ("observed", "pit", "p_any", "p_many")
    )
    return {
        "any.svg": reliability_svg("at least one death in the month", reliability(p_any, observed >= 1)),
        "25.svg": reliability_svg(f"at least {MANY} deaths in the month", reliability(p_many, observed >= MANY)),
        "pit.svg": pit_svg("PIT, all unit-months", pit_shares(pits)),
        "pit-war.svg": pit_svg("PIT where a death was likely", pit_shares(pits[p_any > 0.5])),
    }
