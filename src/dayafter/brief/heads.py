"""Titles, notes and running lines of the page that are not findings, in the language of the edition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dayafter.brief.map import MapLayout
from dayafter.brief.text import css_string, shorten
from dayafter.findings.counting import capitalised
from dayafter.findings.records import Cited, Findings, Harm, LedgerRow, Reference
from dayafter.findings.wording import Wording
from dayafter.vocabulary import DisputeStatus

HARM_CHARACTERS: Final = 78


def merge_citations(references: Iterable[Reference]) -> tuple[Cited, ...]:
    """The sources of several rows, each once with all its spots, in the order of first use."""
    spots: dict[int, dict[str, None]] = {}
    for reference in references:
        for cited in reference.cited:
            spots.setdefault(cited.source, {}).update(dict.fromkeys(cited.spots))
    return tuple(Cited(source, tuple(found)) for source, found in spots.items())


def place_line(row: LedgerRow, say: Wording) -> str:
    """What stands under the name of a place: what holds it, and whether it is newly contested."""
    parts = [row.place.within] if row.place.within else []
    if row.place.national:
        parts = [say("national level")]
    elif row.place.dispute is DisputeStatus.NEWLY_CONTESTED:
        parts.append(say("newly contested"))
    return say(", ").join(parts)


def checked(row: LedgerRow, say: Wording) -> str:
    """When the cells of a row were last checked."""
    return say.joined(list(dict.fromkeys(mark.checked_on for mark in row.marks if mark.checked_on)), 2)


def harmed(harm: Harm, limit: int = HARM_CHARACTERS, *, say: Wording) -> str:
    """As many of the people as fit into a narrow column, and how many more there are."""
    if not harm.people:
        return harm.none
    shown: list[str] = []
    for one in harm.people:
        text = shorten(one, 52)
        if shown and sum(map(len, shown)) + len(text) > limit:
            break
        shown.append(text)
    more = len(harm.people) - len(shown) + harm.n_more
    return say.clauses([*shown, *([say("and {n} more", n=more)] if more else [])])


def map_title(findings: Findings, say: Wording) -> str:
    """The head of the map."""
    n_places = sum(not row.place.national for row in findings.ledger.rows)
    if not n_places:
        return say("No contested place is recorded")
    questions = say.counted(len(findings.ledger.questions), "open question")
    return say.capitalised(say("{questions} in {places}", questions=questions, places=say.counted(n_places, "place")))


def map_note(findings: Findings, layout: MapLayout, say: Wording) -> str:
    """How to read the map."""
    note = (
        say("Schematic, not a boundary.")
        if layout.located
        else say("No coordinates on record: in the order of the case.")
    )
    more = []
    if findings.ledger.some_withheld:
        more.append(say("Some cells are withheld in this edition and show as no account."))
    if layout.n_left_out:
        shown = len(layout.spots) + len(layout.strip)
        more.append(
            say("The {n} with most contested questions; the ledger lists {more} more.", n=shown, more=layout.n_left_out)
        )
    return say.sentences(note, *more)


def head_line(findings: Findings, say: Wording) -> tuple[tuple[str, str], ...]:
    """Decision date, cut-off, reader and horizon."""
    e = findings.edition
    return (
        (say("Decide by"), e.decide_by or say("not stated")),
        (say("Evidence closes"), e.as_of),
        (say("Reader"), e.reader or say("not stated")),
        (say("Horizon"), say.counted(e.horizon_months, "month")),
    )


def reproduction(findings: Findings, say: Wording) -> tuple[tuple[str, str], ...]:
    """What it takes to make the same page again."""
    e, options = findings.edition, findings.options
    run = () if options is None else (
        (say("Futures"), f"{options.n_members:,}"),
        (say("Seed of the futures"), str(options.seed)),
        (say("Run"), options.run_hash),
    )  # fmt: skip
    return (
        (say("Case"), e.case),
        (say("Format"), str(e.format_version)),
        (say("As of"), e.as_of),
        (say("Edition"), e.audience.value),
        ("dayafter", e.version),
        (say("Seed"), str(e.seed)),
        (say("Members"), f"{e.n_members:,}"),
        (say("Coded by"), e.coded_by or say("not stated")),
        *run,
    )


def page_css(findings: Findings, say: Wording) -> str:
    """The running foot of every printed page: who may read it, where the evidence ends, and the page's number."""
    e = findings.edition
    face = (
        'font:400 7.5pt "Source Sans 3","Segoe UI","Noto Sans","Helvetica Neue",Arial,"dayafter Arabic",sans-serif;'
        "color:#555a62"
    )
    bold = face.replace("400", "600", 1).replace("#555a62", "#1c1e22")
    label = css_string(shorten(e.handling.split(" · ", maxsplit=1)[0], 50))
    cut = css_string(
        say("Evidence closes {date} · {case}, seed {seed}", date=e.as_of, case=shorten(e.case, 40), seed=e.seed)
    )
    start, end = ("right", "left") if say.is_right_to_left else ("left", "right")
    of = f'" " {css_string(say(" of "))} " "'
    return (
        f"@page{{@bottom-{start}{{content:{label};{bold};text-align:{start}}}"
        f"@bottom-center{{content:{cut};{face};white-space:nowrap}}"
        f"@bottom-{end}{{content:counter(page) {of} counter(pages);{face};white-space:nowrap}}}}"
        f'@page annex{{@bottom-{end}{{content:{css_string(say("Annex, page"))} " " counter(page) {of} counter(pages);'
        f"{face};white-space:nowrap}}}}"
    )


