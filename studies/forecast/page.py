"""The page of the documentation, written from what the study found. Longer than a function should be: it is prose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dayafter.backtest import FORECASTERS, Backtest, reliability_plots
from dayafter.forecasting.models import GRID_MIXTURE
from dayafter.scoring.report import NOTICEABLE
from studies.forecast.choice import GRID_DRAWS, GRID_RULES, Tried
from studies.forecast.data import CHALLENGE_YEARS, CHOICE_YEARS, GRID_CHOICE_YEARS, GRID_YEARS

PUBLISHED: Final = {
    "zero": "bm_zero",
    "last_poisson": "bm_last_historical_poisson",
    "bootstrap_240": "bm_boot_240",
    "conflictology": "bm_conflictology",
}
DO_IT: Final = """
## Do it yourself

A panel is a table of `month_id` (1 is January 1980), a unit and a count; a table of events works too
([import events](../howto/import-events.md)).

```text
$ dayafter forecast --panel cm.parquet --unit-column country_id --target ged_sb_best --origin 454 --out f.parquet
wrote f.parquet: 191 units, months 457 to 468 seen from month 454, 1000 draws of the model mixture
$ dayafter forecast --events events.parquet --unit priogrid --out cells.parquet
$ dayafter score f.parquet --actuals cm.parquet --target ged_sb_best --against conflictology.parquet
2,292 unit-months of 191 units, months 457 to 468, 1000 draws each

                                          mean    up to 15,000       other
CRPS                                   11.7627         11.7627     14.4648  deaths
IGN, log score on 11 bins               0.5682          0.5682      0.7357  bits
MIS, 90 % interval score              100.9645        100.9645    214.9319  deaths
…
$ dayafter score draws.parquet --unit-column country_id --actuals cm.parquet --target ged_sb_best
9,168 unit-months of 191 units, months 457 to 504, 12 draws each

                                          mean    up to 15,000
CRPS                                   30.4545         15.9548  deaths
IGN, log score on 11 bins               1.2164          1.2157  bits
MIS, 90 % interval score              514.0326        224.0676  deaths
…
$ dayafter backtest --panel cm.parquet --unit-column country_id --target ged_sb_best --years 2018-2021 --model mixture
model                crps  without giants     ign    mis  log crps  crps against       low     high
zero                41.63           27.13    1.57  832.6    0.5197         11.19     2.002    25.16
last_poisson        34.72           20.22   1.147  674.6    0.2324         4.277     1.327    8.232
bootstrap_240       41.03           26.55   1.121  800.2    0.4656         10.59     1.689    24.36
bootstrap_240_own   34.37            19.9  0.7217  526.9     0.263          3.93    0.3376    8.856
conflictology       30.44           15.94  0.6987  510.1    0.1523             0         0        0
conflictology_near  30.48           15.98   0.699  510.1    0.1525       0.03811  0.002797  0.08507
mixture             28.75           14.26  0.5546    464    0.1507        -1.689     -3.79  -0.06923
```

`score` holds a part of a file at a time, so that memory does not grow with it: a year of all 13,110 PRIO-GRID cells of
the challenge with 1,000 draws each, 157 million rows, takes 0.3 GB. Rows may stand in any order; where those of a
unit-month are scattered it takes longer.

The second score is of the challenge's own twelve draws of conflictology: CRPS and MIS are the published 30.4545 and
514.0326; of IGN see above. This backtest was given no neighbours (`--neighbours`, a table of pairs), the tables above
were. `--plots DIR` draws the plots of reliability. `make study` writes this page anew where the data are there.
"""
GRID_TAKEN: Final = " + ".join(f"{weight:g} {name}" for name, (_, weight) in GRID_MIXTURE.parts.items())
CRPS_TARGET: Final = 29.2
IGN_TARGET: Final = 0.57


@dataclass(frozen=True, slots=True)
class CountryPart:
    """What the study computed on countries."""

    base: Mapping[str, float]
    tried: Sequence[Tried]
    backtest: Backtest
    published: pl.DataFrame


@dataclass(frozen=True, slots=True)
class GridPart:
    """What the study computed on grid cells."""

    tried: Sequence[Tried]
    backtest: Backtest


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the study computed."""

    countries: CountryPart
    grid: GridPart


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (heading, ["---"] * len(heading), *rows))


