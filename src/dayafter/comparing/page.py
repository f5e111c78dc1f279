"""A comparison as one page to read and pass on: self-contained, prints on A4, needs no script and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup, escape

from dayafter.comparing.records import Change, Comparison
from dayafter.comparing.telling import end_in_words
from dayafter.comparing.text import TITLES, released, sheet_of
from dayafter.findings import words
from dayafter.findings.directions import isolate_left_to_right, isolate_right_to_left
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate

_STYLE: Final = Markup(
    ":root{--ink:#1c1e22;--muted:#555a62;--rule:#c9c7c1;--wash:#f4f2ed;--accent:#86286a}*{box-sizing:border-box}"
    "html{font-size:15px}body{margin:0;color:var(--ink);background:#fff;font:1rem/1.42 'Source Sans 3','Segoe UI',"
    "'Noto Sans','Noto Sans Arabic',Arial,sans-serif;overflow-wrap:break-word}"
    "main{max-width:64rem;margin:0 auto;padding:1.5rem 2rem 2.5rem}"
    "h1,h2{font-family:'Source Serif 4',Charter,'Noto Serif',Georgia,serif;line-height:1.2}"
    "h1{font-size:2rem;margin:.6rem 0}"
    "h2{font-size:1.24rem;margin:1.9rem 0 .4rem;break-after:avoid}p{margin:.4rem 0}"
    ".hand{border-top:.28rem solid var(--ink);padding-top:.5rem;font-weight:600;font-size:.86rem}"
    ".ends,.small{font-size:.86rem;color:var(--muted)}.lead{font-weight:600}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.36}"
    "caption{text-align:start;color:var(--muted);padding-bottom:.3rem}"
    "th,td{text-align:start;vertical-align:top;padding:.28rem .6rem .28rem 0;border-bottom:1px solid var(--rule)}"
    "thead th{border-bottom:1.5px solid var(--ink)}thead{display:table-header-group}tr{break-inside:avoid}"
    "html[dir=rtl] :is(th,td){text-align:right;padding:.28rem 0 .28rem .6rem}html[lang=ar] body{line-height:1.55}"
    "tbody th{font-weight:600}.clear{color:var(--accent);font-weight:600}"
    "@media screen and (max-width:720px){main{padding:1rem}table{min-width:44rem}}"
    "@page{size:A4;margin:14mm}@media print{html{font-size:12px}main{padding:0;max-width:none}.wide{overflow:visible}}"
)
_HEADS: Final = {"what": "What", "about": "Where or whom", "field": "Field", "before": "Before", "after": "After",
                 "change": "Change", "unit": "Unit", "note": "Note"}  # fmt: skip
_WORDED: Final = frozenset({"change", "note", "unit"})
"""Columns of which every cell is words of the program."""
_NOUNS: Final = (
    ("fact", "fact"), ("ledger", "question that stands elsewhere"), ("index", "index"), ("deal", "statement on a deal"),
    ("settlement", "statement on deals that could be made"),
)  # fmt: skip
_PLURALS: Final = {"index": "indices", "statement on a deal": "statements on deals",
                   "question that stands elsewhere": "questions that stand elsewhere",
                   "statement on deals that could be made": "statements on deals that could be made"}  # fmt: skip


def to_html(comparison: Comparison, handling: str, gates: Sequence[Gate] = (), say: Wording = ENGLISH) -> str:
    """The changes as a page: what changed in a sentence, a table for each kind, how to read it.

    Parameters
    ----------
    handling : the label that says who may read it. say : the language that the comparison was made in.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    kinds = [kind for kind in TITLES if comparison.of_kind(kind)]
    tables = Markup("").join(_table(kind, comparison.of_kind(kind), say) for kind in kinds)
    ends = [end_in_words(_readable(side), say) for side in (comparison.before, comparison.after)]
    remarks = Markup("").join(Markup('<p class="small">{}</p>').format(_run(text, say)) for text in comparison.remarks)
    is_cases = comparison.of == "cases"
    title = say("What changed between two versions of a case" if is_cases else "What changed between two runs")
    page = Markup(
        '<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        '<style>{style}</style></head>\n<body><main>\n<p class="hand">{handling}</p>\n<h1>{title}</h1>\n'
        '<p class="ends">{before}<br>{after}</p>\n<p class="lead">{lead}</p>\n{tables}'
        "<h2>{reading}</h2>\n{remarks}\n{review}</main></body>\n</html>\n"
    ).format(
        language=say.language, direction="rtl" if say.is_right_to_left else "ltr", title=title, style=_STYLE,
        handling=say(handling), before=_run(say("Before: {what}", what=ends[0]), say),
        after=_run(say("After: {what}", what=ends[1]), say), lead=_run(summary(comparison, say), say), tables=tables,
        reading=say("How to read it"), remarks=remarks, review=_review(say),
    )  # fmt: skip
    return released(str(page), gates)


