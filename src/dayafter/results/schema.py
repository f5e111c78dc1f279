"""Every outcome and every column of a result, declared once: axes, unit, range. Checked when tables are written.

Outcomes stay in four channels and are never added up into one index: violence, control, population, implementation.
A *flow* is counted month by month and, under the name `<outcome>_to_date`, from the start up to each month; a *stock*
is a state at the end of a month. Paths are integers: shares are carried in steps of 1/10,000, so that sums over
members are exact and the same in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dayafter.errors import DayafterError

if TYPE_CHECKING:
    import polars as pl


class Channel(StrEnum):
    """The four kinds of outcome, never one index."""

    VIOLENCE = "violence"
    CONTROL = "control"
    POPULATION = "population"
    IMPLEMENTATION = "implementation"


class Kind(StrEnum):
    """Whether an outcome is counted over a month or is a state at its end."""

    FLOW = "flow"
    STOCK = "stock"


AXES: Final = ("place", "deal", "aid", "community", "actor", "violence_class", "ended_by", "recorded_by")
"""Columns that say what an outcome is of, in the order of the tables; empty (null) where it is of all, or of none."""

TO_DATE: Final = "_to_date"
"""Ends the name of a flow counted from the start."""

SHARE_STEPS: Final = 10_000
DWELLING_STEPS: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kind of number that a simulation gives."""

    name: str
    channel: Channel
    axes: tuple[str, ...]
    kind: Kind
    unit: str
    """`currency` stands for the currency of the case."""
    text: str
    low: int = 0
    high: int | None = None
    """Largest value in a month, in units; None where only the bound of the program limits it."""
    steps_per_unit: int = 1
    summed: tuple[tuple[str, ...], ...] = ()
    """Sets of axes over which it is also added up; the summed axes are null in the tables."""
    thresholds: tuple[int, ...] = ()
    """Default thresholds, in units, of the count to date (or of the stock): P(at least so much)."""

    def __post_init__(self) -> None:
        if unknown := [axis for axis in self.axes if axis not in AXES]:
            raise ValueError(f"outcome {self.name} has the unknown axis {unknown[0]}")
        if any(axis not in self.axes for axes in self.summed for axis in axes):
            raise ValueError(f"outcome {self.name} is summed over an axis that it does not have")

    @property
    def table_names(self) -> tuple[str, ...]:
        """Names under which it stands in the tables."""
        return (self.name, self.name + TO_DATE) if self.kind is Kind.FLOW else (self.name,)


_PLACE_CLASS: Final = (("place",), ("violence_class",), ("place", "violence_class"))
_PLACE_COMMUNITY: Final = (("community",), ("place",), ("place", "community"))
_V, _C, _P, _I = Channel.VIOLENCE, Channel.CONTROL, Channel.POPULATION, Channel.IMPLEMENTATION
_F, _S = Kind.FLOW, Kind.STOCK

