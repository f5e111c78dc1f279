"""Two versions of a case: which facts were added, changed or taken away, and which findings moved with them.

Both sides are seen through the gate of one audience; what is withheld on either side is not compared, and numbers are
computed without it, so that a change in a withheld row cannot be read off. Findings are computed with the same seed on
both sides: draws are addressed, so an index whose inputs did not change has exactly the same number, and a number that
moved moved for a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dayafter.assessment.assess import assess
from dayafter.assessment.report import Spread
from dayafter.casefile.cell_text import cell_text
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import TABLES, CaseFile, Row, columns
from dayafter.comparing.futures import simulated_changes
from dayafter.comparing.records import Change, Comparison
from dayafter.comparing.settlements import settlement_changes
from dayafter.comparing.telling import column_in_words, in_words
from dayafter.compiler import compile_case
from dayafter.findings import words
from dayafter.findings.export_rows import ExportRow, assessment_rows, manifest
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate
from dayafter.redaction.policy import BREADTH
from dayafter.settlement.settle import settle_places
from dayafter.simulation.policies import find_policy
from dayafter.vocabulary import Audience

_READING: Final = (
    "Ranges hold nine in ten draws of each version, under the assumptions that each version names; both versions were "
    "assessed with the same seed. Where the range of the earlier version holds the later number, the note says so: the "
    "change is small beside what is not known."
)
_WITHHELD: Final = (
    "Rows that this audience must not see are not compared, and both versions are computed without them: else a number "
    "that moved while no fact did would tell of them. So numbers can differ from those of a brief."
)
_SETTLED: Final = (
    "Deals were looked for in both versions with the same {draws} draws of what is uncertain; shares are of these "
    "draws. Who would have what without a deal is taken from a contest."
)
_ENDING: Final = re.compile(r"probability of ending within (\d+) months")
_SIMULATED: Final = "Outcomes are of {futures} futures of each version, with seed {seed} in both."


def compare_cases(
    before: CaseFile | LoadedCase,
    after: CaseFile | LoadedCase,
    *,
    audience: Audience | None = None,
    seed: int = 7,
    members: int = 1000,
    horizon: int | None = None,
    draws: int = 0,
    futures: int = 0,
    policies: Sequence[str] = (),
    say: Wording = ENGLISH,
) -> Comparison:
    """Compare two versions of a case: facts, assessment, and where asked for settlement and simulation.

    Parameters
    ----------
    before, after : where they were loaded from a folder or workbook, a posterior beside it is simulated with.
    audience : who reads it; the narrower of the two cases' own where None.
    seed, members, horizon : as `dayafter.assess`; the horizon of the later case where None, for both.
    draws : over what is uncertain, by which deals are looked for in both versions; 0 leaves settlement out.
    futures : of each version and policy, paired; 0 leaves simulation out.
    policies : simulated besides doing nothing; of both versions.
    say : the language. Keys of rows, columns and tables, and texts of the case stay as they are; `in_words` says them.

    Raises
    ------
    RedactionError : the audience is wider than one of the cases allows.
    UsageError : a policy that one of the versions does not have.
    """
    cases = [one.case if isinstance(one, LoadedCase) else one for one in (before, after)]
    reader = audience or min((case.info.audience for case in cases), key=BREADTH.__getitem__)
    whole = [Gate(case, reader) for case in cases]
    seen = [gate.case_to_write if gate.withheld else case for gate, case in zip(whole, cases, strict=True)]
    gates = [Gate(case, reader) for case in seen]
    months = seen[1].info.horizon_months if horizon is None else horizon
    compiled = [compile_case(case) for case in seen]
    for name in policies:
        for one in compiled:
            find_policy(one, name)  # before anything is computed
    assessed = [assess(one, seed, members, months) for one in compiled]
    found = [tuple(assessment_rows(one, gate)) for one, gate in zip(assessed, gates, strict=True)]
    abouts = [
        {name: str(value) for name, value in manifest(one, gate).items()}
        for one, gate in zip(assessed, gates, strict=True)
    ]
    changes = [*fact_changes(whole[0], whole[1], say), *_finding_changes(found[0], found[1], say)]
    remarks = [say(_READING)]
    if draws:
        settled = [settle_places(one, seed=seed, draws=draws) for one in compiled]
        changes += settlement_changes((settled[0], gates[0]), (settled[1], gates[1]), say)
        remarks.append(say(_SETTLED, draws=words.number(draws)))
    if futures:
        loaded = [_as_seen(one, case) for one, case in zip((before, after), seen, strict=True)]
        moved, told = simulated_changes(loaded, reader, (futures, seed), policies, say)
        changes += moved
        remarks += [say(_SIMULATED, futures=words.number(futures), seed=seed), *told]
    if any(gate.withheld for gate in whole):
        remarks.append(say(_WITHHELD))
    changes = [_placed(change, gates[1], say) for change in changes]
    return Comparison("cases", abouts[0], abouts[1], tuple(changes), tuple(remarks), reader)


def _placed(change: Change, gate: Gate, say: Wording) -> Change:
    """A change of findings with its places by their names in the language."""
    if say.language == "en" or change.kind == "fact":
        return change
    names = {place.name: gate.label(place.id, say.language, "places") for place in gate.case.places}
    return replace(change, about="; ".join(names.get(one, one) for one in change.about.split("; ")))


def _as_seen(version: CaseFile | LoadedCase, case: CaseFile) -> LoadedCase:
    """A version with the rows that its reader may see, where it lay, so that the posterior beside it is found."""
    return replace(version, case=case) if isinstance(version, LoadedCase) else LoadedCase(case)


def fact_changes(before: Gate, after: Gate, say: Wording = ENGLISH) -> Iterator[Change]:
    """Rows added, taken away or changed, table by table; a row is known by its key."""
    yield from _head_changes(before.case, after.case)
    for table in TABLES:
        old, new = _visible(before, table), _visible(after, table)
        for key, row in old.items():
            if key in new:
                yield from _row_changes(table, key, row, new[key])
            elif not after.hides_row(table, key):
                yield Change("fact", table, key, "", _told(table, row, say), "")
        for key, row in new.items():
            if key not in old and not before.hides_row(table, key):
                yield Change("fact", table, key, "", "", _told(table, row, say))


def _visible(gate: Gate, table: str) -> dict[str, Row]:
    hidden = gate.hidden_rows(table)
    return {row.key: row for number, row in enumerate(getattr(gate.case, table)) if number not in hidden}


def _head_changes(before: CaseFile, after: CaseFile) -> Iterator[Change]:
    for name in type(after.info).model_fields:
        old, new = cell_text(getattr(before.info, name)), cell_text(getattr(after.info, name))
        if old != new:
            yield Change("fact", "case", after.info.id, name, old, new)


def _row_changes(table: str, key: str, old: Row, new: Row) -> Iterator[Change]:
    for name in columns(table):
        left, right = cell_text(getattr(old, name)), cell_text(getattr(new, name))
        if left != right:
            yield Change("fact", table, key, name, left, right)


def _told(table: str, row: Row, say: Wording) -> str:
    """A whole row in one line, for a row that is new or gone."""
    cells = ((name, cell_text(getattr(row, name))) for name in columns(table) if name not in type(row).KEY)
    told = [f"{column_in_words(name, say)}{say(': ')}{in_words(text, say)}" for name, text in cells if text]
    return say("; ").join(told) or say("(nothing but its key)")


def _finding_changes(
    before: tuple[ExportRow, ...], after: tuple[ExportRow, ...], say: Wording = ENGLISH
) -> Iterator[Change]:
    yield from _ledger_changes(before, after, say)
    for section, kind in (("index", "index"), ("deal", "deal"), ("missing", "deal")):
        old, new = _numbers(before, section), _numbers(after, section)
        for key in dict.fromkeys((*old, *new)):
            yield from _number_change(kind, key, old.get(key), new.get(key), say)
    yield from _missing_changes(before, after, say)


def _ledger_changes(before: tuple[ExportRow, ...], after: tuple[ExportRow, ...], say: Wording) -> Iterator[Change]:
    def states(rows: tuple[ExportRow, ...]) -> dict[tuple[str, str], str]:
        return {
            (row.place_label, row.name): say(words.term(row.state)) + (say(" (talks)") if row.talks == "yes" else "")
            for row in rows
            if row.section == "ledger"
        }

    old, new = states(before), states(after)
    for place, question in dict.fromkeys((*old, *new)):
        left, right = old.get((place, question), ""), new.get((place, question), "")
        if left != right:
            yield Change("ledger", say(question), place, column_in_words("state", say), left, right)


def _numbers(rows: tuple[ExportRow, ...], section: str) -> Mapping[tuple[str, str], ExportRow]:
    return {(row.name, row.place_label): row for row in rows if row.section == section and row.value is not None}


def _number_change(
    kind: str, key: tuple[str, str], old: ExportRow | None, new: ExportRow | None, say: Wording
) -> Iterator[Change]:
    if old is not None and new is not None and (old.value, old.p05, old.p95) == (new.value, new.p05, new.p95):
        return
    row = new or old
    if row is None:
        return
    left, right = _shown(old, say), _shown(new, say)
    note = ""
    if old is not None and new is not None:
        if left == right:
            return  # moved by less than what is printed
        is_within = _value(old.p05) <= _value(new.value) <= _value(old.p95)
        note = say("within the earlier range" if is_within else "outside the earlier range")
    yield Change(kind, say(words.term(key[0])), key[1], "", left, right, _unit(row, say), note)


def _unit(row: ExportRow, say: Wording) -> str:
    """The unit of a number; that of a deal's end names its months."""
    found = _ENDING.fullmatch(row.unit)
    return say("probability of ending within {months} months", months=found.group(1)) if found else say(row.unit)