def _run(text: str, say: Wording) -> Markup:
    """A text with what runs the other way isolated in it."""
    return isolate_left_to_right(text) if say.is_right_to_left else isolate_right_to_left(text)


def _review(say: Wording) -> Markup:
    if not say.awaits_review:
        return Markup("")
    text = say(
        "The wording of this edition awaits a native reader. Names and texts of the case stand as they were written."
    )
    return Markup('<p class="small"><b>{}</b></p>\n').format(text)


def summary(comparison: Comparison, say: Wording = ENGLISH) -> str:
    """How much changed of what, in a sentence."""
    parts = [_counted(kind, noun, n, say) for kind, noun in _NOUNS if (n := len(comparison.of_kind(kind)))]
    outcomes = comparison.of_kind("outcome")
    if outcomes:
        clear = sum(one.is_clear for one in outcomes)
        message = "{n} simulated outcome clearly" if clear == 1 else "{n} simulated outcomes clearly"
        parts.append(say(message, n=words.number(clear)))
    if parts:
        return say("Changed: {list}.", list=say(", ").join(parts))
    return say("What the runs are made of differs; no outcome moved." if comparison.changes else "Nothing differs.")


def _counted(kind: str, noun: str, n: int, say: Wording) -> str:
    """`2 facts`; in other languages by the title of the kind, which needs no form for each number."""
    if say.language == "en":
        return f"{words.number(n)} {noun if n == 1 else _PLURALS.get(noun, f'{noun}s')}"
    return say("{noun}: {n}", noun=say(TITLES[kind]), n=words.number(n))


def _readable(side: Mapping[str, str]) -> dict[str, str]:
    """The names of its entries as words."""
    return {words.term(name.removeprefix("n_")): text for name, text in side.items() if name != "handling"}


def _table(kind: str, changes: Sequence[Change], say: Wording) -> Markup:
    sheet = sheet_of(kind, changes, say=say)
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(say(_HEADS[name])) for name in sheet.columns)
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(_cell(*one, say, is_clear=change.is_clear) for one in zip(sheet.columns, row, strict=True))
        )
        for change, row in zip(changes, sheet.rows, strict=True)
    )
    return Markup(
        '<h2>{title}</h2>\n<div class="wide"><table><caption>{n}</caption>\n<thead><tr>{head}</tr></thead>\n'
        "<tbody>\n{body}\n</tbody></table></div>\n"
    ).format(title=say.capitalised(sheet.title), n=_count(len(sheet.rows), kind, say), head=head, body=body)


def _count(n: int, kind: str, say: Wording) -> str:
    rows = f"{words.number(n)} {'row' if n == 1 else 'rows'}." if say.language == "en" else say("Rows: {n}.", n=n)
    return say.sentences(rows, say("An empty cell: nothing is recorded.") if kind == "fact" else "")


def _cell(name: str, text: str, say: Wording, *, is_clear: bool) -> Markup:
    """A cell in the direction of its own text; the first is the head of its row."""
    if name == "what":
        return Markup('<th scope="row" dir="auto">{}</th>').format(text)
    told = _run(text, say) if name in _WORDED else escape(text)
    marked = Markup(' class="clear"') if name == "change" and text and is_clear else ""
    return Markup('<td dir="auto"{}>{}</td>').format(marked, told)
