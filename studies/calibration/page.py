"""The page that says how a calibration did."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.calibration.fit import BACKGROUND, Calibration
from dayafter.calibration.returns import Returns
from dayafter.priors.posterior import PLACE
from studies.calibration.backgrounds import MONTHS, Fitted
from studies.calibration.checks import Check
from studies.calibration.ranks import DRAWS, Ranks

SHOWN: Final = (
    "rate_insurgent",
    "rate_interbloc",
    "recorded_insurgent",
    "recorded_interbloc",
    "sd_place",
    "excitation_own",
    "dispersion",
    "remnant_start",
)
"""Parameters whose ranks stand in the table beside those of the places."""
NAME: Final = "calibration-results.md"


@dataclass(frozen=True, slots=True)
class Found:
    """What the study measured."""

    calibration: Calibration
    returns: Returns
    ranks: Ranks
    members: int
    """Of each calibration behind the ranks."""
    seen: Sequence[Check]
    held_back: Sequence[Check]
    by_place: Sequence[Check]
    held_from: str
    backgrounds: Sequence[Fitted]
    districts: int
    events: int


def page(found: Found) -> str:
    """The page as Markdown."""
    done = found.calibration
    record = done.posterior.about["record"]
    rates = [(r.place, f"{r.recorded} in {r.months}", _range(r.before), _range(r.after)) for r in done.rates]
    parts = (
        f"# What the record of {done.case_id} says\n",
        prose(
            "This page is written by `make study` (`python -m studies.calibration`); every table is what that run",
            "measured. [Calibrating a case](calibration.md) says how.",
        ),
        _limits(found),
        "## What is informed\n",
        prose(
            f"{sum(record['recorded_events'].values())} recorded events in {record['freed_place_months']} freed",
            f"place-months of {record['places']} places, {record['first_month']} to {record['last_month']};",
            f"{done.sample.effective:,.0f} effective of {done.sample.z.shape[1]:,} members. 5, 50 and 95",
            "%; *variance* is",
            "what is left of the prior's, on its own scale.",
        ),
        _informed(done),
        _uninformed(done),
        "Insurgent events a month, recorded or not, before excitation:\n",
        _table(("Place", "recorded in months", "before", "after"), rates),
        "## Is the posterior honest?\n",
        _honest(found.ranks, found.members),
        _ranks(found.ranks),
        "## What it expects of the record\n",
        prose(
            "Records drawn forward from the prior and from the posterior, 5, 50 and 95 %. *At most* is the",
            "share of drawn",
            "records with no more than was seen, ties halved: near 0 or 1 the posterior is surprised.",
        ),
        _checks(found.seen),
        f"Held back: calibrated on the months before {found.held_from}, and the later ones drawn.\n",
        _checks([*found.held_back, *found.by_place]),
        "## Offspring, and what it is measured against\n",
        _backgrounds(found),
        "## Returns\n",
        _returns(found.returns),
    )
    return "\n".join(parts)


def prose(*words: str) -> str:
    """A paragraph, filled."""
    return textwrap.fill(" ".join(words), 118, break_long_words=False, break_on_hyphens=False) + "\n"


def _limits(found: Found) -> str:
    spread = [one.n[1] for one in found.backgrounds]
    inside = max(one.n[2] - one.n[0] for one in found.backgrounds)
    outside = [one for one in (*found.held_back, *found.by_place) if not 0.05 <= one.at_most <= 0.95]
    surprised = ", ".join(one.name for one in outside) or "none of them"
    points = (
        prose(
            "- **It is little.** A posterior from so few events is mostly its prior; that it passes the",
            "checks below says",
            "that the arithmetic is right, not that the model is.",
        ),
        prose(
            f"- **Offspring depend on the background.** The five below give {min(spread):.2f}",
            f"to {max(spread):.2f} events",
            f"an event; no interval within one of them is wider than {inside:.2f}.",
        ),
        prose(
            "- The months held back are few and most are silent: a check that hardly anything could fail. Outside the",
            f"central 90 %: {surprised}.",
        ),
        prose(f"- Ranks are of {found.ranks.ranks.shape[1]} made-up records; a small bias would not show."),
    )
    return "## Limits first\n\n" + "".join(point.replace("\n", "\n  ").rstrip() + "\n" for point in points)


def _informed(done: Calibration) -> str:
    rows = [
        (f"`{row.name}`", row.words, f"{row.variance_ratio:.2f}", _range(row.before), _range(row.after), row.unit)
        for row in sorted(done.rows, key=lambda row: row.variance_ratio)
        if row.informed
    ]
    return _table(("Name", "What", "variance", "before", "after", "unit"), rows)


def _uninformed(done: Calibration) -> str:
    rest = [f"`{row.name}`" for row in done.rows if not row.informed and not row.name.startswith(PLACE)]
    return prose(
        f"Of those that act on violence, left at their prior: {', '.join(rest)}. Every other parameter",
        "of the simulation",
        "is too.",
    )


def _honest(ranks: Ranks, members: int) -> str:
    n = ranks.ranks.shape[1]
    values = np.array([ranks.p_value(row) for row in range(len(ranks.names))])
    covered = np.mean([ranks.covered(row) for row in range(len(ranks.names))])
    low = int((values < 0.05).sum())
    return prose(
        f"{n} truths drawn from the prior, a record of the same months drawn from",
        f"each ({np.median(ranks.events):.0f} events",
        f"in the median one, {ranks.events.max()} in the largest), each calibrated with {members:,} members;",
        f"{ranks.refused} refused for too few effective ones. Rank of the truth among {DRAWS} draws of the",
        "shipped form of",
        "the posterior; uniform ranks mean that it is honest. *p* by χ² over ten bins; *covered* is the",
        "share of truths",
        f"within the central 90 %. Over all {len(ranks.names)} quantities {low} have p below 0.05 (a twentieth,",
        f"{len(ranks.names) / 20:.1f}, is chance), and {100 * covered:.0f} % of truths are covered. Refused",
        "records are loud",
        "ones, so the ranks are of the others.",
    )


def _ranks(ranks: Ranks) -> str:
    rows = []
    for row, name in enumerate(ranks.names):
        if name in SHOWN or name.startswith("log rate") or name.count("/") == 1:
            rows.append(
                (
                    f"`{name}`",
                    " ".join(str(n) for n in ranks.counts(row)),
                    f"{ranks.p_value(row):.2f}",
                    f"{ranks.covered(row):.2f}",
                )
            )
    return _table(("Quantity", "ranks in ten bins", "p", "covered"), rows)


def _checks(checks: Sequence[Check]) -> str:
    rows = [
        (one.name, f"{one.seen:g}", _range(one.prior), _range(one.posterior), f"{one.at_most:.2f}") for one in checks
    ]
    return _table(("Number", "seen", "prior", "posterior", "at most"), rows)


def _backgrounds(found: Found) -> str:
    own = found.calibration.row("excitation_own")
    rows = [
        (one.background, _range((one.n[0], one.n[1], one.n[2])), f"{one.alpha:.2f}", f"{one.log_likelihood:,.0f}")
        for one in found.backgrounds
    ]
    rows.append((f"{BACKGROUND} (this case, freed months)", _range(own.after), "", ""))
    lead = prose(
        f"All districts of the country, {found.districts} × {MONTHS} months, {found.events:,} events of every regime;",
        "estimate with 90 % profile interval. None of it enters the posterior, whose own line stands last.",
    )
    return lead + "\n" + _table(("Background", "own-lag sum", "dispersion", "log likelihood"), rows)


def _returns(found: Returns) -> str:
    months = sum(one.months for one in found.districts)
    moved = sum(one.moved for one in found.districts)
    rises = "chance that a district's count rises in a month, mean over districts"
    shape = "shape of batches about the district's mean (1: exponential, as the process draws)"
    lead = prose(
        f"IOM DTM, returned families by district of return, {found.rounds} rounds from {found.first}",
        f"to {found.last}: in",
        f"{moved} of {months} district-months of {len(found.districts)} districts the count rose. 5, 50 and 95 %.",
    )
    rows = [
        (rises, _range(found.chance)),
        ("the same, of one more district", _range(found.chance_elsewhere)),
        (shape, _range(found.shape)),
    ]
    rest = prose(
        "Not identified: the share of the displaced that a batch moves (no stock at the place of origin); chance apart",
        "from permission; what distrust, destruction and violence do; Jalawla apart from Saadiya, Tuz",
        "Khurmatu apart from",
        "Sleiman Beg (one district each). Batches are more uneven than the process draws them where the",
        "interval of the",
        "shape lies below 1.",
    )
    return "\n".join([lead, _table(("What", "posterior"), rows), rest])


def _range(three: tuple[float, float, float]) -> str:
    low, middle, high = three
    return f"{middle:.3g} [{low:.3g}, {high:.3g}]"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
