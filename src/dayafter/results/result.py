"""A result in hand: labelled tables, questions put to them, a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import polars as pl

from dayafter.errors import UsageError
from dayafter.results.chart import CHANCE, FUTURES, Difference, Fan, fan_chart
from dayafter.results.naming import Say, outcome_words, plainly
from dayafter.results.picture import Picture
from dayafter.results.schema import AXES, OUTCOMES

_QUANTILES: Final = {name: name for name in ("q05", "q25", "q50", "q75", "q95")}
_CHANCE: Final = {"q05": "parameter_low", "q25": "mean", "q50": "mean", "q75": "mean", "q95": "parameter_high"}
"""What a fan shows of an outcome that is 0 or 1 in each future: its mean, and the range of parameters."""


def _is_yes_or_no(outcome: str) -> bool:
    declared = OUTCOMES.get(outcome)
    return declared is not None and declared.high == 1 and declared.steps_per_unit == 1


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """Futures under several policies, as tables with units and intervals; see `dayafter.results.schema.TABLES`."""

    manifest: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]

    @property
    def policies(self) -> tuple[str, ...]:
        """Ids, in the order of the run."""
        return tuple(policy["id"] for policy in self.manifest["run"]["policies"])

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return str(self.manifest["run"]["baseline"])

    def summary(self, *, policy: str | None = None, **where: Any) -> pl.DataFrame:
        """Rows of the summary.

        Parameters
        ----------
        policy : only this one. where : a value for any of `outcome`, `channel`, `month` or the axes (`place`, `deal`,
            `community`, …); None asks for the rows over all.

        Raises
        ------
        UsageError : a policy, a column or a value that the table does not have.
        """
        if policy is not None:
            self._check_policy(policy)
            where = {"policy": policy, **where}
        return self._rows("summary", where)

    def contrast(self, policy: str | None = None, *, against: str | None = None, **where: Any) -> pl.DataFrame:
        """Paired differences of a policy with the baseline, total and conditional side by side.

        Parameters
        ----------
        policy : only this one; all but the baseline where None. against : the policy compared with; the baseline of
            the run where None. where : as in `summary`.

        Raises
        ------
        UsageError : an unknown policy or value; `against` is not the baseline: pairs are counted while a run goes on.
        """
        for name in (policy, against):
            if name is not None:
                self._check_policy(name)
        if against is not None and against != self.baseline:
            raise UsageError(
                f"this run compares with '{self.baseline}', not '{against}'; run it again with baseline '{against}'"
            )
        if policy == self.baseline:
            raise UsageError(f"'{policy}' is the baseline; its difference with itself is 0 in every member")
        return self._rows("contrasts", where if policy is None else {"policy": policy, **where})

    def plot(
        self,
        outcome: str = "events_to_date",
        *,
        policies: tuple[str, ...] | None = None,
        say: Say = plainly,
        labels: Mapping[str, str] | None = None,
        **where: Any,
    ) -> Picture:
        """One outcome over the months: a fan for each policy and, below, the strip of paired differences.

        Parameters
        ----------
        outcome : violent events to date unless named; one at a time, so that no two channels share a picture.
        policies : up to four; the baseline and the next where None. say : speaks the language, as `Wording("ar")` of
            `dayafter.findings.wording` does. labels : names for ids of the axes. where : the axes (`place`,
            `violence_class`, …); those not named are read over all.

        Raises
        ------
        UsageError : more policies than fit side by side; nothing, or more than one series, fits.
        """
        chosen = policies if policies is not None else tuple(dict.fromkeys((self.baseline, *self.policies)))[:2]
        if not 1 <= len(chosen) <= 4:
            raise UsageError(f"a chart shows one to four policies side by side, not {len(chosen)}; name fewer")
        full: dict[str, Any] = dict.fromkeys(AXES) | where
        fans, unit = [], ""
        for policy in chosen:
            rows = self.summary(policy=policy, outcome=outcome, **full).sort("month")
            if rows["month"].n_unique() < rows.height:
                raise UsageError(f"more than one series of {outcome} fits; name the place, the deal or the community")
            unit = str(rows["unit"][0])
            columns = _CHANCE if _is_yes_or_no(outcome) else _QUANTILES
            bands = {to: rows[name].fill_null(rows["mean"]).to_list() for to, name in columns.items()}
            fans.append(Fan(self._name(policy), rows["month"].to_list(), **bands))
        names = labels or {}
        of = say(", ").join(names.get(str(value), str(value)) for value in where.values() if value is not None)
        what = outcome_words(outcome, say)
        title = say(
            "{what}, simulated under stated assumptions", what=say("{what} ({of})", what=what, of=of) if of else what
        )
        reading = CHANCE if _is_yes_or_no(outcome) else FUTURES
        differences, against = self._differences(chosen, outcome, full), self._name(self.baseline)
        drawn = fan_chart(fans, differences, title=title, unit=say(unit), against=against, reading=reading, say=say)
        return Picture(drawn)

    def _differences(self, policies: tuple[str, ...], outcome: str, where: Mapping[str, Any]) -> list[Difference]:
        """Of those that the run compares at its end: flows are, under their name to date."""
        rows = self.tables["contrasts"].filter(pl.col("outcome") == outcome)
        for axis, value in where.items():
            rows = rows.filter(pl.col(axis).is_null() if value is None else pl.col(axis) == value)
        last = {row["policy"]: row for row in rows.filter(pl.col("month") == pl.col("month").max()).to_dicts()}
        return [
            Difference(
                self._name(policy), last[policy]["total_mean"], last[policy]["total_parameter_low"],
                last[policy]["total_parameter_high"],
            )
            for policy in policies
            if policy in last and last[policy]["total_mean"] is not None
        ]  # fmt: skip

    def __repr__(self) -> str:
        run = self.manifest["run"]
        case = run.get("case", {}).get("id", run.get("engine", ""))
        told = f"{len(self.policies)} policies, {run['members']} members, {run['months']} months, seed {run['seed']}"
        return f"<SimulationResult of {case}: {told}>"

    def _repr_html_(self) -> str:
        run, redaction = self.manifest["run"], self.manifest.get("redaction")
        rows = (
            ("Case", str(run.get("case", {}).get("id", ""))),
            ("Policies", "; ".join(f"{self._name(one)} ({one})" for one in self.policies)),
            ("Compared with", self._name(self.baseline)),
            ("Size", f"{run['members']} members of each policy, {run['months']} months, seed {run['seed']}"),
            ("Tables", "; ".join(f"{name}: {frame.height:,} rows" for name, frame in self.tables.items())),
            ("Shown to", "its owner alone: nothing is withheld" if redaction is None else str(redaction["handling"])),
            ("Read as", "Simulated under stated assumptions; each interval says in its name what it spans"),
        )
        body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows if text)
        return f"<table>{body}</table>"

    def _name(self, policy: str) -> str:
        plans = self.manifest["run"]["policies"]
        return str(next((plan.get("name") for plan in plans if plan["id"] == policy), None) or policy)

    def _check_policy(self, policy: str) -> None:
        if policy not in self.policies:
            raise UsageError(f"the run has no policy '{policy}'; it has {', '.join(self.policies)}")

    def _rows(self, table: str, where: Mapping[str, Any]) -> pl.DataFrame:
        frame = self.tables[table]
        for column, value in where.items():
            if column not in frame.columns:
                raise UsageError(f"the table {table} has no column '{column}'; it has {', '.join(frame.columns)}")
            found = frame.filter(pl.col(column).is_null() if value is None else pl.col(column) == value)
            if not found.height:
                raise UsageError(self._nothing(frame, column, value))
            frame = found
        return frame

    @staticmethod
    def _nothing(frame: pl.DataFrame, column: str, value: Any) -> str:
        there = frame[column].unique().sort().to_list()[:12]
        told = ", ".join("(over all)" if one is None else str(one) for one in there)
        asked = "(over all)" if value is None else f"'{value}'"
        return f"no row has {column} {asked} beside what was asked before; there is {told}"
