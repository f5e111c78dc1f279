"""The two files that the package ships, and the table of the page that shows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from studies.deal_durability.agreements import TERMS, Dropped
from studies.deal_durability.bootstrap import Spread
from studies.deal_durability.checks import Variant
from studies.deal_durability.hazard import AGE_AT, Fit

COLUMNS: Final = ("term", "mean", "sd", "low", "high", "variant_low", "variant_high", "unit", "rests_on", "note")
NOTES: Final = {
    "constant": f"at {AGE_AT:g} months of age, every term 0, in the median process",
    "log_age": f"times log(age/{AGE_AT:g}), age in months at the middle of the month",
    "log_age_shifted": "times log(1 + age/6), age in months: minus the exponent a of (1 + age/6)^-a; "
    f"0 at {AGE_AT:g} months",
    "log_frailty_sd": "log of the sd, over peace processes, of the log hazard; a new process is exp(sd x normal); "
    "-4 is the lower limit of the search and means no frailty",
}
UNITS: Final = {"constant": "log hazard per month", "log_frailty_sd": "log of an sd"}


def coefficient_rows(
    found: Fit, spread: Spread, variants: Sequence[Variant], counts: Dropped, n_ends: int
) -> list[dict[str, str]]:
    """One row for each coefficient: the maximum, its sandwich sd, the bootstrap's 90 % and the range over variants."""
    sd = np.sqrt(np.diag(found.robust_covariance))
    rows = []
    for i, term in enumerate(found.model.coefficients):
        elsewhere = [found.theta[i], *(variant.fit.theta[i] for variant in variants)]
        numbers = (found.theta[i], sd[i], *spread.interval(i), min(elsewhere), max(elsewhere))
        rests = f"UCDP Peace Agreement Dataset 22.1: {counts.used} agreements, {n_ends} ends"
        note = NOTES.get(term) or TERMS[term].replace("`", "")
        words = (UNITS.get(term, "log hazard ratio"), rests, note)
        rows.append(dict(zip(COLUMNS, (term, *(f"{value:.4f}" for value in numbers), *words), strict=True)))
    return rows


def covariance_rows(found: Fit) -> list[dict[str, str]]:
    """The sandwich covariance, a row for each coefficient."""
    names = found.model.coefficients
    return [
        {"term": name, **{other: f"{value:.6f}" for other, value in zip(names, row, strict=True)}}
        for name, row in zip(names, found.robust_covariance, strict=True)
    ]


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    """Comma-separated text with a heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a file that `as_csv` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coefficient_table(rows: Sequence[dict[str, str]]) -> str:
    """The table of the page, in Markdown."""
    lines = [
        "| coefficient | mean | sd | 90 % (bootstrap) | hazard ratio | mean under other assumptions |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        mean, sd, low, high, least, most = (float(row[name]) for name in COLUMNS[1:7])
        ratio = "" if row["term"] in UNITS else f"{np.exp(mean):.2f}"
        lines.append(
            f"| `{row['term']}` | {mean:.2f} | {sd:.2f} | {low:.2f} to {high:.2f} | {ratio} "
            f"| {least:.2f} to {most:.2f} |"
        )
    return "\n".join(lines)
