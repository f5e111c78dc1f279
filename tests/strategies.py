"""Hypothesis strategies for whole cases, and for the parts of them.

`cases()` pass every check; `any_cases()` obey the types of every field and no rule across rows, and so reach every
table and column.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from hypothesis import strategies as st

from benchmarks.make_case import made_up_case
from dayafter.casefile.build import enum_of, metadata_of
from dayafter.casefile.cells import Citation, Unit
from dayafter.casefile.raw import tidy
from dayafter.casefile.schema import TABLES, CaseFile, CaseInfo, FileModel
from dayafter.quantities import Quantity, When

AWKWARD_TEXTS = (
    "=1+1", "'=1+1", "''=1+1", "+964 770", "-", "-5", "-0.5..0.5", "@name", "＝1", '"quoted"', 'a "b" c', "a, b; c",
    "two\nlines", "\"=cmd|' /C calc'!A0", "NULL", "null", "true", "0123", "12:30", "1e5", "2015-11", "#N/A", "...",
    "كركوك، العراق", "کەرکووک", "Kerkûk – 'çiya'", "תל", "שלום =1", "\u200f=1", "_x0041_",
    "_x005F_", "x005F_", "_x000D_",
    "🕊 peace", "a\u00a0b", "%s", "{what}", "key: value # no", "- dash", "| bar", "> fold", "\\n", "'", "''", "'a",
)  # fmt: skip
"""What has hurt some spreadsheet, CSV reader or YAML reader before."""


@cache
def texts(*, filled: bool = False, max_size: int = 30) -> st.SearchStrategy[str]:
    """Texts as a cell holds them: no control characters, no white space around."""
    letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t\"'=;,كەێ")
    free = st.text(letters, max_size=max_size).map(tidy)
    made = st.one_of(
        free, st.sampled_from(AWKWARD_TEXTS), st.lists(st.sampled_from(AWKWARD_TEXTS), max_size=3).map(" ".join)
    )
    made = made.filter(lambda text: len(text) <= 2 * max_size and tidy(text) == text)
    return made.filter(bool) if filled else made


def slugs() -> st.SearchStrategy[str]:
    """Ids."""
    return st.from_regex(r"[a-z0-9]{1,6}([-_.][a-z0-9]{1,4}){0,2}", fullmatch=True)


def quantities(low: float | None = None, high: float | None = None) -> st.SearchStrategy[Quantity]:
    """Points, intervals and both, within limits."""
    least, most = -1e9 if low is None else low, 1e9 if high is None else high
    number = st.one_of(st.floats(least, most), st.integers(int(least), int(most)).map(float))
    point = number.map(Quantity.point)
    span = st.tuples(number, number).filter(lambda ends: ends[0] != ends[1]).map(lambda e: Quantity(min(e), max(e)))
    both = st.lists(number, min_size=3, max_size=3).map(sorted).map(lambda n: Quantity(n[0], n[2], n[1]))
    return st.one_of(point, span, both)


def dates() -> st.SearchStrategy[When]:
    """Dates of every precision."""
    day = st.dates().map(str)
    month = st.dates().map(lambda date: f"{date:%Y-%m}".rjust(7, "0"))
    season = st.tuples(st.integers(1900, 2100), st.sampled_from(("spring", "summer", "autumn", "winter")))
    span = st.lists(st.dates(), min_size=2, max_size=2).map(sorted).map(lambda two: f"{two[0]}..{two[1]}")
    opened = st.one_of(day.map(lambda text: f"..{text}"), day.map(lambda text: f"{text}.."))
    return st.one_of(day, month, season.map(lambda s: f"{s[0]}-{s[1]}"), span, opened).map(When.parse)


def citations() -> st.SearchStrategy[Citation]:
    """Citations with and without a spot."""
    spot = texts().map(lambda text: " ".join(text.translate({ord(ch): "-" for ch in ";[]"}).split()))
    return st.builds(Citation, source=slugs(), spot=spot)


_PATTERNS: dict[str, st.SearchStrategy[str]] = {
    "currency": st.sampled_from(("IQD", "USD", "EUR")),
    "language": st.sampled_from(("en", "ar", "ckb", "kmr-Latn", "pt-BR")),
    "languages": st.sampled_from(("en", "ar", "ckb", "kmr-Latn")),
    "geometry": st.just(""),
    "grade": st.sampled_from(("A1", "F6", "B2")),
}


def field_values(model: type[FileModel], name: str) -> st.SearchStrategy[Any]:
    """Values that one field of a table takes, absence included where it may be absent."""
    field = model.model_fields[name]
    annotation = str(field.annotation)
    values = _filled(model, name)
    if annotation.startswith("tuple["):
        return st.lists(values, max_size=3).map(tuple)
    if "None" in annotation:
        return st.one_of(st.none(), values)
    return values if field.is_required() else st.one_of(st.just(field.default), values)


def _filled(model: type[FileModel], name: str) -> st.SearchStrategy[Any]:
    """Values of one field that is filled in; the parts of it where it is a list."""
    field = model.model_fields[name]
    annotation = str(field.annotation)
    words = enum_of(model, name)
    unit = next((mark for mark in metadata_of(model, name) if isinstance(mark, Unit)), None)
    numbers: dict[str, st.SearchStrategy[Any]] = {
        "When": dates(),
        "Citation": citations(),
        "int": st.integers(1, 240),
        "float": st.floats(0, 1) if name == "position" else st.floats(-90, 90),
    }
    if words:
        return st.sampled_from(words)
    if unit is not None:
        return quantities(unit.low, unit.high)
    if name in _PATTERNS or _is_slug(model, name):
        return _PATTERNS.get(name, slugs())
    kind = next((kind for kind in numbers if re.search(rf"\b{kind}\b", annotation)), None)
    return texts(filled=field.is_required(), max_size=20) if kind is None else numbers[kind]


def _is_slug(model: type[FileModel], name: str) -> bool:
    return any("_slug" in repr(mark) for mark in metadata_of(model, name))


@cache
def rows(model: type[FileModel]) -> st.SearchStrategy[Any]:
    """Rows of one table, every field of them free within its type."""
    return st.fixed_dictionaries({name: field_values(model, name) for name in model.model_fields}).map(
        model.model_validate
    )


@st.composite
def any_cases(draw: st.DrawFn) -> CaseFile:
    """Cases that obey the types of their fields and nothing else: ids dangle, dates run backwards."""
    info = draw(rows(CaseInfo).map(lambda head: head.model_copy(update={"format": 1})))
    tables = draw(st.lists(st.sampled_from(list(TABLES)), max_size=4, unique=True))
    return CaseFile.model_validate(
        {"info": info, **{name: tuple(draw(st.lists(rows(TABLES[name]), max_size=2))) for name in tables}}
    )


@st.composite
def cases(draw: st.DrawFn, *, n_rows: int = 120) -> CaseFile:
    """Small cases that pass every check, with awkward texts in their notes."""
    return made_up_case(
        n_places=draw(st.integers(2, 5)),
        n_communities=draw(st.integers(2, 4)),
        n_actors=draw(st.integers(6, 9)),
        n_rows=draw(st.integers(50, n_rows)),
        seed=draw(st.integers(0, 2**16)),
        texts=draw(st.lists(texts(), min_size=1, max_size=20)),
    )
