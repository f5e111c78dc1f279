"""Two runs of the simulation: what they were made of, and which outcomes at the horizon moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from dayafter.comparing.records import Change, Comparison
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES

_READING: Final = (
    "Numbers are means over the members at the last month that both runs have, simulated under the assumptions that "
    "each run names; in brackets the 90 % interval of Monte Carlo error. "
    "A change is listed where these two intervals do not meet; smaller ones cannot be told from chance."
)
_LABELS: Final = ("policy", *AXES)


def compare_runs(before: SimulationResult, after: SimulationResult) -> Comparison:
    """Compare two runs, which may differ in their case, policies, seed, size or version.

    Raises
    ------
    UsageError : the two have no policy in common.
    """
    shared = [policy for policy in before.policies if policy in after.policies]
    if not shared:
        raise UsageError(
            f"the two runs have no policy in common ({', '.join(before.policies)}; {', '.join(after.policies)}); "
            "compare runs of the same policies"
        )
    made = tuple(_made_of(before.manifest["run"], after.manifest["run"]))
    moved, n_small, month = _outcomes(before, after, shared)
    remarks = (
        _READING,
        f"{len(moved)} outcomes moved, {n_small} did not clearly, at month {month}.",
    )
    return Comparison("runs", _about(before), _about(after), (*made, *moved), remarks)


def _about(result: SimulationResult) -> dict[str, str]:
    run = result.manifest["run"]
    told = {name: str(run[name]) for name in ("seed", "members", "months", "version", "baseline") if name in run}
    return {"case": str(run["case"]["id"]), **told, "hash": str(result.manifest["hash"])[:12]}


def _made_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What the runs are made of: every entry of the manifest that differs, policies and tables of the case by name."""
    left, right = dict(_entries(old)), dict(_entries(new))
    for name in dict.fromkeys((*left, *right)):
        if left.get(name) != right.get(name):
            what, _, about = name.partition("/")
            was, now = left.get(name, ""), right.get(name, "")
            if what in {"policy", "table"}:
                was, now = ("" if not was else "as before"), ("" if not now else "changed" if was else "added")
            yield Change("made-of", what, about, "", was, now)


def _entries(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in run.items():
        if name == "case":
            yield from ((f"table/{table}", str(digest)) for table, digest in value["inputs"].items())
            yield from ((f"case/{key}", str(text)) for key, text in value.items() if key != "inputs")
        elif name == "policies":
            yield from ((f"policy/{one['id']}", str(one)) for one in value)
        else:
            yield name, str(value)


def _outcomes(
    before: SimulationResult, after: SimulationResult, shared: list[str]
) -> tuple[tuple[Change, ...], int, int]:
    tables = before.tables["summary"], after.tables["summary"]
    month = min(int(table["month"].max()) for table in tables)  # type: ignore[arg-type]  # a summary has months
    keys = [*_LABELS, "outcome", "unit"]
    numbers = ["mean", "mc_low", "mc_high"]
    left, right = (
        table.filter((pl.col("month") == month) & pl.col("policy").is_in(shared)).select([*keys, *numbers])
        for table in tables
    )
    both = left.join(right, on=keys, how="inner", suffix="_after", nulls_equal=True, maintain_order="left")
    apart = both.filter((pl.col("mc_high") < pl.col("mc_low_after")) | (pl.col("mc_low") > pl.col("mc_high_after")))
    changes = tuple(_outcome_change(row) for row in apart.iter_rows(named=True))
    return changes, both.height - apart.height, month


def _outcome_change(row: Mapping[str, Any]) -> Change:
    labels = [str(row[axis]) for axis in AXES if row[axis] is not None]
    return Change(
        "outcome",
        words.term(str(row["outcome"])),
        " · ".join((str(row["policy"]), *labels)),
        "mean",
        _number(row["mean"], row["mc_low"], row["mc_high"]),
        _number(row["mean_after"], row["mc_low_after"], row["mc_high_after"]),
        str(row["unit"]),
    )


def _number(mean: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{mean:.3g}"
    return f"{mean:.3g} ({low:.3g} to {high:.3g})"
