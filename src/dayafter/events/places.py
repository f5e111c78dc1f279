"""Which place of a case an event happened in: by code, by geometry, by name. Suggestions with scores, never merged.

The places come as plain records, so that this module knows nothing of case files. A suggestion becomes an assignment
only through `accept`, which says what it took and what it left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from dayafter.errors import UsageError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SCORE_BY_PRECISION: Final[Mapping[str, float]] = {
    "site": 1.0,
    "near": 0.7,
    "district": 0.4,
    "province": 0.1,
    "line": 0.1,
    "country": 0.0,
    "beyond": 0.0,
}
"""How far a point within a place's outline speaks for the place: by how well the point itself is known."""
SCORE_UNKNOWN_PRECISION: Final = 0.7
SCORE_BY_CODE: Final = 1.0
NAME_WEIGHT: Final = 0.9
"""A name alone never scores more than this: two towns may share it."""
NAME_AT_LEAST: Final = 0.85
"""Likeness, 0 to 1, below which a name is no suggestion."""
FAR_KM: Final = 50.0
"""A name that fits, on a point further than this from the place's outline, is no suggestion."""
_KM_PER_DEGREE: Final = 111.2
_WAYS: Final = ("code", "geometry", "name")
_GENERIC: Final = ("town", "city", "village", "district", "province", "governorate", "subdistrict", "sub-district")
SUGGESTIONS: Final = {
    "event_uid": pl.String(),
    "place": pl.String(),
    "by": pl.String(),
    "score": pl.Float64(),
    "smallest": pl.Boolean(),
    "what": pl.String(),
}
_SAME_LETTER: Final = str.maketrans("أإآٱىیێئکةەھؤۆڕڵıøłđ", "اااايييي\u0643ههه\u0648\u0648ر\u0644iold")


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place to match events to."""

    id: str
    names: tuple[str, ...] = ()
    """Names and aliases, in any script."""
    codes: tuple[str, ...] = ()
    """Codes in gazetteers; a code of an event matches the whole code or, with `code_prefixes`, its beginning."""
    geometry: Mapping[str, Any] | BaseGeometry | None = None
    """Outline as GeoJSON or a shapely geometry, WGS84. A point can be matched by name and code only."""
    code_prefixes: bool = False
    """Whether codes of what lies within begin with the place's own, as P-codes do."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What was accepted, and what was not."""

    rows: pl.DataFrame
    """`event_uid`, `place`: one place for an event."""
    unresolved: pl.DataFrame
    """Suggestions of events for which two places do equally well."""
    n_below: int
    """Events whose best suggestion scored too low."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Reduce a name to what survives a change of keyboard and of transliteration marks; for comparing alone."""
    plain = unicodedata.normalize("NFKD", text)  # first, since a capital in another dress has no small letter
    letters = unicodedata.normalize("NFKD", plain.casefold())
    letters = "".join(ch if ch.isalnum() or ch in " -" else "" for ch in letters).translate(_SAME_LETTER)
    words = [word for word in letters.replace("-", " ").split() if word not in _GENERIC]
    return "".join(words)


def match_places(events: pl.DataFrame, places: Sequence[PlaceRecord]) -> pl.DataFrame:
    """Suggest places for events.

    Parameters
    ----------
    events : a canonical event table.
    places : records with ids that differ.

    Returns
    -------
    One row for each event, place and way that fits: `event_uid`, `place`, `by` (code, geometry, name), `score` (0 to
    1), `smallest` (whether it is the smallest outline around the event), `what` (the words for it). Sorted by event in
    the order of the table, then best first.

    Raises
    ------
    UsageError : two places share an id, or an outline is no geometry.
    """
    ids = [place.id for place in places]
    if len(set(ids)) < len(ids):
        raise UsageError(f"two places share the id '{next(one for one in ids if ids.count(one) > 1)}'")
    shapes = _shapes(places)
    numbered = events.select(
        "event_uid", "place_code", "place_name", "latitude", "longitude", "place_precision"
    ).with_row_index("(n)")
    found = [_by_code(numbered, places), _by_geometry(numbered, places, shapes), _by_name(numbered, places, shapes)]
    order = pl.Enum(ids)
    ways = pl.Enum(_WAYS)
    keys = [pl.col("place").cast(order).to_physical(), pl.col("by").cast(ways).to_physical()]
    every = pl.concat(found).sort("(n)", -pl.col("score"), ~pl.col("smallest"), *keys)
    return every.select(list(SUGGESTIONS))


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema={"(n)": pl.UInt32(), **SUGGESTIONS})


