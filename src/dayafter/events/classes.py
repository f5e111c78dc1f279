"""Which of the five classes of violence an event is: by who the sides are, never by the publisher's own type.

Three short tables: what a side is, what a pair of such sides makes, and, first of all, pairs that somebody decided one
by one. A publisher's "state-based" says nothing here: it holds a government against its common enemy, a government
against the force of a rival patron, and a foreign state's war on another country's soil.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from dayafter.errors import UsageError
from dayafter.vocabulary import ViolenceClass

ROLES: Final = ("claimant", "enemy", "foreign", "communal", "civilians")
"""What a side is to the case. Claimant: a force of one of the blocs that claim its places. Enemy: the common one, in
remnants. Foreign: a state or a group that fights its own war there. Communal: a tribe, a community. Civilians."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of events is, by its name at the source."""

    name: str
    """Exactly as written, or a pattern with `*` for any letters; the first line that fits holds."""
    role: str
    bloc: str | None = None
    """Of a claimant: whom it answers to. Two claimants of one bloc make intrabloc violence."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a pair of roles makes; the order of the two does not matter."""

    one: str
    other: str
    same_bloc: bool | None
    """Whether the two must be of one bloc, of two; None where it does not matter."""
    violence_class: ViolenceClass


PAIRS: Final = (
    Pair("foreign", "claimant", None, ViolenceClass.EXTERNAL),
    Pair("foreign", "enemy", None, ViolenceClass.EXTERNAL),
    Pair("foreign", "foreign", None, ViolenceClass.EXTERNAL),
    Pair("foreign", "communal", None, ViolenceClass.EXTERNAL),
    Pair("foreign", "civilians", None, ViolenceClass.EXTERNAL),
    Pair("enemy", "claimant", None, ViolenceClass.INSURGENT),
    Pair("enemy", "enemy", None, ViolenceClass.INSURGENT),
    Pair("enemy", "communal", None, ViolenceClass.INSURGENT),
    Pair("enemy", "civilians", None, ViolenceClass.INSURGENT),
    Pair("claimant", "claimant", same_bloc=True, violence_class=ViolenceClass.INTRABLOC),
    Pair("claimant", "claimant", same_bloc=False, violence_class=ViolenceClass.INTERBLOC),
    Pair("communal", "communal", None, ViolenceClass.COMMUNAL),
    Pair("claimant", "communal", None, ViolenceClass.COMMUNAL),
    Pair("claimant", "civilians", None, ViolenceClass.COMMUNAL),
    Pair("communal", "civilians", None, ViolenceClass.COMMUNAL),
)
EVERYWHERE: Final = (Side("Civilians", "civilians"),)
"""Sides that mean the same in every case."""
IRAQ: Final = (
    Side("IS", "enemy"),
    Side("Ansar al-Islam", "enemy"),
    Side("Government of Iraq", "claimant", "baghdad"),
    Side("Government of *", "foreign"),
    Side("PKK", "foreign"),
    Side("KDP", "claimant", "erbil"),
    Side("PUK", "claimant", "erbil"),
)
"""Sides in Iraq from June 2014, as UCDP names them. The army, the police and the armed groups on the state's roll all
stand under its government's name in UCDP, so no event of theirs with one another can be seen."""


@dataclass(frozen=True, slots=True)
class Classified:
    """Events with their class, and the sides that no line of the table names."""

    rows: pl.DataFrame
    """`event_uid`, `violence_class` (null where a side is unknown or the pair makes none of the five)."""
    unknown_sides: pl.DataFrame
    """`side`, `n_events`: whom to add to the table; most frequent first."""
    unmade_pairs: pl.DataFrame
    """`role_a`, `role_b`, `same_bloc`, `n_events`: pairs of known roles for which no line says a class."""


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in name.split("*")), re.IGNORECASE)


