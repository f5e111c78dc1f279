"""What the findings rest on: rival accounts, indices, assumptions, sources, and what the case does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, get_args

from dayafter.assessment.report import Assessment, Contribution, Index, RivalAccounts, RowRef
from dayafter.casefile.schema import TABLES, Account, CaseFile, Source
from dayafter.findings import words
from dayafter.findings.records import (
    AccountView,
    Assumption,
    Coverage,
    Dispute,
    Estimate,
    IndexRow,
    IndexTable,
    IndexView,
    Ledger,
    SourceView,
)
from dayafter.findings.resting import of_record
from dayafter.findings.rows import Rows, field_words, table_words
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.quantities import Quantity, QuantityError, When
from dayafter.vocabulary import LedgerState

WITHHELD: Final = "withheld"

INDICES: Final = {
    "contestation_inter": ("Contested between blocs", "armed forces opposed, 0 to 1"),
    "contestation_intra": ("Contested within blocs", "armed rivals, 0 to 1"),
    "effective_commands": ("Fragmentation", "separate commands"),
    "mean_distrust": ("Distrust", "of communities, 0 to 1"),
    "exclusion": ("Exclusion", "people without a fair part in office, 0 to 1"),
}
"""Index to column head and how to read it. The page shows these; `dayafter assess` lists every index."""


def _holds(annotation: object, kind: type) -> bool:
    """Whether a field's annotation is or contains a type."""
    return annotation is kind or any(_holds(part, kind) for part in get_args(annotation))


def _reader(table: str, field: str) -> type[Quantity | When] | None:
    """How the values of a field are read: as numbers, as dates, or as text."""
    model = TABLES.get(table)
    info = None if model is None else model.model_fields.get(field)
    if info is None:
        return None
    return Quantity if _holds(info.annotation, Quantity) else When if _holds(info.annotation, When) else None


def _read(reader: type[Quantity | When] | None, text: str) -> Quantity | When | None:
    try:
        return None if reader is None else reader.parse(text)
    except QuantityError:
        return None


def _account(rows: Rows, ref: RowRef, rival: RivalAccounts, *, used: bool) -> AccountView | None:
    """One account; None where this audience must not see it."""
    row = rows.find(ref)
    if not isinstance(row, Account) or rows.gate.is_withheld(ref):
        return None
    value = _read(_reader(rival.table, rival.field), row.value)
    sources = {source.id: source for source in rows.shown.sources}
    own = [sources[c.source] for c in row.source if c.source in sources]
    numbers = [f"S{cited.source}{' ' + ' '.join(cited.spots) if cited.spots else ''}" for cited in rows.cited(row)]
    named = [f"{number}: {source_name(source)}" for number, source in zip(numbers, own, strict=False)]
    sides = [rows.name(source.side) for source in own if source.side]
    said_by = rows.name(row.said_by) if row.said_by else ""
    by = rows.say.joined(
        list(dict.fromkeys(source.author or source.publisher for source in own if source.author or source.publisher)), 2
    )
    return AccountView(
        value=rows.value_words(row.value if value is None else value) or rows.say(WITHHELD),
        numbers=(value.low, value.high) if isinstance(value, Quantity) else None,
        sources="; ".join(named) or rows.say(WITHHELD),
        side=rows.say.joined(list(dict.fromkeys(sides))),
        said_by=said_by,
        grade=", ".join(dict.fromkeys(source.grade for source in own if source.grade)),
        used=used,
        who=said_by or by or rows.say.joined(list(dict.fromkeys(sides))),
        cited="; ".join(numbers),
        days=_days(value),
    )


def _days(value: Quantity | When | None) -> tuple[int, int] | None:
    """First and last day of a date whose ends are both known."""
    if not isinstance(value, When) or value.earliest is None or value.latest is None:
        return None
    return value.earliest.toordinal(), value.latest.toordinal()


def source_name(source: Source) -> str:
    """A source in few words: its author or publisher, else its title."""
    return source.author or source.publisher or source.title