def _shapes(places: Sequence[PlaceRecord]) -> dict[str, BaseGeometry]:
    import shapely  # noqa: PLC0415  # loaded when places are matched, not when the package is
    from shapely.geometry import shape  # noqa: PLC0415

    shapes: dict[str, BaseGeometry] = {}
    for place in places:
        if place.geometry is None:
            continue
        try:
            outline = shape(place.geometry) if isinstance(place.geometry, Mapping) else place.geometry
            shapes[place.id] = outline if outline.is_valid else shapely.make_valid(outline)
        except (shapely.errors.ShapelyError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"the outline of place '{place.id}' is no geometry: {error}") from error
    return shapes


def _by_code(events: pl.DataFrame, places: Sequence[PlaceRecord]) -> pl.DataFrame:
    codes = events["place_code"].drop_nulls().unique().sort().to_list()
    rows = [
        (code, place.id, f"code {code} is {'within ' if code != own else ''}{own}")
        for code in codes
        for place in places
        for own in place.codes
        if code == own or (place.code_prefixes and code.startswith(own))
    ]
    if not rows:
        return _empty()
    matches = pl.DataFrame(rows, schema=["place_code", "place", "what"], orient="row")
    longest = pl.col("what").str.extract(r" (\S+)$", 1).str.len_chars()
    matches = matches.with_columns((longest == longest.max().over("place_code")).alias("smallest"))
    joined = events.join(matches, on="place_code", how="inner")
    return joined.select(
        "(n)",
        "event_uid",
        "place",
        pl.lit("code").alias("by"),
        pl.lit(SCORE_BY_CODE).alias("score"),
        "smallest",
        "what",
    )


