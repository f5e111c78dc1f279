"""`python -m studies.sensitivity [--draws N] [--out DIR]`: which inputs move the answer, and what knowing is worth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dayafter import study
from dayafter.casefile.load import load_case
from dayafter.explaining.sensitivity import GOALS, Sensitivity, sensitivity
from dayafter.findings.amounts import per_cent, three_figures
from dayafter.findings.worth import strongest
from studies.writing import write

CHECKOUT = Path(__file__).parents[2]
PAGE = Path("docs", "why", "sensitivity.md")
CASE = "iraq-2016"
DRAWS = 1000
REPLICATES = 5
SHOWN = 8


def page(found: Sensitivity, names: dict[str, str]) -> str:
    """The page of the documentation."""
    parts = [_goal(found, goal.id, names) for goal in GOALS]
    return f"""# Which inputs move the answer

The [simulation](simulation.md) has {len(found.inputs)} uncertain inputs: parameters with a prior, and what the case
leaves open. Few of them move any one answer. This page says which, for the policies of `{CASE}`, and what it would be
worth to know each before choosing among the policies. `dayafter why RUN` prints the same for any run.

Written by `python -m studies.sensitivity`; do not edit by hand. {found.draws:,} parameter draws with
{found.replicates} histories each, {found.months} months; simulated under stated assumptions.

## How to read it

- **Influence**: the share of the variance of the outcome's ranks over parameter draws that goes with one input alone,
  from the ensemble at hand (E. Plischke, 2010); ranks, since counts of events have heavy tails. + and − are the
  direction. What is left to 100 % is interaction, histories and all other inputs.
- **Worth**: the expected value of partial perfect information (M. Strong, J. E. Oakley and A. Brennan, 2014). One
  chooses the policy with the best mean; had one known the input, one would sometimes have chosen another. By how much
  the outcome improves on average for that, per future. *All at once* is the most that any research could bring.
- Both are listed only beyond what the largest of as many meaningless inputs reaches one time in ten.
- Both are about the model under its priors. An input with a narrow prior moves little because we hold it still.
- Means are what a choice by expectation looks at. Counts of events have heavy tails, so the mean level is far above
  what most futures see: `dayafter simulate` prints medians.
- Each outcome is looked at alone. Who weighs events against returns must say how.

{chr(10).join(parts)}"""


def _goal(found: Sensitivity, goal_id: str, names: dict[str, str]) -> str:
    goal = next(one for one in GOALS if one.id == goal_id)
    lines = [
        f"## {goal.name[0].upper()}{goal.name[1:]}",
        "",
        "| Of | Mean ± half its 90 % Monte Carlo interval | Inputs by influence |",
        "| --- | --- | --- |",
    ]
    for policy in found.policies:
        base = policy == found.baseline
        mean = found.means[goal.id][policy] - (0 if base else found.means[goal.id][found.baseline])
        listed = "; ".join(
            f"{found.inputs[i.input]} {per_cent(i.share)} ({'+' if i.direction > 0 else '−'})"
            for i in strongest(found, goal, policy)[:SHOWN]
        )
        what = f"level under “{names[policy]}”" if base else f"difference by “{names[policy]}”"
        number = f"{three_figures(mean)} ± {three_figures(found.errors[goal.id][policy])} {goal.unit}"
        lines.append(f"| {what} | {number} | {listed or 'nothing beyond chance'} |")
    mine = [w for w in found.worths if w.goal == goal.id]
    everything = next(w for w in mine if not w.input)
    clear = sorted((w for w in mine if w.input and w.value > w.noise), key=lambda w: -w.value)[:SHOWN]
    listed = "; ".join(f"{found.inputs[w.input]} {three_figures(w.value)}" for w in clear)
    whole = three_figures(everything.value)
    way, chosen = "more" if goal.better > 0 else "fewer", names[everything.best]
    lines += [
        "",
        f"Chosen by its mean ({way} is better): “{chosen}”. Worth of knowing, in {goal.unit} a future:",
        f"{listed or 'nothing beyond chance'}. All at once: {whole} at most, part of it the luck",
        "of few histories.",
        "",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(prog="python -m studies.sensitivity", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="parameter draws (default %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    options = parser.parse_args(arguments)
    case = load_case(CASE).case
    members = options.draws * REPLICATES
    run = study.prepare(case, study.Settings(members=members, replicates=REPLICATES))

    def say(done: int, of: int) -> None:
        print(f"chunk {done} of {of}", file=sys.stderr, flush=True)

    found = sensitivity(
        run.process, run.process.case.policies, run.spec.baseline, members=members, replicates=REPLICATES, progress=say
    )
    write(options.out, {PAGE: page(found, {row.id: row.name for row in case.policies})})
    return 0


if __name__ == "__main__":
    sys.exit(main())
