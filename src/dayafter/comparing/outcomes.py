"""Outcomes of two runs at their end: member by member where both keep their members, else side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import Spread
from dayafter.comparing.paired import CELL, SIDE, paired_differences, why_unpaired
from dayafter.comparing.records import Change
from dayafter.findings import words
from dayafter.findings.amounts import SHARES, amount, changed, spread_of
from dayafter.findings.simulation_rows import HEADLINES
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.results.naming import outcome_words
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES

_READING: Final = (
    "Numbers are means over the members at the last month that both runs have, simulated under the assumptions that "
    "each run names; in brackets the 90 % interval of Monte Carlo error."
)
_APART: Final = (
    "The runs stand side by side and are not compared member by member: {why}. So an outcome is listed where the two "
    "intervals do not meet; smaller changes cannot be told from chance."
)
_PAIRED: Final = (
    "A change is the mean of the paired differences, later run less earlier: the same member of both has the same "
    "luck. In brackets its 90 % range: that over parameter draws, each end moved out by the Monte Carlo error. Where "
    "the range holds zero there is no clear change. {n} members of each policy are paired."
)
_FEW: Final = (
    "With one history a draw, parameters and histories cannot be told apart: the range is Monte Carlo error alone. "
    "Runs of 400 members or more have two."
)
_HEADLINES: Final = {name for outcomes in HEADLINES.values() for name, _ in outcomes}
"""Outcomes that are listed over all places whether they clearly changed or not."""
_NUMBERS: Final = ("mean", "mc_low", "mc_high")
_Told = tuple[tuple[Change, ...], tuple[str, ...]]
"""Changes, and how to read them."""


def outcome_changes(
    before: SimulationResult, after: SimulationResult, policies: Sequence[str], say: Wording = ENGLISH
) -> _Told:
    """Which outcomes moved between two runs, and how to read that.

    Parameters
    ----------
    policies : ids that both runs have. say : the language; labels of places, deals and policies stay ids.
    """
    both, month = _side_by_side(before, after, policies)
    if why := why_unpaired(before, after, say):
        changes = _apart(both, say)
        how = [say(_APART, why=why)]
        n_small = both.height - len(changes)
    else:
        changes, how, n_small = _paired(both, paired_differences(before, after, policies), say)
    if why or changes:
        how.append(
            say(
                "Outcomes listed: {n}. Others, which did not clearly change: {small}. All at month {month}.",
                n=len(changes), small=n_small, month=month,
            )
        )  # fmt: skip
    else:
        how.append(
            say(
                "None of {n} outcomes clearly changed, at month {month}; over all places none moved at all.",
                n=n_small, month=month,
            )
        )  # fmt: skip
    return changes, (say(_READING), *how)


def _apart(both: pl.DataFrame, say: Wording) -> tuple[Change, ...]:
    """Both runs side by side: listed where their intervals of Monte Carlo error do not meet."""
    apart = both.filter((pl.col("mc_high") < pl.col("mc_low_after")) | (pl.col("mc_low") > pl.col("mc_high_after")))
    return tuple(_outcome_change(row, say) for row in apart.iter_rows(named=True))


def _paired(both: pl.DataFrame, paired: pl.DataFrame, say: Wording) -> tuple[tuple[Change, ...], list[str], int]:
    """Member by member: listed where the paired range leaves out zero, and the headlines in any case.

    Returns
    -------
    the changes, how to read them, and how many outcomes are not listed.
    """
    found = both.join(paired, on=["policy", *CELL], how="inner", nulls_equal=True, maintain_order="left")
    rows = [(row, Spread(*spread_of(row, SIDE), row[f"{SIDE}_members"])) for row in found.iter_rows(named=True)]
    first = [one for one in rows if _is_headline(one[0]) and not _is_same(one[1])]
    others = [one for one in rows if not _is_headline(one[0]) and words.is_clear(one[1])]
    others.sort(key=lambda one: sum(one[0][axis] is not None for axis in AXES))  # sums before their parts
    changes = tuple(_paired_change(row, spread, say) for row, spread in (*first, *others))
    n_members = min((int(row[f"{SIDE}_members"]) for row, _ in rows), default=0)
    how = [say(_PAIRED, n=words.number(n_members))]
    if any(row[f"{SIDE}_parameter_low"] is None for row, _ in rows):
        how.append(say(_FEW))
    return changes, how, len(rows) - len(changes)


def _is_headline(row: Mapping[str, Any]) -> bool:
    return row["outcome"] in _HEADLINES and all(row[axis] is None for axis in AXES)


def _is_same(spread: Spread) -> bool:
    """Whether nothing differs in any member."""
    return spread.mean == spread.p05 == spread.p95 == 0


def _side_by_side(before: SimulationResult, after: SimulationResult, shared: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """The summary of both runs at the last month that both have, and that month."""
    tables = before.tables["summary"], after.tables["summary"]
    month = min(int(table["month"].max()) for table in tables)  # type: ignore[arg-type]  # a summary has months
    keys = ["policy", *CELL]
    left, right = (
        table.filter((pl.col("month") == month) & pl.col("policy").is_in(shared)).select([*keys, *_NUMBERS])
        for table in tables
    )
    both = left.join(right, on=keys, how="inner", suffix="_after", nulls_equal=True, maintain_order="left")
    return both, month


def _outcome_change(row: Mapping[str, Any], say: Wording) -> Change:
    labels = [str(row[axis]) for axis in AXES if row[axis] is not None]
    unit = str(row["unit"])
    old, new = ([row[f"{name}{end}"] for name in _NUMBERS] for end in ("", "_after"))
    return Change(
        "outcome",
        outcome_words(str(row["outcome"]), say),
        " · ".join((str(row["policy"]), *labels)),
        "",
        _number(old, unit, say),
        _number(new, unit, say),
        say(unit),
    )


def _paired_change(row: Mapping[str, Any], spread: Spread, say: Wording) -> Change:
    text = changed(spread.mean, spread.p05, spread.p95, str(row["unit"]), say)
    return replace(
        _outcome_change(row, say), change=text, change_mean=spread.mean, change_low=spread.p05, change_high=spread.p95
    )


def _number(row: Sequence[float | None], unit: str, say: Wording) -> str:
    """`3.0 (2.5–3.5)`; a share in percent. From the mean and the ends of its interval, which may not be known."""
    mean = row[0] or 0.0
    if unit in SHARES:
        ends = [f"{words.percent(min(max(end, 0.0), 1.0))}" for end in row[1:] if end is not None]
        return amount(mean, unit, say) + (f" ({'–'.join(ends)})" if len(ends) == 2 else "")
    low, high = (mean if end is None else end for end in row[1:])
    estimate = words.measure(Spread(mean, low, high, 2), unit, say("{low} to {high}"))
    return f"{estimate.text} ({estimate.range})" if estimate.range else estimate.text
