"""A result in hand: labelled tables, questions put to them, a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from dayafter.errors import UsageError
from dayafter.results.chart import Series, fan_chart
from dayafter.results.schema import AXES


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

    def contrast(self, policy: str, *, against: str | None = None, **where: Any) -> pl.DataFrame:
        """Paired differences of one policy with the baseline, total and conditional side by side.

        Parameters
        ----------
        against : the policy compared with; the baseline of the run where None. where : as in `summary`.

        Raises
        ------
        UsageError : an unknown policy or value; `against` is not the baseline: pairs are counted while a run goes on.
        """
        for name in (policy, *(() if against is None else (against,))):
            self._check_policy(name)
        if against is not None and against != self.baseline:
            raise UsageError(
                f"this run compares with '{self.baseline}', not '{against}'; run it again with baseline '{against}'"
            )
        if policy == self.baseline:
            raise UsageError(f"'{policy}' is the baseline; its difference with itself is 0 in every member")
        return self._rows("contrasts", {"policy": policy, **where})

    def plot(self, outcome: str, *, policies: tuple[str, ...] | None = None, **where: Any) -> str:
        """A chart of one outcome over the months as SVG text: median, and the band of 90 % of members.

        Parameters
        ----------
        outcome : such as `events_to_date`. policies : up to four; the baseline and the next where None.
        where : the axes (`place`, `violence_class`, …); those not named are read over all.

        Raises
        ------
        UsageError : more policies than can be told apart; nothing, or more than one series, fits.
        """
        chosen = policies if policies is not None else tuple(dict.fromkeys((self.baseline, *self.policies)))[:2]
        if not 1 <= len(chosen) <= 4:
            raise UsageError(f"a chart tells one to four policies apart, not {len(chosen)}; name fewer")
        full: dict[str, Any] = dict.fromkeys(AXES) | where
        series = []
        for policy in chosen:
            rows = self.summary(policy=policy, outcome=outcome, **full).sort("month")
            if rows["month"].n_unique() < rows.height:
                raise UsageError(f"more than one series of {outcome} fits; name the place, the deal or the community")
            low, middle, high = (rows[name].to_list() for name in ("q05", "q50", "q95"))
            series.append(Series(policy, rows["month"].to_list(), low, middle, high))
            unit = str(rows["unit"][0])
        of = ", ".join(str(value) for value in where.values() if value is not None)
        return fan_chart(series, title=f"{outcome}{f' ({of})' if of else ''}", unit=unit)

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
