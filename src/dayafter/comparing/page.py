"""A comparison as one page to read and pass on: self-contained, prints on A4, needs no script and no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from dayafter.comparing.records import Comparison
from dayafter.comparing.text import TITLES, released, sheet_of
from dayafter.findings import words
from dayafter.findings.export_tables import Sheet
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
    "tbody th{font-weight:600}.clear{color:var(--accent);font-weight:600}"
    "@media screen and (max-width:720px){main{padding:1rem}table{min-width:44rem}}"
    "@page{size:A4;margin:14mm}@media print{html{font-size:12px}main{padding:0;max-width:none}.wide{overflow:visible}}"
)
_HEADS: Final = {"what": "What", "about": "Where or whom", "field": "Field", "before": "Before", "after": "After",
                 "change": "Change", "unit": "Unit", "note": "Note"}  # fmt: skip
_NOUNS: Final = (
    ("fact", "fact"), ("ledger", "question that stands elsewhere"), ("index", "index"), ("deal", "statement on a deal"),
    ("settlement", "statement on deals that could be made"),
)  # fmt: skip
_PLURALS: Final = {"index": "indices", "statement on a deal": "statements on deals",
                   "question that stands elsewhere": "questions that stand elsewhere",
                   "statement on deals that could be made": "statements on deals that could be made"}  # fmt: skip


def to_html(comparison: Comparison, handling: str, gates: Sequence[Gate] = ()) -> str:
    """The changes as a page: what changed in a sentence, a table for each kind, how to read it.

    Parameters
    ----------
    handling : the label that says who may read it.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    kinds = [kind for kind in TITLES if comparison.of_kind(kind)]
    tables = Markup("").join(_table(sheet_of(kind, comparison.of_kind(kind)), kind) for kind in kinds)
    ends = [_end(dict(side)) for side in (comparison.before, comparison.after)]
    remarks = Markup("").join(Markup('<p class="small">{}</p>').format(text) for text in comparison.remarks)
    title = f"What changed between two {'versions of a case' if comparison.of == 'cases' else 'runs'}"
    page = Markup(
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        '<style>{style}</style></head>\n<body><main>\n<p class="hand">{handling}</p>\n<h1>{title}</h1>\n'
        '<p class="ends">Before: {before}<br>After: {after}</p>\n<p class="lead">{lead}</p>\n{tables}'
        "<h2>How to read it</h2>\n{remarks}\n</main></body>\n</html>\n"
    ).format(
        title=title, style=_STYLE, handling=handling, before=ends[0], after=ends[1], lead=summary(comparison),
        tables=tables, remarks=remarks,
    )  # fmt: skip
    return released(str(page), gates)


def summary(comparison: Comparison) -> str:
    """How much changed of what, in a sentence."""
    parts = []
    for kind, noun in _NOUNS:
        if n := len(comparison.of_kind(kind)):
            parts.append(f"{words.number(n)} {noun if n == 1 else _PLURALS.get(noun, f'{noun}s')}")
    outcomes = comparison.of_kind("outcome")
    clear = sum(one.change == "" or not one.change.startswith("no ") for one in outcomes)
    if outcomes:
        parts.append(f"{words.number(clear)} simulated outcome{'' if clear == 1 else 's'} clearly")
    if not parts:
        return "Nothing differs." if not comparison.changes else "What the runs are made of differs; no outcome moved."
    return f"Changed: {', '.join(parts)}."


def _end(side: dict[str, str]) -> str:
    told = {name.removeprefix("n_").replace("_", " "): text for name, text in side.items() if name != "handling"}
    return ", ".join(f"{name} {text}" for name, text in told.items())


def _table(sheet: Sheet, kind: str) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(_HEADS[name]) for name in sheet.columns)
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(*one) for one in zip(sheet.columns, row, strict=True)))
        for row in sheet.rows
    )
    return Markup(
        '<h2>{title}</h2>\n<div class="wide"><table><caption>{n}</caption>\n<thead><tr>{head}</tr></thead>\n'
        "<tbody>\n{body}\n</tbody></table></div>\n"
    ).format(title=f"{sheet.title[:1].upper()}{sheet.title[1:]}", n=_count(len(sheet.rows), kind), head=head, body=body)


def _count(n: int, kind: str) -> str:
    told = f"{words.number(n)} {'row' if n == 1 else 'rows'}."
    return f"{told} An empty cell: nothing is recorded." if kind == "fact" else told


def _cell(name: str, text: str) -> Markup:
    """A cell in the direction of its own text; the first is the head of its row."""
    if name == "what":
        return Markup('<th scope="row" dir="auto">{}</th>').format(text)
    is_clear = name == "change" and text and not text.startswith("no ")
    return Markup('<td dir="auto"{}>{}</td>').format(Markup(' class="clear"') if is_clear else "", escape(text))
