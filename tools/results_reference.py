"""Writes `docs/reference/result-tables.md` from the declarations: every outcome, table and column of a simulation."""

from __future__ import annotations

from dayafter.results.schema import AXES, OUTCOMES, TABLES, TO_DATE, Column, Kind
from dayafter.simulation.basis import basis_text

_HEAD = """\
# The tables of a simulation

Generated from `src/dayafter/results/schema.py`. What `dayafter simulate CASE --out DIR` writes, as Parquet, and what
`dayafter.simulate` returns in Python. How to read them is in [Simulate rival policies](../howto/simulate.md).

## Outcomes

Four channels, never added up. A *flow* is counted month by month and, under its name with `{to_date}`, from the start
up to each month; a *stock* is a state at the end of a month. Rows of single cells have a label on each axis; a sum over
an axis leaves that label empty. The basis is that of the default priors, by [this
rule](../why/simulation.md#what-a-number-rests-on); a posterior and what a user sets change it.

| Outcome | Channel | What it is | Axes | Kind | Unit | Basis |
| --- | --- | --- | --- | --- | --- | --- |
"""
_ABOUT = {
    "summary": "One row for each policy, outcome, cell or sum, and month.",
    "contrasts": "Paired differences to the baseline, member by member: total, and with deals signed at the same date.",
    "exceedance": "Chances of at least so much, month by month.",
    "chances": "Chances of at least so much at the horizon, beside those of the baseline.",
    "wrong": "Members that went wrong; they are in no other number of their policy.",
    "events": "With `--events`: each month, place and class in which a future saw violence.",
    "draws": "With `--draws`: each future's outcomes at the end.",
}


def page() -> str:
    """The page."""
    lines = [_HEAD.format(to_date=TO_DATE).rstrip("\n")]
    for outcome in OUTCOMES.values():
        kind = "flow" if outcome.kind is Kind.FLOW else "stock"
        axes = ", ".join(f"`{axis}`" for axis in AXES if axis in outcome.axes)
        unit = "the case's currency" if outcome.unit == "currency" else outcome.unit
        cells = (f"`{outcome.name}`", outcome.channel.value, outcome.text, axes, kind, unit, basis_text(outcome.name))
        lines.append(f"| {' | '.join(cells)} |")
    for table, columns in TABLES.items():
        lines += ["", f"## {table}", "", _ABOUT[table], "", "| Column | Type | May be empty | What it is |"]
        lines += ["| --- | --- | --- | --- |", *(_row(column) for column in columns)]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    return f"| `{column.name}` | {column.dtype} | {'yes' if column.nullable else ''} | {column.text} |"
