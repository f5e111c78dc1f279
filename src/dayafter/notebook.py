"""Cases in a notebook: one object to load, look at, assess, settle, simulate and draw.

Everything shown passes the redaction gate of the audience with which the case was loaded, the results of a simulation
too; `record` and what `assess` returns in Python are the case's own and have not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

from dayafter.assessment.assess import assess as assess_case
from dayafter.assessment.report import Assessment
from dayafter.brief.picture import map_svg
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.findings import build_findings
from dayafter.findings.export_tables import Sheet, to_tables
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.picture import Picture
from dayafter.vocabulary import Audience

if TYPE_CHECKING:
    import polars as pl

    from dayafter.results.result import SimulationResult


@dataclass(frozen=True, slots=True)
class Tables:
    """Some tables that have passed the gate, shown by a notebook one below the other."""

    sheets: tuple[Sheet, ...]
    note: str

    def frames(self) -> dict[str, pl.DataFrame]:
        """Title to a data frame of texts, as they are printed."""
        import polars as pl  # noqa: PLC0415  # only who computes with them pays for it

        return {
            sheet.title: pl.DataFrame(list(sheet.rows), schema=[name or "–" for name in sheet.columns], orient="row")
            for sheet in self.sheets
        }

    def _repr_html_(self) -> str:
        return "".join((*map(_table_html, self.sheets), f"<p><small>{escape(self.note)}</small></p>"))


class Case:
    """A case in hand, for one audience.

    Parameters
    ----------
    loaded : the case. audience : who sees what is shown; that of the case where None.

    Raises
    ------
    RedactionError : the audience is wider than the case allows.
    """

    def __init__(self, loaded: LoadedCase, audience: Audience | str | None = None) -> None:
        self._loaded = loaded
        self._gate = Gate(loaded.case, Audience(audience) if audience is not None else loaded.case.info.audience)

    @property
    def record(self) -> CaseFile:
        """Every row as it was written, not redacted."""
        return self._loaded.case

    @property
    def audience(self) -> Audience:
        """Who may see what this object shows."""
        return self._gate.audience

    def table(self, name: str) -> pl.DataFrame:
        """A table of the record as the audience sees it; each uncertain number as best value, low and high.

        Raises
        ------
        UsageError : no such table.
        """
        from dayafter.casefile.schema import TABLES  # noqa: PLC0415
        from dayafter.exports.parquet import frame  # noqa: PLC0415  # brings polars
        from dayafter.exports.tables import record_table  # noqa: PLC0415

        if name not in TABLES:
            raise UsageError(f"a case has no table '{name}'; it is one of {', '.join(TABLES)}")
        hidden = self._gate.hidden_rows(name)
        rows = [row for number, row in enumerate(getattr(self._gate.case, name)) if number not in hidden]
        return frame(record_table(name, rows))

    def assess(self, *, seed: int = 7, members: int = 1000, horizon: int | None = None) -> Assessment:
        """Assess it; see `dayafter.assess`. Not redacted: `assessment_tables` is."""
        return assess_case(compile_case(self.record), seed=seed, n_members=members, horizon_months=horizon)

    def assessment_tables(
        self, place: str | None = None, *, seed: int = 7, members: int = 1000, horizon: int | None = None
    ) -> Tables:
        """What `dayafter assess` prints, of one place or of all."""
        from dayafter.findings.export import find_place  # noqa: PLC0415

        chosen = None if place is None else find_place(self.record, place)
        sheets = to_tables(self.assess(seed=seed, members=members, horizon=horizon), self._gate, chosen)
        for sheet in sheets:
            self._gate.release("\n".join((sheet.title, *(cell for row in sheet.rows for cell in row))), sheet.title)
        return Tables(sheets, f"{self._gate.handling}. Seed {seed}, {members} members; mean and 90 % range.")

    def settlement_tables(
        self, *places: str, seed: int = 1, draws: int = 200, results: SimulationResult | None = None
    ) -> Tables:
        """What `dayafter settle` prints: which deals would be accepted and hold, in some places or in all.

        Parameters
        ----------
        results : a simulation of the case; without a deal parties have what it says, else a contest.
        """
        from dayafter.findings import settlements  # noqa: PLC0415
        from dayafter.findings.export import find_place  # noqa: PLC0415
        from dayafter.settlement.settle import settle  # noqa: PLC0415  # brings the solvers
        from dayafter.settling import no_deal_of  # noqa: PLC0415

        compiled = compile_case(self.record)
        chosen = tuple(find_place(self.record, place) for place in places) or None
        no_deal = "contest" if results is None else no_deal_of(results, compiled)
        found = settle(compiled, chosen, draws=draws, seed=seed, no_deal=no_deal)
        sheets = settlements.to_sheets(found, self._gate)
        return Tables(sheets, f"{self._gate.handling}. Seed {seed}, {draws} draws; 90 % ranges.")

    def simulate(self, policies: Sequence[Any] | None = None, **options: Any) -> SimulationResult:
        """Simulate it under rival policies, as the audience may have it; options as of `dayafter.simulate`."""
        from dayafter.redaction.results import redact_result  # noqa: PLC0415
        from dayafter.study import simulate  # noqa: PLC0415  # brings the compiled engine

        whole = simulate(self._loaded, policies=policies, audience=self.audience, **options)
        return redact_result(whole, self._gate, self.record)

    def plot(self, *, seed: int = 7, members: int = 200, language: str = "en") -> Picture:
        """The map: each place with the state of its four questions, in `en` or `ar`."""
        assessment = self.assess(seed=seed, members=members)
        findings = build_findings(self.record, assessment, self._gate, language=language)
        return Picture(map_svg(findings, self._gate))

    def plot_futures(self, results: SimulationResult, outcome: str, *, language: str = "en", **asked: Any) -> Picture:
        """The chart of `results.plot` in `en` or `ar`, with places and deals by their names; asked: as there."""
        say = Wording(language)
        labels = {
            str(asked[axis]): self._gate.label(str(asked[axis]), language, table)
            for axis, table in (("place", "places"), ("deal", "deals"))
            if asked.get(axis) is not None
        }
        return results.plot(outcome, say=say, labels=labels, **asked)

    def __repr__(self) -> str:
        info = self._gate.case.info
        return f"<Case {info.id} as of {info.as_of}, for {self.audience.value}: {self._counts()}>"

    def _counts(self) -> str:
        shown = ("places", "communities", "actors", "deals", "claims", "sources")
        return ", ".join(f"{len(getattr(self.record, name))} {name}" for name in shown)

    def _repr_html_(self) -> str:
        info = self._gate.case.info
        rows = (
            ("Question", info.question),
            ("As of", str(info.as_of)),
            ("Holds", self._counts()),
            ("Shown to", self._gate.handling),
            ("Written by", info.coded_by),
        )
        body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows if text)
        return self._gate.release(f"<h3>{escape(info.title)}</h3><table>{body}</table>", "the summary of the case")


def load(case: str | PathLike[str], *, audience: Audience | str | None = None) -> Case:
    """Load a case for a notebook.

    Parameters
    ----------
    case : a folder, a workbook or a bundled case's name. audience : who sees what is shown.

    Raises
    ------
    CaseFileError : the case breaks a rule. RedactionError : the audience is wider than the case allows.
    """
    return Case(load_case(case), audience)


def _table_html(sheet: Sheet) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in sheet.columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in sheet.rows)
    title = f"<caption>{escape(sheet.title)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
