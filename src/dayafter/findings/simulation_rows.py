"""The handful of outcomes that a simulation is read by, as flat lines: each policy beside the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import polars as pl

from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES, Channel

HEADLINES: Final[Mapping[Channel, tuple[tuple[str, str], ...]]] = {
    Channel.VIOLENCE: (
        ("events_to_date", "violent events, all places and classes"),
        ("fatalities_to_date", "persons killed in them"),
    ),
    Channel.CONTROL: (
        ("hands_changed_fought_to_date", "places that change hands by force, times"),
        ("hands_changed_unopposed_to_date", "places that change hands unopposed, times"),
    ),
    Channel.POPULATION: (
        ("returned_to_date", "persons who return"),
        ("displaced", "persons still displaced at the end"),
        ("left", "persons who have left for good by the end"),
    ),
    Channel.IMPLEMENTATION: (
        ("deals_made_to_date", "deals made"),
        ("deals_ended_to_date", "deals that end"),
        ("aid_released_to_date", "aid released"),
        ("dwellings_repaired_to_date", "dwellings made good"),
    ),
}
"""Channel to outcomes over all places, each with what it is called."""
BY_DEAL: Final = ("deal_in_force", "in force at the end")
"""Shown for each deal besides."""
MANIFEST: Final = ("case", "as_of", "seed", "members", "draws", "months", "baseline", "audience", "version")
"""Columns that every line of the CSV ends with, so that a line torn from its file still says what it is."""


@dataclass(frozen=True, slots=True)
class SimulationRow:
    """One outcome under one policy at the end of the run. An empty cell means that there is nothing to say, never 0."""

    channel: str
    outcome: str
    label: str
    """The outcome in words."""
    deal: str
    """Id of the deal that it is of; empty: of all places."""
    policy: str
    policy_label: str
    unit: str
    month: int
    mean: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    mc_low: float | None = None
    """Monte Carlo error of the mean, 90 %."""
    mc_high: float | None = None
    total_mean: float | None = None
    """Mean paired difference to the baseline."""
    total_mc_low: float | None = None
    total_mc_high: float | None = None
    total_parameter_low: float | None = None
    """90 % of parameter draws."""
    total_parameter_high: float | None = None
    total_history_low: float | None = None
    """90 % of histories of one draw."""
    total_history_high: float | None = None
    total_p_less: float | None = None
    total_p_more: float | None = None
    conditional_mean: float | None = None
    """The same with deals signed on one date under both."""
    conditional_mc_low: float | None = None
    conditional_mc_high: float | None = None
    conditional_parameter_low: float | None = None
    conditional_parameter_high: float | None = None
    members: int = 0
    basis: str = ""


COLUMNS: Final = tuple(spec.name for spec in fields(SimulationRow))
_OF_SUMMARY: Final = (
    "unit",
    "month",
    "mean",
    "q05",
    "q25",
    "q50",
    "q75",
    "q95",
    "mc_low",
    "mc_high",
    "members",
    "basis",
)
_OF_CONTRAST: Final = tuple(name for name in COLUMNS if name.startswith(("total_", "conditional_")))


def manifest(result: SimulationResult, gate: Gate) -> dict[str, str | int]:
    """What it takes to make the tables again, and who may read them."""
    run = result.manifest["run"]
    values = (
        run["case"]["id"], run["case"]["as_of"], run["seed"], run["members"], run["draws"], run["months"],
        run["baseline"], gate.audience.value, run["version"],
    )  # fmt: skip
    return dict(zip(MANIFEST, values, strict=True))


def simulation_rows(result: SimulationResult, gate: Gate) -> tuple[SimulationRow, ...]:
    """The headline lines of a result that has passed `redact_result`, channel by channel, policies in their order.

    An outcome that the audience may not see over all places is left out; so is what the process does not have.
    """
    months = result.manifest["run"]["months"]
    last = {name: result.tables[name].filter(pl.col("month") == months) for name in ("summary", "contrasts")}
    labels = policy_labels(result, gate)
    rows: list[SimulationRow] = []
    for channel, outcomes in HEADLINES.items():
        for outcome, label in outcomes:
            rows += _lines(last, outcome, label, "", labels)
        if channel is Channel.IMPLEMENTATION:
            deals = last["summary"].filter(pl.col("outcome") == BY_DEAL[0])["deal"].unique(maintain_order=True)
            for deal in deals.drop_nulls().to_list():
                rows += _lines(last, BY_DEAL[0], f"{gate.label(deal, table='deals')}: {BY_DEAL[1]}", deal, labels)
    return tuple(rows)


def policy_labels(result: SimulationResult, gate: Gate) -> dict[str, str]:
    """Id to name of every policy of a result, the baseline first."""
    plans = result.manifest["run"]["policies"]
    ordered = sorted(plans, key=lambda plan: plan["id"] != result.baseline)
    return {plan["id"]: gate.text(plan["name"] or plan["id"]) for plan in ordered}


def _lines(
    last: Mapping[str, pl.DataFrame], outcome: str, label: str, deal: str, labels: Mapping[str, str]
) -> Iterator[SimulationRow]:
    """One line for each policy that has the outcome."""
    differences = {row["policy"]: row for row in _rows(last["contrasts"], outcome, deal)}
    values = {row["policy"]: row for row in _rows(last["summary"], outcome, deal)}
    for policy, name in labels.items():
        row = values.get(policy)
        if row is None:
            continue
        cells: dict[str, Any] = {column: row[column] for column in _OF_SUMMARY}
        if policy in differences:
            cells |= {column: differences[policy][column] for column in _OF_CONTRAST}
        yield SimulationRow(row["channel"], outcome, label, deal, policy, name, **cells)


def _rows(frame: pl.DataFrame, outcome: str, deal: str) -> list[dict[str, Any]]:
    """Rows of an outcome over all, or of one deal."""
    frame = frame.filter(pl.col("outcome") == outcome)
    for axis in AXES:
        wanted = deal if axis == "deal" and deal else None
        frame = frame.filter(pl.col(axis).is_null() if wanted is None else pl.col(axis) == wanted)
    return frame.to_dicts()