OUTCOMES: Final[Mapping[str, Outcome]] = {
    outcome.name: outcome
    for outcome in (
        Outcome(
            "events", _V, ("place", "violence_class"), _F, "events", "Violent events that happen, recorded or not.",
            summed=_PLACE_CLASS, thresholds=(1, 5, 20),
        ),
        Outcome(
            "fatalities", _V, ("place", "violence_class"), _F, "persons", "Persons killed in these events.",
            summed=_PLACE_CLASS, thresholds=(1, 25, 100),
        ),
        Outcome(
            "recorded_events", _V, ("place", "violence_class", "recorded_by"), _F, "events",
            "Events that the named source would record.", summed=_PLACE_CLASS,
        ),
        Outcome("held", _C, ("place", "actor"), _S, "share", "1 where the actor holds the place, else 0.", high=1),
        Outcome(
            "hands_changed_fought", _C, ("place",), _F, "changes", "Changes of the holder by force.",
            summed=(("place",),), thresholds=(1,),
        ),
        Outcome(
            "hands_changed_unopposed", _C, ("place",), _F, "changes", "Changes of the holder without a fight.",
            summed=(("place",),), thresholds=(1,),
        ),
        Outcome(
            "home", _P, ("place", "community"), _S, "persons", "Persons who live in the place, returned ones included.",
            summed=_PLACE_COMMUNITY,
        ),
        Outcome(
            "displaced", _P, ("place", "community"), _S, "persons", "Persons of the place who live elsewhere.",
            summed=_PLACE_COMMUNITY,
        ),
        Outcome(
            "left", _P, ("place", "community"), _S, "persons", "Persons of the place who have left for good.",
            summed=_PLACE_COMMUNITY,
        ),
        Outcome(
            "returned", _P, ("place", "community"), _F, "persons", "Persons who return.", summed=_PLACE_COMMUNITY,
        ),
        Outcome(
            "newly_displaced", _P, ("place", "community"), _F, "persons", "Persons who flee.", summed=_PLACE_COMMUNITY,
        ),
        Outcome(
            "deal_in_force", _I, ("deal",), _S, "share", "1 where the deal is in force, else 0.", high=1,
            thresholds=(1,),
        ),
        Outcome("deals_made", _I, ("deal",), _F, "deals", "Deals made or made again.", summed=(("deal",),)),
        Outcome(
            "deals_ended", _I, ("deal", "ended_by"), _F, "deals", "Deals ended, by who or what ended them.",
            summed=(("deal",), ("ended_by",), ("deal", "ended_by")), thresholds=(1,),
        ),
        Outcome(
            "terms_kept", _I, ("deal",), _S, "share", "Share of the due terms that are kept; 0 without a deal.",
            high=1, steps_per_unit=SHARE_STEPS,
        ),
        Outcome(
            "deals_upgraded", _I, ("deal",), _F, "deals", "Deals in force that gained a form, a level or a party.",
            summed=(("deal",),),
        ),
        Outcome("aid_released", _I, ("aid",), _F, "currency", "Money released.", summed=(("aid",),)),
        Outcome("aid_withheld", _I, ("aid",), _F, "currency", "Money withheld for a condition.", summed=(("aid",),)),
        Outcome("aid_captured", _I, ("aid",), _F, "currency", "Money released and captured.", summed=(("aid",),)),
        Outcome(
            "dwellings_repaired", _I, ("place",), _F, "dwellings", "Destroyed dwellings made good.",
            summed=(("place",),), steps_per_unit=DWELLING_STEPS,
        ),
        Outcome(
            "dwellings_destroyed", _I, ("place",), _S, "dwellings", "Dwellings that lie destroyed.",
            summed=(("place",),), steps_per_unit=DWELLING_STEPS,
        ),
    )
}  # fmt: skip
"""Every outcome by name. A process gives those that it has; it may not give any other."""


class SchemaError(DayafterError):
    """A result does not fit its declaration: a fault of the program, not of the case."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what}; this is a fault of the program: report it"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its type, unit, range and whether it may be empty."""

    name: str
    dtype: str
    """`text`, `whole` or `number`."""
    text: str
    low: float | None = None
    high: float | None = None
    nullable: bool = False


_AXIS_TEXTS: Final = {
    "place": "Id of the place.",
    "deal": "Id of the deal.",
    "aid": "Id of the pledge of aid.",
    "community": "Id of the community.",
    "actor": "Id of the actor.",
    "violence_class": "Class of violence.",
    "ended_by": "Who or what ended the deal.",
    "recorded_by": "The source that records.",
}


def _what_of() -> tuple[Column, ...]:
    labels = tuple(Column(axis, "text", f"{_AXIS_TEXTS[axis]} Empty: all, or none.", nullable=True) for axis in AXES)
    return (
        *labels,
        Column("channel", "text", "One of the four channels."),
        Column("outcome", "text", "What is counted; see the outcomes."),
        Column("month", "whole", "Months since the start, from 1; the state at its end.", low=1),
    )


