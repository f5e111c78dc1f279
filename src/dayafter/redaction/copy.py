"""A redacted copy of a whole case: written, searched, and only then put in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from dayafter.casefile.companions import read_companions
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.casefile.write import replacing, write_case
from dayafter.priors.posterior import FILE, PLACE, parse_posterior
from dayafter.redaction.gate import Gate
from dayafter.redaction.workbook import release_workbook
from dayafter.vocabulary import Audience


def write_redacted(loaded: LoadedCase, audience: Audience, target: Path, *, overwrite: bool = False) -> None:
    """Write the case as this audience may have it: a workbook where the name ends in `.xlsx`, else a folder.

    Of a geometry file only the shapes of places that keep theirs are copied, of a posterior only the effects of places
    that the copy names.

    Raises
    ------
    RedactionError : something protected would have been written; nothing was.
    UsageError : the target is there already.
    """
    gate = Gate(loaded.case, audience)
    case = gate.case_to_write
    originals = {} if loaded.path is None else read_geometries(loaded.path, loaded.case)
    geometry = {name: _kept_shapes(name, text, case) for name, text in originals.items()}
    with replacing(target, overwrite=overwrite) as temporary:
        write_case(case, temporary, geometry=geometry, companions=_companions(loaded, case))
        if temporary.is_dir():
            for file in sorted(path for path in temporary.rglob("*") if path.is_file()):
                gate.release(f"{file.name}\n{file.read_text(encoding='utf-8')}", f"{target.name}/{file.name}")
        else:
            release_workbook(gate, temporary.read_bytes(), target.name)


def _companions(loaded: LoadedCase, case: CaseFile) -> dict[str, str]:
    """The posterior without the effects of places that the copy does not name."""
    texts = read_companions(loaded.path)
    if FILE in texts:
        posterior = parse_posterior(texts[FILE], FILE)
        kept = {place.id for place in case.places}
        hidden = [name for name in posterior.names if name.startswith(PLACE) and name.split("/")[1] not in kept]
        texts[FILE] = posterior.without(hidden).to_json()
    return texts


def _kept_shapes(name: str, text: str, case: CaseFile) -> str:
    """A GeoJSON text with the features of those places alone that name this file in the redacted case."""
    kept = {place.id for place in case.places if place.geometry == name}
    tree = json.loads(text.removeprefix("\ufeff"))
    features = tree.get("features", [tree]) if isinstance(tree, Mapping) else []
    shapes = [
        {"type": "Feature", "id": feature["id"], "geometry": feature.get("geometry"), "properties": {}}
        for feature in features
        if feature.get("id") in kept
    ]
    return json.dumps({"type": "FeatureCollection", "features": shapes}, ensure_ascii=False, indent=1) + "\n"
