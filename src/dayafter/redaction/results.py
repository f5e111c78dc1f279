"""The tables and the manifest of a simulation as an audience may have them.

Left out are: rows of what the audience must not see; sums that take such rows in, since the rest could be subtracted;
where a policy does what is withheld, everything that says *where* it tells, since under common luck a place that it
does not touch differs from the baseline by exactly 0; plans and hashes that rest on withheld rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import TABLES, CaseFile
from dayafter.redaction.gate import Gate
from dayafter.redaction.policy import SMALL_COUNT
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES, OUTCOMES, Channel
from dayafter.results.store import make_manifest, manifest_text
from dayafter.vocabulary import Audience

TABLE_OF: Final = {"place": "places", "deal": "deals", "aid": "aid", "community": "communities", "actor": "actors"}
"""Axis of a result to the table of the case that its labels are ids of."""
_STEP_TABLES: Final = {**TABLE_OF, "broker": "brokers"}
_POLICY_COLUMNS: Final = ("policy", "baseline")
_PERSONS: Final = ("present", "displaced", "returned", "left")
_DECLARED: Final = {name: outcome for outcome in OUTCOMES.values() for name in outcome.table_names}


def redact_result(result: SimulationResult, gate: Gate, case: CaseFile) -> SimulationResult:
    """A result as the gate's audience may have it, with its handling label in the manifest.

    Parameters
    ----------
    case : the whole case, of which the gate is.

    Raises
    ------
    RedactionError : something protected would be left in it.
    """
    told = {"audience": gate.audience.value, "handling": gate.handling, "withheld": [str(one) for one in gate.withheld]}
    if gate.audience is Audience.INTERNAL:
        return SimulationResult({**result.manifest, "redaction": told}, result.tables)
    hidden = _hidden(result, gate, case)
    tables = {name: _redacted(frame, hidden, gate) for name, frame in result.tables.items()}
    run = _run(result.manifest["run"], hidden, gate)
    wrong = result.manifest["outcome"]["members_gone_wrong"]
    shown = {gate.alias(name, "policies"): counts for name, counts in wrong.items() if name not in hidden.policies}
    outcome = {**result.manifest["outcome"], "members_gone_wrong": shown}
    manifest = {**make_manifest(run, outcome), "environment": result.manifest["environment"], "redaction": told}
    redacted = SimulationResult(manifest, tables)
    gate.release("\n".join((manifest_text(manifest), *_texts(tables.values()))), "the results of the simulation")
    return redacted


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What must not be seen of a result."""

    labels: Mapping[str, AbstractSet[str]]
    """Axis to ids."""
    pairs: AbstractSet[tuple[str, str, str]]
    """(other axis, place, id on it): an actor in a place, a community of a place."""
    case: CaseFile
    """The whole case."""
    policies: AbstractSet[str]
    guarded: AbstractSet[str]
    """Policies of which a step is withheld."""

    def cell(self, cell: Mapping[str, str | None], channel: Channel) -> bool:
        """Whether one cell of an outcome must not be seen."""
        if any(label in self.labels.get(axis, ()) for axis, label in cell.items()):
            return True
        other = "actor" if channel is Channel.CONTROL else "community"
        return (other, cell.get("place"), cell.get(other)) in self.pairs


def _hidden(result: SimulationResult, gate: Gate, case: CaseFile) -> _Hidden:
    labels = {
        axis: {row.id for row in getattr(case, table) if gate.hides(row.id, table)} for axis, table in TABLE_OF.items()
    }
    labels["aid"] |= {row.aid for row in case.tranches if gate.is_withheld(RowRef("tranches", row.key))}
    pairs = {
        ("actor", row.place, row.actor) for row in case.presence if gate.is_withheld(RowRef("presence", row.key))
    } | {
        ("community", row.place, row.community)
        for row in case.population
        if gate.is_withheld(RowRef("population", row.key)) or (gate.audience is Audience.PUBLIC and _is_small(row))
    }
    policies = {row.id for row in case.policies if gate.hides(row.id, "policies")}
    plans = result.manifest["run"]["policies"]
    guarded = {plan["id"] for plan in plans if not shows_where(plan, gate)}
    return _Hidden(labels, pairs, case, policies, guarded)


def _is_small(row: Any) -> bool:
    """Whether a count of persons in the row is below ten, so that the public sees it as 0..10."""
    return any((persons := getattr(row, name)) is not None and persons.high < SMALL_COUNT for name in _PERSONS)


def shows_where(plan: Mapping[str, Any], gate: Gate) -> bool:
    """Whether it may be said where a policy tells: no step of it is withheld."""
    return all(_step_shows(step, gate) for step in plan["steps"])