def _by_geometry(
    events: pl.DataFrame, places: Sequence[PlaceRecord], shapes: Mapping[str, BaseGeometry]
) -> pl.DataFrame:
    import shapely  # noqa: PLC0415

    areal = [place.id for place in places if place.id in shapes and shapes[place.id].area > 0]
    points = events.select("latitude", "longitude").drop_nulls().unique(maintain_order=True)
    if not areal or not points.height:
        return _empty()
    tree = shapely.STRtree([shapes[name] for name in areal])
    dots = shapely.points(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    dot, outline = tree.query(dots, predicate="intersects")
    area = np.array([shapes[name].area for name in areal])
    hits = points[dot].with_columns(
        pl.Series("place", [areal[n] for n in outline], dtype=pl.String), pl.Series("(area)", area[outline])
    )
    smallest = pl.col("(area)") == pl.col("(area)").min().over("latitude", "longitude")
    joined = events.join(hits.with_columns(smallest.alias("smallest")), on=["latitude", "longitude"], how="inner")
    known = list(SCORE_BY_PRECISION)
    score = pl.col("place_precision").replace_strict(
        known, [SCORE_BY_PRECISION[name] for name in known], default=SCORE_UNKNOWN_PRECISION, return_dtype=pl.Float64
    )
    said = pl.format(
        "the point lies within; it is known to {}", pl.col("place_precision").fill_null("nobody says what")
    )
    return joined.select(
        "(n)",
        "event_uid",
        "place",
        pl.lit("geometry").alias("by"),
        score.alias("score"),
        "smallest",
        said.alias("what"),
    ).filter(pl.col("score") > 0)


def _by_name(events: pl.DataFrame, places: Sequence[PlaceRecord], shapes: Mapping[str, BaseGeometry]) -> pl.DataFrame:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  # as shapely above

    bearers: list[tuple[str, str, str]] = []
    for place in places:
        bearers += [(folded, place.id, name) for name in place.names if (folded := fold(name))]
    if not bearers:
        return _empty()
    rows: list[tuple[str, str, float, str]] = []
    for written in events["place_name"].drop_nulls().unique().sort().to_list():
        wanted = fold(written)
        if not wanted:
            continue
        likeness = process.cdist([wanted], [folded for folded, _, _ in bearers], scorer=fuzz.ratio)[0] / 100
        best: dict[str, tuple[float, str]] = {}
        for n, (_, bearer, name) in enumerate(bearers):
            if likeness[n] >= NAME_AT_LEAST and likeness[n] > best.get(bearer, (0.0, ""))[0]:
                best[bearer] = (float(likeness[n]), name)
        rows += [
            (written, bearer, NAME_WEIGHT * like, f"'{written}' reads like '{name}' ({like:.2f})")
            for bearer, (like, name) in best.items()
        ]
    if not rows:
        return _empty()
    matches = pl.DataFrame(rows, schema=["place_name", "place", "score", "what"], orient="row")
    joined = events.join(matches, on="place_name", how="inner")
    near = _not_far(joined, shapes)
    return joined.filter(near).select(
        "(n)", "event_uid", "place", pl.lit("name").alias("by"), "score", pl.lit(value=True).alias("smallest"), "what"
    )


def _not_far(joined: pl.DataFrame, shapes: Mapping[str, BaseGeometry]) -> pl.Series:
    """Whether each event lies near the place whose name it bears; true where either has no coordinates."""
    import shapely  # noqa: PLC0415

    known = [
        name in shapes and latitude is not None for name, latitude in joined.select("place", "latitude").iter_rows()
    ]
    near = np.ones(joined.height, dtype=bool)
    at = np.flatnonzero(known)
    if at.size:
        some = joined[at]
        latitude, longitude = some["latitude"].to_numpy(), some["longitude"].to_numpy()
        outlines = np.array([shapes[name] for name in some["place"]], dtype=object)
        ends = shapely.get_coordinates(shapely.shortest_line(shapely.points(longitude, latitude), outlines))
        away = ends[1::2] - ends[::2]
        # Degrees of longitude shrink towards the poles: a plane around the point is near enough for 50 km.
        shrink = np.maximum(np.cos(np.radians(latitude)), 0.01)
        near[at] = np.hypot(away[:, 0] * shrink, away[:, 1]) * _KM_PER_DEGREE <= FAR_KM
    return pl.Series(near, dtype=pl.Boolean)


def accept(suggestions: pl.DataFrame, at_least: float = 0.7, by: Sequence[str] = _WAYS) -> Assignment:
    """Take the best suggestion for each event where one place is best.

    Parameters
    ----------
    suggestions : as `match_places` gives them, perhaps edited by a person.
    at_least : lowest score to take.
    by : ways to take: code, geometry, name.

    Returns
    -------
    One place an event. Of places with the same score the smallest outline wins, and ways agree with one another; where
    two places remain, the event is left unresolved and listed.
    """
    if unknown := [way for way in by if way not in _WAYS]:
        raise UsageError(f"'{unknown[0]}' is no way of matching; there are {', '.join(_WAYS)}")
    chosen = suggestions.filter(pl.col("by").is_in(list(by)))
    enough = chosen.filter(pl.col("score") >= at_least)
    n_below = chosen["event_uid"].n_unique() - enough["event_uid"].n_unique()
    best = enough.filter(pl.col("score") == pl.col("score").max().over("event_uid"))
    some_smallest = pl.col("smallest").any().over("event_uid")
    best = best.filter(pl.col("smallest") | ~some_smallest)
    alone = pl.col("place").n_unique().over("event_uid") == 1
    rows = best.filter(alone).unique(subset="event_uid", keep="first", maintain_order=True)
    return Assignment(rows.select("event_uid", "place"), best.filter(~alone), n_below)
