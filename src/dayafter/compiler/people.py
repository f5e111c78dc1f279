"""Places, their communities, how these see one another, and what actors want."""

from __future__ import annotations

from typing import Any, Final

from dayafter.arrays import RowKey
from dayafter.compiler.builders import Axes, Field, key_of

_PERSONS: Final = {
    "before_share": "before_share",
    "persons_present": "present",
    "persons_displaced": "displaced",
    "persons_returned": "returned",
    "persons_left": "left",
    "represented": "represented",
}
"""Field of the arrays to column of the table."""


def compile_places(axes: Axes) -> dict[str, Field]:
    """Numbers of a place as a whole."""
    names = ("destroyed_share", "population_before", "n_armed_actors")
    fields = {name: Field(name, (len(axes.places),)) for name in names}
    for row in axes.case.places:
        if row.id in axes.places:
            for name in names:
                fields[name].put((axes.places[row.id],), getattr(row, name), row.id, key_of("places", row))
    return fields


def compile_population(axes: Axes) -> tuple[dict[str, Field], list[RowKey]]:
    """Communities by place."""
    shape = (len(axes.places), len(axes.communities))
    fields = {name: Field(name, shape) for name in _PERSONS}
    left_out = []
    for row in axes.case.population:
        c = axes.find("communities", row.community, f"population {row.key}")
        if row.place not in axes.places:
            left_out.append(key_of("population", row))
            continue
        for name, column in _PERSONS.items():
            fields[name].put((axes.places[row.place], c), getattr(row, column), row.key, key_of("population", row))
    return fields, left_out


def compile_perceptions(axes: Axes) -> tuple[dict[str, Field], list[RowKey]]:
    """Distrust of a community towards others and towards actors. It has a direction."""
    p, c, a = len(axes.places), len(axes.communities), len(axes.actors)
    fields = {"distrust": Field("distrust", (p, c, c)), "distrust_of_actor": Field("distrust_of_actor", (p, c, a))}
    left_out = []
    for row in axes.case.perceptions:
        own = axes.find("communities", row.community, f"perception {row.key}")
        if row.place not in axes.places:
            left_out.append(key_of("perceptions", row))
            continue
        is_community = row.toward in axes.communities
        other = axes.find("communities" if is_community else "actors", row.toward, f"perception {row.key}")
        field = fields["distrust" if is_community else "distrust_of_actor"]
        field.put((axes.places[row.place], own, other), row.distrust, row.key, key_of("perceptions", row))
    return fields, left_out


def compile_positions(axes: Axes) -> tuple[dict[str, Field], list[RowKey]]:
    """What actors want on each issue."""
    names = ("ideal", "salience", "capability", "red_line_below", "red_line_above")
    shape = (len(axes.places), len(axes.actors), len(axes.issues))
    fields = {name: Field(name, shape) for name in names}
    left_out = []
    for row in axes.case.positions:
        a = axes.find("actors", row.actor, f"position {row.key}")
        i = axes.find("issues", row.issue, f"position {row.key}")
        if row.place not in axes.places:
            left_out.append(key_of("positions", row))
            continue
        for name in names:
            fields[name].put((axes.places[row.place], a, i), getattr(row, name), row.key, key_of("positions", row))
    return fields, left_out


def compile_options(axes: Axes) -> dict[str, tuple[tuple[Any, ...], ...]]:
    """The options of each issue, in the order of their positions."""
    found: list[list[tuple[float, str]]] = [[] for _ in axes.issues]
    for row in axes.case.options:
        found[axes.find("issues", row.issue, f"option {row.key}")].append((float(row.position), row.id))
    ordered = [sorted(options) for options in found]
    return {
        "options": tuple(tuple(label for _, label in options) for options in ordered),
        "option_position": tuple(tuple(position for position, _ in options) for options in ordered),
    }
