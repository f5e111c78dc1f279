"""An assessment to findings: every statement once, in words, through the redaction gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dayafter import __version__
from dayafter.assessment.report import Assessment, RowRef
from dayafter.casefile.schema import FORMAT_VERSION, CaseFile
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.compose import (
    capitalised,
    counted,
    deals_sentence,
    joined,
    ledger_sentence,
    out_of,
    weakest_question,
)
from dayafter.findings.deals import build_deals
from dayafter.findings.evidence import (
    INDICES,
    build_assumptions,
    build_coverage,
    build_disputes,
    build_indices,
    build_sources,
    n_assumed_rows,
)
from dayafter.findings.harm import build_harms
from dayafter.findings.places import build_context, build_ledger
from dayafter.findings.records import (
    DealView,
    Edition,
    Findings,
    IndexTable,
    Ledger,
    OtherDeal,
    Reference,
    Statement,
)
from dayafter.findings.rows import Rows
from dayafter.findings.settlement_views import possible_deals
from dayafter.redaction import Gate
from dayafter.settlement.records import Settlement
from dayafter.vocabulary import Confidence, EngagementRole, LedgerState

_SCALE = (
    "Words of likelihood follow Intelligence Community Directive 203, in percent: "
    + ", ".join(
        f"{word} {round(100 * low) or 1}–{min(99, round(100 * high))}"
        for (high, word), low in zip(
            words.LIKELIHOOD["en"], (0.0, *(end for end, _ in words.LIKELIHOOD["en"])), strict=False
        )
    )
    + "."
)


def _edition(assessment: Assessment, gate: Gate) -> Edition:
    info = gate.case.info
    return Edition(
        case=info.id,
        title=info.title,
        region=info.region,
        question=info.question,
        as_of=words.date(info.as_of),
        decide_by=words.date(info.decide_by) if info.decide_by else "",
        reader=info.reader,
        horizon_months=assessment.horizon_months,
        audience=gate.audience,
        handling=gate.handling,
        coded_by=info.coded_by,
        licence=info.licence,
        format_version=FORMAT_VERSION,
        version=__version__,
        seed=assessment.seed,
        n_members=assessment.n_members,
    )


def _bottom_line(
    ledger: Ledger, deals: Sequence[DealView], missing: Sequence[OtherDeal], horizon_months: int
) -> tuple[Statement, Statement]:
    cells: tuple[Reference, ...] = tuple(ref for row in ledger.rows for mark in row.marks for ref in mark.references)
    lacking = tuple(r for m in missing for r in m.references)
    return (
        Statement(ledger_sentence(ledger, missing), (), tuple(dict.fromkeys((*cells, *lacking)))),
        Statement(
            deals_sentence(deals, missing, horizon_months),
            (deals[0].p_end,) if deals else (),
            deals[0].references if deals else (),
        ),
    )


def _talks_fact(ledger: Ledger) -> Statement | None:
    contested = [mark for row in ledger.rows for mark in row.marks if mark.state is LedgerState.CONTESTED]
    if not contested:
        return None
    talking = [mark for mark in contested if mark.talks]
    if not talking:
        return Statement(f"No talks are on record on any of {counted(len(contested), 'contested question')}.")
    refs = tuple(dict.fromkeys(ref for mark in talking for ref in mark.references))
    return Statement(f"Talks are under way on {out_of(len(talking), len(contested), 'contested question')}.", (), refs)


def _guarantor_fact(rows: Rows, assessment: Assessment) -> Statement | None:
    seen = [summary.deal for summary in assessment.in_force if not rows.gate.hides(summary.deal, "deals")]
    shown = [rows.find(RowRef("deals", deal)) for deal in seen]
    ids = [getattr(deal, "id", "") for deal in shown if deal is not None]
    if not ids:
        return None
    backed = {e.deal for e in rows.shown.engagements if e.role is EngagementRole.GUARANTOR}
    n = sum(one in backed for one in ids)
    if len(ids) == 1:
        return Statement(f"The deal in force has {'a' if n else 'no'} guarantor on record.")
    return Statement(
        f"{'None of ' + counted(len(ids), 'deal') if n == 0 else capitalised(out_of(n, len(ids), 'deal'))} in force "
        f"{'has' if n < 2 else 'have'} a guarantor on record."
    )


def _absent_fact(deals: Sequence[DealView]) -> Statement | None:
    """Who is missing from most deals in force."""
    names = Counter(who.name for deal in deals for who in deal.absent)
    if not names:
        return None
    most = max(names.values())
    who = [name for name, n in names.items() if n == most]
    refs = tuple(dict.fromkeys(r for d in deals for a in d.absent if a.name in who for r in a.references))
    if len(deals) == 1:
        return Statement(f"Not at the table of the deal in force: {joined(who, 5)}.", (), refs)
    return Statement(f"Not at the table of {out_of(most, len(deals), 'deal')} in force: {joined(who, 4)}.", (), refs)


def _contested_fact(indices: IndexTable) -> Statement | None:
    """The place with the highest contestation, where at least two can be compared."""
    heads = [name for name, _ in indices.columns]
    wanted = INDICES["contestation_inter"][0]
    if wanted not in heads:
        return None
    column = heads.index(wanted)
    found = []
    for row in indices.rows:
        cell = row.cells[column]
        if cell is not None and cell.value is not None and not row.national:
            found.append((cell.value.mean, row.place, cell))
    if len(found) < 2:
        return None
    _, place, cell = max(found, key=lambda item: item[0])
    value = cell.value
    if value is None or value.mean <= 0:
        return None
    inner = f"{value.text}{f', {value.range}' if value.range else ''} on a scale from 0 to 1"
    return Statement(
        f"Armed forces of different blocs oppose one another most in {place} ({inner}).",
        (value,),
        cell.references,
    )


def _key_facts(
    assessment: Assessment, rows: Rows, ledger: Ledger, deals: Sequence[DealView], indices: IndexTable
) -> tuple[Statement, ...]:
    weakest = weakest_question(ledger)
    candidates = (
        Statement(weakest) if weakest else None,
        _talks_fact(ledger),
        _contested_fact(indices),
        _absent_fact(deals),
        _guarantor_fact(rows, assessment),
    )
    return tuple(fact for fact in candidates if fact is not None)


def _confidence(rows: Rows) -> str:
    """How sure the coder is of the rows, kept apart from any likelihood."""
    levels = Counter(row.confidence for _, _, row in rows.shown.rows() if row.confidence is not None)
    total = sum(levels.values())
    if not total:
        return "The coder states no confidence in the rows."
    shares = [f"{level.value} {round(100 * levels[level] / total)} %" for level in Confidence if levels.get(level)]
    return f"Confidence, as the coder states it for {total:,} rows: {joined(shares)}."


def _method(assessment: Assessment, rows: Rows) -> tuple[Statement, ...]:
    said = (
        (
            "Chances that a deal ends are estimated from published effects and stated assumptions, drawn "
            f"{assessment.n_members:,} times over uncertain inputs and effects (seed {assessment.seed}, model version "
            f"{__version__}). Nothing has been simulated. A range holds nine in ten draws."
        ),
        _SCALE,
        _confidence(rows),
        "No forecast of this model has been scored against events yet, so no calibration can be shown.",
        (
            "Index values and chances say what follows from the rows of the case; a wrong row gives a wrong number. "
            "Where sources differ, the table above names the account that is used and the rule."
        ),
    )
    return tuple(Statement(text) for text in said)


def _withheld(gate: Gate) -> tuple[str, ...]:
    """What this edition leaves out, counted and not described."""
    if not gate.withheld:
        return ()
    rows = f"Rows withheld from this edition: {'; '.join(str(part) for part in gate.withheld)}."
    return (rows, "Names, offices, places and dates that they hold are made coarse or left out wherever they occur.")


def build_findings(
    case: CaseFile, assessment: Assessment, gate: Gate, *, settlement: Settlement | None = None
) -> Findings:
    """Every statement about a case that may leave for the gate's audience.

    Parameters
    ----------
    case : the case that was assessed and that the gate was made for.
    assessment : what `assess` says about it.
    gate : decides what this audience may see.
    settlement : what `settle` says about it, place by place; without it there is no section on deals that could hold.

    Raises
    ------
    UsageError : the gate was made for another case.
    """
    if case.info.id != gate.case.info.id:
        raise UsageError("the gate was made for another case; pass Gate(case, audience) of the same case")
    rows = Rows(case, gate)
    ledger = build_ledger(case, assessment, rows)
    deals, missing, others = build_deals(assessment, rows)
    indices = build_indices(assessment, rows, ledger)
    sources = build_sources(rows)
    return Findings(
        edition=_edition(assessment, gate),
        bottom_line=_bottom_line(ledger, deals, missing, assessment.horizon_months),
        key_facts=_key_facts(assessment, rows, ledger, deals, indices),
        ledger=ledger,
        context=build_context(rows, assessment),
        deals=deals,
        missing=missing,
        other_deals=others,
        disputes=build_disputes(assessment, rows),
        indices=indices,
        assumptions=build_assumptions(case, assessment, rows),
        n_assumed_rows=n_assumed_rows(rows),
        n_rows=sum(1 for table, _, _ in rows.shown.rows() if table != "sources"),
        harms=build_harms(rows, deals),
        sources=sources,
        withheld=_withheld(gate),
        coverage=build_coverage(ledger, indices, sources),
        method=_method(assessment, rows),
        possible=None if settlement is None else possible_deals(settlement, rows),
    )
