"""What an export is made from: a case behind its gate, its assessment, the shapes of its places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayafter.assessment.assess import assess
from dayafter.assessment.report import Assessment, RowRef
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile, Row
from dayafter.compiler import compile_case
from dayafter.findings.export_rows import ExportRow, assessment_rows, manifest
from dayafter.redaction import Gate
from dayafter.vocabulary import Audience


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    """A case as one audience may see it, assessed."""

    gate: Gate
    assessment: Assessment
    findings: tuple[ExportRow, ...]
    shapes: Mapping[str, Mapping[str, Any]]
    """GeoJSON geometry by the id of a place, of those places that keep theirs."""

    @property
    def case(self) -> CaseFile:
        """The redacted case."""
        return self.gate.case

    @property
    def about(self) -> dict[str, str | int]:
        """What it takes to make the file again, and who may read it."""
        return {**manifest(self.assessment, self.gate), "handling": self.gate.handling}

    def shown(self, table: str) -> tuple[Row, ...]:
        """The rows of a table that the audience sees as they stand; withheld ones are left out, not emptied."""
        rows: tuple[Row, ...] = getattr(self.case, table)
        hidden = self.gate.hidden_rows(table)
        return tuple(row for number, row in enumerate(rows) if number not in hidden)

    def section(self, *names: str) -> tuple[ExportRow, ...]:
        """The lines of the assessment of some sections, in their order."""
        return tuple(row for row in self.findings if row.section in names)


def gather(
    case: str, audience: Audience | None = None, *, seed: int = 7, members: int = 1000, horizon: int | None = None
) -> CaseMaterial:
    """Load, redact and assess a case.

    Parameters
    ----------
    case : a folder, workbook or bundled case's name. audience : that of the case where None.
    seed, members, horizon : as `dayafter.assess`.

    Raises
    ------
    CaseFileError : the case breaks a rule. RedactionError : the audience is wider than the case allows.
    """
    return material_of(load_case(case), audience, seed=seed, members=members, horizon=horizon)


def material_of(
    loaded: LoadedCase, audience: Audience | None, *, seed: int, members: int, horizon: int | None
) -> CaseMaterial:
    """As `gather`, of a case in memory."""
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    assessment = assess(compile_case(loaded.case), seed=seed, n_members=members, horizon_months=horizon)
    texts = {} if loaded.path is None else read_geometries(loaded.path, loaded.case)
    return CaseMaterial(gate, assessment, tuple(assessment_rows(assessment, gate)), _shapes(texts, gate))


def _shapes(texts: Mapping[str, str], gate: Gate) -> dict[str, Mapping[str, Any]]:
    """The shapes of the places that name a file in the redacted case; a place that is withheld names none."""
    found: dict[str, Mapping[str, Any]] = {}
    for place in gate.case.places:
        text = texts.get(place.geometry)
        if text is None or gate.is_withheld(RowRef("places", place.id)):
            continue
        tree = json.loads(text.removeprefix("\ufeff"))
        features = tree["features"] if tree.get("type") == "FeatureCollection" else [tree]
        for feature in features:
            if feature.get("id") == place.id:
                found[place.id] = feature["geometry"]
    return found
