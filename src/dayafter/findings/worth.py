"""What `why` prints of a whole run: which inputs move each outcome, and what it is worth to know them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from dayafter.casefile.schema import CaseFile
from dayafter.explaining.sensitivity import GOALS, Goal, Influence, Sensitivity, Worth
from dayafter.findings.amounts import per_cent, three_figures
from dayafter.findings.predictions import PredictionRow, to_csv, to_json
from dayafter.redaction import Gate

COLUMNS: Final = ("kind", "outcome", "of", "input", "what", "value", "noise", "direction", "unit", "best")
"""`kind`: influence (share of variance over draws), worth (in the outcome's unit), mean. `of`: the policy whose
difference with the baseline it is; the baseline itself: the level. `noise`: what the
largest of as many meaningless inputs stays below nine times in ten; of a mean, half the 90 % Monte Carlo interval of
the difference with the baseline (of the level, for the baseline itself)."""
WIDTH: Final = 110
SHOWN: Final = 6
_RULE: Final = (
    "Simulated under stated assumptions. Influence: share of the variance of ranks over parameter draws that goes with "
    "one input alone, + or − its direction; what chance could show among so many inputs is left out. Worth: how much "
    "better the chosen policy would do on average if the input were known before the choice. An input that moves "
    "nothing may do so because its prior holds it still."
)


def visible(one: Sensitivity, gate: Gate, case: CaseFile) -> list[str]:
    """Policies that may be told of, by id."""
    of_case = {row.id for row in case.policies}
    return [name for name in one.policies if name not in of_case or not gate.hides(name, "policies")]


def _label(policy: str, gate: Gate, case: CaseFile) -> str:
    return gate.label(policy, table="policies") if policy in {row.id for row in case.policies} else gate.text(policy)


def strongest(one: Sensitivity, goal: Goal, of: str) -> list[Influence]:
    """Inputs beyond chance, the strongest first."""
    mine = [i for i in one.influences if i.goal == goal.id and i.of == of and i.share > i.noise]
    return sorted(mine, key=lambda i: -i.share)


def _said(one: Sensitivity, i: Influence) -> str:
    return f"{one.inputs[i.input]} {per_cent(i.share)} ({'+' if i.direction > 0 else '−'})"


def to_text(one: Sensitivity, gate: Gate, case: CaseFile) -> str:
    """For people."""
    head = (
        f"Which inputs move the answer: {one.draws} parameter draws × {one.replicates} histories, {one.months} months, "
        f"{len(one.policies)} policies, all places."
    )
    lines = [*textwrap.wrap(head, WIDTH), "", *textwrap.wrap(_RULE, WIDTH)]
    shown = visible(one, gate, case)
    for goal in GOALS:
        lines += ["", f"{goal.name} ({goal.unit}; {'more' if goal.better > 0 else 'fewer'} is better)"]
        for policy in shown:
            level = policy == one.baseline
            name = _label(policy, gate, case)
            what = f"level under “{name}”" if level else f"difference that “{name}” makes"
            found = strongest(one, goal, policy)[:SHOWN]
            text = "; ".join(
                f"{one.inputs[i.input]} {per_cent(i.share)} ({'+' if i.direction > 0 else '−'})" for i in found
            )
            lines += textwrap.wrap(f"  {what}: {text or 'nothing beyond chance'}", WIDTH, subsequent_indent="      ")
        lines += _worth(one, goal, gate, case)
    return gate.release("\n".join(lines) + "\n", "why")


@dataclass(frozen=True, slots=True)
class Knowing:
    """What it is worth to know inputs before choosing a policy, for one outcome."""

    best: str
    """The policy chosen without knowing more; empty where it may not be named."""
    clear: tuple[Worth, ...]
    """Inputs worth knowing beyond chance, the dearest first."""
    everything: float


def knowing(one: Sensitivity, goal: Goal, gate: Gate, case: CaseFile) -> Knowing:
    """The worth of knowing, for one outcome."""
    mine = [w for w in one.worths if w.goal == goal.id]
    everything = next(w for w in mine if not w.input)
    clear = sorted((w for w in mine if w.input and w.value > w.noise), key=lambda w: -w.value)[:SHOWN]
    best = _label(everything.best, gate, case) if everything.best in visible(one, gate, case) else ""
    return Knowing(best, tuple(clear), everything.value)


def _worth(one: Sensitivity, goal: Goal, gate: Gate, case: CaseFile) -> list[str]:
    found = knowing(one, goal, gate, case)
    text = "; ".join(f"{one.inputs[w.input]} {three_figures(w.value)}" for w in found.clear)
    line = (
        f"  worth of knowing, in {goal.unit} a future; “{found.best or '(withheld)'}” is chosen without it: "
        f"{text or 'nothing beyond chance'}. All at once: {three_figures(found.everything)}, at most."
    )
    return textwrap.wrap(line, WIDTH, subsequent_indent="      ")


def rows(one: Sensitivity, gate: Gate, case: CaseFile) -> list[PredictionRow]:
    """Every influence, worth and mean."""
    shown, units = set(visible(one, gate, case)), {goal.id: goal.unit for goal in GOALS}
    head: PredictionRow = dict.fromkeys(COLUMNS, "")
    found: list[PredictionRow] = []
    for i in one.influences:
        if i.of in shown:
            row = head | {"kind": "influence", "outcome": i.goal, "of": gate.alias(i.of, "policies"), "input": i.input}
            row |= {"what": one.inputs[i.input], "value": i.share, "noise": i.noise, "direction": i.direction}
            found.append(row | {"unit": "share of variance"})
    for w in one.worths:
        best = gate.alias(w.best, "policies") if w.best in shown else ""
        row = head | {"kind": "worth", "outcome": w.goal, "input": w.input or "all", "value": w.value, "noise": w.noise}
        found.append(row | {"what": one.inputs.get(w.input, "everything"), "unit": units[w.goal], "best": best})
    for goal, means in one.means.items():
        for policy, value in means.items():
            if policy in shown:
                row = head | {"kind": "mean", "outcome": goal, "of": gate.alias(policy, "policies"), "value": value}
                found.append(row | {"unit": units[goal], "noise": one.errors[goal][policy]})
    return found


def to_machine(one: Sensitivity, gate: Gate, case: CaseFile, *, as_json: bool) -> str:
    """The same as CSV or JSON."""
    table = rows(one, gate, case)
    return gate.release(to_json(COLUMNS, table) if as_json else to_csv(COLUMNS, table), "why")
