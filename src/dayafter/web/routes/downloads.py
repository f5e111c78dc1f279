"""Files to take away: each passes the gate for the audience of the server, and each download is logged."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from dayafter.brief import render_brief
from dayafter.exports.registry import FORMATS, export_case
from dayafter.findings import export as assessments
from dayafter.findings import settlements
from dayafter.redaction import write_redacted
from dayafter.web.desk import Desk
from dayafter.web.routes.asking import ADesk, APerson
from dayafter.web.views.tables import places_csv, result_csv

router = APIRouter(include_in_schema=False)

_CSV: Final = "text/csv; charset=utf-8"
_JSON: Final = "application/json"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP: Final = "application/zip"


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be taken."""

    name: str
    what: str
    kind: str
    make: Callable[[Desk], bytes]
    needs_run: bool = False


def _text(make: Callable[[Desk], str]) -> Callable[[Desk], bytes]:
    return lambda desk: make(desk).encode("utf-8")


def _case(desk: Desk) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dayafter-") as folder:
        target = Path(folder) / "case.xlsx"
        write_redacted(desk.edition.loaded, desk.edition.gate.audience, target)
        return target.read_bytes()


def _export(to: str) -> Callable[[Desk], bytes]:
    """An export as `dayafter export --to` writes it; a folder comes as one archive."""

    def make(desk: Desk) -> bytes:
        with tempfile.TemporaryDirectory(prefix="dayafter-") as folder:
            target = Path(folder) / f"export{FORMATS[to].suffix}"
            export_case(desk.edition.material, to, target)
            return _zipped(target) if target.is_dir() else target.read_bytes()

    return make


def _zipped(folder: Path) -> bytes:
    """A folder as one archive, in a fixed order and with a fixed date: equal folders, equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return out.getvalue()


def _result_table(name: str) -> Callable[[Desk], bytes]:
    def make(desk: Desk) -> str:
        if desk.result is None:
            raise HTTPException(404, "this server was started without a run")
        return result_csv(desk.edition, desk.result, name)

    return _text(make)


FILES: Final = {
    file.name: file
    for file in (
        File("brief.html", "The brief, one page that needs no network", "text/html; charset=utf-8",
             _text(lambda desk: render_brief(desk.edition.findings, desk.edition.gate))),
        File("case.xlsx", "The case as a workbook, redacted for this audience", _XLSX, _case),
        File("places.csv", "Places with their codes and their names in every script", _CSV,
             _text(lambda desk: places_csv(desk.edition))),
        File("places.geojson", "The places for any map program", "application/geo+json", _export("geojson")),
        File("findings.xlsx", "Findings first, then the record, for a spreadsheet", _XLSX, _export("xlsx")),
        File("findings-csv.zip", "The same tables as CSV files", _ZIP, _export("csv")),
        File("network.graphml", "Actors, communities, places and deals as a network", "application/xml",
             _export("graphml")),
        File("assessment.csv", "The assessment, a number a line with unit and range", _CSV,
             _text(lambda desk: assessments.to_csv(desk.edition.assessment, desk.edition.gate))),
        File("assessment.json", "The same for programs", _JSON,
             _text(lambda desk: assessments.to_json(desk.edition.assessment, desk.edition.gate))),
        File("settlement.csv", "Packages that would be accepted, with gains and breakers", _CSV,
             _text(lambda desk: settlements.to_csv(desk.edition.settlement(), desk.edition.gate))),
        File("settlement.json", "The same for programs", _JSON,
             _text(lambda desk: settlements.to_json(desk.edition.settlement(), desk.edition.gate))),
        File("summary.csv", "The run: paths under each policy", _CSV, _result_table("summary"), needs_run=True),
        File("contrasts.csv", "The run: paired differences", _CSV, _result_table("contrasts"), needs_run=True),
        File("chances.csv", "The run: chances at the horizon", _CSV, _result_table("chances"), needs_run=True),
    )
}  # fmt: skip
"""Everything that can be taken, by name."""


@router.get("/download/{name}")
def download(name: str, desk: ADesk, person: APerson) -> Response:
    """A file for the audience of the server."""
    file = FILES.get(name)
    if file is None:
        raise HTTPException(404, f"there is no such file; there is {', '.join(FILES)}")
    data = file.make(desk)
    digest = hashlib.sha256(data).hexdigest()
    audience = desk.edition.gate.audience.value
    details: dict[str, str | int] = {"audience": audience, "bytes": len(data), "sha256": digest}
    desk.workspace.log.add(person.name, person.role, "export", name, details)
    case = _safe(desk.edition.findings.edition.case)
    return Response(
        data,
        media_type=file.kind,
        headers={"content-disposition": f'attachment; filename="{case}-{audience}-{name}"'},
    )


def _safe(text: str) -> str:
    return "".join(ch for ch in text if ch.isascii() and (ch.isalnum() or ch in "-_")) or "case"
