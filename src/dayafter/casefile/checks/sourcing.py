"""Rules on sources, confidence and handling: who says so, how sure it is, and who might be harmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dayafter.casefile.checks.context import Context, listed
from dayafter.casefile.schema import TABLES, Contact
from dayafter.errors import Issue
from dayafter.vocabulary import Audience, Confidence, Sensitivity, SourceKind

_NEED_NO_SOURCE: Final = frozenset({"sources", "issues", "options", "policies", "interventions"})
"""Sources themselves, and what the case asks or plans, which nobody reports."""
_SHOWN: Final = 3
_RANK: Final = tuple(Sensitivity)


def rows_without_source(context: Context) -> Iterator[Issue]:
    """Every fact names its source. One issue a table, so that a case in the making is not drowned."""
    for table in TABLES:
        if table in _NEED_NO_SOURCE:
            continue
        bare = [(number, row.key) for number, row in enumerate(context.rows(table)) if not row.source]
        if bare:
            rest = len(bare) - _SHOWN
            named = listed((f"'{key}'" for _, key in bare[:_SHOWN]), _SHOWN) + (f" and {rest} more" if rest > 0 else "")
            yield context.fault(
                "source.none-given",
                (table, bare[0][0], "source"),
                f"{len(bare)} of {len(context.rows(table))} rows of {table} name no source: {named}",
                "write source-id [spot] in source; for an assumption, the id of a source of kind assumption",
            )


def assumptions_are_not_certain(context: Context) -> Iterator[Issue]:
    """What nobody said is not highly certain."""
    assumed = {source.id for source in context.case.sources if source.kind is SourceKind.ASSUMPTION}
    if not assumed:
        return
    for table in TABLES:
        for number, row in enumerate(context.rows(table)):
            if row.confidence is not Confidence.HIGH or not row.source:
                continue
            if all(cited.source in assumed for cited in row.source):
                yield context.fault(
                    "source.assumed-yet-certain",
                    (table, number, "confidence"),
                    f"'{row.key}' rests on {listed(map(str, row.source))} alone, an assumption, with confidence high",
                    "write low or claim, or name a source that says so",
                )


def sources_unused(context: Context) -> Iterator[Issue]:
    """A source in the list is cited somewhere."""
    if context.incomplete:
        return
    cited = {citation.source for _, _, row in context.case.rows() for citation in row.source}
    idle = [(number, source.id) for number, source in enumerate(context.case.sources) if source.id not in cited]
    if idle:
        yield context.fault(
            "source.unused",
            ("sources", idle[0][0], "id"),
            f"no row cites {listed(name for _, name in idle)}",
            "cite it in the rows that rest on it, or delete it",
        )


def go_betweens_are_guarded(context: Context) -> Iterator[Issue]:
    """Go-betweens and their ties are not handled more openly than the format's default."""
    brokers = context.numbers["brokers"]
    for table in ("brokers", "contacts"):
        for number, row in enumerate(context.rows(table)):
            if row.sensitivity is None or _RANK.index(row.sensitivity) >= _RANK.index(row.DEFAULT_SENSITIVITY):
                continue
            if isinstance(row, Contact) and row.who not in brokers and row.whom not in brokers:
                continue
            yield context.fault(
                "broker.low-sensitivity",
                (table, number, "sensitivity"),
                f"'{row.key}' is marked {row.sensitivity}; {table} are {row.DEFAULT_SENSITIVITY} by default, "
                "for a known go-between can be hurt",
                "empty the cell, unless the person agreed to be named",
            )


def audience_and_handling(context: Context) -> Iterator[Issue]:
    """A case that may reach the public holds nothing severe: it would rest on the redaction gate alone."""
    if context.case.info.audience is not Audience.PUBLIC:
        return
    severe = [f"{table} '{row.key}'" for table, _, row in context.case.rows() if row.sensitivity is Sensitivity.SEVERE]
    if severe:
        yield context.fault_of_head(
            "case.public-yet-severe",
            "audience",
            f"the case may reach the public, and {len(severe)} of its rows are severe: {listed(severe, _SHOWN)}",
            "write partners or internal, or move those rows to a case of their own",
        )
