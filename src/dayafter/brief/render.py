"""Findings to one self-contained HTML page: no script, no network, prints on A4.

The page chooses form and order; every word about the case and every number comes from the findings. What leaves here
has passed the redaction gate once more as finished text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dayafter.brief import labels
from dayafter.brief.figures import (
    ACCENT,
    GREY,
    INK,
    Axis,
    account_dots,
    bar,
    date_dots,
    plain_bar,
    round_axis,
    symbols,
)
from dayafter.brief.fit import MAX_NAME, FirstPage, Fit, fit_first_page
from dayafter.brief.fonts import font_faces
from dayafter.brief.map import MapLayout, lay_out
from dayafter.brief.mapdraw import draw_map
from dayafter.brief.text import css_string, isolate_right_to_left, list_words, shorten
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.compose import capitalised, counted, out_of, range_note
from dayafter.findings.records import (
    AbsentView,
    BreakerView,
    Cited,
    DealView,
    Dispute,
    Findings,
    Harm,
    LedgerRow,
    Part,
    Reference,
)
from dayafter.vocabulary import DisputeStatus, LedgerState, Question

if TYPE_CHECKING:
    from dayafter.redaction import Gate

N_TOP_DEALS: Final = 3
_MAP_WIDTH: Final = 376.0
_MAP_HEIGHT: Final = 270.0
_NOTE_LINE: Final = 15.0
"""A further line over the map."""
_NO_EFFECT: Final = 0.0005
_HARM_CHARACTERS: Final = 78


@dataclass(frozen=True, slots=True)
class _DrawnPart:
    view: Part
    bar: Markup
    points: str
    """Whole points; in a waterfall they sum to the total that stands under them."""


@dataclass(frozen=True, slots=True)
class _DrawnBreaker:
    view: BreakerView
    bar: Markup


@dataclass(frozen=True, slots=True)
class _TopDeal:
    view: DealView
    parts: tuple[_DrawnPart, ...]
    breaker: str


@dataclass(frozen=True, slots=True)
class _DrawnDeal:
    view: DealView
    absent: tuple[tuple[str, tuple[str, ...], tuple[Reference, ...]], ...]
    reference_bar: Markup
    reference_points: int
    parts: tuple[_DrawnPart, ...]
    total_bar: Markup
    total_points: int
    breakers: tuple[_DrawnBreaker, ...]
    range_note: str


@dataclass(frozen=True, slots=True)
class _DrawnDispute:
    view: Dispute
    dots: Markup | None


@dataclass(frozen=True, slots=True)
class _Script:
    """The ledger in one language that runs from the right."""

    language: str
    name: str
    place: str
    questions: dict[Question, str]
    states: dict[LedgerState, str]
    rows: tuple[tuple[LedgerRow, str], ...]


def _source(name: str) -> str:
    return resources.files("dayafter.brief").joinpath("templates", name).read_text(encoding="utf-8")


def merge_citations(references: Iterable[Reference]) -> tuple[Cited, ...]:
    """The sources of several rows, each once with all its spots, in the order of first use."""
    spots: dict[int, dict[str, None]] = {}
    for reference in references:
        for cited in reference.cited:
            spots.setdefault(cited.source, {}).update(dict.fromkeys(cited.spots))
    return tuple(Cited(source, tuple(found)) for source, found in spots.items())


def _place_line(row: LedgerRow) -> str:
    parts = [row.place.within] if row.place.within else []
    if row.place.national:
        parts = ["national level"]
    elif row.place.dispute is DisputeStatus.NEWLY_CONTESTED:
        parts.append("newly contested")
    return ", ".join(parts)


def _checked(row: LedgerRow) -> str:
    """When the cells of a row were last checked."""
    return list_words(tuple(dict.fromkeys(mark.checked_on for mark in row.marks if mark.checked_on)), 2)


def _harmed(harm: Harm) -> str:
    """As many of the people as fit into a narrow column, and how many more there are."""
    if not harm.people:
        return harm.none
    shown: list[str] = []
    for one in harm.people:
        text = shorten(one, 52)
        if shown and sum(map(len, shown)) + len(text) > _HARM_CHARACTERS:
            break
        shown.append(text)
    more = len(harm.people) - len(shown) + harm.n_more
    return "; ".join(shown) + (f"; and {more} more" if more else "")


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters.update(
        shorten=shorten,
        list_words=list_words,
        cited=merge_citations,
        placeline=_place_line,
        checked=_checked,
        language=words.language,
        harmed=_harmed,
        iso=isolate_right_to_left,
    )
    return env


def _top_deals(deals: Sequence[DealView]) -> tuple[_TopDeal, ...]:
    """The most fragile deals with what adds most to each, all bars on one scale."""
    chosen = deals[:N_TOP_DEALS]
    raising = [[part for part in deal.parts if part.value.mean > 0][:3] for deal in chosen]
    largest = max((part.value.mean for parts in raising for part in parts), default=0.0)
    out = []
    for deal, parts in zip(chosen, raising, strict=True):
        first = max(deal.breakers, key=lambda b: b.of_100, default=None)
        breaker = "" if first is None else f"Likeliest breaker: {first.label}, {first.of_100} of 100"
        said = dict(zip(deal.parts, _whole_points(deal), strict=True))
        drawn = tuple(_DrawnPart(part, plain_bar(part.value.mean, largest), words.signed(said[part])) for part in parts)
        out.append(_TopDeal(deal, drawn, breaker))
    return tuple(out)


def _whole_points(deal: DealView) -> tuple[int, ...]:
    """What each part adds, in whole points that sum to the step from the reference deal to this one."""
    step = words.percent(deal.p_end.mean) - words.percent(deal.reference.mean)
    return words.whole_parts([100 * part.value.mean for part in deal.parts], step)


def _drawn_deal(deal: DealView) -> _DrawnDeal:
    """The waterfall from the reference deal to this one, and the bars of who could break it."""
    at = deal.reference.mean
    steps = []
    shown = [part for part in deal.parts if abs(part.value.mean) >= _NO_EFFECT]
    for part in shown:
        steps.append((part, at, at + part.value.mean))
        at += part.value.mean
    ends = [0.0, deal.reference.mean, deal.p_end.mean, *(end for _, _, end in steps)]
    axis = round_axis(min(ends), max(ends))
    said = dict(zip(deal.parts, _whole_points(deal), strict=True))
    parts = tuple(
        _DrawnPart(
            part,
            bar(start, end, axis, hollow=end < start, colour=ACCENT if end >= start else INK),
            words.signed(said[part]),
        )
        for part, start, end in steps
    )
    breakers = tuple(_DrawnBreaker(b, plain_bar(b.of_100, 100)) for b in deal.breakers)
    notes = []
    if deal.p_end.range:
        notes.append(f"Nine in ten draws lie between {deal.p_end.range.replace('–', ' and ')} %.")
    if silent := [part.label for part in deal.parts if abs(part.value.mean) < _NO_EFFECT]:
        notes.append(f"Without effect here: {', '.join(silent)}.")
    return _DrawnDeal(
        deal, _absent_groups(deal.absent), bar(axis_floor(axis), deal.reference.mean, axis, colour=GREY),
        words.percent(deal.reference.mean), parts,
        bar(axis_floor(axis), deal.p_end.mean, axis), words.percent(deal.p_end.mean), breakers, " ".join(notes),
    )  # fmt: skip


def axis_floor(axis: Axis) -> float:
    """Where a bar that stands on the axis begins: at 0, or at its low end where 0 is not on it."""
    return min(max(0.0, axis.low), axis.high)


def _drawn_dispute(dispute: Dispute) -> _DrawnDispute:
    if len(dispute.accounts) < 2 or not (dispute.is_numeric or dispute.is_dated):
        return _DrawnDispute(dispute, None)
    if dispute.is_dated:
        days = [(*account.days, account.used) for account in dispute.accounts if account.days is not None]
        return _DrawnDispute(dispute, date_dots(days))
    spans = [(*account.numbers, account.used) for account in dispute.accounts if account.numbers is not None]
    return _DrawnDispute(dispute, account_dots(spans))


def _scripts(findings: Findings) -> tuple[_Script, ...]:
    """One table for each right-to-left language in which at least one place has a name."""
    out = []
    for language in labels.RIGHT_TO_LEFT:
        rows = tuple(
            (row, next((name.text for name in row.place.names if name.language == language), ""))
            for row in findings.ledger.rows
        )
        if any(name for _, name in rows):
            out.append(
                _Script(
                    language, words.language(language), labels.PLACE[language],
                    words.QUESTIONS[language], words.STATES[language], rows,
                )
            )  # fmt: skip
    return tuple(out)


def _map_title(findings: Findings) -> str:
    n_places = sum(not row.place.national for row in findings.ledger.rows)
    n_asked = len(findings.ledger.questions)
    if not n_places:
        return "No contested place is recorded"
    return f"{capitalised(counted(n_asked, 'open question'))} in {counted(n_places, 'place')}"


def _map_note(findings: Findings, layout: MapLayout) -> str:
    note = "Schematic, not a boundary." if layout.located else "No coordinates on record: in the order of the case."
    if findings.ledger.some_withheld:
        note += " Some cells are withheld in this edition and show as no account."
    if layout.n_left_out:
        shown = len(layout.spots) + len(layout.strip)
        note += f" The {shown} with most contested questions; the ledger lists {layout.n_left_out} more."
    return note


def _head(findings: Findings) -> tuple[tuple[str, str], ...]:
    e = findings.edition
    return (
        ("Decide by", e.decide_by or "not stated"),
        ("Evidence closes", e.as_of),
        ("Reader", e.reader or "not stated"),
        ("Horizon", f"{e.horizon_months} months"),
    )


def _repro(findings: Findings) -> tuple[tuple[str, str], ...]:
    e = findings.edition
    return (
        ("Case", e.case),
        ("Format", str(e.format_version)),
        ("As of", e.as_of),
        ("Edition", e.audience.value),
        ("dayafter", e.version),
        ("Seed", str(e.seed)),
        ("Members", f"{e.n_members:,}"),
        ("Coded by", e.coded_by or "not stated"),
    )


def _page_css(findings: Findings) -> str:
    """The running foot of every printed page: who may read it, where the evidence ends, and the page's number."""
    e = findings.edition
    face = 'font:400 7.5pt "Source Sans 3","Segoe UI","Noto Sans","Helvetica Neue",Arial,sans-serif;color:#555a62'
    bold = face.replace("400", "600", 1).replace("#555a62", "#1c1e22")
    label = css_string(shorten(e.handling.split(" · ", maxsplit=1)[0], 50))
    cut = css_string(f"Evidence closes {e.as_of} · {shorten(e.case, 40)}, seed {e.seed}")
    return (
        f"@page{{@bottom-left{{content:{label};{bold};text-align:left}}@bottom-center{{content:{cut};{face};white-space:nowrap}}"
        f'@bottom-right{{content:counter(page) " of " counter(pages);{face};white-space:nowrap}}}}'
    )


