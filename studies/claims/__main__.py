"""`python -m studies.claims [--members N] [--out DIR]`: put the claims to the process and write the page."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.explaining.examine import MEMBERS, MONTHS, Finding, examine, sizes
from dayafter.explaining.ladder import Survival, climb
from dayafter.findings import amounts
from dayafter.findings import claims as tables
from studies.writing import write

CHECKOUT = Path(__file__).parents[2]
PAGE = Path("docs", "why", "claims.md")
CASE = "iraq-2016"


def page(findings: Sequence[Finding], ladder: Sequence[Survival], members: int, months: int) -> str:
    """The page of the documentation."""
    draws, replicates = sizes(members)
    counts = Counter(one.verdict.value for one in findings)
    summary = ", ".join(f"{n} {verdict}" for verdict, n in counts.most_common())
    return f"""# The claims of the essay, put to the model

The seed essay makes 27 claims on why the day after goes wrong and what would help. Each is an experiment on the
[simulated process](simulation.md) with the case `{CASE}`: two arms on the same luck, one outcome. What comes out is
about *the model under stated assumptions*, not about Iraq: it tells which claims the model merely repeats, which it
contradicts, which it cannot tell, and what data would.

Written by `python -m studies.claims`; do not edit by hand. `dayafter claims` prints the same for any case.

## The rule

Every experiment runs three times on {draws} parameter draws with {replicates} histories each, over {months} months:
with parameters as their priors give them; with the *direct* parameters, those that state the claim, given a random sign
in each draw (their size stays as drawn); and with the direct parameters off.

- **By construction**: the difference takes the random sign in 95 % of draws or more (*follows*), or less than a tenth
  of it is left with the direct parameters off (*left*), or a constant of the code states the claim.
- Else **holds** where at least 90 % of draws have the claim's sign (*share*; an exact 0 counts half), **fails** up to
  10 %, **not identified** between.
- **Not testable**: the files hold no data, or the process no state, on which it could be seen.

A claim that holds by construction is not wrong. The model takes it as given, as the essay does, and running the model
adds nothing to it.

*Settled by* is what would make one 90 % sure of the sign, on average, if one started with an open mind (the random
sign): how many unpaired cases, half with and half without, scattering as the simulated ones do. It takes the size of
the effect from the same priors; where the effect is small beside the scatter no count will do, and where the model is
sure of the sign whatever its direct parameters are, no data would change its mind: only a rival model could.

## What came out

{summary}.

{_table(findings)}

Difference: mean over draws, with the interval that holds 90 % of draws, histories averaged out. An interval of one sign
says that the priors agree, not that the world does.

## Who makes deals last: C-18 against C-19

Outsiders cannot create lasting deals (C-18); insiders cannot alone (C-19). Both can be said in the model, since an
outsider's role, duration and level are states of their own. All deals are signed in the first month, in the same form,
at both levels; none is made again. *In force* is the share of the missing deals still in force after {months} months.

{_ladder(ladder)}

The first column of numbers has the order of the priors. With random signs, and with the roles off, the order goes: the
model *holds* both claims and tests neither. What would move it is the number of local deals with a known end in the
table above.
"""


def _table(findings: Sequence[Finding]) -> str:
    lines = [
        "| Claim | Outcome | Verdict | Difference [90 % of draws] | Share | Follows | Left | Settled by |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    before = None
    for one in findings:
        claim = f"**{one.claim.id}** {one.claim.text}" if one.claim is not before else ""
        before = one.claim
        if one.test is None or one.default is None:
            lines.append(f"| {claim} | | {one.verdict.value}: {one.why} | | | | | {one.claim.wanted} |")
            continue
        low, high = (amounts.three_figures(x) for x in one.default.interval)
        number = f"{amounts.three_figures(one.default.mean)} [{low}, {high}] {one.test.unit}"
        says = "more" if one.test.says > 0 else "less"
        notes = "; ".join(filter(None, (one.test.constant, one.test.note)))
        outcome = f"{one.test.outcome} ({says})" + (f"; {notes}" if notes else "")
        left, agree, share = (amounts.per_cent(part) for part in (one.left, one.agree, one.share))
        lines.append(
            f"| {claim} | {outcome} | {one.verdict.value} | {number} | {share} | {agree} | {left} "
            f"| {tables.settled(one)} |"
        )
    return "\n".join(lines)


def _ladder(ladder: Sequence[Survival]) -> str:
    lines = [
        "| Written by | Who stays | Levels | In force [90 % of draws] | More than unaided | Random signs | Roles off |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in ladder:
        rung = one.rung
        lines.append(
            f"| {rung.author} | {rung.stays} | {rung.levels} | {one.survive:.2f} [{one.low:.2f}, {one.high:.2f}] "
            f"| {amounts.per_cent(one.outlasts)} | {one.with_random_signs:.2f} | {one.with_roles_off:.2f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(prog="python -m studies.claims", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS, help="futures of each arm (default %(default)s)")
    parser.add_argument("--months", type=int, default=MONTHS, help="months of each (default %(default)s)")
    parser.add_argument("--out", type=Path, default=CHECKOUT, help="where to write (default: this checkout)")
    options = parser.parse_args(arguments)
    case = compile_case(load_case(CASE).case)

    def say(done: int, of: int) -> None:
        print(f"chunk {done} of {of}", file=sys.stderr, flush=True)

    found = examine(case, members=options.members, months=options.months, progress=say)
    ladder = climb(case, members=options.members, months=options.months)
    write(options.out, {PAGE: page(found, ladder, options.members, options.months)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
