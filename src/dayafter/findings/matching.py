"""Events beside the places of a case: which places there are to match, and what a match says. Passes the gate.

The outlines of places come from the case's own GeoJSON files, or from a file of outlines whose features bear one of a
place's codes. Places that the audience may not see are not matched, and withheld names are not compared.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import RowRef
from dayafter.casefile.folder import read_geometry
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import Place
from dayafter.errors import UsageError
from dayafter.events.places import Assignment, PlaceRecord, accept, match_places
from dayafter.redaction import Gate
from dayafter.vocabulary import PlaceKind, PlaceScope

Outlines = Mapping[str, Mapping[str, Any]]
"""Place id to GeoJSON geometry."""

_PCODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]*\d[A-Z0-9]*")
"""A P-code begins with the country's two letters and, below the country, with the code of what it lies in."""


def wanted_places(loaded: LoadedCase, unit: str) -> tuple[str, ...]:
    """Ids of the places that a panel by `place` (those that are assessed) or by `district` counts."""
    if unit == "district":
        return tuple(place.id for place in loaded.case.places if place.kind is PlaceKind.DISTRICT)
    return tuple(place.id for place in loaded.case.places if place.scope is PlaceScope.CONTESTED)


def place_records(
    loaded: LoadedCase, gate: Gate, places: tuple[str, ...], outlines: Path | None = None
) -> tuple[PlaceRecord, ...]:
    """The places of a case as events can be matched to them, without what the audience may not see.

    Parameters
    ----------
    places : ids. outlines : GeoJSON, also packed with gzip; a feature belongs to the place one of whose codes, or
        whose id, is among the feature's id and properties.

    Raises
    ------
    UsageError : no place is left, or the outlines cannot be read.
    """
    case = loaded.case
    visible = [place for place in case.places if place.id in places and not gate.hides(place.id, "places")]
    if not visible:
        raise UsageError("the case has no place of this kind that the audience may see; choose another --unit")
    codes: dict[str, list[str]] = {}
    for code in case.place_codes:
        if not gate.is_withheld(RowRef("place_codes", code.key)):
            codes.setdefault(code.place, []).append(code.code)
    names: dict[str, list[str]] = {}
    for name in case.names:
        if name.name and not gate.is_withheld(RowRef("names", name.key)):
            names.setdefault(name.entity, []).append(name.name)
    shapes = dict(_case_outlines(loaded, visible))
    if outlines is not None:
        shapes |= _file_outlines(outlines, {place.id: codes.get(place.id, []) for place in visible})
    return tuple(
        PlaceRecord(
            id=place.id,
            names=(place.name, *names.get(place.id, ())),
            codes=tuple(codes.get(place.id, ())),
            geometry=shapes.get(place.id),
            code_prefixes=all(_PCODE.fullmatch(code) for code in codes.get(place.id, ())),
        )
        for place in visible
    )


def _case_outlines(loaded: LoadedCase, places: list[Place]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Outlines that the case itself has; a workbook has none."""
    if loaded.path is None or not loaded.path.is_dir():
        return
    for place in places:
        text, _ = read_geometry(loaded.path, place.geometry) if place.geometry else (None, ())
        if text is None:
            continue
        for feature in _features(json.loads(text.removeprefix("\ufeff"))):
            if feature.get("id") == place.id and feature.get("geometry"):
                yield place.id, feature["geometry"]


def _features(tree: Any) -> list[dict[str, Any]]:
    found = tree.get("features", [tree]) if isinstance(tree, dict) else []
    return [feature for feature in found if isinstance(feature, dict)]


def _file_outlines(path: Path, codes: Mapping[str, list[str]]) -> dict[str, Mapping[str, Any]]:
    """Outlines of a file by place, where a feature bears the place's id or one of its codes."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}; name a GeoJSON file of outlines")
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        features = _features(json.loads(raw.decode("utf-8-sig")))
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"{path}: no GeoJSON ({error}); save it anew, also packed with gzip") from None
    bearers = {code: place for place, own in codes.items() for code in (place, *own)}
    found: dict[str, Mapping[str, Any]] = {}
    for feature in features:
        said = [feature.get("id"), *(feature.get("properties") or {}).values()]
        for value in said:
            if isinstance(value, str) and value in bearers and isinstance(feature.get("geometry"), dict):
                found[bearers[value]] = feature["geometry"]
                break
    if not found:
        raise UsageError(f"{path}: no feature bears the id or a code of a place of the case; add rows to place_codes")
    return found