def _step_shows(step: Mapping[str, Any], gate: Gate) -> bool:
    """Whether a step of a plan may be seen: its row, and all that it names."""
    if gate.is_withheld(RowRef("interventions", step.get("label", ""))):
        return False
    return not any(name in step and gate.hides(step[name], table) for name, table in _STEP_TABLES.items())


def _run(run: Mapping[str, Any], hidden: _Hidden, gate: Gate) -> dict[str, Any]:
    """What a run is made of. A hash stays where the audience may see the whole table: else a cell could be guessed."""
    plans = []
    for plan in run["policies"]:
        if plan["id"] in hidden.policies:
            continue
        shown = {
            "id": gate.alias(plan["id"], "policies"),
            "name": gate.text(plan["name"]),
            "steps": [_step(step, gate) for step in plan["steps"] if _step_shows(step, gate)],
        }
        plans.append(shown | ({"steps_withheld": True} if plan["id"] in hidden.guarded else {}))
    case = dict(run["case"])
    whole = {f"{table}.csv" for table in TABLES if getattr(gate.case, table) == getattr(hidden.case, table)}
    kept = {name: digest for name, digest in case["inputs"].items() if name in whole}
    case |= {"id": gate.case.info.id, "inputs": kept}
    seen: dict[str, Any] = {
        **run,
        "case": case,
        "policies": plans,
        "baseline": gate.alias(run["baseline"], "policies"),
    }
    if "moved" in (parameters := run.get("parameters", {})):  # place effects are named by their place
        named = [name for name in parameters["moved"] if not hidden.labels["place"] & set(name.split("/"))]
        seen["parameters"] = {**parameters, "moved": named}
    return seen


def _step(step: Mapping[str, Any], gate: Gate) -> dict[str, Any]:
    return {
        name: gate.alias(value, _STEP_TABLES[name]) if name in _STEP_TABLES else _text(value, gate)
        for name, value in step.items()
    }


def _text(value: Any, gate: Gate) -> Any:
    return gate.text(value) if isinstance(value, str) else value


def _redacted(frame: pl.DataFrame, hidden: _Hidden, gate: Gate) -> pl.DataFrame:
    """A table without the rows that must not be seen, with ids as the audience may see them."""
    axes = [axis for axis in TABLE_OF if axis in frame.columns]
    for column in _POLICY_COLUMNS:
        if column in frame.columns:
            frame = frame.filter(~pl.col(column).is_in(list(hidden.policies)))
            if axes and hidden.guarded:
                somewhere = pl.any_horizontal(pl.col(axis).is_not_null() for axis in axes)
                frame = frame.filter(~(pl.col(column).is_in(list(hidden.guarded)) & somewhere))
    if "outcome" in frame.columns:
        seen = _seen(frame.select("outcome", *AXES).unique(maintain_order=True), hidden)
        frame = frame.join(seen, on=["outcome", *AXES], how="semi", nulls_equal=True, maintain_order="left")
    elif axes:
        frame = frame.filter(~pl.col(axis).is_in(list(hidden.labels[axis])) for axis in axes)
    renamed = {**dict.fromkeys(_POLICY_COLUMNS, "policies"), **TABLE_OF}
    return frame.with_columns(
        _as_seen(frame[column], gate, table) for column, table in renamed.items() if column in frame.columns
    )


def _as_seen(ids: pl.Series, gate: Gate, table: str) -> pl.Series:
    old = ids.unique().drop_nulls().sort().to_list()
    return ids.replace({one: gate.alias(one, table) for one in old})


def _seen(labels: pl.DataFrame, hidden: _Hidden) -> pl.DataFrame:
    """Of the cells and sums of every outcome, those that may be seen and take nothing in that may not."""
    rows = labels.to_dicts()
    barred: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        outcome = _DECLARED[row["outcome"]]
        if all(row[axis] is not None for axis in outcome.axes) and hidden.cell(row, outcome.channel):
            barred.setdefault(row["outcome"], []).append({axis: row[axis] for axis in outcome.axes})
    kept = [
        not any(
            all(row[axis] in {None, label} for axis, label in cell.items()) for cell in barred.get(row["outcome"], ())
        )
        for row in rows
    ]
    return labels.filter(pl.Series(kept, dtype=pl.Boolean))


def _texts(frames: Iterable[pl.DataFrame]) -> Iterable[str]:
    """Every text in some tables, once each."""
    for frame in frames:
        for column in frame.columns:
            if frame[column].dtype == pl.String:
                yield from frame[column].unique().drop_nulls().sort().to_list()