def _tail() -> tuple[Column, ...]:
    return (
        Column("unit", "text", "Unit of every number of the row but shares, chances and counts of members."),
        Column("basis", "text", "How much comes from data, published effects and assumption."),
    )


def _interval(stem: str, of: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{stem}_{end}", "number", f"{side} end of the 90 % interval of {of}.", nullable=True)
        for end, side in (("low", "Lower"), ("high", "Upper"))
    )


def _contrast(side: str) -> tuple[Column, ...]:
    of = "the paired difference" + (" at the same signing month" if side == "conditional" else "")
    return (
        Column(f"{side}_mean", "number", f"Mean of {of}, policy less baseline.", nullable=True),
        *_interval(f"{side}_mc", f"that mean: Monte Carlo error alone, it shrinks with more members ({side})"),
        *_interval(f"{side}_parameter", f"its spread over parameter draws, histories averaged out ({side})"),
        *_interval(f"{side}_history", f"its spread over histories of one parameter draw ({side})"),
        Column(f"{side}_p_less", "number", f"Share of parameter draws with {of} below 0.", 0, 1, nullable=True),
        Column(f"{side}_p_more", "number", f"Share of parameter draws with {of} above 0.", 0, 1, nullable=True),
        Column(f"{side}_same", "number", f"Share of members with {of} exactly 0.", 0, 1, nullable=True),
        Column(f"{side}_members", "whole", "Members counted.", low=0),
    )  # fmt: skip


def _quartiles(stem: str, of: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{stem}_{end}", "number", f"{side} end of the 50 % interval of {of}.", nullable=True)
        for end, side in (("q25", "Lower"), ("q75", "Upper"))
    )


def _chance_contrast(side: str) -> tuple[Column, ...]:
    """The columns of a contrast that a chance has, and the middle half of its draws."""
    of = "the spread of the paired difference over parameter draws"
    kept = [column for column in _contrast(side) if "_history_" not in column.name]
    at = next(number for number, column in enumerate(kept) if column.name == f"{side}_parameter_high") + 1
    return (*kept[:at], *_quartiles(f"{side}_parameter", f"{of} ({side})"), *kept[at:])


_QUANTILES: Final = ("q05", "q25", "q50", "q75", "q95")

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "summary": (
        Column("policy", "text", "Id of the policy."),
        *_what_of(),
        Column("mean", "number", "Mean over members, exact."),
        *(Column(name, "number", f"Smallest value that {name[1:]} % of members do not exceed.") for name in _QUANTILES),
        Column("q_error", "number", "Largest error of the quantiles by classes of values; 0: exact.", low=0),
        *_interval("mc", "the mean: Monte Carlo error alone, it shrinks with more members"),
        *_interval("parameter", "the spread over parameter draws, histories averaged out"),
        *_interval("history", "the spread over histories of one parameter draw"),
        Column("members", "whole", "Members counted; those left out are not.", low=1),
        *_tail(),
    ),
    "contrasts": (
        Column("policy", "text", "Id of the policy."),
        Column("baseline", "text", "Id of the policy that it is compared with."),
        *_what_of(),
        *_contrast("total"),
        *_contrast("conditional"),
        *_tail(),
    ),
    "exceedance": (
        Column("policy", "text", "Id of the policy."),
        *_what_of(),
        Column("threshold", "number", "Fixed before the run, in the unit."),
        Column("p", "number", "Share of members with at least so much.", 0, 1),
        *_interval("mc", "that share: Monte Carlo error alone"),
        Column("members", "whole", "Members counted.", low=1),
        *_tail(),
    ),
    "chances": (
        Column("policy", "text", "Id of the policy."),
        Column("baseline", "text", "Id of the policy that it is compared with; its own rows have no difference."),
        *_what_of(),
        Column("threshold", "number", "Fixed before the run, in the unit."),
        Column("p", "number", "Chance of at least so much by that month: share of members.", 0, 1),
        *_interval("mc", "that chance: Monte Carlo error alone"),
        *_interval("parameter", "the chance over parameter draws, histories averaged out"),
        *_quartiles("parameter", "the chance over parameter draws, histories averaged out"),
        Column("members", "whole", "Members counted.", low=1),
        *_chance_contrast("total"),
        *_chance_contrast("conditional"),
        *_tail(),
    ),
    "wrong": (
        Column("policy", "text", "Id of the policy."),
        Column("reason", "text", "Why members are left out, or what befell those that are kept."),
        Column("members", "whole", "How many; in no number of this policy unless kept.", low=1),
    ),
    "events": (
        Column("policy", "text", "Id of the policy."),
        Column("member", "whole", "Number of the member.", low=0),
        Column("draw", "whole", "Number of the parameter draw.", low=0),
        Column("month", "whole", "Months since the start, from 1.", low=1),
        Column("place", "text", "Id of the place."),
        Column("violence_class", "text", "Class of violence."),
        Column("events", "whole", "Events of this class there and then.", low=0),
        Column("fatalities", "whole", "Persons killed in them.", low=0, nullable=True),
    ),
    "draws": (
        Column("policy", "text", "Id of the policy."),
        Column("member", "whole", "Number of the member.", low=0),
        Column("draw", "whole", "Number of the parameter draw.", low=0),
        *_what_of(),
        Column("value", "number", "The member's own, in the unit."),
        Column("unit", "text", "Unit of the value."),
    ),
}  # fmt: skip
"""Every table of a result and its columns, in order."""


