"""Starting a case: an empty one with every column in place, or a copy of one that is there."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from os import PathLike
from pathlib import Path
from typing import Final

from dayafter.casefile.companions import read_companions
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.schema import CaseFile, CaseInfo
from dayafter.casefile.write import field_yaml, head_texts, write_case

_EXAMPLES: Final = {
    "region": "Northern valley",
    "decide_by": "2016-06",
    "reader": "the special envoy",
    "languages": "[en, ar, ckb]",
    "coded_by": "your initials",
    "licence": "CC BY 4.0",
    "summary": "Two or three sentences on what happened.",
}
"""What a field of the head that is still empty may look like, shown as a comment."""


def init_case(
    target: str | PathLike[str],
    from_case: str | PathLike[str] | None = None,
    *,
    overwrite: bool = False,
    today: dt.date | None = None,
) -> None:
    """Start a case at `target`: a workbook where the name ends in `.xlsx`, else a folder.

    Parameters
    ----------
    target : where to; its name becomes the id of the case.
    from_case : a case to copy, by name or path; without it the new case has every table and no row.
    overwrite : replace a case that is there.
    today : the as-of date of an empty case; where not given, the day on which it is started.

    Raises
    ------
    CaseFileError : the case to copy breaks a rule.
    UsageError : there is no case to copy, or the target is there already.
    """
    path = Path(target)
    if from_case is not None:
        loaded = load_case(from_case)
        info = loaded.case.info.model_copy(update={"id": slug_of(path.stem)})
        case = loaded.case.model_copy(update={"info": info})
        geometry = {} if loaded.path is None else read_geometries(loaded.path, loaded.case)
        write_case(
            case,
            path,
            geometry=geometry,
            companions=read_companions(loaded.path),
            overwrite=overwrite,
            head=commented_head,
        )
        return
    day = today or dt.datetime.now(dt.UTC).date()
    info = CaseInfo.model_validate(
        {
            "id": slug_of(path.stem),
            "title": "Title of the case",
            "question": "What must the reader decide?",
            "as_of": day.isoformat(),
        }
    )
    write_case(CaseFile(info=info), path, overwrite=overwrite, all_tables=True, head=commented_head)


def slug_of(name: str) -> str:
    """An id made of a file's name: Latin letters and digits; `my-case` where there are none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "my-case"


def commented_head(info: CaseInfo) -> str:
    """`case.yaml` with every field explained; those that are empty stand as comments to fill in."""
    filled = dict(head_texts(info))
    lines = [
        "# The head of a case. One field a line; text after a # is a remark.",
        "# The tables stand beside it as CSV files; `dayafter check` says what is wrong and how to mend it.",
        "",
    ]
    for name in CaseInfo.model_fields:
        if meaning := meaning_of(CaseInfo, name):
            lines.append("# " + " ".join(meaning.split()))
        if name in filled:
            lines.append(field_yaml(name, filled[name]).rstrip("\n"))
        else:
            lines.append(f"# {name}: {_EXAMPLES[name]}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"
