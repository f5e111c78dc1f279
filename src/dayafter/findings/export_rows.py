"""The assessment as one flat table, through the redaction gate.

A number never leaves without its unit, its 90 % range and the rows and sources behind it. What a withheld row alone
says is not printed, whatever it was computed from; sums stay as they are, and the part that rests on withheld rows is
named `withheld`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from dayafter import __version__
from dayafter.assessment.report import (
    AbsentParty,
    Assessment,
    Contribution,
    DealSummary,
    Index,
    LedgerCell,
    RivalAccounts,
    RowRef,
    Spread,
)
from dayafter.casefile.schema import Account, Deal, Row
from dayafter.findings import words
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience, SourceKind

Cells = dict[str, Any]
"""Some of the cells of a line, by column."""
WITHHELD: Final = "withheld"
BY_RULE: Final = "rule"
"""Who coded a ledger cell that no coder wrote."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One line of the flat table. An empty cell means that there is nothing to say, never 0."""

    place: str = ""
    """Id of the place, opaque where withheld; several of a deal separated by semicolons."""
    place_label: str = ""
    section: str = ""
    """index, contribution, gap, ledger, deal, feature, breaker, absent, missing or account."""
    of: str = ""
    """What a contribution, feature, breaker or absence belongs to: an index or the id of a deal."""
    name: str = ""
    """The index, question, deal, feature, kind of end, entity, or field."""
    about: str = ""
    """Names of the actors, communities or places that the line is about."""
    value: float | None = None
    """Mean over the draws."""
    p05: float | None = None
    p95: float | None = None
    unit: str = ""
    word: str = ""
    """The likelihood word, for probabilities."""
    state: str = ""
    """State of a question, status of a deal, or `withheld`."""
    talks: str = ""
    """yes, no, or empty where sources are silent."""
    deals: str = ""
    text: str = ""
    """A coder's summary, a reason, what is missing, or what an account says."""
    coded_by: str = ""
    checked_on: str = ""
    rule: str = ""
    rows: str = ""
    """Rows behind it, `table/key`."""
    sources: str = ""
    """What those rows cite."""
    assumptions: str = ""
    """Those of the rows that rest on assumptions alone, and evidence behind coefficients as EV numbers."""


COLUMNS: Final = tuple(spec.name for spec in fields(ExportRow))
MANIFEST: Final = ("case", "as_of", "seed", "n_members", "horizon_months", "audience", "version")
"""Columns that every line of the CSV ends with, so that a line torn from its file still says what it is."""


def manifest(assessment: Assessment, gate: Gate) -> dict[str, str | int]:
    """What it takes to make the export again, and who may read it."""
    info = gate.case.info
    values = (
        info.id, str(info.as_of), assessment.seed, assessment.n_members, assessment.horizon_months,
        gate.audience.value, __version__,
    )  # fmt: skip
    return dict(zip(MANIFEST, values, strict=True))


