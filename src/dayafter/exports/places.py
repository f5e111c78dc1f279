"""Places as map features: what is recorded and found of each, flat, so that a map can be styled and filtered by it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dayafter.assessment.report import RowRef
from dayafter.casefile.cell_text import cell_text
from dayafter.casefile.schema import Name, Place
from dayafter.exports.material import CaseMaterial
from dayafter.exports.tables import Cell, Column
from dayafter.vocabulary import FOUR_QUESTIONS, LedgerState, NameKind, PlaceScope

_OWN: Final = (
    Column("id", "Id of the place."),
    Column("name", "Its name."),
    Column("names", "Its names in other languages and scripts, each with its language tag."),
    Column("kind", "Its administrative kind."),
    Column("scope", "What it is to the case: contested, national, or there for context."),
    Column("parent", "Id of the place that it lies in."),
    Column("codes", "Its codes in other schemes."),
    Column("dispute", "Whether patrons claim it against one another."),
    Column("freed_on", "When the common enemy was driven out."),
    Column("sources", "Who says so."),
)
_QUANTITIES: Final = {"population_before": "persons", "destroyed_share": "share of dwellings"}


@dataclass(frozen=True, slots=True)
class Feature:
    """A place on a map: its properties, and its geometry as GeoJSON; None where none may be shown or is known."""

    properties: Mapping[str, Cell]
    geometry: Mapping[str, Any] | None


def place_columns(material: CaseMaterial) -> tuple[Column, ...]:
    """The properties that every feature has, in their order, with units."""
    columns = [*_OWN]
    columns += [Column(field, f"Its name in {tag}; empty: none found.") for tag, field in name_fields(material).items()]
    for name, unit in _QUANTITIES.items():
        columns += [Column(f"{name}{end}", f"{unit}; {what}", is_number=True) for end, what in _ENDS]
    columns += [Column(f"ledger_{question.value}", "Where the question stands there.") for question in FOUR_QUESTIONS]
    columns.append(Column("n_contested", "How many of the four questions are contested.", is_number=True))
    for name, unit in _indices(material).items():
        columns += [Column(name, f"{unit}; mean over the draws", is_number=True)]
        columns += [Column(f"{name}_{end}", f"{unit}; {end} of the draws", is_number=True) for end in ("p05", "p95")]
    return tuple(columns)


_ENDS: Final = (("", "best value"), ("_low", "the least thought possible"), ("_high", "the most thought possible"))


def name_fields(material: CaseMaterial) -> dict[str, str]:
    """Language tag to the property that holds names in it, of every language in which some place is named."""
    tags = dict.fromkeys(row.language for row in _names(material))
    return {tag: f"name_{tag.lower().replace('-', '_')}" for tag in tags if tag != "en"}


def _names(material: CaseMaterial) -> list[Name]:
    """Names in use of places, official ones first."""
    places = {row.id for row in material.case.places}
    rows = [row for row in material.shown("names") if isinstance(row, Name) and row.name and row.entity in places]
    used = [row for row in rows if row.kind in {NameKind.OFFICIAL, NameKind.ALIAS}]
    return sorted(used, key=lambda row: row.kind is not NameKind.OFFICIAL)


def _indices(material: CaseMaterial) -> dict[str, str]:
    """Name and unit of every index that some place has a number for."""
    return {_field(row.name): row.unit for row in material.section("index") if row.value is not None}


def _field(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")


def place_features(material: CaseMaterial) -> tuple[Feature, ...]:
    """Every place that the audience sees and that is more than context, or has a spot on the map."""
    columns = place_columns(material)
    found = []
    for row in material.shown("places"):
        if isinstance(row, Place):
            properties = _properties(material, row)
            geometry = _geometry(material, row)
            if row.scope is not PlaceScope.CONTEXT or geometry is not None:
                found.append(Feature({column.name: properties.get(column.name) for column in columns}, geometry))
    return tuple(found)


def _geometry(material: CaseMaterial, place: Place) -> Mapping[str, Any] | None:
    if place.id in material.shapes:
        return material.shapes[place.id]
    if place.latitude is None or place.longitude is None:
        return None
    return {"type": "Point", "coordinates": [place.longitude, place.latitude]}


def _properties(material: CaseMaterial, place: Place) -> dict[str, Cell]:
    gate = material.gate
    names = [name for name in material.case.names if name.entity == place.id and name.name]
    shown = [name for name in names if not gate.is_withheld(RowRef("names", name.key))]
    codes = [code for code in material.shown("place_codes") if getattr(code, "place", None) == place.id]
    found: dict[str, Cell] = {
        "id": gate.alias(place.id, "places"),
        "name": place.name,
        "names": "; ".join(f"{name.name} [{name.language}]" for name in shown) or None,
        "kind": place.kind.value,
        "scope": place.scope.value,
        "parent": None if place.parent is None else gate.alias(place.parent, "places"),
        "codes": "; ".join(f"{code.scheme}: {code.code}" for code in codes) or None,  # type: ignore[attr-defined]
        "dispute": cell_text(place.dispute) or None,
        "freed_on": cell_text(place.freed_on) or None,
        "sources": cell_text(place.source) or None,
    }
    fields = name_fields(material)
    for row in _names(material):
        if row.entity == place.id and row.language in fields:
            found.setdefault(fields[row.language], row.name)
    for name in _QUANTITIES:
        quantity = getattr(place, name)
        if quantity is not None:
            found |= {name: quantity.best, f"{name}_low": quantity.low, f"{name}_high": quantity.high}
    own = gate.alias(place.id, "places")
    states = {row.name: row.state for row in material.section("ledger") if row.place == own}
    found |= {f"ledger_{question.value}": states.get(question.value) for question in FOUR_QUESTIONS}
    if states:
        found["n_contested"] = sum(state == LedgerState.CONTESTED.value for state in states.values())
    for index in material.section("index"):
        if index.place == own and index.value is not None:
            field = _field(index.name)
            found |= {field: index.value, f"{field}_p05": index.p05, f"{field}_p95": index.p95}
    return found


def without_spot(features: Sequence[Feature]) -> list[str]:
    """Ids of the places that are not on the map, so that nobody takes the map for the whole."""
    return [str(feature.properties["id"]) for feature in features if feature.geometry is None]


def geojson(material: CaseMaterial) -> str:
    """The places as one GeoJSON FeatureCollection in WGS 84 (RFC 7946); no boundary is drawn that the case lacks.

    Properties without an account are null. The member `dayafter` says what the file is, who may read it and which
    places have no spot.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    features = place_features(material)
    about: dict[str, Any] = {
        **material.about,
        "properties": {column.name: column.text for column in place_columns(material)},
        "places_without_a_spot": without_spot(features),
        "note": "Spots are approximate and no boundary is implied.",
    }
    document = {
        "type": "FeatureCollection",
        "dayafter": about,
        "features": [
            {
                "type": "Feature",
                "id": feature.properties["id"],
                "properties": feature.properties,
                "geometry": feature.geometry,
            }
            for feature in features
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return material.gate.release(text, "the places as GeoJSON")
