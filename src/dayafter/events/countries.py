"""Countries by their Gleditsch–Ward code, with ISO codes for sources that use those.

The list is that of Gleditsch and Ward (1999), International Interactions 25(4), as kept in the MIT-licensed R package
`states`; ISO codes were joined by name with Natural Earth (public domain) and read through by hand. A state that has
ended has no ISO code here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Country:
    """A state of the system, for as long as it is one."""

    gw: int
    name: str
    first_day: date
    last_day: date | None
    """None where it lasts."""
    iso3: str | None
    iso_numeric: int | None


@cache
def countries() -> tuple[Country, ...]:
    """Every state since 1816, by code and first day; a code stands twice where a state ended and came again."""
    text = files("dayafter.events").joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(
        Country(
            gw=int(row["gw"]),
            name=row["name"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
            iso3=row["iso3"] or None,
            iso_numeric=int(row["iso_numeric"]) if row["iso_numeric"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def gw_by_iso() -> dict[int, int]:
    """ISO numeric code to Gleditsch–Ward code, of the states that there are today."""
    return {state.iso_numeric: state.gw for state in countries() if state.iso_numeric is not None}


def country_named(gw: int, on: date) -> Country | None:
    """The state with this code on a day; None where there is none."""
    return next(
        (
            state
            for state in countries()
            if state.gw == gw and state.first_day <= on and (state.last_day is None or on <= state.last_day)
        ),
        None,
    )
