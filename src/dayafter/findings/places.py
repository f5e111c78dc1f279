"""Places, their names, and the ledger of their open questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dayafter.assessment.report import Assessment, LedgerCell, RowRef
from dayafter.casefile.schema import CaseFile, LedgerEntry, Place
from dayafter.findings import words
from dayafter.findings.compose import ledger_lead, ledger_title
from dayafter.findings.records import ContextPlace, Ledger, LedgerMark, LedgerRow, LocalName, PlaceView
from dayafter.findings.resting import of_record
from dayafter.findings.rows import Rows
from dayafter.vocabulary import FOUR_QUESTIONS, LedgerState, NameKind, PlaceKind, PlaceScope, Question, YesNo

_AREAS = (PlaceKind.COUNTRY, PlaceKind.REGION, PlaceKind.PROVINCE)


def shown_places(case: CaseFile, shown: CaseFile) -> Mapping[str, Place]:
    """Id in the case to the place as the gate shows it; the gate may add stand-ins at the end."""
    return {place.id: seen for place, seen in zip(case.places, shown.places, strict=False)}


def _local_names(shown: CaseFile, shown_id: str) -> tuple[LocalName, ...]:
    """One name for each language of the case: the official one, else the first; empty where none was found."""
    own = [name for name in shown.names if name.entity == shown_id and name.name]
    own.sort(key=lambda name: name.kind is not NameKind.OFFICIAL)
    languages = [tag for tag in shown.info.languages if tag != "en"]
    found = []
    for tag in languages:
        fits = [n for n in own if n.language == tag and n.kind in (NameKind.OFFICIAL, NameKind.ALIAS)]
        found.append(LocalName(tag, fits[0].name if fits else ""))
    return tuple(found)


def place_view(case: CaseFile, rows: Rows, place_id: str, n_deals: int) -> PlaceView:
    """A place as the gate shows it."""
    place = shown_places(case, rows.shown)[place_id]
    return PlaceView(
        name=rows.gate_label(place_id),
        within=rows.name(place.parent) if place.parent else "",
        national=place.scope is PlaceScope.NATIONAL,
        dispute=place.dispute,
        names=_local_names(rows.shown, place.id),
        latitude=place.latitude,
        longitude=place.longitude,
        n_deals=n_deals,
        codes=_codes(case, rows, place_id),
        region=_region(rows, place),
    )


def _codes(case: CaseFile, rows: Rows, place_id: str) -> tuple[str, ...]:
    """The codes of a place that this audience may see, in the order of the case."""
    pairs = zip(case.place_codes, rows.shown.place_codes, strict=True)
    seen = [
        shown.code
        for own, shown in pairs
        if own.place == place_id and not rows.gate.is_withheld(RowRef("place_codes", own.key))
    ]
    return tuple(dict.fromkeys(seen))


def _region(rows: Rows, place: Place) -> str:
    """Name of the largest area that holds a place and is no country: its own name where it is that area itself."""
    by_id = {one.id: one for one in rows.shown.places}
    found, at, seen = "", by_id.get(place.parent or ""), {place.id}
    while at is not None and at.id not in seen:
        seen.add(at.id)
        if at.kind is not PlaceKind.COUNTRY and at.scope is not PlaceScope.NATIONAL:
            found = rows.name(at.id)
        at = by_id.get(at.parent or "")
    return found


def _talks(rows: Rows, cell: LedgerCell, entry: LedgerEntry | None) -> bool:
    """Whether talks are shown: where the coder says so, or where a tie that this audience may see says so."""
    if entry is not None and entry.talks is YesNo.YES:
        return True
    ties = [ref for ref in cell.rows if ref.table == "contacts"]
    return bool(cell.talks) and any(not rows.gate.is_withheld(ref) for ref in ties)


def _mark(rows: Rows, cell: LedgerCell) -> LedgerMark:
    """A cell of the ledger. What a withheld row says is shown as no account; the page says so."""
    ref = RowRef("ledger", f"{cell.place}/{cell.question.value}")
    hidden = not cell.derived and rows.gate.is_withheld(ref)
    row = None if cell.derived or hidden else rows.find(ref)
    entry = row if isinstance(row, LedgerEntry) else None
    info, language = rows.shown.info, rows.say.language
    state = LedgerState.NO_ACCOUNT if hidden else cell.state
    asked, stands = words.QUESTIONS[language][cell.question], words.STATES[language][state]
    return LedgerMark(
        question=cell.question,
        state=state,
        talks=not hidden and _talks(rows, cell, entry),
        summary=entry.summary if entry is not None else "",
        rule="" if hidden else rows.say(rows.gate.text(cell.rule)) if entry is None else entry.rule,
        derived=cell.derived,
        coded_by=entry.coded_by or info.coded_by if entry is not None else info.coded_by,
        checked_on=rows.say.date(entry.checked_on or info.as_of if entry is not None else info.as_of),
        references=() if hidden else rows.references(cell.rows),
        label=rows.say("{what}: {field}", what=asked.lower(), field=stands),
    )


def _questions(assessment: Assessment) -> tuple[Question, ...]:
    asked = {cell.question for cell in assessment.ledger}
    return tuple(question for question in (*FOUR_QUESTIONS, Question.OTHER) if question in asked)


def build_ledger(case: CaseFile, assessment: Assessment, rows: Rows) -> Ledger:
    """The ledger as a matrix, with its tally, its finding, and the names that are missing."""
    in_force = {s.deal for s in assessment.in_force if not rows.gate.hides(s.deal, "deals")}
    covered = [deal.places for deal in case.deals if deal.id in in_force]
    questions = _questions(assessment)
    table = []
    for place_id in assessment.places:
        if rows.gate.hides(place_id, "places"):
            continue
        cells = {cell.question: cell for cell in assessment.ledger_of(place_id)}
        marks = tuple(_mark(rows, cells[question]) for question in questions if question in cells)
        n_deals = sum(place_id in places for places in covered)
        behind = [reference for mark in marks for reference in mark.references]
        table.append(LedgerRow(place_view(case, rows, place_id, n_deals), marks, of_record(behind, rows.say)))
    marks_all = [mark for row in table for mark in row.marks]
    tally = tuple((state, sum(mark.state is state for mark in marks_all)) for state in LedgerState)
    ledger = Ledger(
        title="",
        lead="",
        questions=questions,
        rows=tuple(table),
        tally=tally,
        n_talks=sum(mark.talks for mark in marks_all),
        missing_names=_missing_names(table),
        some_withheld=any(rows.gate.is_withheld(RowRef("ledger", entry.key)) for entry in case.ledger),
    )
    return replace(ledger, title=ledger_title(ledger, rows.say), lead=ledger_lead(ledger, rows.say))


def _missing_names(table: Sequence[LedgerRow]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Per language of the case, the contested places for which it gives no name."""
    gaps: dict[str, list[str]] = {}
    for row in table:
        if row.place.national:
            continue
        for name in row.place.names:
            if not name.text:
                gaps.setdefault(name.language, []).append(row.place.name)
    return tuple((tag, tuple(names)) for tag, names in gaps.items())


