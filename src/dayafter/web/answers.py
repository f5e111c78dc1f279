"""The answers of the HTTP interface as schemas, for its description and for whoever reads them with a program."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from dayafter.errors import Issue
from dayafter.findings import export_rows, reasons, settlement_rows, worth
from dayafter.findings.records import Edition, LedgerRow
from dayafter.redaction.gate import Withheld
from dayafter.results.schema import TABLES
from dayafter.vocabulary import LedgerState
from dayafter.web.inquiries import Progress
from dayafter.web.records import CONFIG, model, row_schema, schema_of
from dayafter.web.settings import Role
from dayafter.web.views.actors import ActorPage
from dayafter.web.views.deals import DealItem, DealPage
from dayafter.web.views.matching import Match
from dayafter.web.views.places import PlaceItem, PlacePage
from dayafter.web.views.plans import Plan
from dayafter.web.whatif.answer import Answer
from dayafter.web.whatif.choices import Input
from dayafter.web.whatif.dispute import Weighed
from dayafter.web.whatif.outcome import Outcome
from dayafter.web.whatif.runs import State


class Told(BaseModel):
    """An answer: what is not named here is not in it."""

    model_config = CONFIG


def _list(name: str, text: str, field: str, of: Any) -> type[BaseModel]:
    """An answer with one list."""
    return model(name, text, {field: (list[of], ...)})


CASE: Final = model(
    "CaseTold", "What the case is, and for whom this edition is.",
    {
        "edition": (schema_of(Edition), Field(..., description="The head of the edition")),
        "headline": (str, Field(..., description="What the ledger shows, in a sentence")),
        "places": (list[str], Field(..., description="Ids of the assessed places")),
        "deals": (list[str], Field(..., description="Ids of the deals, those in force by falling chance of ending")),
        "actors": (list[str], Field(..., description="Ids of the actors")),
        "withheld": (list[str], Field(..., description="What this audience is not shown, in words")),
        "run": (int | None, Field(..., description="Members of the run of the server; null without one")),
        "role": (Role, Field(..., description="What whoever asks may do")),
    },
)  # fmt: skip
_LEDGER_ROW: Final[Any] = model(
    "LedgerRowTold", "A place of the ledger.",
    {"id": (str, Field(..., description="Id of the place")), **{
        name: (field.annotation, Field(..., description=field.description))
        for name, field in schema_of(LedgerRow).model_fields.items()
    }},
)  # fmt: skip
LEDGER: Final = model(
    "LedgerTold", "Where each question stands in each place.",
    {
        "rows": (list[_LEDGER_ROW], ...),
        "tally": (list[tuple[LedgerState, int]], Field(..., description="How many questions are in each state")),
    },
)  # fmt: skip
PLACES: Final = _list("PlacesTold", "Every assessed place.", "places", schema_of(PlaceItem))
PLACE: Final = schema_of(PlacePage, "PlaceTold")
MATCHES: Final = _list("MatchesTold", "Places that a name may mean, the likest first.", "matches", schema_of(Match))
ACTOR: Final = schema_of(ActorPage, "ActorTold")
DEALS: Final = _list("DealsTold", "Every deal.", "deals", schema_of(DealItem))
DEAL: Final = schema_of(DealPage, "DealTold")
PLANS: Final = _list("PlansTold", "The plans of the case and of the workspace.", "policies", schema_of(Plan))
INPUTS: Final = _list("InputsTold", "Numbers that could move.", "inputs", schema_of(Input))

_WITHHELD: Final[Any] = schema_of(Withheld)
_NUMBERS: Final = frozenset({"seed", "n_members", "n_draws", "horizon_months"})


def _manifest(name: str, names: tuple[str, ...]) -> Any:
    fields = {one: (int if one in _NUMBERS else str, ...) for one in names}
    return model(name, "What it takes to make this again, and who may read it.", fields)


def _export(name: str, text: str, manifest: Any, row: Any, **more: Any) -> type[BaseModel]:
    return model(
        name, text,
        {
            "manifest": (manifest, ...),
            "handling": (str, Field(..., description="The handling label: who may read it")),
            **more,
            "withheld": (list[_WITHHELD], Field(..., description="How many rows of which table are withheld")),
            "rows": (list[row], Field(..., description="A number or statement each; empty cells are left out")),
        },
    )  # fmt: skip


ASSESSMENT: Final = _export(
    "AssessmentTold", "As `dayafter assess --format json`.", _manifest("AssessmentManifest", export_rows.MANIFEST),
    schema_of(export_rows.ExportRow, "AssessmentRow", filled=True),
)  # fmt: skip
SETTLEMENT: Final = _export(
    "SettlementTold", "As `dayafter settle --format json`.",
    _manifest("SettlementManifest", settlement_rows.MANIFEST),
    schema_of(settlement_rows.SettlementRow, "SettlementLine", filled=True),
    assumptions=(list[str], Field(..., description="What the settlement rests on")),
)  # fmt: skip

RUN_TABLES: Final = ("summary", "contrasts", "exceedance", "chances")
"""Tables of a run that can be asked for."""
_RUN_ROWS: Final = tuple(
    _list(f"Run{name.capitalize()}", f"Rows of the table {name} of the run.", "rows",
          row_schema(f"{name.capitalize()}Row", f"A row of the table {name}.", TABLES[name]))
    for name in RUN_TABLES
)  # fmt: skip
RUN_TABLE: Final[Any] = _RUN_ROWS[0] | _RUN_ROWS[1] | _RUN_ROWS[2] | _RUN_ROWS[3]

_WHY_NUMBERS: Final = frozenset({"value", "noise", "direction", "error", "member", "month"})


def _why_row(name: str, text: str, columns: tuple[str, ...]) -> Any:
    """Cells that a kind of row does not have are empty texts."""
    return model(name, text, {one: (float | str if one in _WHY_NUMBERS else str, ...) for one in columns})


_INPUT_ROW: Final = _why_row(
    "WhyInput", "An influence, a worth or a mean: see `kind`. `noise` is what chance could show.", worth.COLUMNS
)
_REASON_ROW: Final = _why_row(
    "WhyReason", "A share, a cause or a single happening: see `kind`. `error` is half the 90 % interval.",
    reasons.COLUMNS,
)  # fmt: skip
WHY: Final[Any] = list[_INPUT_ROW] | list[_REASON_ROW]  # type: ignore[valid-type]


class WhyProgress(Told):
    """How far an answer to why is."""

    state: Progress
    done: int = Field(description="Parts that are done")
    of: int = Field(description="Parts in all; 0 where that is not known yet")
    error: str = Field(description="Why it failed; else empty")


_FAULT: Final = schema_of(Issue, "FaultOfFile")


class Checked(Told):
    """A workbook that was checked."""

    ok: bool = Field(description="Whether it holds no error; there may be warnings")
    errors: int
    counts: dict[str, int] = Field(description="Table to number of rows")
    issues: list[_FAULT]  # type: ignore[valid-type]


ANSWER: Final = schema_of(Answer, "WhatIfTold")
WEIGHED: Final = schema_of(Weighed, "WeighedTold")


class Begun(Told):
    """An ensemble that was begun."""

    id: str
    run: str = Field(description="Address of the run")
    events: str = Field(description="Address at which it can be watched")


class RunTold(Told):
    """How far an ensemble is, and what it says so far."""

    id: str
    state: State
    done: int = Field(description="Members simulated on each side")
    of: int
    seconds: float = Field(description="At work so far")
    seconds_left: float | None = Field(description="Estimated; null where that cannot be said")
    seed: int
    result: schema_of(Outcome) | None = Field(description="Provisional until the state is `done`; null before any")  # type: ignore[valid-type]
    error: str = Field(description="Why it stopped or failed; else empty")


class AccountsKept(Told):
    """Accounts that were written to the copy of the case."""

    accounts: int
    warnings: int = Field(description="Of the check of the copy")


class PolicyKept(Told):
    """A policy that was written to the copy of the case."""

    id: str
    name: str
    warnings: int = Field(description="Of the check of the copy")


class Fault(Told):
    """What is wrong with one field of a question."""

    field: str
    what: str


class Refused(Told):
    """Why a request was not met."""

    error: str
    faults: list[Fault] | None = Field(None, description="Fields of the question that cannot be read")
    issues: list[_FAULT] | None = Field(None, description="Rules of the format that would be broken")  # type: ignore[valid-type]


EVENTS: Final[dict[str, Any]] = {
    "description": "Server-sent events; the data of each is a run, as JSON",
    "content": {
        "text/event-stream": {
            "itemSchema": {
                "properties": {
                    "data": {
                        "contentMediaType": "application/json",
                        "contentSchema": {"$ref": "#/components/schemas/RunTold"},
                    },
                    "event": {"enum": [state.value for state in State]},
                }
            }
        }
    },
}
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": Refused, "description": "Not met; `error` says why and how to mend it"},
    422: {"model": Refused, "description": "The question cannot be met as put"},
}
"""For every route."""
