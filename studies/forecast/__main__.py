"""`python -m studies.forecast [--data DIR] [--out DIR] [--keep DIR]`: choose before 2018, run after, write it up."""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from dayafter.backtest import FORECASTERS, backtest, challenge_origin
from studies.forecast.choice import choose, choose_grid
from studies.forecast.data import (
    CHALLENGE_YEARS,
    CHOICE_YEARS,
    GRID_CHOICE_YEARS,
    GRID_MODELS,
    GRID_YEARS,
    countries,
    grid,
    published,
)
from studies.forecast.page import CountryPart, Found, GridPart, page, plots
from studies.writing import write

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT.parent / "shared" / "data"
"""Beside the checkout; the data are too large and of too many licences to be kept in it."""
PAGE = Path("docs", "why", "forecasts.md")


Part = TypeVar("Part")


def say(what: str) -> None:
    """To whoever waits."""
    print(what, file=sys.stderr, flush=True)


def countries_part(data: Path) -> CountryPart:
    """The choice on countries and the backtest. A few minutes."""
    panel = countries(data)
    say("choosing on windows before 2018")
    base, tried = choose(panel, CHOICE_YEARS)
    origins = [challenge_origin(year) for year in CHALLENGE_YEARS]
    return CountryPart(base, tried, backtest(panel, origins, models=tuple(FORECASTERS), say=say), published(data))


def grid_part(data: Path) -> GridPart:
    """The choice on grid cells and the backtest. A minute or two."""
    panel = grid(data)
    say("choosing on grid windows before 2018")
    tried = choose_grid(panel, GRID_CHOICE_YEARS)
    origins = [challenge_origin(year) for year in GRID_YEARS]
    return GridPart(tried, backtest(panel, origins, models=GRID_MODELS, rules=("crps", "ign"), say=say))


def kept(name: str, folder: Path | None, compute: Callable[[], Part]) -> Part:
    """A part of the study, from the folder where an earlier run of the same code kept it."""
    if folder is None:
        return compute()
    file = folder / f"{name}.pickle"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(compute()))
    part: Part = pickle.loads(file.read_bytes())  # noqa: S301  # a file of our own
    return part


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study; 0 when the files are written, 2 where the data are not there."""
    parser = argparse.ArgumentParser(prog="python -m studies.forecast", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds views/ (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    parser.add_argument("--keep", type=Path, help="folder in which finished parts are kept, to go on from")
    parser.add_argument("--only", choices=("countries", "grid"), help="compute this part, keep it, write no page")
    options = parser.parse_args(arguments)
    parts = {"countries": lambda: countries_part(options.data), "grid": lambda: grid_part(options.data)}
    try:
        if options.only:
            kept(options.only, options.keep or CHECKOUT / "build" / "forecast", parts[options.only])
            return 0
        found = Found(
            kept("countries", options.keep, lambda: countries_part(options.data)),
            kept("grid", options.keep, lambda: grid_part(options.data)),
        )
    except FileNotFoundError as missing:
        print(f"cannot run the backtest: {missing}", file=sys.stderr)
        return 2
    written = {PAGE: page(found), **{PAGE.parent / name: text for name, text in plots(found).items()}}
    write(options.out, written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
