"""`python -m studies.calibration [--data DIR] [--out DIR] [--replications N]`: calibrate, check, write it up.

About twenty minutes of one core with 200 replications, two and a half with 4. `--posterior` also writes the posterior
of the bundled case.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dayafter.calibrating import calibrate, observe_case, read_events, read_returns
from dayafter.calibration.returns import fit_returns
from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.events.grid import first_day
from dayafter.priors.posterior import FILE
from studies.calibration.backgrounds import district_months, fit_all
from studies.calibration.checks import check_held_back, check_seen
from studies.calibration.page import NAME, Found, page
from studies.calibration.ranks import rank_truths
from studies.writing import write

CHECKOUT: Final = Path(__file__).parents[2]
DATA: Final = CHECKOUT.parent / "shared" / "data"
CASE: Final = "iraq-2016"
FRONTS: Final = ("sinjar",)
"""The south of the district was still held on the day of issue."""
MEMBERS: Final = 32768
RANKED: Final = 4096
RANK_PARTICLES: Final = 16
HELD_BACK: Final = 5
"""Months at the end that the check holds back."""


def study(data: Path, replications: int) -> Found:
    """Everything that the page tells."""

    def say(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    iraq, threads = data / "iraq", os.cpu_count() or 1
    events, returns = iraq / "ged_iraq_to_2016_02.parquet", iraq / "dtm_district_series.parquet"
    loaded = load_case(CASE)
    case = compile_case(loaded.case)
    moved = fit_returns(read_returns(returns), case.as_of)
    say("calibrating")
    done = calibrate(loaded, events, fronts=FRONTS, members=MEMBERS, threads=threads)
    seen = observe_case(loaded, read_events(events).rows, fronts=FRONTS)
    last = seen.first_month + seen.n_months - 1 - HELD_BACK
    say("months held back")
    held, by_place = check_held_back(case, seen, last, members=MEMBERS // 2, threads=threads)
    say("backgrounds")
    counts = district_months(iraq)
    ranks = rank_truths(
        case, seen, range(replications), members=RANKED, particles=RANK_PARTICLES, threads=threads, say=say
    )
    return Found(
        calibration=done,
        returns=moved,
        ranks=ranks,
        members=RANKED,
        seen=check_seen(case, seen, done.posterior),
        held_back=held,
        by_place=by_place,
        held_from=f"{first_day(last + 1):%B %Y}",
        backgrounds=fit_all(counts),
        districts=counts.shape[0],
        events=int(counts.sum()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 0 when the page is written, 2 where the data are not there."""
    parser = argparse.ArgumentParser(prog="python -m studies.calibration", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds iraq/ (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    parser.add_argument("--replications", type=int, default=200, help="made-up records that are ranked")
    parser.add_argument("--posterior", action="store_true", help="also write the posterior of the bundled case anew")
    options = parser.parse_args(arguments)
    if not (options.data / "iraq" / "ged_iraq_to_2016_02.parquet").is_file():
        print(f"cannot calibrate: the data are not in {options.data}", file=sys.stderr)
        return 2
    found = study(options.data, options.replications)
    written = {Path("docs", "why", NAME): page(found)}
    if options.posterior:
        written[Path("src", "dayafter", "cases", CASE, FILE)] = found.calibration.posterior.to_json()
    write(options.out, written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
