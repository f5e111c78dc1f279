"""The assessment as tables for people: places, deals, who is missing, and accounts that differ."""

from __future__ import annotations

import io
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.assessment.report import Assessment, Spread
from dayafter.findings import words
from dayafter.findings.export_rows import ExportRow, assessment_rows, manifest
from dayafter.redaction import Gate
from dayafter.vocabulary import LedgerState, Question

_WIDTH: Final = 110
_PARTS: Final = 3
"""Contributions of an index that a table shows."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to print: its title, its columns, and its cells as final text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _spread(row: ExportRow) -> Spread | None:
    if row.value is None or row.p05 is None or row.p95 is None:
        return None
    return Spread(row.value, row.p05, row.p95, 0)


def _measured(row: ExportRow) -> tuple[str, str]:
    """Number and range, or `no account`."""
    spread = _spread(row)
    if spread is None:
        return words.STATES["en"][LedgerState.NO_ACCOUNT], ""
    estimate = words.measure(spread, row.unit)
    return estimate.text, estimate.range


def _question(name: str) -> str:
    return words.QUESTIONS["en"][Question(name)]


def _state(name: str) -> str:
    return words.STATES["en"].get(LedgerState(name), name) if name in set(LedgerState) else name


def _ledger(rows: Sequence[ExportRow], title: str) -> Sheet:
    cells = tuple(
        (
            _question(row.name),
            _state(row.state) + (" ⇄ talks" if row.talks == "yes" else ""),
            row.text,
            row.deals,
            f"{row.rule}. {row.coded_by}, {row.checked_on}" if row.rule else f"{row.coded_by}, {row.checked_on}",
            row.sources,
        )
        for row in rows
        if row.section == "ledger"
    )
    return Sheet(
        f"{title}: open questions",
        ("question", "state", "summary", "deals", "rule, who coded it, last checked", "sources"),
        cells,
    )


def _indices(rows: Sequence[ExportRow], title: str) -> Sheet:
    cells = []
    for row in rows:
        if row.section != "index":
            continue
        parts = [part for part in rows if part.section == "contribution" and part.of == row.name][:_PARTS]
        gaps = [part.text for part in rows if part.section == "gap" and part.of == row.name]
        why = "; ".join(
            f"{part.about.replace('; ', ' – ') or words.term(part.name)} {_measured(part)[0]}" for part in parts
        )
        if gaps and row.value is None:
            why = f"needs {', '.join(gaps)}"
        cells.append((words.term(row.name), *_measured(row), row.unit, why))
    return Sheet(f"{title}: indices", ("index", "mean", "90 % range", "unit", "largest parts"), tuple(cells))


def _deal(rows: Sequence[ExportRow], head: ExportRow) -> Sheet:
    """One deal in force: its probability of ending, what adds to it, who could end it, who is absent."""
    own = [row for row in rows if row.of == head.of]
    cells: list[tuple[str, ...]] = []
    for row in (head, *(row for row in own if row.section == "feature")):
        spread = _spread(row)
        if spread is None or row.name == "hazard":
            continue
        if row.name == "ranks-first":
            cells.append(
                ("is the likeliest of all deals in force to end", f"{words.percent(spread.mean)}", "", "of 100 draws")
            )
            continue
        if row.word:
            estimate = words.probability(spread)
            what = "ends" if row is head else "the reference deal ends"
            cells.append((what, estimate.text, estimate.range, row.word))
        else:
            label = words.feature(row.name)
            cells.append((label, words.points(spread.mean), words.points_range(spread.p05, spread.p95), "points"))
    for row in own:
        spread = _spread(row)
        if row.section == "breaker" and spread is not None:
            share = f"{round(100 * spread.mean)}", f"{round(100 * spread.p05)}–{round(100 * spread.p95)}"
            who = f"broken by {row.name}" + (f": {row.about}" if row.about else "")
            cells.append((who, *share, "of 100 ends"))
    cells += [
        (f"not at the table: {row.about or row.name}", "", "", row.text) for row in own if row.section == "absent"
    ]
    horizon = head.unit.rsplit("within ", maxsplit=1)[-1]
    return Sheet(f"{head.name}: how it could end within {horizon}", ("what", "number", "90 % range", ""), tuple(cells))


def _others(rows: Sequence[ExportRow], section: str, title: str) -> Sheet:
    cells = []
    for row in rows:
        if row.section != section or row.value is not None:
            continue
        absent = [one.about or one.name for one in rows if one.section == "absent" and one.of == row.of]
        cells.append((row.name, words.term(row.state), row.place_label, "; ".join(dict.fromkeys(absent))))
    return Sheet(title, ("deal", "status", "places", "whose agreement it lacks"), tuple(cells))


def _accounts(rows: Iterable[ExportRow]) -> Sheet:
    cells = tuple(
        (f"{row.of} {words.term(row.name)}", row.text, row.about, row.state, row.sources)
        for row in rows
        if row.section == "account"
    )
    return Sheet("accounts that differ", ("field", "value", "said by", "", "source"), cells)


def to_tables(assessment: Assessment, gate: Gate, place: str | None = None) -> tuple[Sheet, ...]:
    """The tables that `assess` prints, in the order in which it prints them; empty ones are left out."""
    rows = assessment_rows(assessment, gate, place)
    sheets = []
    for one in assessment.places if place is None else (place,):
        label, alias = gate.label(one, table="places"), gate.alias(one, "places")
        own = [row for row in rows if row.place == alias and row.section in {"ledger", "index", "contribution", "gap"}]
        sheets += [_ledger(own, label), _indices(own, label)]
    sheets += [_deal(rows, row) for row in rows if row.section == "deal" and row.value is not None]
    sheets += [
        _others(rows, "missing", "deals that are missing"),
        _others(rows, "deal", "other deals"),
        _accounts(rows),
        Sheet("withheld", ("table and rows",), tuple((str(withheld),) for withheld in gate.withheld)),
    ]
    return tuple(sheet for sheet in sheets if sheet.rows)


def _released(gate: Gate, sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheets, every cell past the last door before a table breaks it into lines."""
    for sheet in sheets:
        gate.release(
            "\n".join((sheet.title, *sheet.columns, *(cell for row in sheet.rows for cell in row))), "the tables"
        )
    return tuple(sheets)


def to_text(assessment: Assessment, gate: Gate, place: str | None = None, *, width: int = _WIDTH) -> str:
    """The tables as plain text.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    sheets = _released(gate, to_tables(assessment, gate, place))
    head = manifest(assessment, gate)
    made = (
        f"seed {head['seed']}, {words.number(assessment.n_members)} members, "
        f"horizon {assessment.horizon_months} months, version {head['version']}"
    )
    title = f"{gate.case.info.title}, as of {words.date(gate.case.info.as_of)}"
    text = "\n".join((gate.handling, title, made, "", drawn(sheets, width)))
    return gate.release(text, "the assessment as tables")


def drawn(sheets: Sequence[Sheet], width: int, whole: Container[str] = ()) -> str:
    """The sheets as plain text, one below the other, no line wider than `width`; columns in `whole` are not broken."""
    from rich import box  # noqa: PLC0415  # only this function draws
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, highlight=False, markup=False, emoji=False)
    text: Callable[[str], Text] = Text
    for sheet in sheets:
        table = Table(
            title=text(sheet.title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, title_style=""
        )
        for column in sheet.columns:
            table.add_column(text(column), overflow="fold", no_wrap=column in whole)
        for row in sheet.rows:
            table.add_row(*(text(cell) for cell in row))
        console.print(table)
    return stream.getvalue()
