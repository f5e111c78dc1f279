"""A question as edits of the record: *as if it were so today*, for the assessment and the settlement.

The ensemble does not read these: there the same steps are a policy, dated, on the case as it is (`ensemble`). An
interval that moves and a new pledge are edits in both. One lever, one door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dayafter.arrays import Step
from dayafter.casefile.schema import Aid, CaseFile, Deal, Engagement, Row, Tranche
from dayafter.settlement.guarantee import Guarantor
from dayafter.vocabulary import Action, DealForm, DealLevel, EngagementRole, YesNo
from dayafter.web.whatif.question import NEW_PLEDGE, Pledge, Resolved

ENFORCES: Final = 0.5
"""Assumed: a guarantor acts in half of the cases in which it is called upon."""
PENALTY: Final = 0.10
"""Assumed: acting costs the breaker 10 points of 100 of what it cares about."""
Tables = dict[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Edited:
    """The case as if a question were so today, and who would punish a breaker then."""

    case: CaseFile
    guarantors: tuple[Guarantor, ...]


def as_if_today(case: CaseFile, asked: Resolved) -> Edited:
    """The record as if every step were taken and every interval were so."""
    edited = with_inputs(case, asked)
    tables: Tables = {}
    for step in asked.steps:
        edit = _EDITS.get(step.action)
        if edit is not None:
            tables |= edit(edited, tables, step)
    return Edited(edited.model_copy(update=tables), _guarantors(asked))


def with_inputs(case: CaseFile, asked: Resolved, *, pledged: bool = True) -> CaseFile:
    """The case with its intervals moved, and with the new pledge where one is asked for."""
    tables: Tables = {}
    for one in asked.moved:
        rows = list(_rows(case, tables, one.table))
        rows[one.number] = rows[one.number].model_copy(update={one.field: one.value})
        tables[one.table] = tuple(rows)
    if pledged and asked.pledge is not None:
        tables |= pledge_rows(case, asked.pledge)
    return case.model_copy(update=tables)


def pledge_rows(case: CaseFile, pledge: Pledge) -> Tables:
    """The tables with a new pledge: undated, so that it has no effect until a policy gives it."""
    aid = Aid.model_validate(
        {
            "id": NEW_PLEDGE, "name": "New pledge", "donor": pledge.donor, "recipient": pledge.recipient,
            "kind": pledge.kind.value, "amount": f"{pledge.amount:.0f}", "places": "; ".join(pledge.places),
        }
    )  # fmt: skip
    tranche = Tranche.model_validate(
        {"aid": NEW_PLEDGE, "number": 1, "share": "1", "condition": pledge.condition.value}
    )
    return {"aid": (*case.aid, aid), "tranches": (*case.tranches, tranche)}


def _rows(case: CaseFile, tables: Mapping[str, tuple[Any, ...]], table: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = tables.get(table, getattr(case, table))
    return found


def _guarantors(asked: Resolved) -> tuple[Guarantor, ...]:
    actors = [step.actor for step in asked.steps if step.action is Action.GUARANTEE and step.actor]
    return tuple(Guarantor(actor, ENFORCES, PENALTY, stake=1.0, cost=0.0) for actor in dict.fromkeys(actors))


def _deal(case: CaseFile, tables: Tables, step: Step, change: Callable[[Deal], Mapping[str, Any]]) -> Tables:
    rows = _rows(case, tables, "deals")
    edited = tuple(row.model_copy(update=dict(change(row))) if row.id == step.deal else row for row in rows)
    return {"deals": edited}


def _formalised(case: CaseFile, tables: Tables, step: Step) -> Tables:
    def change(deal: Deal) -> Mapping[str, Any]:
        new: dict[str, Any] = {"levels": _joined(deal.levels, step.levels)}
        if step.form is not None:
            new["form"] = step.form
            new["written"] = YesNo.NO if step.form is DealForm.UNDERSTOOD else YesNo.YES
        return new

    return _deal(case, tables, step, change)


def _joined(have: tuple[DealLevel, ...], more: tuple[DealLevel, ...]) -> tuple[DealLevel, ...]:
    return tuple(level for level in DealLevel if level in {*have, *more})


def _party_added(case: CaseFile, tables: Tables, step: Step) -> Tables:
    def change(deal: Deal) -> Mapping[str, Any]:
        if step.actor is not None:
            return {"parties": tuple(dict.fromkeys((*deal.parties, step.actor)))}
        return {"communities": tuple(dict.fromkeys((*deal.communities, step.community or "")))}

    return _deal(case, tables, step, change)


def _third_party(case: CaseFile, tables: Tables, step: Step) -> Tables:
    rows = _rows(case, tables, "engagements")
    role = EngagementRole.GUARANTOR if step.action is Action.GUARANTEE else EngagementRole.FACILITATOR
    levels = "; ".join(level.value for level in step.levels)
    new = Engagement.model_validate(
        {
            "id": f"what-if-{len(rows) + 1}", "actor": step.actor, "role": role.value, "deal": step.deal,
            "place": step.place, "levels": levels, "since": str(case.info.as_of), "sustained": "yes",
        }
    )  # fmt: skip
    return {"engagements": (*rows, new)}


def _conditioned(case: CaseFile, tables: Tables, step: Step) -> Tables:
    rows = _rows(case, tables, "tranches")
    return {
        "tranches": tuple(
            row.model_copy(update={"condition": step.condition}) if row.aid == step.aid else row for row in rows
        )
    }


def _withdrawn(case: CaseFile, tables: Tables, step: Step) -> Tables:
    """Money that is not there; or an actor that nobody answers to any more and that has no third party at work."""
    if step.aid is not None:
        keep: Callable[[Row], bool] = lambda row: getattr(row, "aid", getattr(row, "id", None)) != step.aid  # noqa: E731
        return {name: tuple(filter(keep, _rows(case, tables, name))) for name in ("aid", "tranches", "interventions")}
    loyalties = tuple(row for row in _rows(case, tables, "loyalties") if row.patron != step.actor)
    engagements = tuple(
        row
        for row in _rows(case, tables, "engagements")
        if row.actor != step.actor or (step.deal is not None and row.deal != step.deal)
    )
    return {"loyalties": loyalties, "engagements": engagements}


_EDITS: Final[Mapping[Action, Callable[[CaseFile, Tables, Step], Tables]]] = {
    Action.FORMALISE: _formalised,
    Action.ADD_LEVEL: _formalised,
    Action.ADD_PARTY: _party_added,
    Action.GUARANTEE: _third_party,
    Action.FACILITATE: _third_party,
    Action.SET_CONDITION: _conditioned,
    Action.WITHDRAW: _withdrawn,
}
"""Giving a pledge that the case holds changes nothing of what is so today."""