def _dispute(rows: Rows, rival: RivalAccounts) -> Dispute:
    views = [_account(rows, ref, rival, used=number == rival.used) for number, ref in enumerate(rival.accounts)]
    row = rows.find(RowRef(rival.table, rival.key))
    say = rows.say
    about = rows.label(row) if row is not None else say(table_words(rival.table))
    return Dispute(
        title=say("{what}: {field}", what=say.capitalised(about), field=say(field_words(rival.field))),
        accounts=tuple(view for view in views if view is not None),
        rule=say.capitalised(say(rows.gate.text(rival.rule))),
    )


def build_disputes(assessment: Assessment, rows: Rows) -> tuple[Dispute, ...]:
    """Every field on which two accounts that this audience may see differ: numbers first, then most accounts."""
    open_rows = [r for r in assessment.rival_accounts if not rows.gate.is_withheld(RowRef(r.table, r.key))]
    found = [_dispute(rows, rival) for rival in open_rows]
    rivals = [d for d in found if len(d.accounts) > 1]
    return tuple(sorted(rivals, key=lambda d: (not d.is_numeric, not d.is_dated, -len(d.accounts))))


def _main_part(rows: Rows, index: Index) -> str:
    """The largest contribution in words: the actors or communities that it is about."""
    parts = [part for part in index.contributions if part.value.mean > 0 and part.entities]
    if not parts:
        return ""
    first = max(parts, key=lambda part: part.value.mean)
    return rows.say.joined(list(dict.fromkeys(rows.gate_label(entity) for entity in first.entities)), 3)


def _lacking(text: str, say: Wording) -> str:
    """What an index lacks, without whom it is about: `population.before_share tuz` to `population, before share`."""
    table, _, field = text.split(" ", maxsplit=1)[0].partition(".")
    return say(", ").join([say(table_words(table)), say(field_words(field))]) if field else say(table_words(table))


def _index_view(rows: Rows, index: Index) -> IndexView:
    value: Estimate | None = (
        None if index.value is None else words.measure(index.value, index.unit, rows.say("{low} to {high}"))
    )
    return IndexView(
        name=rows.say(INDICES[index.name][0]),
        value=value,
        missing=tuple(dict.fromkeys(_lacking(text, rows.say) for text in index.missing)),
        main=_main_part(rows, index),
        references=rows.references(index.rows),
    )


def build_indices(assessment: Assessment, rows: Rows, ledger: Ledger) -> IndexTable:
    """Indices as a table: a row for each place of the ledger, a column an index, in the order of `INDICES`."""
    present = {index.name for index in assessment.indices}
    names = [name for name in INDICES if name in present]
    columns = tuple((rows.say(INDICES[name][0]), rows.say(INDICES[name][1])) for name in names)
    table = []
    seen = [place for place in assessment.places if not rows.gate.hides(place, "places")]
    for place, row in zip(seen, ledger.rows, strict=True):
        own = {index.name: index for index in assessment.indices_of(place)}
        cells = tuple(_index_view(rows, own[name]) if name in own else None for name in names)
        if any(cell is not None for cell in cells):
            behind = [reference for cell in cells if cell is not None for reference in cell.references]
            table.append(IndexRow(row.place.name, row.place.national, cells, of_record(behind, rows.say)))
    return IndexTable(columns, tuple(table))


def _rows_behind(parts: Iterable[Contribution]) -> set[RowRef]:
    return {ref for part in parts for ref in part.rows}


def findings_by_row(assessment: Assessment) -> Mapping[RowRef, int]:
    """How many findings rest on each row: ledger cells, indices and deals, each counted once a row."""
    counts: Counter[RowRef] = Counter()
    for cell in assessment.ledger:
        counts.update(set(cell.rows))
    for index in assessment.indices:
        counts.update(set(index.rows) | _rows_behind(index.contributions))
    for summary in assessment.deals:
        behind = set(summary.rows) | {ref for party in summary.absent for ref in party.rows}
        if summary.fragility is not None:
            behind |= set(summary.fragility.rows) | _rows_behind(summary.fragility.contributions)
        counts.update(behind)
    return counts


