"""Any other source: a small TOML file says which of its columns is what.

name = "district-police"
table = "events"
[columns]
source_id = "No"
date_start = "Date"
deaths_best = "Killed"
[constants]
violence_type = "non-state"
[dates]
formats = ["%d/%m/%Y"]
[codes.place_precision]
"village" = "site"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from dayafter.errors import Issue, UsageError, Where
from dayafter.events.convert import Field, Kind, Provider
from dayafter.events.reading import EventFileError, shown
from dayafter.events.table import TABLES, Column

_SECTIONS: Final = ("name", "table", "columns", "constants", "dates", "codes", "release")
_BY_IMPORT: Final = {"event_uid", "source", "release", "file", "line", "flags", "priogrid_gid", "individuals_by_rule"}
_NEEDED: Final = {
    "events": ("source_id", "date_start", "violence_type", "deaths_best"),
    "displacement": ("date", "series", "location_id", "families"),
}


def _kind(column: Column) -> Kind:
    if column.words:
        return Kind.CODE
    by_type = {pl.Int64(): Kind.WHOLE, pl.Float64(): Kind.NUMBER, pl.Date(): Kind.DATE, pl.Boolean(): Kind.YES_NO}
    return by_type.get(column.dtype, Kind.TEXT)


def read_mapping(path: Path) -> Provider:
    """Make a provider of a mapping file.

    Raises
    ------
    UsageError : there is no such file.
    EventFileError : it is no TOML, or names what is not there; all faults at once.
    """
    if not path.is_file():
        raise UsageError(f"there is no mapping file {path}")
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        remedy = 'write `column = "name in the file"` under [columns], in UTF-8'
        issue = Issue("events.mapping", Where(path.name), f"no TOML: {shown(str(error), 120)}", remedy)
        raise EventFileError((issue,)) from None
    if found := _faults(tree):
        raise EventFileError(
            tuple(Issue("events.mapping", Where(path.name, field=at), what, how) for at, what, how in found)
        )
    return _provider(tree)


def _faults(tree: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Everything that is wrong with a mapping: where, what, how to mend it."""
    found = [
        (key, f"'{shown(key)}' is no part of a mapping", f"the parts are {', '.join(_SECTIONS)}")
        for key in tree
        if key not in _SECTIONS
    ]
    name, table = tree.get("name"), tree.get("table", "events")
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or ":" in name:
        found.append(
            ("name", "the source needs a name of its own, without a colon", 'write `name = "district-police"`')
        )
    if table not in TABLES:
        return [*found, ("table", f"'{shown(str(table))}' is no table", "write events or displacement")]
    known = {column.name: column for column in TABLES[table] if column.name not in _BY_IMPORT}
    given: dict[str, object] = {}
    for section in ("columns", "constants"):
        part = tree.get(section, {})
        if not isinstance(part, dict) or not all(isinstance(value, str) and value for value in part.values()):
            found.append(
                (section, "each line must be a name and a text", f'write `[{section}]` and `deaths_best = "Killed"`')
            )
            continue
        given |= part
        remedy = f"the columns are {', '.join(known)}"
        found += [
            (f"{section}.{key}", f"'{shown(key)}' is no column of {table}", remedy) for key in part if key not in known
        ]
    found += [
        ("columns", f"nothing says what {key} is", f'write `{key} = "name of the column"` under [columns]')
        for key in _NEEDED[table]
        if key not in given
    ]
    return [*found, *_code_faults(tree, known)]


def _code_faults(tree: Mapping[str, Any], known: Mapping[str, Column]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    codes = tree.get("codes", {})
    parts = codes.items() if isinstance(codes, dict) else (("", None),)
    for key, words in parts:
        if key not in known or not known[key].words or not isinstance(words, dict):
            remedy = f"the columns with codes are {', '.join(name for name, column in known.items() if column.words)}"
            found.append((f"codes.{key}", f"'{shown(str(key))}' takes no codes", remedy))
            continue
        found += [
            (
                f"codes.{key}",
                f"'{shown(str(word))}' is no value of {key}",
                f"the values are {', '.join(known[key].words)}",
            )
            for word in words.values()
            if word not in known[key].words
        ]
    for key, value in (tree.get("constants") or {}).items():
        if key in known and known[key].words and value not in known[key].words:
            remedy = f"the values are {', '.join(known[key].words)}"
            found.append((f"constants.{key}", f"'{shown(str(value))}' is no value of {key}", remedy))
    formats = (tree.get("dates") or {}).get("formats", ["%Y-%m-%d"])
    if not isinstance(formats, list) or not formats or not all(isinstance(one, str) and "%Y" in one for one in formats):
        found.append(("dates.formats", "a format needs the year in four digits", 'write `formats = ["%d/%m/%Y"]`'))
    return found


def _provider(tree: Mapping[str, Any]) -> Provider:
    table = str(tree.get("table", "events"))
    formats = tuple((tree.get("dates") or {}).get("formats", ["%Y-%m-%d"]))
    fields: list[Field] = []
    for column in TABLES[table]:
        source = tree.get("columns", {}).get(column.name)
        constant = tree.get("constants", {}).get(column.name)
        if source is None and constant is None:
            continue
        codes = {word: word for word in column.words}
        codes |= {
            str(key).strip().lower(): str(word) for key, word in tree.get("codes", {}).get(column.name, {}).items()
        }
        fields.append(
            Field(
                column.name,
                () if source is None else (str(source).strip().lower(),),
                _kind(column),
                required=column.required or column.name in _NEEDED[table],
                codes=codes if column.words else None,
                formats=formats,
                constant=constant,
            )
        )
    release = tree.get("release")
    return Provider(
        name=str(tree["name"]).strip(),
        title="by a mapping file",
        table=table,
        fields=tuple(fields),
        recognises=lambda _: False,
        release_of=lambda _: None if release is None else str(release),
    )