@dataclass(frozen=True, slots=True)
class Matched:
    """Events matched to places of a case."""

    places: tuple[str, ...]
    """Ids of all that could be matched, those without events too."""
    suggestions: pl.DataFrame
    taken: Assignment
    at_least: float


def match_case(
    events: pl.DataFrame,
    loaded: LoadedCase,
    gate: Gate,
    unit: str,
    *,
    outlines: Path | None = None,
    at_least: float = 0.7,
    ways: Sequence[str] = ("code", "geometry", "name"),
) -> Matched:
    """Suggest places of a case for events, and take those above a threshold where one is best.

    Parameters
    ----------
    unit : place or district. outlines : see `place_records`. at_least, ways : see `dayafter.events.places.accept`.

    Raises
    ------
    UsageError : as `place_records` and `accept` do, or the unit is neither.
    """
    if unit not in {"place", "district"}:
        raise UsageError(f"'{unit}' is no kind of place of a case; write place or district")
    records = place_records(loaded, gate, wanted_places(loaded, unit), outlines)
    suggestions = match_places(events, records)
    return Matched(tuple(record.id for record in records), suggestions, accept(suggestions, at_least, ways), at_least)


def match_rows(
    events: pl.DataFrame, matched: Matched, label: Callable[[str], str]
) -> list[dict[str, str | int | float]]:
    """One row a place: how many events each way suggests, how many are taken, and the dead of these."""
    suggested = matched.suggestions.group_by("place", "by").agg(pl.col("event_uid").n_unique()).rows()
    count = {(place, way): int(n) for place, way, n in suggested}
    dead = matched.taken.rows.join(events.select("event_uid", "deaths_best"), on="event_uid")
    sums = dead.group_by("place").agg(pl.len(), pl.col("deaths_best").sum()).rows()
    taken = {place: (int(n), int(killed)) for place, n, killed in sums}
    return [
        {
            "place": label(place),
            **{f"by {way}": count.get((place, way), 0) for way in ("code", "geometry", "name")},
            "taken": taken.get(place, (0, 0))[0],
            "dead of these": taken.get(place, (0, 0))[1],
        }
        for place in matched.places
    ]


def match_remarks(events: pl.DataFrame, matched: Matched) -> list[str]:
    """What a person must know before they use a match: what was taken, what is open, what fits nowhere."""
    taken, least = matched.taken, matched.at_least
    n_open = taken.unresolved["event_uid"].n_unique()
    n_nowhere = events.height - matched.suggestions["event_uid"].n_unique()
    return [
        f"{taken.rows.height:,} of {events.height:,} events taken: one place fits best, scoring {least:g} or more",
        f"{n_open:,} left open: two places fit equally well",
        f"{taken.n_below:,} left out: their best score is below {least:g}",
        f"{n_nowhere:,} fit no place",
    ]


def read_assignment(path: Path, places: Sequence[str]) -> pl.DataFrame:
    """An assignment that a person has looked at: a CSV file with the columns event_uid and place.

    Raises
    ------
    UsageError : there is no such file, a column is missing, or a place is none of those of the case.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; `dayafter events match --out` writes one")
    try:
        frame = pl.read_csv(path, infer_schema_length=0)
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"{path}: cannot be read ({str(error).splitlines()[0]}); save it as CSV in UTF-8") from None
    if lacking := [name for name in ("event_uid", "place") if name not in frame.columns]:
        raise UsageError(f"{path}: there is no column {lacking[0]}; it needs event_uid and place")
    unknown = frame.with_row_index("(n)", offset=2).filter(~pl.col("place").is_in(list(places)))
    if unknown.height:
        line, place = unknown["(n)"][0], unknown["place"][0]
        raise UsageError(f"{path}:{line}: '{place}' is none of {', '.join(places)}")
    return frame.select("event_uid", "place")