@dataclass(slots=True)
class _Writer:
    """Turns records into lines for one audience."""

    assessment: Assessment
    gate: Gate
    assumed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        sources = self.gate.case.sources
        self.assumed = frozenset(row.id for row in sources if row.kind is SourceKind.ASSUMPTION)

    def behind(self, refs: Sequence[RowRef], evidence: Sequence[str] = ()) -> Cells:
        """The cells rows, sources and assumptions."""
        labels: dict[str, None] = {}
        cited: dict[str, None] = {}
        assumed: dict[str, None] = {}
        for ref in dict.fromkeys(refs):
            if self.gate.is_withheld(ref) and self.gate.audience is Audience.PUBLIC:
                continue  # that it exists is not shown
            label = self.gate.row_label(ref)
            labels[label] = None
            row = self.gate.row(ref)
            if row is None or self.gate.is_withheld(ref):
                continue
            cited.update(dict.fromkeys(map(str, row.source)))
            if row.source and all(citation.source in self.assumed for citation in row.source):
                assumed[label] = None
        return {
            "rows": "; ".join(labels),
            "sources": "; ".join(cited),
            "assumptions": "; ".join((*assumed, *evidence)),
        }

    def hides(self, refs: Sequence[RowRef]) -> bool:
        return any(self.gate.is_withheld(ref) for ref in refs)

    def place(self, place: str) -> Cells:
        return {"place": self.gate.alias(place, "places"), "place_label": self.gate.label(place, table="places")}

    def names(self, entities: Sequence[str]) -> str:
        return "; ".join(dict.fromkeys(self.gate.label(entity) for entity in entities))

    def index(self, index: Index) -> Iterator[ExportRow]:
        at = self.place(index.place)
        yield ExportRow(
            **at, section="index", name=index.name, unit=index.unit, **_numbers(index.value), **self.behind(index.rows)
        )
        for missing in index.missing:
            yield ExportRow(**at, section="gap", of=index.name, text=self.gate.text(missing))
        for part in index.contributions:
            yield self.part(part, "contribution", at, index.name, index.unit)

    def part(self, part: Contribution, section: str, at: Cells, of: str, unit: str) -> ExportRow:
        if self.hides(part.rows):
            return ExportRow(**at, section=section, of=of, name=WITHHELD, unit=unit, **_numbers(part.value))
        return ExportRow(
            **at, section=section, of=of, name=part.name, about=self.names(part.entities), unit=unit,
            **_numbers(part.value), **self.behind(part.rows, part.evidence),
        )  # fmt: skip

    def cell(self, cell: LedgerCell) -> ExportRow:
        at = self.place(cell.place)
        ref = RowRef("ledger", f"{cell.place}/{cell.question.value}")
        if not cell.derived and self.gate.is_withheld(ref):
            return ExportRow(**at, section="ledger", name=cell.question.value, state=WITHHELD)
        info = self.gate.case.info
        return ExportRow(
            **at, section="ledger", name=cell.question.value, state=cell.state.value, talks=_talks(cell),
            deals=self.names(cell.deals), text=self.gate.text(cell.summary), rule=self.gate.text(cell.rule),
            coded_by=BY_RULE if cell.derived else self.gate.coder(cell.coded_by) or info.coded_by,
            checked_on=cell.checked_on, **self.behind(cell.rows),
        )  # fmt: skip

    def deal_places(self, deal: str) -> tuple[str, ...]:
        """Ids of the places of a deal, as shown."""
        row = self.gate.row(RowRef("deals", deal))
        return row.places if isinstance(row, Deal) else ()

    def deal(self, summary: DealSummary) -> Iterator[ExportRow]:
        ident, label = self.gate.alias(summary.deal, "deals"), self.gate.label(summary.deal, table="deals")
        section = "missing" if summary in self.assessment.missing else "deal"
        if self.gate.hides(summary.deal, "deals"):
            yield ExportRow(section=section, of=ident, name=label, state=WITHHELD)
            return
        shown = {place.id: place.name for place in self.gate.case.places}
        places = self.deal_places(summary.deal)
        at: Cells = {
            "place": "; ".join(places),
            "place_label": "; ".join(shown.get(place, place) for place in places),
        }
        fragility = summary.fragility
        head = ExportRow(**at, section=section, of=ident, name=label, state=summary.status.value)
        if fragility is None:
            yield _with(head, **self.behind(summary.rows))
        else:
            horizon = fragility.horizon_months
            numbers = _numbers(fragility.p_end)
            yield _with(
                head, unit=f"probability of ending within {horizon} months", **numbers,
                word=words.likelihood(fragility.p_end.mean), **self.behind(summary.rows),
            )  # fmt: skip
            yield ExportRow(
                **at, section="feature", of=ident, name="reference-deal", **_numbers(fragility.reference_p_end),
                unit=f"probability of ending within {horizon} months",
                word=words.likelihood(fragility.reference_p_end.mean),
            )  # fmt: skip
            yield ExportRow(
                **at,
                section="feature",
                of=ident,
                name="hazard",
                unit="per month",
                **_numbers(fragility.hazard_per_month),
            )
            if len(self.assessment.in_force) > 1:
                first = fragility.p_ranks_first
                yield ExportRow(
                    **at, section="feature", of=ident, name="ranks-first", unit="share of draws",
                    value=first, p05=first, p95=first,
                )  # fmt: skip
            for part in fragility.contributions:
                yield self.part(part, "feature", at, ident, "probability added to the reference")
            for breaker in fragility.breakers:
                yield ExportRow(
                    **at, section="breaker", of=ident, name=breaker.kind.value, about=self.names(breaker.actors),
                    unit="share of ends", **_numbers(breaker.share),
                )  # fmt: skip
        for party in summary.absent:
            yield self.absent(party, at, ident)

    def absent(self, party: AbsentParty, at: Cells, of: str) -> ExportRow:
        if self.hides(party.rows):
            return ExportRow(**at, section="absent", of=of, name=WITHHELD)
        return ExportRow(
            **at, section="absent", of=of, name=self.gate.alias(party.entity), about=self.gate.label(party.entity),
            text=words.term(party.reason), **self.behind(party.rows),
        )  # fmt: skip

    def rivals(self, rival: RivalAccounts) -> Iterator[ExportRow]:
        subject = RowRef(rival.table, rival.key)
        if self.gate.is_withheld(subject):
            return
        row = self.gate.row(subject)
        at = _place_of(row)
        for number, ref in enumerate(rival.accounts):
            account = self.gate.row(ref)
            if not isinstance(account, Account) or self.gate.is_withheld(ref):
                continue
            yield ExportRow(
                place=at, section="account", of=self.gate.row_label(subject), name=rival.field,
                about=self.names((account.said_by,)) if account.said_by else "", text=account.value,
                state="used" if number == rival.used else "not used", rule=self.gate.text(rival.rule),
                **self.behind((ref,)),
            )  # fmt: skip


def _place_of(row: Row | None) -> str:
    if row is None:
        return ""
    place = getattr(row, "place", None) or (getattr(row, "id", "") if type(row).__name__ == "Place" else "")
    return str(place or "")


def _with(row: ExportRow, **cells: str | float | None) -> ExportRow:
    return ExportRow(**{**asdict(row), **cells})


def _numbers(value: Spread | None) -> Cells:
    return {} if value is None else {"value": value.mean, "p05": value.p05, "p95": value.p95}


def _talks(cell: LedgerCell) -> str:
    return "" if cell.talks is None else "yes" if cell.talks else "no"


def assessment_rows(assessment: Assessment, gate: Gate, place: str | None = None) -> tuple[ExportRow, ...]:
    """The assessment as flat lines for the gate's audience.

    Parameters
    ----------
    assessment : computed on the whole case.
    gate : decides what the lines may name.
    place : the id of one place: its indices and ledger, the deals that cover it and the accounts about it.
    """
    writer = _Writer(assessment, gate)
    shown = None if place is None else gate.alias(place, "places")
    rows: list[ExportRow] = []
    for one in assessment.places if place is None else (place,):
        rows += [writer.cell(cell) for cell in assessment.ledger_of(one)]
        for index in assessment.indices_of(one):
            rows += writer.index(index)
    for summary in assessment.deals:
        if shown is None or shown in writer.deal_places(summary.deal):
            rows += writer.deal(summary)
    for rival in assessment.rival_accounts:
        rows += [row for row in writer.rivals(rival) if shown is None or row.place == shown]
    return tuple(rows)
