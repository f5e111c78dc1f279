"""An assessment to findings: every statement once, in words, through the redaction gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dayafter import __version__
from dayafter.assessment.report import Assessment, RowRef
from dayafter.casefile.schema import FORMAT_VERSION, CaseFile
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.actors import build_actors, build_shocks, build_spoilers
from dayafter.findings.aid import build_aid
from dayafter.findings.compose import (
    deals_sentence,
    ledger_sentence,
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
from dayafter.findings.movers import Ranker, settlement_movers, simulated_movers
from dayafter.findings.option_records import Options
from dayafter.findings.options import options_and_events
from dayafter.findings.outlook import Run, build_outlook
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
from dayafter.findings.simulated import with_run
from dayafter.findings.views import Mover
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.redaction.gate import Withheld
from dayafter.redaction.policy import SMALL_COUNT
from dayafter.results.result import SimulationResult
from dayafter.settlement.records import Settlement
from dayafter.vocabulary import Confidence, EngagementRole, LedgerState


def _scale(say: Wording) -> str:
    """The words of likelihood and what they stand for."""
    scale = words.LIKELIHOOD[say.language]
    lows = (0.0, *(end for end, _ in scale))
    said = [
        say("{word} {low}–{high}", word=word, low=round(100 * low) or 1, high=min(99, round(100 * high)))
        for (high, word), low in zip(scale, lows, strict=False)
    ]
    return say(
        "Words of likelihood follow Intelligence Community Directive 203, in percent: {words}.",
        words=say(", ").join(said),
    )


def _edition(assessment: Assessment, gate: Gate, say: Wording) -> Edition:
    info = gate.case.info
    return Edition(
        case=info.id,
        title=info.title,
        region=info.region,
        question=info.question,
        as_of=say.date(info.as_of),
        decide_by=say.date(info.decide_by) if info.decide_by else "",
        reader=info.reader,
        horizon_months=assessment.horizon_months,
        audience=gate.audience,
        handling=say(gate.handling),
        coded_by=info.coded_by,
        licence=info.licence,
        format_version=FORMAT_VERSION,
        version=__version__,
        seed=assessment.seed,
        n_members=assessment.n_members,
    )


def _bottom_line(
    ledger: Ledger, deals: Sequence[DealView], missing: Sequence[OtherDeal], horizon_months: int, say: Wording
) -> tuple[Statement, Statement]:
    cells: tuple[Reference, ...] = tuple(ref for row in ledger.rows for mark in row.marks for ref in mark.references)
    lacking = tuple(r for m in missing for r in m.references)
    return (
        Statement(ledger_sentence(ledger, missing, say), (), tuple(dict.fromkeys((*cells, *lacking)))),
        Statement(
            deals_sentence(deals, missing, horizon_months, say),
            (deals[0].p_end,) if deals else (),
            deals[0].references if deals else (),
        ),
    )


def _talks_fact(ledger: Ledger, say: Wording) -> Statement | None:
    contested = [mark for row in ledger.rows for mark in row.marks if mark.state is LedgerState.CONTESTED]
    if not contested:
        return None
    talking = [mark for mark in contested if mark.talks]
    if not talking:
        return Statement(
            say(
                "No talks are on record on any of {questions}.",
                questions=say.counted(len(contested), "contested question"),
            )
        )
    refs = tuple(dict.fromkeys(ref for mark in talking for ref in mark.references))
    text = say(
        "Talks are under way on {questions}.", questions=say.out_of(len(talking), len(contested), "contested question")
    )
    return Statement(text, (), refs)


def _guarantor_fact(rows: Rows, assessment: Assessment) -> Statement | None:
    seen = [summary.deal for summary in assessment.in_force if not rows.gate.hides(summary.deal, "deals")]
    shown = [rows.find(RowRef("deals", deal)) for deal in seen]
    ids = [getattr(deal, "id", "") for deal in shown if deal is not None]
    if not ids:
        return None
    backed = {e.deal for e in rows.shown.engagements if e.role is EngagementRole.GUARANTOR}
    n = sum(one in backed for one in ids)
    say = rows.say
    if len(ids) == 1:
        message = (
            "The deal in force has a guarantor on record." if n else "The deal in force has no guarantor on record."
        )
        return Statement(say(message))
    if not n:
        return Statement(
            say("None of {deals} in force has a guarantor on record.", deals=say.counted(len(ids), "deal"))
        )
    message = (
        "{deals} in force has a guarantor on record." if n == 1 else "{deals} in force have a guarantor on record."
    )
    return Statement(say.capitalised(say(message, deals=say.out_of(n, len(ids), "deal"))))


def _absent_fact(deals: Sequence[DealView], say: Wording) -> Statement | None:
    """Who is missing from most deals in force."""
    names = Counter(who.name for deal in deals for who in deal.absent)
    if not names:
        return None
    most = max(names.values())
    who = [name for name, n in names.items() if n == most]
    refs = tuple(dict.fromkeys(r for d in deals for a in d.absent if a.name in who for r in a.references))
    if len(deals) == 1:
        return Statement(say("Not at the table of the deal in force: {who}.", who=say.joined(who, 5)), (), refs)
    text = say(
        "Not at the table of {deals} in force: {who}.",
        deals=say.out_of(most, len(deals), "deal"), who=say.joined(who, 4),
    )  # fmt: skip
    return Statement(text, (), refs)


def _contested_fact(indices: IndexTable, say: Wording) -> Statement | None:
    """The place with the highest contestation, where at least two can be compared."""
    heads = [name for name, _ in indices.columns]
    wanted = say(INDICES["contestation_inter"][0])
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
    inner = say("{number}, {range}", number=value.text, range=value.range) if value.range else value.text
    return Statement(
        say(
            "Armed forces of different blocs oppose one another most in {place} ({n} on a scale from 0 to 1).",
            place=place,
            n=inner,
        ),
        (value,),
        cell.references,
    )


def _key_facts(
    assessment: Assessment, rows: Rows, ledger: Ledger, deals: Sequence[DealView], indices: IndexTable
) -> tuple[Statement, ...]:
    say = rows.say
    weakest = weakest_question(ledger, say)
    candidates = (
        Statement(weakest) if weakest else None,
        _talks_fact(ledger, say),
        _contested_fact(indices, say),
        _absent_fact(deals, say),
        _guarantor_fact(rows, assessment),
    )
    return tuple(fact for fact in candidates if fact is not None)


def _confidence(rows: Rows) -> str:
    """How sure the coder is of the rows, kept apart from any likelihood."""
    say = rows.say
    levels = Counter(row.confidence for _, _, row in rows.shown.rows() if row.confidence is not None)
    total = sum(levels.values())
    if not total:
        return say("The coder states no confidence in the rows.")
    shares = [
        say("{level} {n} %", level=say(level.value), n=round(100 * levels[level] / total))
        for level in Confidence
        if levels.get(level)
    ]
    return say("Confidence, as the coder states it for {n} rows: {shares}.", n=f"{total:,}", shares=say.joined(shares))


def _method(assessment: Assessment, rows: Rows, options: Options | None) -> tuple[Statement, ...]:
    say = rows.say
    n = f"{assessment.n_members:,}"
    values = {"n": n, "seed": assessment.seed, "version": __version__}
    if options is None:
        said = [
            say(
                "Chances that a deal ends are estimated from published effects and stated assumptions, drawn {n} times "
                "over uncertain inputs and effects (seed {seed}, model version {version}). Nothing has been simulated. "
                "A range holds nine in ten draws.",
                **values,
            )
        ]
    else:
        said = [
            say(
                "Chances are simulated under stated assumptions: {members} futures in {draws} draws of the parameters "
                "(seed {run_seed}, model version {version}, run {run}). A range holds nine in ten draws of the "
                "parameters; that of a change is widened by the error of having simulated only so many futures.",
                members=f"{options.n_members:,}", draws=f"{options.n_draws:,}", run_seed=options.seed,
                version=options.version, run=options.run_hash,
            ),
            say(
                "What each feature adds to the risk of a deal is estimated from published effects and stated "
                "assumptions, drawn {n} times (seed {seed}); what the simulation adds to that stands beside it.",
                **values,
            ),
            options.basis.text,
        ]  # fmt: skip
    said += [
        _scale(say),
        _confidence(rows),
        say(
            "Index values and chances say what follows from the rows of the case; a wrong row gives a wrong number. "
            "Where sources differ, the table above names the account that is used and the rule."
        ),
    ]
    return tuple(Statement(text) for text in said)


def _withheld(gate: Gate, say: Wording) -> tuple[str, ...]:
    """What this edition leaves out, counted and not described."""
    if not gate.withheld:
        return ()
    rows = say(
        "Rows withheld from this edition: {list}.", list=say.clauses([_counted(one, say) for one in gate.withheld])
    )
    return (
        rows,
        say("Names, offices, places and dates that they hold are made coarse or left out wherever they occur."),
    )


def _counted(one: Withheld, say: Wording) -> str:
    if say.language == "en":
        return str(one)
    count = say("fewer than {n}", n=SMALL_COUNT) if one.n_rows is None else str(one.n_rows)
    return say("{what}: {field}", what=say(one.table.replace("_", " ")), field=count)


def _movers(
    run: Run | None, rank: Ranker | None, settlement: Settlement | None, rows: Rows
) -> tuple[tuple[Mover, ...], str]:
    """Assumptions by how far they move the answer: by the run where it can tell, else by the settlement."""
    if run is not None and rank is not None:
        found = simulated_movers(run[0], run[1], rank, rows)
        if found[0]:
            return found
    return settlement_movers(settlement, rows)


def build_findings(
    case: CaseFile,
    assessment: Assessment,
    gate: Gate,
    *,
    settlement: Settlement | None = None,
    results: SimulationResult | None = None,
    calibration: str | None = None,
    shown: Sequence[str] = (),
    language: str = "en",
    rank: Ranker | None = None,
) -> Findings:
    """Every statement about a case that may leave for the gate's audience.

    Parameters
    ----------
    case : the case that was assessed and that the gate was made for.
    assessment : what `assess` says about it.
    gate : decides what this audience may see.
    settlement : what `settle` says about it, place by place; without it there is no section on deals that could hold.
    results : its simulated futures; without them no options are compared. shown : options for the first page.
    calibration : what is known of past forecasts; that nothing has been scored where None.
    language : of every sentence, `en` or `ar`.
    rank : says which inputs of the run move the chances of the first page; where None, or where it finds nothing that
        stands out from chance, assumptions are ranked by the settlement.

    Raises
    ------
    UsageError : the gate was made for another case; results that `build_options` refuses; no such language.
    """
    if case.info.id != gate.case.info.id:
        raise UsageError("the gate was made for another case; pass Gate(case, audience) of the same case")
    say = Wording(language)
    rows = Rows(case, gate, say)
    ledger = build_ledger(case, assessment, rows)
    deals, missing, others = build_deals(assessment, rows)
    run = None
    if results is not None:
        made = options_and_events(case, results, gate, settlement=settlement, language=language, shown=shown)
        run = (*made, results)
        deals = with_run(deals, assessment, results, rows)
    indices = build_indices(assessment, rows, ledger)
    sources = build_sources(rows)
    months = assessment.horizon_months
    outlook = build_outlook(
        rows,
        deals,
        ledger,
        run,
        settlement=settlement,
        movers=_movers(run, rank, settlement, rows),
        calibration=calibration,
        horizon_months=months,
    )
    state = _bottom_line(ledger, deals, missing, months, say)
    facts = _key_facts(assessment, rows, ledger, deals, indices)
    return Findings(
        edition=_edition(assessment, gate, say),
        bottom_line=state if run is None else run[0].bottom_line,
        key_facts=facts if run is None else (*run[0].facts, state[0], *facts),
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
        withheld=_withheld(gate, say),
        coverage=build_coverage(ledger, indices, sources, say),
        method=_method(assessment, rows, run[0] if run else None),
        possible=None if settlement is None else possible_deals(settlement, rows),
        language=language,
        actors=build_actors(case, rows),
        spoilers=build_spoilers(assessment, rows),
        shocks=build_shocks(case, rows, months),
        aid=build_aid(case, rows),
        outlook=outlook,
        options=None if run is None else run[0],
    )
