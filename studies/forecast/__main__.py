"""`python -m studies.forecast [--data DIR] [--out DIR] [--no-grid]`: choose before 2018, run after, write it up."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dayafter.backtest import backtest, challenge_origin
from dayafter.forecasting.models import MODELS
from studies.forecast.choice import choose
from studies.forecast.data import CHALLENGE_YEARS, CHOICE_YEARS, GRID_MODELS, GRID_YEARS, countries, grid, published
from studies.forecast.page import Found, page, plots

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT.parent / "shared" / "data"
"""Beside the checkout; the data are too large and of too many licences to be kept in it."""
PAGE = Path("docs", "why", "forecasts.md")


def study(data: Path, *, with_grid: bool) -> Found:
    """The choice and the backtests. About two minutes, and twenty more with the grid."""

    def say(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    panel = countries(data)
    say("choosing on windows before 2018")
    base, tried = choose(panel, CHOICE_YEARS)
    country = backtest(panel, [challenge_origin(year) for year in CHALLENGE_YEARS], models=tuple(MODELS), say=say)
    cells = None
    if with_grid:
        origins = [challenge_origin(year) for year in GRID_YEARS]
        cells = backtest(grid(data), origins, models=GRID_MODELS, rules=("crps", "ign"), say=say)
    return Found(base=base, tried=tried, country=country, grid=cells, published=published(data))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 0 when the files are written, 2 where the data are not there."""
    parser = argparse.ArgumentParser(prog="python -m studies.forecast", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds views/ (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    parser.add_argument("--no-grid", action="store_true", help="leave the PRIO-GRID windows out")
    options = parser.parse_args(arguments)
    try:
        found = study(options.data, with_grid=not options.no_grid)
    except FileNotFoundError as missing:
        print(f"cannot run the backtest: {missing}", file=sys.stderr)
        return 2
    written = {PAGE: page(found), **{PAGE.parent / name: text for name, text in plots(found).items()}}
    for path, text in written.items():
        target = options.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote {path.as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
