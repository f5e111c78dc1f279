"""Arguments and options that several commands share, so that one word means one thing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dayafter.vocabulary import Audience


class TextFormat(StrEnum):
    """How `check` reports."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """How `assess` reports."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class Language(StrEnum):
    """Languages of what people read; a test compares them with the catalogues."""

    ENGLISH = "en"
    ARABIC = "ar"


CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="A case folder, an .xlsx workbook, or the name of a bundled case such as iraq-2016."
    ),
]
AudienceOption = Annotated[
    Audience | None,
    typer.Option(help="Who will read it; decides what the redaction gate withholds. Else the audience of the case."),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of the draws over uncertain inputs and parameters.")]
MembersOption = Annotated[int, typer.Option(min=20, max=1_000_000, help="Number of draws (ensemble members).")]
HorizonOption = Annotated[
    int | None, typer.Option(min=1, max=240, help="Months to look ahead, 1 to 240; else the horizon of the case.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace the target if it exists.")]
