"""What `claims` prints: each claim of the seed essay, what its experiment came to, and what data would settle it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Final

from dayafter.explaining.claims import Test
from dayafter.explaining.examine import Finding
from dayafter.findings.amounts import per_cent, three_figures
from dayafter.findings.predictions import PredictionRow, to_csv, to_json
from dayafter.redaction import Gate

COLUMNS: Final = (
    "claim", "text", "outcome", "verdict", "says", "unit", "with", "without", "difference", "low", "high", "error",
    "share", "agree", "left", "direct", "draws", "settled_by", "of", "note",
)  # fmt: skip
"""`low` and `high`: 90 % of parameter draws, histories averaged out; `error`: half the 90 % Monte Carlo interval of the
mean; `share`: of draws with the claim's sign; `agree`: of draws that take the random sign of the direct parameters;
`left`: of the effect with those off; `settled_by`: observations, half with and half without."""
WIDTH: Final = 118
_RULE: Final = (
    "Simulated under stated assumptions; the model's claims about itself, not findings about the world. Three runs on "
    "the same luck: parameters as the priors give them, those that state the claim with a random sign, and those off. "
    "By construction: the difference takes the random sign in 95 % of draws, or less than a tenth is left when off. "
    "Else the share of draws with the claim's sign decides: holds from 90 %, fails up to 10 %."
)


def rows(findings: Sequence[Finding]) -> list[PredictionRow]:
    """A row for each experiment, and for each claim without one; empty cells are empty text."""
    return [_row(one) for one in findings]


def _row(one: Finding) -> PredictionRow:
    row: PredictionRow = dict.fromkeys(COLUMNS, "")
    row |= {"claim": one.claim.id, "text": one.claim.text, "verdict": one.verdict.value, "note": one.why}
    if one.test is None:
        return row | {"of": one.claim.wanted}
    row |= {"outcome": one.test.outcome, "unit": one.test.unit, "says": "more" if one.test.says > 0 else "less"}
    row |= {
        "note": one.why or "; ".join(filter(None, (_constant(one.test), one.test.note))),
        "direct": " ".join(direct.symbol for direct in one.test.direct),
    }
    if one.default is None:
        return row
    low, high = one.default.interval
    row |= {"with": one.default.mean_with, "without": one.default.mean_without, "difference": one.default.mean}
    row |= {"low": low, "high": high, "error": one.default.error, "share": one.share, "of": one.test.counted}
    row |= {"draws": one.default.draws.size}
    for name in ("agree", "left"):
        if (value := getattr(one, name)) is not None:
            row[name] = value
    return row | {"settled_by": "" if one.wanted is None else one.wanted}


def _constant(test: Test) -> str:
    return f"a constant of the code states it: {test.constant}" if test.constant else ""


def settled(one: Finding) -> str:
    """What data would settle it."""
    if one.test is None or one.default is None:
        return one.claim.wanted
    if one.wanted is None:
        return f"no count of {one.test.counted} (more than 100,000, or no effect to find)"
    if one.wanted == 0:
        return "no data within this model: its sign does not hang on what states the claim; only a rival model could"
    return f"about {one.wanted:,} {one.test.counted}, half with and half without"


def to_text(findings: Sequence[Finding], gate: Gate) -> str:
    """Stacked lines for people."""
    lines = [*textwrap.wrap(_RULE, WIDTH), ""]
    before = None
    for one in findings:
        if one.claim is not before:
            lines += [*([""] if before else []), *textwrap.wrap(f"{one.claim.id}  {one.claim.text}", WIDTH)]
            before = one.claim
        for number, text in enumerate(_sentences(one)):
            indent = "    " if number == 0 else "      "
            lines += textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent="      ")
    counts = Counter(one.verdict.value for one in findings)
    lines += ["", "; ".join(f"{n} {verdict}" for verdict, n in counts.items())]
    return gate.release("\n".join(lines) + "\n", "claims")


def _sentences(one: Finding) -> list[str]:
    if one.default is None or one.test is None:
        found = [f"{one.verdict.value.upper()}: {one.why}"]
        return [*found, f"would make it testable: {one.claim.wanted}"] if one.claim.wanted else found
    low, high = one.default.interval
    head = (
        f"{one.verdict.value.upper()}  {one.test.outcome}: {three_figures(one.default.mean)} {one.test.unit} "
        f"[{three_figures(low)} to {three_figures(high)} in 90 % of draws; mean ± {three_figures(one.default.error)}], "
        f"{three_figures(one.default.mean_with)} against {three_figures(one.default.mean_without)}"
    )
    says = (
        f"claim says {'more' if one.test.says > 0 else 'less'}: so in {per_cent(one.share)} of draws; random sign "
        f"followed in {per_cent(one.agree)}; left when off {per_cent(one.left)}"
    )
    found = [head, says]
    found += [text for text in (_constant(one.test), one.test.note) if text]
    return [*found, f"would settle the sign: {settled(one)}"]


def to_machine(findings: Sequence[Finding], gate: Gate, *, as_json: bool) -> str:
    """The same as CSV or JSON."""
    text = to_json(COLUMNS, rows(findings)) if as_json else to_csv(COLUMNS, rows(findings))
    return gate.release(text, "claims")
