"""A what-if kept: as a policy of the copy of the case in the workspace, with its intervals and its pledge."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from pydantic import ValidationError

from dayafter.arrays import Step
from dayafter.casefile.schema import CaseFile, Intervention, Policy
from dayafter.errors import UsageError
from dayafter.web.whatif.edits import pledge_rows
from dayafter.web.whatif.question import NEW_PLEDGE, Resolved


def slug_of(name: str) -> str:
    """An id for a name: `A guarantor for Diyala` to `a-guarantor-for-diyala`. UsageError where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    if not found:
        raise UsageError("the id of a policy is made of Latin letters and digits; give one beside the name")
    return found


def with_policy(case: CaseFile, asked: Resolved, ident: str, name: str, saved_by: str) -> CaseFile:
    """The case with the question as a policy; its intervals moved, each with a note that says by whom.

    Raises
    ------
    UsageError : a policy of that id is there already, or there is nothing to save.
    """
    if asked.is_empty:
        raise UsageError("there is no change to save; ask something first")
    if any(policy.id == ident for policy in case.policies):
        raise UsageError(f"a policy '{ident}' is there already; save it under another name")
    tables: dict[str, tuple[Any, ...]] = {}
    if asked.pledge is not None:
        tables |= _pledge(case, asked, ident)
    for one in asked.moved:
        rows = list(tables.get(one.table, getattr(case, one.table)))
        row = rows[one.number]
        note = f"{row.note} {one.field} was {getattr(row, one.field)} before a what-if of {saved_by}.".strip()
        rows[one.number] = row.model_copy(update={one.field: one.value, "note": note})
        tables[one.table] = tuple(rows)
    base = [row for row in case.interventions if row.policy == asked.policy] if asked.policy else []
    steps = [
        *(row.model_copy(update={"policy": ident, "step": n}) for n, row in enumerate(base, 1)),
        *(_intervention(step, ident, n, saved_by) for n, step in enumerate(asked.steps, len(base) + 1)),
    ]
    about = f"Saved from a what-if by {saved_by}."
    try:
        policy = Policy.model_validate({"id": ident, "name": name, "text": about, "coded_by": saved_by})
    except ValidationError as error:
        raise UsageError(f"the name: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    return case.model_copy(
        update={**tables, "policies": (*case.policies, policy), "interventions": (*case.interventions, *steps)}
    )


def _pledge(case: CaseFile, asked: Resolved, ident: str) -> dict[str, tuple[Any, ...]]:
    """The new pledge under an id of its own."""
    if asked.pledge is None:
        return {}
    tables = pledge_rows(case, asked.pledge)
    own = _pledge_id(ident)
    aid, tranches = list(tables["aid"]), list(tables["tranches"])
    aid[-1] = aid[-1].model_copy(update={"id": own, "name": f"Pledge of “{ident}”"})
    tranches[-1] = tranches[-1].model_copy(update={"aid": own})
    return {"aid": tuple(aid), "tranches": tuple(tranches)}


def _pledge_id(ident: str) -> str:
    return f"{ident}-pledge"


def _intervention(step: Step, policy: str, number: int, saved_by: str) -> Intervention:
    def month(day: dt.date | None) -> str | None:
        return None if day is None else f"{day:%Y-%m}"

    aid = _pledge_id(policy) if step.aid == NEW_PLEDGE else step.aid
    values = {
        "policy": policy, "step": number, "action": step.action.value, "date": month(step.start),
        "until": month(step.until), "deal": step.deal, "place": step.place, "actor": step.actor,
        "community": step.community, "aid": aid, "form": step.form.value if step.form else None,
        "levels": "; ".join(level.value for level in step.levels),
        "condition": step.condition.value if step.condition else None, "coded_by": saved_by,
    }  # fmt: skip
    return Intervention.model_validate({name: value for name, value in values.items() if value is not None})