def deals_heads(findings: Findings, say: Wording) -> tuple[str, str, str]:
    """Title of the column on the first page, and title and lead of the deals' own page."""
    n = len(findings.deals)
    missing = _missing_words(len(findings.missing), say)
    if not n:
        none = say("No deal is in force")
        return none, none, say.sentences(say("The case records no deal that binds today."), missing)
    columns = {1: "The one deal in force", 2: "Two deals in force", 3: "Three deals in force"}
    column = say(columns.get(n, "The three most fragile deals"))
    leading = {deal.weakest.label for deal in findings.deals if deal.weakest is not None}
    if len(leading) == 1 and n > 1:
        title = say(
            "What most endangers {deals} is the same: {what}", deals=say.out_of(n, n, "deal"), what=leading.pop()
        )
    else:
        rank = (
            say("the only deal in force")
            if n == 1
            else say("the most fragile of {deals} in force", deals=say.counted(n, "deal"))
        )
        title = say("{what}: {field}", what=shorten(findings.deals[0].name, 70), field=rank)
    message = "{deals} is in force." if n == 1 else "{deals} are in force."
    lead = say.sentences(say.capitalised(say(message, deals=say.counted(n, "deal"))), missing)
    return column, title, lead


def _missing_words(n_missing: int, say: Wording) -> str:
    if not n_missing:
        return ""
    message = "{deals} is needed and is missing." if n_missing == 1 else "{deals} are needed and are missing."
    return say.capitalised(say(message, deals=say.counted(n_missing, "deal")))


def trust_title(findings: Findings, say: Wording) -> str:
    """How much is silent and how much is disputed."""
    n, silent = findings.coverage.n_cells, findings.coverage.n_no_account
    if not n:
        return say("The case is too thin to judge")
    share = (
        say("sources are silent on {n} of {total} questions", n=silent, total=n)
        if silent
        else say("sources speak to all {total} questions", total=n)
    )
    n_d = len(findings.disputes)
    if n_d < 2:
        disputed = say("none is disputed") if not n_d else say("one fact is disputed")
    else:
        disputed = say("{n} facts are disputed", n=n_d)
    return capitalised(say.clauses([share, disputed]))


def coders(findings: Findings, say: Wording) -> str:
    """Who coded the cells and when they were last checked, once for all of them."""
    marks = [mark for row in findings.ledger.rows for mark in row.marks]
    who = list(dict.fromkeys(mark.coded_by for mark in marks if mark.coded_by and not mark.derived))
    days = sorted({mark.checked_on for mark in marks if mark.checked_on})
    parts = []
    if who:
        parts.append(say("Coded by {who}.", who=say.joined(who, 4)))
    if len(days) == 1:
        parts.append(say("Last checked {date}.", date=days[0]))
    elif days:
        parts.append(say("Last checked between {first} and {last}.", first=days[0], last=days[-1]))
    return " ".join(parts)


def checked_apart(findings: Findings) -> bool:
    """Whether the cells were not all checked on one day, so that each row must say when."""
    return len({mark.checked_on for row in findings.ledger.rows for mark in row.marks if mark.checked_on}) > 1


def foot(findings: Findings, say: Wording) -> str:
    """The last line of the first page: what its numbers are, and how to make them again."""
    e, options = findings.edition, findings.options
    if options is None:
        return say(
            "Estimated from published effects and stated assumptions; no event has been simulated. Seed {seed}, "
            "{n} members, dayafter {version}. Evidence closes {date}.",
            seed=e.seed, n=f"{e.n_members:,}", version=e.version, date=e.as_of,
        )  # fmt: skip
    return say(
        "Simulated under stated assumptions: {n} futures, seed {seed}, dayafter {version}. {basis} "
        "Evidence closes {date}.",
        n=f"{options.n_members:,}", seed=options.seed, version=options.version, basis=options.basis.text, date=e.as_of,
    )  # fmt: skip