def _centre(shown: CaseFile, area: Place) -> tuple[float, float] | None:
    """Where an area lies: its own coordinates, else the middle of those of the places within it."""
    if area.latitude is not None and area.longitude is not None:
        return area.latitude, area.longitude
    parents = {place.id: place.parent for place in shown.places}
    inside = []
    for place in shown.places:
        above, seen = place.parent, {place.id}
        while above is not None and above != area.id and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == area.id and place.latitude is not None and place.longitude is not None:
            inside.append((place.latitude, place.longitude))
    if not inside:
        return None
    return sum(lat for lat, _ in inside) / len(inside), sum(lon for _, lon in inside) / len(inside)


def build_context(rows: Rows, assessment: Assessment) -> tuple[ContextPlace, ...]:
    """Towns and areas for orientation: what the case names beside the places assessed, countries left out."""
    assessed = set(assessment.places)
    found = []
    for original_id, place in zip(rows.original_place_ids, rows.shown.places, strict=False):
        hidden = rows.gate.hides(original_id, "places")
        if hidden or original_id in assessed or place.kind is PlaceKind.COUNTRY or not place.name:
            continue
        area = place.kind in _AREAS
        where = _centre(rows.shown, place) if area else (
            (place.latitude, place.longitude)
            if place.latitude is not None and place.longitude is not None
            else None
        )  # fmt: skip
        if where is not None:
            found.append(ContextPlace(rows.name(place.id), area, *where, region=_region(rows, place)))
    return tuple(found)