def _value(number: float | None) -> float:
    return 0.0 if number is None else number


def _shown(row: ExportRow | None, say: Wording) -> str:
    if row is None or row.value is None:
        return ""
    spread = Spread(row.value, _value(row.p05), _value(row.p95), 0)
    estimate = (
        words.probability(spread, language=say.language)
        if row.word
        else words.measure(spread, row.unit, say("{low} to {high}"))
    )
    word = f"{estimate.word}{say(', ')}" if estimate.word else ""
    span = f" ({estimate.range})" if estimate.range else ""
    return f"{word}{estimate.text}{span}"


def _missing_changes(before: tuple[ExportRow, ...], after: tuple[ExportRow, ...], say: Wording) -> Iterator[Change]:
    def statuses(rows: tuple[ExportRow, ...]) -> dict[str, tuple[str, str]]:
        return {row.of: (row.name, row.state) for row in rows if row.section in {"deal", "missing"}}

    old, new = statuses(before), statuses(after)
    for deal in dict.fromkeys((*old, *new)):
        left, right = old.get(deal, ("", ""))[1], new.get(deal, ("", ""))[1]
        if left != right:
            name = (new.get(deal) or old[deal])[0]
            yield Change("deal", name, "", say("status"), say(words.term(left)), say(words.term(right)))
