"""A small case in a folder, and a way to break it."""

from __future__ import annotations

from pathlib import Path

from dayafter.casefile.load import check_case
from dayafter.errors import Issue

HEAD = "format: 1\nid: small\ntitle: Small\nquestion: What now?\nas_of: 2016-02-22\n"
ACTORS = "id,name,kind,source\nnorth,North,region,r1\nsouth,South,region,r1\n"
SOURCES = "id,title,kind\nr1,Report 1,report\n"


def small_case(folder: Path, **files: str | bytes) -> Path:
    """Write a case of two actors; `places="..."` writes `places.csv`, `head="..."` the head."""
    folder.mkdir(exist_ok=True)
    contents: dict[str, str | bytes] = {"head": HEAD, "actors": ACTORS, "sources": SOURCES, **files}
    for name, text in contents.items():
        path = folder / ("case.yaml" if name == "head" else f"{name}.csv")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def issues_of(path: Path) -> dict[str, Issue]:
    """The first issue of each code."""
    found: dict[str, Issue] = {}
    for issue in check_case(path).issues:
        found.setdefault(issue.code, issue)
    return found


def spot(issue: Issue) -> tuple[str, int | None, int | None]:
    """File, line and column."""
    return issue.where.file, issue.where.line, issue.where.column
