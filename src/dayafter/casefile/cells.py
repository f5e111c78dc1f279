"""The grammar of a cell: how a text becomes a number, a date, an id, a list or a citation.

Each type reads the text that a person wrote or takes a value that is already right, and writes its canonical text.
What cannot be read raises a `PydanticCustomError` whose type is the issue code and whose context holds `what` and
`remedy`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from dayafter.quantities import Quantity, QuantityError, When
from dayafter.vocabulary import DealLevel, Question


class Ref:
    """Marks a field that names rows of one of these tables by their `id`."""

    def __init__(self, *tables: str) -> None:
        self.tables = tables


class Unit:
    """Marks a number with its unit, for headers and documentation."""

    def __init__(self, unit: str, low: float | None = None, high: float | None = None) -> None:
        self.unit, self.low, self.high = unit, low, high


def _quantity(low: float | None, high: float | None) -> Any:
    def read(value: object) -> Quantity:
        try:
            quantity = value if isinstance(value, Quantity) else Quantity.parse(str(value))
        except QuantityError as error:
            raise PydanticCustomError(error.code, "{what}", {"what": error.what, "remedy": error.remedy}) from None
        if (low is not None and quantity.low < low) or (high is not None and quantity.high > high):
            limits = f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"
            raise PydanticCustomError(
                "cell.out-of-range",
                "{what}",
                {
                    "what": f"{quantity} is out of range: {limits}",
                    "remedy": f"write a number or interval within {limits}",
                },
            )
        return quantity

    return PlainValidator(read)


_QUANTITY_SCHEMA: Final = WithJsonSchema(
    {
        "type": "string",
        "description": "0.6 (a point), 0.4..0.8 (an interval) or 0.6 [0.4, 0.8] (both)",
        "examples": ["0.6", "0.4..0.8", "0.6 [0.4, 0.8]"],
    }
)
_QUANTITY_TEXT: Final = PlainSerializer(str, return_type=str)

Share = Annotated[Quantity, _quantity(0, 1), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("share", 0, 1)]
"""A part of a whole, 0 to 1, never percent."""
Scale = Annotated[Quantity, _quantity(0, 1), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("0 to 1", 0, 1)]
"""A degree on a scale from 0 to 1."""
Persons = Annotated[Quantity, _quantity(0, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("persons", 0)]
Events = Annotated[Quantity, _quantity(0, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("events", 0)]
Count = Annotated[Quantity, _quantity(0, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("number", 0)]
Money = Annotated[
    Quantity, _quantity(0, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("money, in the row's currency", 0)
]
RatePerMonth = Annotated[Quantity, _quantity(0, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("per month", 0)]
Number = Annotated[Quantity, _quantity(None, None), _QUANTITY_TEXT, _QUANTITY_SCHEMA, Unit("see unit")]


def _when(value: object) -> When:
    try:
        return value if isinstance(value, When) else When.parse(str(value))
    except QuantityError as error:
        raise PydanticCustomError(error.code, "{what}", {"what": error.what, "remedy": error.remedy}) from None


Date = Annotated[
    When,
    PlainValidator(_when),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "description": "a day, month, season, year or span",
            "examples": ["2015-11-12", "2015-11", "2015-summer", "2014-10..2014-11", "..2014-06"],
        }
    ),
]

_SLUG: Final = re.compile(r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")


def _slug(value: object) -> str:
    text = str(value)
    if not _SLUG.match(text) or len(text) > 80:
        mend = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or "a-short-name"
        raise PydanticCustomError(
            "cell.id",
            "{what}",
            {
                "what": f"'{text}' is no id: lower-case Latin letters, digits, single - _ . between them; 80 at most",
                "remedy": f"write {mend}",
            },
        )
    return text


Slug = Annotated[
    str, PlainValidator(_slug), WithJsonSchema({"type": "string", "pattern": _SLUG.pattern, "maxLength": 80})
]


def _no_control(value: object) -> str:
    text = str(value)
    if any((ord(ch) < 32 and ch not in "\n\t") or ord(ch) == 127 for ch in text):
        raise PydanticCustomError(
            "cell.control-character",
            "{what}",
            {
                "what": "the text holds a control character",
                "remedy": "delete the invisible characters from the cell",
            },
        )
    return text


Text = Annotated[str, BeforeValidator(_no_control)]


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part for part in (piece.strip() for piece in value.split(";")) if part)
    return value


_JOINED: Final = PlainSerializer(lambda parts: "; ".join(map(str, parts)), return_type=str)


class Citation(BaseModel):
    """A source and the spot in it: `essay [E-03]` in a cell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[Slug, Ref("sources")]
    spot: str = ""

    def __str__(self) -> str:
        return f"{self.source} [{self.spot}]" if self.spot else self.source


_CITATION: Final = re.compile(r"^([^\[\]]+?)\s*(?:\[\s*([^\[\]]*?)\s*\])?$")


def _citations(value: object) -> object:
    if not isinstance(value, str):
        return value
    cited = []
    for part in value.split(";"):
        if not part.strip():
            continue
        match = _CITATION.match(part.strip())
        if not match:
            raise PydanticCustomError(
                "cell.citation",
                "{what}",
                {
                    "what": f"'{part.strip()}' is no citation",
                    "remedy": "write source-id or source-id [spot], several separated by semicolons",
                },
            )
        cited.append(Citation(source=_slug(match[1].strip()), spot=match[2] or ""))
    return tuple(cited)


Citations = Annotated[
    tuple[Citation, ...],
    BeforeValidator(_citations),
    _JOINED,
    WithJsonSchema({"type": "string", "examples": ["essay [E-03]; who-2015 [p. 4]"]}),
]


PlaceRef = Annotated[Slug, Ref("places")]
CommunityRef = Annotated[Slug, Ref("communities")]
ActorRef = Annotated[Slug, Ref("actors")]
DealRef = Annotated[Slug, Ref("deals")]
PlaceRefs = Annotated[
    tuple[Slug, ...], BeforeValidator(_split), _JOINED, Ref("places"),
    WithJsonSchema({"type": "string", "description": "ids of places, separated by semicolons"}),
]  # fmt: skip
CommunityRefs = Annotated[
    tuple[Slug, ...], BeforeValidator(_split), _JOINED, Ref("communities"),
    WithJsonSchema({"type": "string", "description": "ids of communities, separated by semicolons"}),
]  # fmt: skip
ActorRefs = Annotated[
    tuple[Slug, ...], BeforeValidator(_split), _JOINED, Ref("actors"),
    WithJsonSchema({"type": "string", "description": "ids of actors, separated by semicolons"}),
]  # fmt: skip
Levels = Annotated[
    tuple[DealLevel, ...], BeforeValidator(_split), _JOINED,
    WithJsonSchema({"type": "string", "examples": ["local", "national", "local; national"]}),
]  # fmt: skip
Questions = Annotated[
    tuple[Question, ...], BeforeValidator(_split), _JOINED,
    WithJsonSchema({"type": "string", "examples": ["secure; govern"]}),
]  # fmt: skip
