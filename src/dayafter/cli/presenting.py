"""Commands that write what people read: brief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, HorizonOption, Language, MembersOption, SeedOption


@app.command()
def brief(
    case: CaseArgument,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write, by its ending .html, .docx, .pdf or .md; else CASE-brief.html here."),
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="A folder that simulate --out wrote; else the futures are simulated now.")
    ] = None,
    futures: Annotated[
        int, typer.Option(min=0, max=100_000, help="Futures of each option to simulate now; 0 compares no options.")
    ] = 1000,
    option: Annotated[
        list[str] | None, typer.Option(help="A policy for the first page; give it again for more. Else by rule.")
    ] = None,
    audience: AudienceOption = None,
    lang: Annotated[Language, typer.Option(help="Language of the edition.")] = Language.ENGLISH,
    ledger: Annotated[bool, typer.Option("--ledger", help="Only the ledger, as one page to print.")] = False,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
) -> None:
    """Write the brief: a page that answers the question, and why, and how far to trust it.

    HTML needs no network and prints on A4; PDF needs an installed Chromium, Chrome or Edge. Prints where the file lies
    and its headline.
    """
    from dayafter.brief.files import check_target, write_brief
    from dayafter.briefing import brief_findings
    from dayafter.casefile.load import load_case
    from dayafter.redaction import Gate

    loaded = load_case(case)
    target = out if out is not None else Path(f"{loaded.case.info.id}-brief.html")
    check_target(target, only_ledger=ledger)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    findings = brief_findings(
        loaded,
        gate,
        results=results,
        futures=futures,
        shown=tuple(option or ()),
        language=lang.value,
        seed=seed,
        members=members,
        horizon_months=horizon,
    )
    write_brief(findings, gate, target, only_ledger=ledger)
    typer.echo(f"{target}\n\n{findings.headline}")
