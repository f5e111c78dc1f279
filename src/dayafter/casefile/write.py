"""Writing a case: to a folder, or to one workbook; whole or not at all.

What is written is canonical: two equal cases give the same bytes. It is written beside the target and then renamed,
so that nobody ever reads half a case. Nothing is replaced unless asked for, and then only what is itself a case.
"""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dayafter.casefile.cell_text import cell_text, row_texts
from dayafter.casefile.folder import geometry_path_fault
from dayafter.casefile.geometry import geometry_names
from dayafter.casefile.injection import neutralise
from dayafter.casefile.raw import HEAD_FILE, MAX_CELL_UNITS, fault, units
from dayafter.casefile.schema import TABLES, CaseFile, CaseInfo, columns
from dayafter.errors import CaseFileError, Issue, UsageError, Where

_PLAIN: Final = re.compile(r"[^\W_](?:[\w .()/+–’-]*[\w.)/’])?")
_CASE_FILES: Final = frozenset({HEAD_FILE, *(f"{table}.csv" for table in TABLES)})
_YAML_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write_case(
    case: CaseFile,
    path: Path,
    *,
    geometry: Mapping[str, str] | None = None,
    companions: Mapping[str, str] | None = None,
    overwrite: bool = False,
    all_tables: bool = False,
    head: Callable[[CaseInfo], str] | None = None,
) -> None:
    """Write a case to a folder, or to a workbook where the name ends in `.xlsx`.

    Parameters
    ----------
    case : any case, checked or not.
    path : where to; its parent must be there.
    geometry : text of every geometry file that the places name, by that name; see `read_geometries`.
    companions : files beside the tables that go with the case, by name (`casefile.companions`).
    overwrite : replace a case that is there. Other files of a folder stay; a folder without a case is never touched.
    all_tables : write tables without rows as well, as headers alone. A workbook always has all its sheets.
    head : writes `case.yaml`; where not given, the fields alone.

    Raises
    ------
    UsageError : the target is there, its parent is not, or a geometry file is not given.
    CaseFileError : a text is longer than a cell may be.
    """
    path = Path(path)
    texts = dict(geometry or {})
    names = geometry_names(case)
    for name in names:
        if (wrong := geometry_path_fault(name, Where("places", field="geometry"))) is not None:
            raise CaseFileError((wrong,))
        if name not in texts:
            raise UsageError(f"a place refers to the geometry file {name}, whose text was not given to write_case")
    too_long = tuple(_too_long(case))
    if too_long:
        raise CaseFileError(too_long)
    if path.suffix.lower() == ".xlsx":
        from dayafter.casefile.workbook_write import write_workbook  # noqa: PLC0415  # only a workbook pays for it

        with replacing(path, overwrite=overwrite) as temporary:
            write_workbook(case, temporary, {name: texts[name] for name in names} | dict(companions or {}))
        return
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.mkdir()
        _write(temporary / HEAD_FILE, (head or head_yaml)(case.info))
        for table in TABLES:
            rows = [row_texts(table, row) for row in getattr(case, table)]
            if rows or all_tables:
                _write(temporary / f"{table}.csv", csv_text([columns(table), *rows]))
        for name in names:
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            _write(temporary / name, texts[name])
        for name, text in (companions or {}).items():
            _write(temporary / name, text)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def csv_text(rows: list[list[str] | tuple[str, ...]]) -> str:
    """CSV with commas and line feeds; every cell, headers included, made harmless for a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _too_long(case: CaseFile) -> Iterator[Issue]:
    for table, number, row in case.rows():
        for name, text in zip(columns(table), row_texts(table, row), strict=True):
            if len(text) * 2 > MAX_CELL_UNITS and units(neutralise(text)) > MAX_CELL_UNITS:
                what = f"the text has {units(text):,} characters; a cell holds {MAX_CELL_UNITS:,}"
                yield fault("cell.too-long", Where(table, line=number + 1, field=name), what, "shorten the text")


def head_texts(info: CaseInfo) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The fields of the head that hold something, as texts; a list stays a list."""
    for name in CaseInfo.model_fields:
        value = getattr(info, name)
        text = value if isinstance(value, tuple) else cell_text(value)
        if text:
            yield name, text


def head_yaml(info: CaseInfo) -> str:
    """The head of a case as YAML: one field a line, lists and long texts as blocks."""
    return "".join(field_yaml(name, value) for name, value in head_texts(info))


def field_yaml(name: str, value: str | tuple[str, ...]) -> str:
    """One field of the head as YAML."""
    if isinstance(value, tuple):
        return f"{name}:\n" + "".join(f"  - {_scalar(text)}\n" for text in value)
    if "\n" in value and not _YAML_ESCAPED.search(value):
        lines = "".join(f"  {line}\n" if line else "\n" for line in value.split("\n"))
        return f"{name}: |-\n{lines}"
    return f"{name}: {_scalar(value)}\n"


def _scalar(text: str) -> str:
    """A text as one YAML scalar, in quotes only where it would else be read otherwise."""
    if _PLAIN.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _YAML_ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


@contextmanager
def replacing(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a path beside the target to write to; when all is written, put it in the target's place.

    Where anything fails, the target stays as it was and nothing is left beside it.
    """
    _refuse(target, overwrite=overwrite)
    token = secrets.token_hex(4)
    temporary = target.with_name(f".{target.stem}-{token}-new{target.suffix}")
    old = target.with_name(f".{target.stem}-{token}-old{target.suffix}")
    try:
        yield temporary
        if target.is_dir() and not target.is_symlink():
            target.rename(old)
            try:
                temporary.rename(target)
            except OSError:
                old.rename(target)
                raise
            _carry_over(old, target)
            shutil.rmtree(old)
        else:
            temporary.replace(target)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _refuse(target: Path, *, overwrite: bool) -> None:
    """Raise `UsageError` where writing would destroy something, or cannot work."""
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}; make it first")
    if not (target.exists() or target.is_symlink()):
        return
    is_workbook = target.suffix.lower() == ".xlsx"
    if target.is_symlink() or target.is_dir() == is_workbook:
        kind = "a link" if target.is_symlink() else "a folder" if is_workbook else "a file"
        raise UsageError(f"{target} is {kind} that is there already; choose another name")
    if target.is_dir():
        inside = sorted(entry.name for entry in target.iterdir())
        if not inside:
            return
        if HEAD_FILE not in inside:
            raise UsageError(f"{target} is a folder with other things in it ({inside[0]}, …); choose another name")
    if not overwrite:
        raise UsageError(f"{target} is there already; choose another name, or say --overwrite to replace it")


def _carry_over(old: Path, new: Path, replaced: frozenset[str] = _CASE_FILES) -> None:
    """Move what is no part of a case from the old folder to the new: notes, a read-me, a history."""
    for entry in sorted(old.iterdir()):
        twin = new / entry.name
        if entry.name in replaced:
            continue
        if not twin.exists():
            entry.rename(twin)
        elif entry.is_dir() and not entry.is_symlink() and twin.is_dir():
            _carry_over(entry, twin, frozenset())