def plots(found: Found) -> dict[str, str]:
    """File name to SVG."""
    return {f"forecasts-{name}": text for name, text in reliability_plots(found.countries.backtest, "mixture").items()}


def _scores(found: Found) -> str:
    b = found.countries.backtest
    rows = []
    for model in b.models:
        by_window = [f"{b.mean(model, 'crps', origin):.2f}" for origin in b.origins]
        rest = [f"{b.mean(model, rule):{form}}" for rule, form in (("ign", ".3f"), ("mis", ".0f"), ("log_crps", ".4f"))]
        calm = f"{b.mean(model, 'crps', giants=False):.2f}"
        name = f"**{FORECASTERS[model].title}**" if model == "mixture" else FORECASTERS[model].title
        rows.append((name, *by_window, f"{b.mean(model, 'crps'):.2f}", calm, *rest))
    heading = ("model", *map(str, CHALLENGE_YEARS), "mean CRPS", "without giants", "IGN", "MIS", "CRPS of log")
    return _table(heading, rows)


def _published(found: Found) -> str:
    rows = []
    for ours, theirs in PUBLISHED.items():
        mine = found.countries.published.filter(pl.col("model") == theirs).sort("window")
        crps = [f"{value:.2f}" for value in mine["crps"].to_list()]
        crps_ours = [
            f"{found.countries.backtest.mean(ours, 'crps', origin):.2f}" for origin in found.countries.backtest.origins
        ]
        ign = f"{float(np.mean(mine['ign'].to_numpy())):.3f}"
        rows.append(
            (
                FORECASTERS[ours].title,
                " ".join(crps),
                " ".join(crps_ours),
                ign,
                f"{found.countries.backtest.mean(ours, 'ign'):.3f}",
            )
        )
    return _table(("benchmark", "CRPS as published", "CRPS here", "IGN as published", "IGN here"), rows)


def _tried(found: Found) -> str:
    rows = [("conflictology", *(f"{found.countries.base[rule]:.4f}" for rule in found.countries.base), "1")]
    rows += [
        (t.name, *(f"{t.scores[rule]:.4f}" for rule in found.countries.base), f"{t.criterion:.4f}")
        for t in found.countries.tried
    ]
    return _table(("tried", "CRPS", "IGN", "CRPS of log", "criterion"), rows)


def _grid(found: Found) -> str:
    b = found.grid.backtest
    rows = []
    for model in b.models:
        cells = [FORECASTERS[model].title]
        for rule in ("crps", "ign"):
            ratios = [b.mean(model, rule, origin) / b.mean("zero", rule, origin) for origin in b.origins]
            cells += [*(f"{ratio:.3f}" for ratio in ratios), f"**{b.mean(model, rule) / b.mean('zero', rule):.3f}**"]
        rows.append(cells)
    years = list(map(str, GRID_YEARS))
    heading = ("model", *(f"CRPS {y}" for y in years), "CRPS", *(f"IGN {y}" for y in years), "IGN")
    mean = b.mean("mixture_grid", "crps") / b.mean("zero", "crps")
    ign = b.mean("mixture_grid", "ign") / b.mean("zero", "ign")
    return f"""{b.n_units:,} cells of Africa and the Middle East, {b.n_draws} draws, as a ratio to the forecast of no
deaths at all. The last column of each score is the ratio of the means over the three windows.
{_met(mean, 0.93, "CRPS")}
{_met(ign, 0.72, "IGN")}

{_table(heading, rows)}

The events are those of UCDP GED 21.1 placed within about 25 km; a third of all events, less precisely placed, are not
among them. So levels do not compare with the challenge's, and the ratios only with care. A zero forecast is hard to
beat on such cells: almost all of them are at peace in almost all months.

Why 2018: in the autumn of 2017 the wars over Mosul and Raqqa ended. Every model that knows nothing but past deaths
carried them on; the windows before, in which the choice was made, reward just that.

Chosen on the windows {", ".join(map(str, GRID_CHOICE_YEARS))} by the mean of both ratios, with {GRID_DRAWS} draws
(IGN is higher for so few). Taken: {GRID_TAKEN}.

{_grid_tried(found)}

What else was tried on windows before 2018, each less good or no better than its noise: 300 to 3,000 nearest states,
with the war of a wider surrounding and of the whole country among the terms; bringing what followed to the present
level by its square root, which is better in the window of 2017 and clearly worse in those of 2013 and 2014; forests of
a hundred trees that choose the analogues; weights optimised freely; half-lives of 3 to 24 months. Cells that saw no
death for a year have four tenths of the zero forecast's IGN, and nothing in their or their neighbours' history
tells them apart by much.
"""


