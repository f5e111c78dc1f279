"""Findings to one self-contained HTML page: no script, no network, prints on A4.

The page chooses form and order; every word about the case and every number comes from the findings. What leaves here
has passed the redaction gate once more as finished text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dayafter.brief import heads, labels
from dayafter.brief.drawn import (
    N_TOP_DEALS,
    by_event,
    drawn_deal,
    drawn_dispute,
    drawn_movers,
    drawn_options,
    is_clear,
    main_deal,
    other_events,
    scripts,
    top_deals,
)
from dayafter.brief.figures import chance_axis, rests_bar, symbols
from dayafter.brief.fit import MAX_NAME, OPTION_TEXT, FirstPage, Fit, fit_first_page
from dayafter.brief.fonts import font_faces
from dayafter.brief.map import MapLayout, lay_out
from dayafter.brief.mapdraw import draw_map
from dayafter.brief.matrix import cost_matrix
from dayafter.brief.selection import annex_of, ledger_alone, select
from dayafter.brief.text import abbreviated, shorten, whole_clauses
from dayafter.errors import UsageError
from dayafter.findings import words
from dayafter.findings.compose import range_note
from dayafter.findings.directions import isolate_left_to_right, isolate_right_to_left
from dayafter.findings.records import Findings
from dayafter.findings.resting import common_basis, of_record
from dayafter.findings.simulated import told_once
from dayafter.findings.wording import Wording

if TYPE_CHECKING:
    from dayafter.redaction import Gate

_MAP_WIDTH: Final = 376.0
_MAP_HEIGHT: Final = 262.0
_MAP_LEAST: Final = 190.0
"""Height of the map beside options, before it grows into what is left."""
_NOTE_LINE: Final = 15.0
"""A further line over the map."""


def _source(name: str) -> str:
    return resources.files("dayafter.brief").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment(language: str) -> Environment:
    say = Wording(language)
    env = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    joined: Callable[..., str] = lambda items, limit=99: say.joined(list(items), limit)  # noqa: E731  # a filter
    env.filters.update(
        shorten=shorten,
        said_whole=partial(whole_clauses, limit=OPTION_TEXT),
        abbreviated=abbreviated,
        list_words=joined,
        cited=heads.merge_citations,
        placeline=partial(heads.place_line, say=say),
        checked=partial(heads.checked, say=say),
        language=lambda tag: say(words.language(tag)),
        harmed=partial(heads.harmed, say=say),
        of_record=partial(of_record, say=say),
        iso=isolate_left_to_right if say.is_right_to_left else isolate_right_to_left,
    )
    env.globals.update(say=say, is_clear=is_clear, symbols=symbols(), axis=chance_axis(), rests_bar=rests_bar)
    return env


def _fit(findings: Findings, layout: MapLayout, say: Wording) -> Fit:
    e, options = findings.edition, findings.options
    rows = () if options is None else options.first_page
    return fit_first_page(
        FirstPage(
            title=min(len(e.title), 110),
            region=min(len(e.region), 110),
            question=min(len(e.question), 340),
            head=sum(len(term) + min(len(text), 40) + 6 for term, text in heads.head_line(findings, say)),
            bottom_line=len(findings.headline),
            map_height=layout.height + 4 + (_NOTE_LINE if findings.ledger.some_withheld or layout.n_left_out else 0.0),
            deal_names=tuple(min(len(deal.name), MAX_NAME) for deal in findings.deals[:N_TOP_DEALS]),
            fact_lengths=tuple(min(len(fact.text), 200) for fact in findings.key_facts),
            note=0 if options is not None else len(range_note(findings.deals, say)),
            harm_lengths=tuple(len(heads.harmed(harm, say=say)) for harm in findings.harms),
            option_names=tuple(len(option.name) for option in rows),
            option_texts=tuple(len(whole_clauses(option.text, OPTION_TEXT)) for option in rows),
            trigger=0 if findings.outlook is None else min(len(findings.outlook.trigger), 280),
            scale=labels.SCALE.get(findings.language, 1.0),
        )
    )


def _ledger_context(findings: Findings, say: Wording) -> dict[str, Any]:
    """What a page with the ledger needs, alone or in the brief."""
    rows = findings.ledger.rows
    languages = list(dict.fromkeys(name.language for row in rows for name in row.place.names))
    return {
        "f": findings,
        "alone": ledger_alone(findings, say),
        "rtl": say.is_right_to_left,
        "css": Markup(resources.files("dayafter.brief").joinpath("style.css").read_text(encoding="utf-8")),  # noqa: S704
        "page_css": Markup(heads.page_css(findings, say)),  # noqa: S704  # strings are made safe by css_string
        "checked_apart": heads.checked_apart(findings),
        "states": words.STATES[say.language],
        "questions": words.QUESTIONS[say.language],
        "asked": {question: say(text) for question, text in labels.ASKED.items()},
        "name_languages": say(", ").join([say("name"), *(say(words.language(tag)) for tag in languages)]),
        "has_codes": any(row.place.codes for row in rows),
        "has_derived": any(mark.derived for row in rows for mark in row.marks),
        "coders": heads.coders(findings, say),
    }


def _first_context(findings: Findings, say: Wording) -> dict[str, Any]:
    """The first page, fitted to one page."""
    height = _MAP_HEIGHT if findings.options is None else _MAP_LEAST
    layout = lay_out(findings.ledger.rows, findings.context, width=_MAP_WIDTH, height=height)
    fit = _fit(findings, layout, say)
    if layout.located and fit.map_room > 0:
        layout = lay_out(findings.ledger.rows, findings.context, width=_MAP_WIDTH, height=height + fit.map_room)
    return {
        "head": heads.head_line(findings, say),
        "map": draw_map(layout) if layout.spots or layout.strip else Markup(""),
        "map_title": heads.map_title(findings, say),
        "map_note": heads.map_note(findings, layout, say),
        "fit": fit,
        "top_deals": top_deals(findings.deals, say, fit.n_parts),
        "foot": heads.foot(findings, say),
        "options": () if findings.options is None else drawn_options(findings.options, fit.n_options),
    }


def _context(findings: Findings, say: Wording) -> dict[str, Any]:
    column, deals_title, deals_lead = heads.deals_heads(findings, say)
    options = findings.options
    sel, annex = select(findings, say), annex_of(findings, say)
    return {
        **_ledger_context(findings, say),
        **_first_context(findings, say),
        "sel": sel,
        "annex": {part.key: part for part in annex},
        "annex_parts": annex,
        "matrix": None if options is None else cost_matrix(options, sel.options.rows, say),
        "main_events": () if options is None else options.events[: options.n_first_page],
        "other_events": () if options is None else other_events(options),
        "main_deals": tuple(main_deal(deal, say) for deal in sel.deals.rows),
        "deals_rest": common_basis([deal.rests for deal in sel.deals.rows]),
        "deals_checked": say.joined(list(dict.fromkeys(deal.checked_on for deal in sel.deals.rows)), 3),
        "told": told_once(findings.deals, say),
        "range_note": range_note(findings.deals, say),
        "deals": tuple(drawn_deal(deal, say, findings.actors) for deal in findings.deals),
        "deals_title": column,
        "deals_page_title": deals_title,
        "deals_page_lead": deals_lead,
        "disputes": tuple(drawn_dispute(d) for d in findings.disputes),
        "trust_title": heads.trust_title(findings, say),
        "actors_apart": len({actor.checked_on for actor in findings.actors}) > 1,
        "scripts": scripts(findings, say),
        "repro": heads.reproduction(findings, say),
        "movers": by_event(drawn_movers(sel.movers.rows)),
        "all_movers": () if findings.outlook is None else by_event(drawn_movers(findings.outlook.movers)),
    }


def render_brief(findings: Findings, gate: Gate, *, only_ledger: bool = False) -> str:
    """The brief as one HTML page, in the language of the findings.

    Parameters
    ----------
    findings : what to say, made for the audience of `gate`.
    gate : the redaction gate; it inspects the finished page before it is returned.
    only_ledger : the ledger alone, as one page to print and to write on.

    Raises
    ------
    UsageError : findings made for another audience than the gate's.
    RedactionError : the page holds what its audience must not see.
    """
    check_audience(findings, gate)
    say = Wording(findings.language)
    context = _ledger_context(findings, say) if only_ledger else _context(findings, say)
    template = _environment(findings.language).get_template("ledger-alone.html.j2" if only_ledger else "brief.html.j2")
    plain = template.render(**context, fonts=Markup(""))
    page = template.render(**context, fonts=Markup(font_faces(plain)))  # noqa: S704  # base64 of a font
    released: str = gate.release(page.lstrip(), "the brief")
    return released


def check_audience(findings: Findings, gate: Gate) -> None:
    """UsageError where findings and gate are for different audiences."""
    if findings.edition.audience is not gate.audience:
        raise UsageError(
            f"the findings were made for {findings.edition.audience.value}, the gate is for {gate.audience.value}; "
            "pass the gate that the findings were made with"
        )
