"""What `settle` prints, as tables for people, JSON or CSV; each through the redaction gate."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.export_tables import Sheet, drawn
from dayafter.findings.flat import as_csv, as_json
from dayafter.findings.settlement_holding import package_holding, scope_holding
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_rows import (
    COLUMNS,
    MANIFEST,
    SettlementRow,
    manifest,
    settlement_rows,
    shown_scopes,
    worst,
)
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate
from dayafter.settlement.records import PackageReport, ScopeReport, Settlement

__all__ = [
    "COLUMNS",
    "MANIFEST",
    "SettlementRow",
    "manifest",
    "settlement_rows",
    "to_csv",
    "to_json",
    "to_sheets",
    "to_text",
]

_WIDTH: Final = 110
_OMITTED: Final = "Places, actors and statements that rest on rows withheld from this audience are left out."
Block = str | Sheet
"""A paragraph or a table."""


def assumptions(settlement: Settlement, say: Wording = ENGLISH) -> tuple[str, ...]:
    """What every number here rests on."""
    no_deal = settlement.no_deal
    return (
        say(
            "Estimated under stated assumptions. Shares of draws say how far an answer stands up to what the coder was "
            "unsure of; they are not probabilities of peace."
        ),
        say("Without a deal ({code}): {what}.", code=no_deal, what=say(plain.NO_DEAL[no_deal])),
        say("{text}.", text=say.capitalised(plain.cost_assumption(say))),
        say(
            "Gains are against no deal, in points of 100 of what the party cares about, with the range that holds nine "
            "in ten draws; each party’s scale is its own."
        ),
    )


def to_csv(settlement: Settlement, gate: Gate) -> str:
    """The flat table as CSV, every line ending with the manifest, no cell of which a spreadsheet would run.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_csv(settlement_rows(settlement, gate), COLUMNS, manifest(settlement, gate))
    return gate.release(text, "the settlement as CSV")


def to_json(settlement: Settlement, gate: Gate, say: Wording = ENGLISH) -> str:
    """The manifest, the handling label, what is assumed and withheld, and the lines with their empty cells left out.

    Parameters
    ----------
    say : the language of sentences, labels and units; codes and ids are the same in all.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_json(
        settlement_rows(settlement, gate, say), gate, manifest(settlement, gate),
        handling=say(gate.handling), assumptions=assumptions(settlement, say),
    )  # fmt: skip
    return gate.release(text, "the settlement as JSON")


def to_text(settlement: Settlement, gate: Gate, *, width: int = _WIDTH) -> str:
    """The settlement as paragraphs and tables of plain text.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    head = manifest(settlement, gate)
    blocks: list[Block] = [
        gate.handling,
        f"{gate.case.info.title}, as of {words.date(gate.case.info.as_of)}",
        f"seed {head['seed']}, {words.number(settlement.n_draws)} draws, version {head['version']}",
        *assumptions(settlement),
    ]
    scopes = shown_scopes(settlement, gate)
    for scope in scopes:
        blocks += ["", *_scope_blocks(scope, Names(gate, scope), settlement.n_draws)]
    if not scopes:
        blocks += ["", "Nothing of what was asked may be shown to this audience."]
    if gate.withheld:
        blocks += ["", _OMITTED]
    gate.release("\n".join(plain_text(block) for block in blocks), "the settlement")  # before lines are broken
    return gate.release("\n".join(lay_out(block, width) for block in blocks) + "\n", "the settlement as tables")


def to_sheets(settlement: Settlement, gate: Gate) -> tuple[Sheet, ...]:
    """The settlement as tables: of each scope what it says in sentences, then its parties and packages.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    found = [Sheet("What every number rests on", ("",), tuple((text,) for text in assumptions(settlement)))]
    for scope in shown_scopes(settlement, gate):
        names = Names(gate, scope)
        title = names.places(scope.places)
        said: list[str] = []
        for block in _scope_blocks(scope, names, settlement.n_draws)[2:]:  # without its title and the line below it
            if isinstance(block, str):
                said += [block] if block else []
                continue
            if said:
                found.append(_said(title, said))
                said = []
            found.append(block if block.title.startswith(title) else replace(block, title=f"{title}: {block.title}"))
        if said:
            found.append(_said(title, said))
    gate.release("\n".join(plain_text(sheet) for sheet in found), "the settlement")
    return tuple(found)


def _said(title: str, lines: Sequence[str]) -> Sheet:
    return Sheet(title, ("",), tuple((line.removeprefix("- "),) for line in lines))


def plain_text(block: Block) -> str:
    """A block without lines drawn or broken, as the gate reads it."""
    if isinstance(block, str):
        return block
    return "\n".join((block.title, *block.columns, *(cell for row in block.rows for cell in row)))


def lay_out(block: Block, width: int = _WIDTH) -> str:
    """A block as lines of at most `width` characters."""
    if isinstance(block, Sheet):
        return "\n".join(line.rstrip() for line in drawn((block,), width).rstrip("\n").splitlines()) + "\n"
    return textwrap.fill(block, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _scope_blocks(scope: ScopeReport, names: Names, n_draws: int) -> list[Block]:
    title = names.places(scope.places)
    together = f"{title}, settled together" if len(scope.places) > 1 else title
    blocks: list[Block] = [together, "=" * len(together), *plain.scope_lines(scope, names)]
    found = [text for one in scope.findings if (text := plain.finding(one, names))]
    found += [text for _, text, _ in scope_holding(scope, names, n_draws)]
    blocks += [*(f"- {text}" for text in dict.fromkeys(found)), ""]
    parties = tuple(
        (
            names.party(one.party),
            "yes" if one.veto else "no",
            names.role(one.party, one.role),
            plain.level(one.reservation, n_draws),
        )
        for one in scope.parties
        if names.says([one.party])
    )
    columns = ("who must be convinced", "must agree", "why", "without a deal, 0 to 1 (90 % range)")
    blocks += _tables(Sheet(f"{title}: parties", columns, parties))
    for number, package in enumerate(scope.packages, 1):
        blocks += _package_blocks(package, names, f"Package {number} of {len(scope.packages)}", n_draws)
    first = scope.packages[0] if scope.packages else None
    changes = [text for one in scope.changes if (text := plain.change(one, names, first))]
    if changes:
        is_accepted = any(one.picks for one in scope.packages)
        aim = "What would make package 1 hold" if is_accepted else "What would unlock it"
        blocks.append(f"{aim}, cheapest first, each alone; costs at the best values:")
        blocks += [f"{number}. {text}" for number, text in enumerate(changes, 1)]
    return blocks


def _package_blocks(package: PackageReport, names: Names, title: str, n_draws: int) -> list[Block]:
    terms = tuple(
        (names.slot(one.slot), names.option(one.slot, one.option))
        for one in package.choices
        if not names.slot_hidden(one.slot)
    )
    gains = tuple(
        (names.party(one.party), plain.gain(one.margin, n_draws), plain.share(one.accepts), worst(one, names))
        for one in package.gains
        if names.says([one.party])
    )
    columns = ("who", "gains against no deal, points (90 % range)", "accepts, of draws", "gives most in")
    return [
        *_tables(Sheet(f"{title}: terms", ("term", "settled as"), terms)),
        *_tables(Sheet(f"{title}: who gains what", columns, gains)),
        *(f"- {line}" for line in plain.package_lines(package, names, n_draws)),
        *(f"- {line}" for line in package_holding(package, names)),
        "",
    ]


def _tables(*sheets: Sheet) -> Sequence[Sheet]:
    return [sheet for sheet in sheets if sheet.rows]