def check_frame(table: str, frame: pl.DataFrame) -> None:
    """Raise `SchemaError` unless a table has exactly its columns, of their types and within their ranges."""
    import polars as pl  # noqa: PLC0415  # declarations are read where tables are not

    columns = TABLES[table]
    wanted = [column.name for column in columns]
    if frame.columns != wanted:
        odd = sorted(set(frame.columns) ^ set(wanted))
        raise SchemaError(f"table {table} has the columns {frame.columns}, not {wanted} (differing: {odd or 'order'})")
    types: dict[str, pl.DataType] = {"text": pl.String(), "whole": pl.Int64(), "number": pl.Float64()}
    for column in columns:
        series = frame[column.name]
        if series.dtype != types[column.dtype]:
            raise SchemaError(f"{table}.{column.name} holds {series.dtype}, not {column.dtype}")
        if not column.nullable and series.null_count():
            raise SchemaError(f"{table}.{column.name} is empty in {series.null_count()} rows")
        if column.dtype == "number" and not series.drop_nulls().is_finite().all():
            raise SchemaError(f"{table}.{column.name} holds a number that is not finite")
        for name, bound, end in (("below", column.low, series.min), ("above", column.high, series.max)):
            outside: Any = None if bound is None else end()
            if outside is not None and ((outside < bound) if name == "below" else (outside > bound)):
                raise SchemaError(f"{table}.{column.name} holds {outside!r}, {name} its bound {bound:g}")
    if "outcome" in wanted and frame.height:
        _check_outcomes(table, frame)


def _check_outcomes(table: str, frame: pl.DataFrame) -> None:
    """Each outcome is declared, stands in its channel, and has labels on none but its own axes."""
    import polars as pl  # noqa: PLC0415  # declarations are read where tables are not

    declared = {name: outcome for outcome in OUTCOMES.values() for name in outcome.table_names}
    labelled = [pl.col(axis).is_not_null() for axis in AXES]
    for name, channel, *has in frame.select("outcome", "channel", *labelled).unique(maintain_order=True).iter_rows():
        outcome = declared.get(name)
        if outcome is None:
            raise SchemaError(f"{table} holds the outcome {name}, which is not declared")
        if channel != outcome.channel.value:
            raise SchemaError(f"{table} has {name} in the channel {channel}, not {outcome.channel.value}")
        for axis, is_there in zip(AXES, has, strict=True):
            if is_there and axis not in outcome.axes:
                raise SchemaError(f"{table} labels {name} by {axis}, an axis that it does not have")
