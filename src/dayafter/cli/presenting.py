"""Commands that write what people read: brief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dayafter.cli.app import app
from dayafter.cli.options import AudienceOption, CaseArgument, HorizonOption, MembersOption, SeedOption


@app.command()
def brief(
    case: CaseArgument,
    out: Annotated[Path | None, typer.Option(help="The HTML file to write; without it, CASE-brief.html here.")] = None,
    audience: AudienceOption = None,
    seed: SeedOption = 7,
    members: MembersOption = 1000,
    horizon: HorizonOption = None,
) -> None:
    """Write the brief: one HTML file that prints on A4.

    It needs no network. Prints where it lies and its headline.
    """
    from dayafter.assessment.assess import assess as assess_case
    from dayafter.brief import write_brief
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings import build_findings
    from dayafter.redaction import Gate
    from dayafter.settlement.settle import settle_places

    loaded = load_case(case)
    gate = Gate(loaded.case, audience or loaded.case.info.audience)
    compiled = compile_case(loaded.case)
    assessment = assess_case(compiled, seed=seed, n_members=members, horizon_months=horizon)
    findings = build_findings(loaded.case, assessment, gate, settlement=settle_places(compiled, seed=seed))
    target = out if out is not None else Path(f"{loaded.case.info.id}-brief.html")
    write_brief(findings, gate, target)
    typer.echo(f"{target}\n\n{findings.headline}")
