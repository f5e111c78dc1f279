"""Commands for files that other tools read, and for what changed: export, diff."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import (
    AudienceOption,
    HorizonOption,
    Language,
    MembersOption,
    OverwriteOption,
    SeedOption,
    TableFormat,
)
from dayafter.errors import UsageError
from dayafter.vocabulary import Audience


class ExportFormat(StrEnum):
    """The formats that `export` knows, of a case or of a run; a test compares them with the registries."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    GRAPHML = "graphml"
    IATI = "iati"
    NETCDF = "netcdf"


@app.command()
def export(
    case: Annotated[str, typer.Argument(metavar="CASE|DIR", help="A case, or the folder that `simulate --out` wrote.")],
    to: Annotated[ExportFormat, typer.Option(help="The kind of file.")],
    out: Annotated[
        Path | None, typer.Option(help="The file or folder to write; without it, named for the case.")
    ] = None,
    audience: AudienceOption = None,
    reporting_org: Annotated[
        str | None, typer.Option(help="For iati: the registered identifier of the reporting organisation.")
    ] = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the record and the assessment for Excel, QGIS, notebooks, network programs or aid registers.

    Every file passes the redaction gate; nothing is half-written.
    """
    from dayafter.exports.iati import UNREGISTERED
    from dayafter.exports.material import gather
    from dayafter.exports.registry import FORMATS, export_case
    from dayafter.results.store import MANIFEST

    if (Path(case) / MANIFEST).is_file():
        _export_run(Path(case), to, out, audience, overwrite=overwrite)
        return
    if to.value not in FORMATS:
        raise UsageError(f"{to.value} is a format of runs; a case has {', '.join(FORMATS)}")
    material = gather(case, audience, seed=seed, members=members, horizon=horizon)
    suffix, ident = FORMATS[to.value].suffix, material.case.info.id
    own = (
        f"{ident}{suffix}"
        if suffix == f".{to.value}" and to is not ExportFormat.XLSX
        else f"{ident}-{to.value}{suffix}"
    )
    target = out if out is not None else Path(own)
    export_case(material, to.value, target, reporter=reporting_org or UNREGISTERED, overwrite=overwrite)
    typer.echo(f"wrote {target}: {FORMATS[to.value].text}; {material.gate.handling}")


def _export_run(
    folder: Path, to: ExportFormat, out: Path | None, audience: Audience | None, *, overwrite: bool
) -> None:
    from dayafter.exports.runs import FORMATS, audience_of, export_run
    from dayafter.results.store import load_results

    result = load_results(folder)
    reader = audience_of(result)
    if audience is not None and audience is not reader:
        raise UsageError(
            f"{folder} was written for the audience '{reader}'; for '{audience}' run "
            f"`dayafter simulate CASE --again {folder} --audience {audience}`"
        )
    target = out if out is not None else Path(f"{folder.resolve().name}-{to.value}{FORMATS.get(to.value, '')}")
    export_run(result, to.value, target, overwrite=overwrite)
    typer.echo(f"wrote {target} for the audience {reader}")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier case, or the folder of an earlier run.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one, of the same kind.")],
    format: Annotated[
        TableFormat, typer.Option(help="table for people, json or csv for machines.")
    ] = TableFormat.TABLE,
    audience: AudienceOption = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
    draws: Annotated[
        int,
        typer.Option(min=0, max=1_000_000, help="Of cases: draws by which deals are looked for; 0 leaves that out."),
    ] = 200,
    futures: Annotated[
        int, typer.Option(min=0, max=100_000, help="Of cases: futures of each version to simulate; 0 leaves that out.")
    ] = 0,
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", metavar="ID", help="With --futures: also under this policy; several times for more."),
    ] = None,
    lang: Annotated[
        Language, typer.Option(help="Language of the tables for people, and of the page.")
    ] = Language.ENGLISH,
    out: Annotated[
        Path | None, typer.Option(help="Write a page to read and pass on, ending in .html, in place of the tables.")
    ] = None,
) -> None:
    """Say what changed between two versions of a case, or two runs.

    Of cases: the facts, and what that did to the findings. Of runs: what they are made of, and the outcomes that moved,
    member by member where both were simulated with --draws, the same seed and the same number of members.
    """
    from dayafter.comparing import compare_cases, compare_runs, page, text
    from dayafter.comparing.runs import narrower
    from dayafter.findings.wording import Wording
    from dayafter.results.store import MANIFEST, load_results

    runs = [(Path(one) / MANIFEST).is_file() for one in (before, after)]
    if runs[0] is not runs[1]:
        raise UsageError("one of the two is a run and the other a case; give two cases or two runs")
    if lang is not Language.ENGLISH and out is None and format is not TableFormat.TABLE:
        raise UsageError(f"--lang {lang} is for people: {format} is in English; take the table, or --out CHANGES.html")
    say = Wording(lang)
    if out is not None and out.suffix.lower() != ".html":
        raise UsageError(f"{out.name} ends in '{out.suffix}'; a change brief ends in .html")
    if all(runs):
        results = load_results(before), load_results(after)
        told = compare_runs(*results, say)
        _tell(
            text.written(told, format, say=say) if out is None else page.to_html(told, narrower(*results), say=say), out
        )
        return
    from dayafter.casefile.load import load_case
    from dayafter.redaction import Gate

    if draws == 1:
        raise UsageError("--draws is 1; a spread takes two or more, and 0 leaves settlement out")
    if policies and not futures:
        raise UsageError("--policy goes with --futures: without it nothing is simulated")
    old, new = load_case(before), load_case(after)
    found = compare_cases(
        old, new, audience=audience, seed=seed, members=members, horizon=horizon, draws=draws, futures=futures,
        policies=policies or (), say=say,
    )  # fmt: skip
    reader = found.audience or old.case.info.audience
    gates = [Gate(one.case, reader) for one in (old, new)]
    _tell(
        text.written(found, format, gates, say) if out is None else page.to_html(found, gates[1].handling, gates, say),
        out,
    )


def _tell(text: str, out: Path | None) -> None:
    """Print a comparison, or write it to a file."""
    if out is None:
        typer.echo(text, nl=False)
        return
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}; make it first")
    out.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"wrote {out}")
