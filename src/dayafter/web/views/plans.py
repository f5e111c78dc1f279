"""The plans of a case with their steps in words; those saved in the workspace are marked."""

from __future__ import annotations

from dataclasses import dataclass

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import Intervention, Policy
from dayafter.redaction import Gate
from dayafter.web.edition import Edition
from dayafter.web.views.lines import termed
from dayafter.web.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan."""

    id: str
    name: str
    text: str
    steps: tuple[str, ...]
    saved: bool


def plan_items(edition: Edition, workspace: Workspace) -> tuple[Plan, ...]:
    """The plans of the case, then those that were saved beside it."""
    if not workspace.has_copy:
        return _plans(edition, frozenset())
    known = frozenset(policy.id for policy in edition.case.policies)
    current = Edition(workspace.current(), edition.gate.audience, edition.seed)
    current.language = edition.language
    return _plans(current, known)


def _plans(edition: Edition, known: frozenset[str]) -> tuple[Plan, ...]:
    gate: Gate = edition.gate
    steps: dict[str, list[str]] = {}
    for own, shown in zip(edition.case.interventions, edition.shown.interventions, strict=False):
        if not gate.is_withheld(RowRef("interventions", own.key)):
            steps.setdefault(own.policy, []).append(step_words(edition, shown))
    return tuple(
        Plan(
            gate.alias(own.id, "policies"), edition.rows.gate_label(own.id, "policies"), _text(shown),
            tuple(steps.get(own.id, ())), bool(known) and own.id not in known,
        )
        for own, shown in zip(edition.case.policies, edition.shown.policies, strict=False)
    )  # fmt: skip


def _text(policy: Policy) -> str:
    return policy.text


def step_words(edition: Edition, step: Intervention) -> str:
    """`formalise: Diyala deal, signed, from May 2016`."""
    rows = edition.rows
    about = [
        rows.name(one) for one in (step.actor, step.community, step.broker, step.deal, step.aid, step.place) if one
    ]
    say, tell = edition.say, edition.tell
    how = [termed(edition, step.form), say.joined([termed(edition, level) for level in step.levels])]
    how.append(tell("condition {what}", what=termed(edition, step.condition)) if step.condition else "")
    what = f"{termed(edition, step.action)}: {say(', ').join(part for part in (*about, *how) if part)}"
    if step.until:
        return tell("{what}; from {start} to {end}", what=what, start=say.date(step.date), end=say.date(step.until))
    return tell("{what}; from {start}", what=what, start=say.date(step.date))