def build_assumptions(case: CaseFile, assessment: Assessment, rows: Rows) -> tuple[Assumption, ...]:
    """Rows that rest on an assumption and that a finding leans on, those that carry most first."""
    counts = findings_by_row(assessment)
    found = []
    for table, _, original in case.rows():
        ref = RowRef(table, original.key)
        shown = rows.find(ref)
        if (
            table == "sources"
            or rows.gate.is_withheld(ref)
            or shown is None
            or not counts.get(ref)
            or not rows.is_assumed(shown)
        ):
            continue
        found.append(Assumption(rows.say(table_words(table)), rows.label(shown), rows.values(shown), counts[ref]))
    return tuple(sorted(found, key=lambda assumption: -assumption.n_findings))


def n_assumed_rows(rows: Rows) -> int:
    """Rows of the redacted view that rest on an assumption and on nothing else."""
    return sum(rows.is_assumed(row) for table, _, row in rows.shown.rows() if table != "sources")


def build_sources(rows: Rows) -> tuple[SourceView, ...]:
    """Every source with its grade, its side, and how many rows cite it."""
    cites: Counter[int] = Counter()
    for _, _, row in rows.shown.rows():
        cites.update(cited.source for cited in rows.cited(row))
    out = []
    for number, source in enumerate(rows.shown.sources, start=1):
        date = rows.say.date(source.published_on) if source.published_on else ""
        parts = (
            [source.title, source.attribution]
            if source.attribution
            else [source.author, source.title, source.publisher, date]
        )
        text = ". ".join(dict.fromkeys(part.rstrip(".") for part in parts if part))
        side = rows.name(source.side) if source.side else ""
        out.append(SourceView(number, text, source.kind, source.grade, side, cites[number]))
    return tuple(out)


def _silent_places(ledger: Ledger) -> list[str]:
    return [
        row.place.name for row in ledger.rows if row.marks and all(m.state is LedgerState.NO_ACCOUNT for m in row.marks)
    ]


def _uncomputed(indices: IndexTable, say: Wording) -> str:
    empty = [cell for row in indices.rows for cell in row.cells if cell is not None and cell.value is None]
    if not empty:
        return ""
    lacking = Counter(text for cell in empty for text in cell.missing)
    n_all = sum(cell is not None for row in indices.rows for cell in row.cells)
    what = say.joined([f"{text} ({n})" for text, n in lacking.most_common(4)])
    if not what:
        return say("{n} of {total} indices could not be computed.", n=len(empty), total=n_all)
    return say("{n} of {total} indices could not be computed; missing: {what}.", n=len(empty), total=n_all, what=what)


def build_coverage(
    ledger: Ledger, indices: IndexTable, sources: Sequence[SourceView], say: Wording = ENGLISH
) -> Coverage:
    """How much of the ledger has no account, and what else the case lacks, in sentences."""
    n, silent = ledger.n_cells, ledger.count(LedgerState.NO_ACCOUNT)
    said = []
    if n:
        said.append(
            say(
                "Sources are silent on {silent} of {questions} ({percent} %).",
                silent=say.number(silent), questions=say.counted(n, "question"), percent=round(100 * silent / n),
            )
        )  # fmt: skip
    if places := _silent_places(ledger):
        said.append(say("No account of any question in {places}.", places=say.joined(places, 8)))
    if ledger.missing_names:
        gaps = [
            say("{n} in {language}", n=len(names), language=say(words.language(tag)))
            for tag, names in ledger.missing_names
        ]
        said.append(say("Names of places not found: {gaps}; the annex lists them.", gaps=say.joined(gaps)))
    unlocated = [row.place.name for row in ledger.rows if not row.place.national and row.place.latitude is None]
    if unlocated:
        said.append(say("No coordinates for {places}.", places=say.joined(unlocated, 8)))
    if text := _uncomputed(indices, say):
        said.append(text)
    if ungraded := sum(not source.grade for source in sources):
        message = "{n} of {sources} carries no grade." if ungraded == 1 else "{n} of {sources} carry no grade."
        text = say(message, n=say.number(ungraded), sources=say.counted(len(sources), "source"))
        said.append(say.capitalised(text))
    return Coverage(n, silent, tuple(said))
