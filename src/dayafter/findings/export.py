"""What `assess` prints, as CSV, JSON or tables for people; each through the redaction gate."""

from __future__ import annotations

from dayafter.assessment.report import Assessment
from dayafter.casefile.didyoumean import closest_bearer, fold
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.findings.export_rows import COLUMNS, MANIFEST, ExportRow, assessment_rows, manifest
from dayafter.findings.export_tables import Sheet, to_tables, to_text
from dayafter.findings.flat import as_csv, as_json
from dayafter.redaction import Gate
from dayafter.vocabulary import PlaceScope

__all__ = [
    "COLUMNS",
    "MANIFEST",
    "ExportRow",
    "Sheet",
    "assessment_rows",
    "find_place",
    "manifest",
    "to_csv",
    "to_json",
    "to_tables",
    "to_text",
]


def find_place(case: CaseFile, place: str) -> str:
    """The id of an assessed place given by its id or any of its names.

    Raises
    ------
    UsageError : no place, or more than one, is called so, or the place is there for context alone.
    """
    scopes = {row.id: row.scope for row in case.places}
    found = place if place in scopes else _place_called(case, place)
    if scopes[found] is PlaceScope.CONTEXT:
        listed = ", ".join(ident for ident, scope in scopes.items() if scope is not PlaceScope.CONTEXT)
        raise UsageError(f"'{place}' is there for context and is not assessed; these are: {listed or 'none'}")
    return found


def _place_called(case: CaseFile, place: str) -> str:
    bearers = {row.id: [row.name] for row in case.places}
    for name in case.names:
        if name.entity in bearers and name.name:
            bearers[name.entity].append(name.name)
    wanted = fold(place)
    found = [ident for ident, names in bearers.items() if wanted in {fold(text) for text in (ident, *names)}]
    assessed = [row.id for row in case.places if row.id in found and row.scope is not PlaceScope.CONTEXT]
    if len(assessed) == 1:  # a district and its town often share a name; the one that is assessed is meant
        return assessed[0]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"'{place}' names {len(found)} places; write one of their ids: {', '.join(found)}")
    nearest = closest_bearer(place, bearers)
    hint = f"did you mean {nearest}?" if nearest else "the table of places lists what there is"
    raise UsageError(f"the case has no place '{place}'; {hint}")


def to_csv(assessment: Assessment, gate: Gate, place: str | None = None) -> str:
    """The flat table as CSV, every line ending with the manifest, no cell of which a spreadsheet would run.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_csv(assessment_rows(assessment, gate, place), COLUMNS, manifest(assessment, gate))
    return gate.release(text, "the assessment as CSV")


def to_json(assessment: Assessment, gate: Gate, place: str | None = None) -> str:
    """The manifest, the handling label, what is withheld, and the flat lines with their empty cells left out.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_json(assessment_rows(assessment, gate, place), gate, manifest(assessment, gate))
    return gate.release(text, "the assessment as JSON")
