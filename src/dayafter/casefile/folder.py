"""Reading a case folder: `case.yaml`, a CSV file a table, and the geometry files that places name.

Nothing outside the folder is read, whatever a link or a reference says.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from dayafter.casefile.didyoumean import closest
from dayafter.casefile.head import head_of_tree
from dayafter.casefile.raw import HEAD_FILE, MAX_FILE_BYTES, HeadValue, RawCase, RawTable, fault, shown
from dayafter.casefile.schema import TABLES
from dayafter.casefile.table_text import decode, read_table
from dayafter.casefile.yamltree import read_tree
from dayafter.errors import Issue, Where

_HEAD_REMEDY = f"write a file {HEAD_FILE} beside the tables, or start a case with `dayafter init`"


def read_folder(folder: Path) -> RawCase:
    """Read every file of a case folder; what cannot be read is an issue."""
    raw = RawCase(None, Where(HEAD_FILE), {}, lambda name: read_geometry(folder, name), [])
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208  # names alone
    raw.issues.extend(_misnamed(names))
    if HEAD_FILE in names:
        raw.head = _read_head(folder, raw.issues)
    else:
        n_tables = sum(name.removesuffix(".csv") in TABLES for name in names if name.endswith(".csv"))
        what = "the folder holds tables but no head" if n_tables else "this is no case folder: it has no head"
        near = closest(HEAD_FILE, [name for name in names if name.lower().endswith((".yaml", ".yml"))])
        remedy = f"rename {shown(near, 80)} to {HEAD_FILE}" if near else _HEAD_REMEDY
        raw.issues.append(fault("case.no-head", Where(HEAD_FILE), what, remedy))
    unread: list[str] = []
    for table in TABLES:
        if f"{table}.csv" not in names:
            continue
        read = _read_table(folder, table, raw.issues)
        if read is None:
            unread.append(table)
        else:
            raw.tables[table] = read
    raw.unread = frozenset(unread)
    return raw


def _read_head(folder: Path, issues: list[Issue]) -> dict[str, HeadValue] | None:
    data, found = read_inside(folder, HEAD_FILE)
    issues.extend(found)
    if data is None:
        return None
    text, found = decode(data, HEAD_FILE)
    issues.extend(found)
    if text is None:
        return None
    tree, found = read_tree(text, HEAD_FILE)
    issues.extend(found)
    if tree is None and found:
        return None
    head, found = head_of_tree(tree, HEAD_FILE)
    issues.extend(found)
    return head


def _read_table(folder: Path, table: str, issues: list[Issue]) -> RawTable | None:
    file = f"{table}.csv"
    data, found = read_inside(folder, file)
    issues.extend(found)
    if data is None:
        return None
    read, found = read_table(table, data, file)
    issues.extend(found)
    return read


def _misnamed(names: list[str]) -> Iterator[Issue]:
    """CSV files that are no table of the format, and names that differ from a table's by case alone."""
    for name in names:
        stem, dot, suffix = name.rpartition(".")
        if not dot or suffix.lower() != "csv" or (suffix == "csv" and stem in TABLES):
            continue
        right = f"{stem.lower()}.csv"
        where = Where(shown(name, 80))
        if stem.lower() in TABLES and right in names:
            what = f"{shown(name, 80)} and {right} differ by upper and lower case alone; some systems keep only one"
            yield fault("file.duplicate", where, what, f"move the rows into {right} and delete {shown(name, 80)}")
        elif stem.lower() in TABLES:
            what = f"'{shown(name, 80)}' is written with capital letters; it was not read"
            yield fault("file.name-case", where, what, f"rename it to {right}")
        else:
            guess = closest(stem, TABLES)
            remedy = f"rename it to {guess}.csv" if guess else f"move it away; the tables are {', '.join(TABLES)}"
            yield fault("file.unknown-table", where, f"'{shown(name, 80)}' is no table of a case", remedy)


def read_inside(folder: Path, name: str) -> tuple[bytes | None, tuple[Issue, ...]]:
    """Read a file of the folder; None and an issue where it is too large, no plain file, or outside the folder.

    Parameters
    ----------
    folder : the case folder; it may itself be reached by a link.
    name : path inside it, with `/` between its parts.
    """
    path = folder / name
    where = Where(shown(name, 120))
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            remedy = "put a copy of the file into the folder in place of the link"
            return None, (fault("file.outside", where, "the file is a link that leaves the case folder", remedy),)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None, (fault("file.not-a-file", where, "this is no plain file", "put a file in its place"),)
        if status.st_size > MAX_FILE_BYTES:
            return None, (too_large(where, status.st_size),)
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError) as error:  # a link to itself is a RuntimeError before Python 3.13
        circle = not isinstance(error, OSError) or error.errno == errno.ELOOP
        why = "its links go in a circle" if circle else getattr(error, "strerror", None)
        remedy = "make the file readable, or put a copy in its place"
        return None, (fault("file.unreadable", where, f"the file cannot be read: {why}", remedy),)
    if len(data) > MAX_FILE_BYTES:
        return None, (too_large(where, len(data)),)
    return data, ()


def too_large(where: Where, size: int) -> Issue:
    """Say that a file is over the limit, which is far above any real case."""
    what = f"the file has {size / 2**20:,.0f} MB; a file of a case has {MAX_FILE_BYTES // 2**20} MB at most"
    return fault("file.too-large", where, what, "count incidents by month, or split the case")


def geometry_path_fault(name: str, where: Where) -> Issue | None:
    """What is wrong with a reference to a geometry file, before any file is touched."""
    remedy = "write a path inside the case folder with / between its parts, such as geometry/places.geojson"
    path = PurePosixPath(name)
    if path.is_absolute() or "\\" in name or ":" in name or ".." in path.parts or not path.parts:
        what = f"'{shown(name)}' does not stay inside the case folder"
        return fault("case.geometry-path", where, what, remedy)
    if path.suffix.lower() not in {".geojson", ".json"} or any(part.startswith(".") for part in path.parts):
        return fault("case.geometry-path", where, f"'{shown(name)}' is not the name of a GeoJSON file", remedy)
    return None


def read_geometry(folder: Path, name: str) -> tuple[str | None, tuple[Issue, ...]]:
    """Read a geometry file of the folder as text. The name has passed `geometry_path_fault`."""
    if not (folder / name).exists() and not (folder / name).is_symlink():
        return None, ()
    data, issues = read_inside(folder, name)
    if data is None:
        return None, issues
    try:
        return data.decode("utf-8"), ()  # a byte order mark stays: a copy has the same bytes
    except UnicodeDecodeError:
        return decode(data, shown(name, 120))