def _met(value: float, target: float, name: str) -> str:
    return f"{name} {value:.3f}, target {target:.2f}: {'met' if value <= target else 'not met'}."


def _grid_tried(found: Found) -> str:
    rows = [(t.name, *(f"{t.scores[rule]:.4f}" for rule in GRID_RULES), f"{t.criterion:.4f}") for t in found.grid.tried]
    return _table(("tried on grid cells", "CRPS, ratio", "IGN, ratio", "criterion"), rows)


def page(found: Found) -> str:
    """The whole page."""
    b = found.countries.backtest
    gain = b.against("mixture", "conflictology", "crps")
    gain_log = b.against("mixture", "conflictology", "log_crps")
    gain_ign = b.against("mixture", "conflictology", "ign")
    total = np.zeros(b.n_units)
    died = np.zeros(b.n_units)
    for origin in b.origins:
        mine, theirs = b.of("mixture", origin), b.of("conflictology", origin)
        total += np.bincount(mine.units, mine.scores["crps"] - theirs.scores["crps"], minlength=b.n_units)
        died += np.bincount(mine.units, mine.observed, minlength=b.n_units)
    total /= 12 * len(b.origins)
    better, worse = int((total < -NOTICEABLE).sum()), int((total > NOTICEABLE).sum())
    at_war = died > 0
    war_better, war_worse = int((total[at_war] < 0).sum()), int((total[at_war] > 0).sum())
    crps, ign = b.mean("mixture", "crps"), b.mean("mixture", "ign")
    every = all(b.mean("mixture", "crps", o) < b.mean("conflictology", "crps", o) for o in b.origins)
    covered = b.mean("mixture", "coverage")
    best = found.countries.tried[0]
    windows = [b.of("mixture", origin) for origin in b.origins]
    seconds = max(w.fit_s + w.sample_s for w in windows)
    worst = max(windows, key=lambda w: float(w.observed.max()))
    row = int(worst.observed.argmax())
    largest = float(worst.observed[row])
    above = sum(float(b.of(model, worst.origin).pit[row]) >= 1 for model in b.models)
    share = sum(float(w.scores["crps"][w.observed > 15_000].sum()) for w in windows) / sum(
        float(w.scores["crps"].sum()) for w in windows
    )
    return f"""# How good are the forecasts

This page is written by `make study` (`python -m studies.forecast`); every table is what that run measured.

## Limits first

- **No model here foresees a war where there was none.** The forecasts know only how many died before, here and next
  door. They know no politics, no harvest, no election. The largest month of 2018 to 2021, {largest:,.0f} deaths, lay
  above every draw of {above} of the {len(b.models)} models.
- **A mean is a matter of a few months.** {share:.0%} of the mixture's whole CRPS comes from country-months above 15,000
  deaths. Read the column without them, the log scale and IGN beside it.
- **Recorded deaths are not deaths.** Everything is UCDP's best estimate of state-based deaths, as it stood when it was
  published. The history to 2017 is of one vintage, the windows from 2018 of a later one.
- **The gain over a simple rule is small.** On the log scale its interval (below) holds nought in these four
  years. Conflictology, the plain last twelve months, is hard to beat; where
  it is enough, use it.
- Four windows are few. The intervals below are over countries; they say nothing of other years.
- **No draw says who will be attacked.** Countries and grid cells are the finest grain; that is on purpose.

## Country-month, windows 2018 to 2021

{b.n_units} countries, {b.n_draws} draws, twelve months from three to fourteen months ahead; a forecast for a
year sees nothing after the October before. The mixture: mean CRPS {crps:.2f} (target: at most {CRPS_TARGET}),
IGN {ign:.3f} (target: at most {IGN_TARGET}),
{"below conflictology in every window" if every else "not below conflictology in each window"}.

{_scores(found)}

CRPS and MIS in deaths, IGN in bits, lower is better. *Without giants* leaves out months above 15,000 deaths.

Against conflictology, with a 90 % interval over bootstrap samples of countries: CRPS {gain.mean:+.2f}
[{gain.low:+.2f}, {gain.high:+.2f}], CRPS of log {gain_log.mean:+.4f} [{gain_log.low:+.4f},
{gain_log.high:+.4f}], IGN {gain_ign.mean:+.3f} [{gain_ign.low:+.3f}, {gain_ign.high:+.3f}]. Of the
{int(at_war.sum())} countries with any death in the four years {war_better} have a lower CRPS and {war_worse}
a higher one. Of all {b.n_units}, {better} are better and {worse} worse by more than {NOTICEABLE} deaths a
month; the rest is at peace, and a few draws that say otherwise cost next to nothing. The central 90 %
interval covers {covered:.1%} of all country-months, most of them without deaths.

Fitting and drawing a window takes {seconds:.1f} processor seconds at most.

## Are the chances honest?

![Reliability of the chance of any death](forecasts-any.svg)
![Reliability of the chance of at least 25 deaths](forecasts-25.svg)
![PIT of all country-months](forecasts-pit.svg)
![PIT of country-months where a death was likely](forecasts-pit-war.svg)

Points: rows by the chance that the mixture gave them; bars: 90 % of a binomial share, too short, since months
of one war are not independent. PIT: each bar should reach the dashed line. The last plot is of the rows in
which the mixture gave more than one half to at least one death, the only ones where the PIT says much.

## The published benchmarks, run again

{_published(found)}

Our scorer gives the published score of each of the {191 * 48:,} rows of conflictology from its twelve stored
draws (a test). For IGN that takes a detail of the challenge's program: it stretches fewer than 1,000 draws to
1,000 by a Fourier interpolation, which invents values between those drawn and makes twelve draws look more
certain than they are. Our own conflictology has 1,000 real draws; that is why its IGN differs. The benchmark
of 240 months draws from all countries together; from a country's own months it is far better, as the first
table shows.

## How the model was chosen

On the windows {CHOICE_YEARS[0]} to {CHOICE_YEARS[-1]} alone, by one criterion: CRPS, IGN and the CRPS of log,
each divided by conflictology's, averaged. Then one run on 2018 to 2021. Taken: {best.name}.

{_tried(found)}

Before that, on the same windows, a coarser search fixed the states of the analogues: decayed means at 1, 3,
6, 12, 60 months, with and without neighbours and shares of months with deaths; 30 to 3,000 nearest; bringing
what followed to the present level by a mean of 1, 2, 3, 6 or 12 months, or not at all (not at all is the
worst); weights that favour late years. A negative binomial regression was tried with and without neighbours,
squares and a preference for late years. Alone it has a good IGN and a poor CRPS, because
it pulls large wars to the mean; in the mixture it gains next to nothing. A prototype of the same two bootstraps
(29.24) was known before the search and had seen the later windows, so the *kind* of model is not blind to
them; its numbers are. The self-exciting process of the simulation has an IGN below conflictology's and a CRPS above
it: it lets every war go on with the same offspring, and what it foresees where nothing is, is too much.

## PRIO-GRID-month, windows 2018 to 2020

{_grid(found)}
{DO_IT}"""