def _missing_words(n_missing: int) -> str:
    if not n_missing:
        return ""
    verbs = "is needed and is missing" if n_missing == 1 else "are needed and are missing"
    return f" {capitalised(counted(n_missing, 'deal'))} {verbs}."


def _deals_heads(findings: Findings) -> tuple[str, str, str]:
    """Title of the column on the first page, and title and lead of the deals' own page."""
    n = len(findings.deals)
    missing = _missing_words(len(findings.missing))
    if not n:
        return "No deal is in force", "No deal is in force", f"The case records no deal that binds today.{missing}"
    column = {1: "The one deal in force", 2: "Two deals in force", 3: "Three deals in force"}.get(
        n, "The three most fragile deals"
    )
    leading = {deal.parts[0].label for deal in findings.deals if deal.parts and deal.parts[0].value.mean > 0}
    if len(leading) == 1 and n > 1:
        title = f"What most endangers {out_of(n, n, 'deal')} is the same: {leading.pop()}"
    else:
        rank = "the only deal in force" if n == 1 else f"the most fragile of {counted(n, 'deal')} in force"
        title = f"{shorten(findings.deals[0].name, 70)}: {rank}"
    lead = f"{capitalised(counted(n, 'deal'))} {'is' if n == 1 else 'are'} in force.{missing}"
    return column, title, lead


