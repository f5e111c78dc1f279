"""Tables of a run as CSV, for the audience: rows about what is withheld are left out, ids are the public ones."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

import polars as pl

from dayafter.casefile.injection import neutralise
from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.web.edition import Edition
from dayafter.web.views.places import place_items

ENTITIES: Final = {
    "policy": "policies",
    "baseline": "policies",
    "place": "places",
    "deal": "deals",
    "aid": "aid",
    "community": "communities",
    "actor": "actors",
}
"""Column to the table that its ids are of."""


def result_csv(edition: Edition, result: SimulationResult, table: str) -> str:
    """A table of a run as CSV, every line with the seed, the hash of the run and the handling label.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    frame = result.tables[table]
    run = result.manifest["run"]
    tail = [str(run["seed"]), str(result.manifest["hash"])[:16], edition.gate.handling]
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\n")
    out.writerow([neutralise(name) for name in (*frame.columns, "seed", "run", "handling")])
    for row in frame.iter_rows(named=True):
        if not hides(edition, row):
            out.writerow([neutralise(_cell(edition, name, value)) for name, value in row.items()] + tail)
    return edition.gate.release(stream.getvalue(), f"the table {table} as CSV")


def places_csv(edition: Edition) -> str:
    """Places with names in every script, codes and coordinates.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    items = place_items(edition)
    languages = list(dict.fromkeys(name.language for item in items for name in item.row.place.names))
    schemes = list(dict.fromkeys(code.scheme for item in items for code in item.codes))
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\n")
    head = ["id", "name", *(f"name:{tag}" for tag in languages), *(f"code:{one}" for one in schemes)]
    out.writerow([neutralise(cell) for cell in (*head, "latitude", "longitude", "handling")])
    for item in items:
        place = item.row.place
        names = {name.language: name.text for name in place.names}
        codes = {code.scheme: code.code for code in item.codes}
        spot = ["" if value is None else f"{value:g}" for value in (place.latitude, place.longitude)]
        said = [
            item.id,
            place.name,
            *(names.get(tag, "") for tag in languages),
            *(codes.get(one, "") for one in schemes),
        ]
        out.writerow([neutralise(cell) for cell in said] + spot + [edition.gate.handling])
    return edition.gate.release(stream.getvalue(), "the places as CSV")


def hides(edition: Edition, row: dict[str, Any]) -> bool:
    """Whether a row of a result is about something that the audience must not know of."""
    return any(
        row.get(column) is not None and edition.gate.hides(str(row[column]), table)
        for column, table in ENTITIES.items()
    )


def result_rows(  # noqa: PLR0917  # what the address names
    edition: Edition, result: SimulationResult, table: str, outcome: str, policy: str | None, month: int | None
) -> list[dict[str, Any]]:
    """Rows of one outcome of a table of a run, as plain values.

    Raises
    ------
    UsageError : a table, an outcome or a policy that the run does not have.
    """
    if table not in {"summary", "contrasts", "exceedance", "chances"}:
        raise UsageError(f"there is no table '{table}' here; there is summary, contrasts, exceedance, chances")
    frame = result.tables[table].filter(pl.col("outcome") == outcome)
    if policy is not None:
        frame = frame.filter(pl.col("policy") == policy)
    if month is not None:
        frame = frame.filter(pl.col("month") == month)
    if not frame.height:
        raise UsageError(f"there is no row of '{outcome}' in the table {table} with what was asked")
    return [
        {
            name: edition.gate.alias(str(value), ENTITIES[name]) if name in ENTITIES and value is not None else value
            for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
        if not hides(edition, row)
    ]


def _cell(edition: Edition, column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in ENTITIES:
        return edition.gate.alias(str(value), ENTITIES[column])
    return f"{value:.6g}" if isinstance(value, float) else str(value)