def _roles(names: Sequence[str], sides: Sequence[Side]) -> dict[str, Side]:
    """The line of the table for each name that has one: exact names before patterns, then the first."""
    exact = {side.name.casefold(): side for side in reversed(sides) if "*" not in side.name}
    patterns = [(_pattern(side.name), side) for side in sides if "*" in side.name]
    found: dict[str, Side] = {}
    for name in names:
        side = exact.get(name.casefold()) or next((one for like, one in patterns if like.fullmatch(name)), None)
        if side is not None:
            found[name] = side
    return found


def classify(
    events: pl.DataFrame,
    sides: Sequence[Side],
    *,
    pairs: Sequence[Pair] = PAIRS,
    dyads: Mapping[str, ViolenceClass] | None = None,
) -> Classified:
    """Give each event its class.

    Parameters
    ----------
    events : a canonical event table.
    sides : what each side is; those of `EVERYWHERE` are added after them, so that a case may overrule them.
    pairs : what a pair of roles makes; the first line that fits holds.
    dyads : classes decided one by one, by `dyad_id` or `dyad_name`; they come before everything else.

    Raises
    ------
    UsageError : a side has a role that there is not, or a claimant has no bloc.
    """
    for side in sides:
        if side.role not in ROLES:
            raise UsageError(f"side '{side.name}' has the role '{side.role}'; there are {', '.join(ROLES)}")
        if side.role == "claimant" and side.bloc is None:
            raise UsageError(f"side '{side.name}' is a claimant without a bloc; say whom it answers to")
    names = pl.concat([events["side_a"], events["side_b"]]).drop_nulls().unique().sort().to_list()
    known = _roles(names, (*sides, *EVERYWHERE))
    made = _made(events, known, pairs)
    decided = {key: word.value for key, word in (dyads or {}).items()}
    columns = [
        pl.col(name).replace_strict(list(decided), list(decided.values()), default=None, return_dtype=pl.String)
        for name in ("dyad_id", "dyad_name")
    ]
    keyed = events.select("event_uid", "side_a", "side_b", *[c.alias(f"({n})") for n, c in enumerate(columns)])
    rows = keyed.join(made, on=["side_a", "side_b"], how="left", nulls_equal=True, maintain_order="left")
    rows = rows.with_columns(pl.coalesce("(0)", "(1)", "made").alias("violence_class"))
    open_rows = rows.filter(pl.col("violence_class").is_null())
    missing = open_rows.select(pl.concat_list("side_a", "side_b").alias("side")).explode("side").drop_nulls()
    unknown = missing.filter(~pl.col("side").is_in(list(known)))
    both = open_rows.filter(pl.col("role_a").is_not_null() & pl.col("role_b").is_not_null())
    count = pl.len().alias("n_events")
    return Classified(
        rows.select("event_uid", "violence_class"),
        unknown.group_by("side").agg(count).sort("n_events", "side", descending=[True, False]),
        both.group_by("role_a", "role_b", "same_bloc").agg(count).sort("role_a", "role_b", "same_bloc"),
    )


def _made(events: pl.DataFrame, known: Mapping[str, Side], pairs: Sequence[Pair]) -> pl.DataFrame:
    """What each pair of names makes."""
    table: list[tuple[str | None, str | None, str | None, str | None, bool | None, str | None]] = []
    for name_a, name_b in events.select("side_a", "side_b").unique().sort("side_a", "side_b").iter_rows():
        a, b = known.get(name_a or ""), known.get(name_b or "")
        same = a is not None and b is not None and a.bloc is not None and a.bloc == b.bloc
        found = None
        if a is not None and b is not None:
            roles = {(a.role, b.role), (b.role, a.role)}
            found = next(
                (
                    pair.violence_class.value
                    for pair in pairs
                    if (pair.one, pair.other) in roles and pair.same_bloc in {None, same}
                ),
                None,
            )
        table.append((name_a, name_b, a.role if a else None, b.role if b else None, same, found))
    schema = {
        "side_a": pl.String(),
        "side_b": pl.String(),
        "role_a": pl.String(),
        "role_b": pl.String(),
        "same_bloc": pl.Boolean(),
        "made": pl.String(),
    }
    return pl.DataFrame(table, schema=schema, orient="row")
