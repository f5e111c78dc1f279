"""Records of the app as schemas and as plain data, by one rule: a drawing is for people, all else is for programs.

A schema is made from the record itself, its types and the texts under its fields, so that the description of an answer
cannot say anything else than the answer. Nothing may be in an answer that its schema does not name.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, create_model

from dayafter.results.schema import Column
from dayafter.web.views.drawn import DrawnDeal

CONFIG: Final = ConfigDict(extra="forbid", frozen=True)
_DRAWN: Final = (Markup, DrawnDeal)
_COLUMN_TYPES: Final[Mapping[str, type]] = {"text": str, "whole": int, "number": float}


def is_drawing(hint: Any) -> bool:
    """Whether a field holds a drawing."""
    return hint in _DRAWN or (isinstance(hint, types.UnionType) and any(one in _DRAWN for one in typing.get_args(hint)))


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _told(kind: type) -> tuple[str, ...]:
    """Fields of a record that are no drawing."""
    return tuple(one.name for one in dataclasses.fields(kind) if not is_drawing(_hints(kind)[one.name]))


def plain(record: Any) -> Any:
    """A record as dicts, lists and values, without its drawings."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {name: plain(getattr(record, name)) for name in _told(type(record))}
    if isinstance(record, Mapping):
        return {key: plain(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [plain(value) for value in record]
    return record


def _texts(kind: type) -> dict[str, str]:
    """The text under each field of a class, by name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    found = {}
    if isinstance(body, ast.ClassDef):
        for before, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr):
                text = after.value.value if isinstance(after.value, ast.Constant) else None
                if isinstance(text, str) and isinstance(before.target, ast.Name):
                    found[before.target.id] = " ".join(text.split())
    return found


@cache
def schema_of(kind: type, name: str = "", *, filled: bool = False) -> type[BaseModel]:
    """The schema of a dataclass and of what it holds.

    Parameters
    ----------
    name : what it is called in the description; that of the class where empty. filled : cells without content are left
        out of the answer, so every field may be missing and none is null.
    """
    texts = _texts(kind)
    fields: dict[str, Any] = {}
    for field in _told(kind):
        hint = _as_schema(_hints(kind)[field])
        said = texts.get(field)
        fields[field] = (
            (_without_none(hint), Field(None, description=said)) if filled else (hint, Field(..., description=said))
        )
    return model(name or kind.__name__, inspect.getdoc(kind) or "", fields)


def model(name: str, text: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    """A schema by name, with a text and (type, `Field`) pairs."""
    made: type[BaseModel] = create_model(name, __config__=CONFIG, __doc__=text, **dict(fields))
    return made


def row_schema(name: str, text: str, columns: Iterable[Column]) -> type[BaseModel]:
    """The schema of a row of a table."""
    fields = {}
    for one in columns:
        kind: Any = _COLUMN_TYPES[one.dtype]
        fields[one.name] = (kind | None if one.nullable else kind, Field(..., description=one.text))
    return model(name, text, fields)


def _as_schema(hint: Any) -> Any:
    """A type with the schemas of records in place of the records."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return schema_of(hint)
    inner = tuple(_as_schema(one) for one in typing.get_args(hint))
    if not inner:
        return hint
    if isinstance(hint, types.UnionType):
        return typing.Union[inner]  # noqa: UP007  # made of types that are not known before
    origin = typing.get_origin(hint)
    return origin[inner] if origin in {tuple, list, dict} else hint


def _without_none(hint: Any) -> Any:
    rest = tuple(one for one in typing.get_args(hint) if one is not types.NoneType)
    return rest[0] if isinstance(hint, types.UnionType) and len(rest) == 1 else hint