def _absent_groups(people: Sequence[AbsentView]) -> tuple[tuple[str, tuple[str, ...], tuple[Reference, ...]], ...]:
    """The absent by why they matter: (reason, names, rows)."""
    names: dict[str, list[str]] = {}
    rows: dict[str, list[Reference]] = {}
    for one in people:
        names.setdefault(one.reason, []).append(one.name)
        rows.setdefault(one.reason, []).extend(one.references)
    return tuple((why, tuple(who), tuple(rows[why])) for why, who in names.items())


def _trust_title(findings: Findings) -> str:
    n = findings.coverage.n_cells
    silent = findings.coverage.n_no_account
    if not n:
        return "The case is too thin to judge"
    share = f"sources are silent on {silent} of {n} questions" if silent else f"sources speak to all {n} questions"
    n_d = len(findings.disputes)
    disputed = {0: "none is disputed", 1: "one fact is disputed"}.get(n_d, f"{n_d} facts are disputed")
    return f"{share[0].upper()}{share[1:]}; {disputed}"


def _coders(findings: Findings) -> str:
    """Who coded the cells and when they were last checked, once for all of them."""
    marks = [mark for row in findings.ledger.rows for mark in row.marks]
    who = list(dict.fromkeys(mark.coded_by for mark in marks if mark.coded_by and not mark.derived))
    checked = sorted({mark.checked_on for mark in marks if mark.checked_on})
    parts = []
    if who:
        parts.append(f"Coded by {list_words(tuple(who), 4)}.")
    if checked:
        parts.append(
            f"Last checked {checked[0]}."
            if len(checked) == 1
            else f"Last checked between {checked[0]} and {checked[-1]}."
        )
    return " ".join(parts)


