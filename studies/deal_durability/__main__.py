"""`python -m studies.deal_durability [--data DIR] [--out DIR]`: estimate, and write the tables and the page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studies.deal_durability.agreements import TERMS, read_agreements
from studies.deal_durability.bootstrap import bootstrap
from studies.deal_durability.checks import library_with_frailty, library_without_frailty, other_data, variants
from studies.deal_durability.choice import choose, score
from studies.deal_durability.hazard import Model, fit
from studies.deal_durability.page import Found, page
from studies.deal_durability.tables import as_csv, coefficient_rows, covariance_rows
from studies.writing import write

CHECKOUT = Path(__file__).parents[2]
TABLE = Path("src", "dayafter", "priors", "deal_durability.csv")
COVARIANCE = Path("src", "dayafter", "priors", "deal_durability_covariance.csv")
PAGE = Path("docs", "why", "deal-durability.md")
DATA = CHECKOUT.parent / "shared" / "data"
"""Beside the checkout; the data are too large and of too many licences to be kept in it."""
SEED = 1


def study(data: Path, seed: int) -> Found:
    """The whole estimation. Takes several minutes."""

    def say(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    agreements, counts = read_agreements(data)
    say(f"{counts.used} agreements, {agreements.n_processes} processes, {int(agreements.ended.sum())} ends")
    ages = tuple(score(agreements, Model(age=age), seed) for age in ("none", "log", "shifted", "steps"))
    best = max(ages, key=lambda s: s.total).model
    say(f"age: {best.age}; choosing terms")
    chosen, steps = choose(agreements, best, tuple(TERMS), seed)
    model = chosen.model
    say(f"chosen: {', '.join(model.terms) or 'no terms'}; bootstrap")
    found, plain = fit(agreements, model), fit(agreements, replace(model, frailty=False))
    spread = bootstrap(agreements, found, seed)
    others = tuple(variants(agreements, model))
    say("checks")
    return Found(
        agreements=agreements,
        counts=counts,
        ages=ages,
        steps=tuple(steps),
        chosen=chosen,
        everything=score(agreements, replace(model, terms=tuple(TERMS)), seed),
        without=score(agreements, replace(model, frailty=False), seed),
        fit=found,
        spread=spread,
        plain=plain,
        plain_spread=bootstrap(agreements, plain, seed),
        log_age=fit(agreements, replace(model, age="log")),
        variants=others,
        library_plain=library_without_frailty(agreements, replace(model, frailty=False)),
        library_frailty=library_with_frailty(agreements, model),
        other=other_data(data, agreements, model, seed),
        rows=coefficient_rows(found, spread, others, counts, int(agreements.ended.sum())),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 0 when the files are written, 2 where the data are not there."""
    parser = argparse.ArgumentParser(prog="python -m studies.deal_durability", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds agreements/ (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    options = parser.parse_args(arguments)
    try:
        found = study(options.data, SEED)
    except FileNotFoundError as missing:
        print(f"cannot estimate deal durability: {missing}", file=sys.stderr)
        return 2
    written = {TABLE: as_csv(found.rows), COVARIANCE: as_csv(covariance_rows(found.fit)), PAGE: page(found)}
    write(options.out, written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