def _checked_apart(findings: Findings) -> bool:
    """Whether the cells were not all checked on one day, so that each row must say when."""
    return len({mark.checked_on for row in findings.ledger.rows for mark in row.marks if mark.checked_on}) > 1


def _fit(findings: Findings, layout: MapLayout) -> Fit:
    e = findings.edition
    return fit_first_page(
        FirstPage(
            title=min(len(e.title), 110),
            region=min(len(e.region), 110),
            question=min(len(e.question), 340),
            head=sum(len(term) + min(len(text), 40) + 6 for term, text in _head(findings)),
            bottom_line=len(findings.headline),
            map_height=layout.height + 4 + (_NOTE_LINE if findings.ledger.some_withheld or layout.n_left_out else 0.0),
            deal_names=tuple(min(len(deal.name), MAX_NAME) for deal in findings.deals[:N_TOP_DEALS]),
            fact_lengths=tuple(min(len(fact.text), 200) for fact in findings.key_facts),
            note=len(range_note(findings.deals)),
            harm_lengths=tuple(len(_harmed(harm)) for harm in findings.harms),
        )
    )


def _context(findings: Findings) -> dict[str, object]:
    e = findings.edition
    layout = lay_out(findings.ledger.rows, findings.context, width=_MAP_WIDTH, height=_MAP_HEIGHT)
    fit = _fit(findings, layout)
    if layout.located and fit.map_room > 0:
        layout = lay_out(findings.ledger.rows, findings.context, width=_MAP_WIDTH, height=_MAP_HEIGHT + fit.map_room)
    column, deals_title, deals_lead = _deals_heads(findings)
    languages = list(dict.fromkeys(name.language for row in findings.ledger.rows for name in row.place.names))
    return {
        "f": findings,
        "css": Markup(resources.files("dayafter.brief").joinpath("style.css").read_text(encoding="utf-8")),  # noqa: S704
        "page_css": Markup(_page_css(findings)),  # noqa: S704  # strings are made safe by css_string
        "symbols": symbols(),
        "head": _head(findings),
        "map": draw_map(layout) if layout.spots or layout.strip else Markup(""),
        "map_title": _map_title(findings),
        "map_note": _map_note(findings, layout),
        "fit": fit,
        "range_note": range_note(findings.deals),
        "checked_apart": _checked_apart(findings),
        "top_deals": _top_deals(findings.deals),
        "deals": tuple(_drawn_deal(deal) for deal in findings.deals),
        "deals_title": column,
        "deals_page_title": deals_title,
        "deals_page_lead": deals_lead,
        "disputes": tuple(_drawn_dispute(d) for d in findings.disputes),
        "trust_title": _trust_title(findings),
        "states": words.STATES["en"],
        "questions": words.QUESTIONS["en"],
        "asked": labels.ASKED,
        "name_languages": ", ".join(["name", *(words.language(tag) for tag in languages)]),
        "has_codes": any(row.place.codes for row in findings.ledger.rows),
        "has_derived": any(mark.derived for row in findings.ledger.rows for mark in row.marks),
        "coders": _coders(findings),
        "scripts": _scripts(findings),
        "repro": _repro(findings),
        "foot": f"Estimated from published effects and stated assumptions; no event has been simulated. Seed {e.seed}, "
        f"{e.n_members:,} members, dayafter {e.version}. Evidence closes {e.as_of}.",
    }


def render_brief(findings: Findings, gate: Gate, *, language: str = "en") -> str:
    """The brief as one HTML page.

    Parameters
    ----------
    findings : what to say, made for the audience of `gate`.
    gate : the redaction gate; it inspects the finished page before it is returned.
    language : of the interface. Only English for now; ledgers in Arabic and Sorani are annexed where places have names.

    Raises
    ------
    UsageError : no interface in that language, or findings made for another audience than the gate's.
    RedactionError : the page holds what its audience must not see.
    """
    if language != "en":
        raise UsageError(f"no interface in '{language}' yet; write language='en'")
    if findings.edition.audience is not gate.audience:
        raise UsageError(
            f"the findings were made for {findings.edition.audience.value}, the gate is for {gate.audience.value}; "
            "pass the gate that the findings were made with"
        )
    context = _context(findings)
    template = _environment().get_template("brief.html.j2")
    plain = template.render(**context, fonts=Markup(""))
    page = template.render(**context, fonts=Markup(font_faces(plain)))  # noqa: S704  # base64 of a font
    released: str = gate.release(page.lstrip(), "the brief")
    return released


def write_brief(findings: Findings, gate: Gate, path: Path | str, *, language: str = "en") -> Path:
    """Write the brief as UTF-8; nothing is written where the gate refuses. Returns the path."""
    page = render_brief(findings, gate, language=language)
    target = Path(path)
    if target.parent != Path():
        target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8", newline="\n")
    return target
