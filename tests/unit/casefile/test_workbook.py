from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from benchmarks.make_case import made_up_case
from dayafter.casefile import archive
from dayafter.casefile.load import check_case, load_case
from dayafter.casefile.loaded import column_letters
from dayafter.casefile.schema import TABLES, columns
from dayafter.casefile.workbook import unescape
from dayafter.casefile.workbook_write import header_note
from dayafter.casefile.write import write_case
from tests.unit.casefile.helpers import issues_of


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    write_case(made_up_case(n_rows=80), path)
    return path


def edited(good: Path, folder: Path, edit: Callable[[Any], object]) -> Path:
    """A copy of the workbook after an edit by hand."""
    book = openpyxl.load_workbook(good)
    edit(book)
    path = folder / "edited.xlsx"
    book.save(path)
    return path


def wrong_geometry(book: Any) -> None:
    """A sheet of geometry whose first part is missing."""
    sheet = book.create_sheet("geometry")
    sheet.append(["file", "part", "text"])
    sheet.append(["g.json", 2, "x"])


def test_a_workbook_has_every_sheet_with_its_notes_and_drop_downs(good: Path) -> None:
    book = openpyxl.load_workbook(good)
    assert book.sheetnames == ["case", *TABLES, "lists"]
    sheet = book["actors"]
    assert [cell.value for cell in sheet[1]] == list(columns("actors"))
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.b
    assert sheet["A2"].number_format == "@"
    assert "0 not at all, 1 wholly" in sheet["E1"].comment.text
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    kinds = columns("actors").index("kind")
    assert rules["C2"].startswith("lists!")
    assert kinds == 2
    assert rules["D2"] == "actors!$A$2:$A$1000"
    column = rules["C2"].split("$")[1]
    assert [cell.value for cell in book["lists"][column]][1] == "state"


def test_every_enumeration_of_a_table_has_a_drop_down_of_exactly_its_words(good: Path) -> None:
    book = openpyxl.load_workbook(good)
    for table, field, word in [
        ("deals", "status", "missing"),
        ("incidents", "kind", "other"),
        ("actors", "confidence", "claim"),
    ]:
        letter = column_letters(columns(table).index(field))
        (formula,) = [
            rule.formula1
            for rule in book[table].data_validations.dataValidation
            if str(rule.sqref).startswith(f"{letter}2:")
        ]
        first, last = formula.removeprefix("lists!").replace("$", "").split(":")
        assert book["lists"][f"{first}:{last}"][-1][0].value == word


def test_a_note_says_whether_a_column_is_needed_its_unit_and_what_it_takes() -> None:
    assert header_note("places", "population_before").startswith("May stay empty.")
    assert "Unit: persons." in header_note("places", "population_before")
    assert header_note("loyalties", "actor").startswith("Needed.")
    assert "An id from actors." in header_note("loyalties", "actor")


@pytest.mark.parametrize(
    ("edit", "code", "cell"),
    [
        (lambda b: b["places"].__setitem__("B3", "=1+1"), "xlsx.formula", "B3"),
        (lambda b: b["places"].__setitem__("B3", "#N/A"), "xlsx.error-value", "B3"),
        (lambda b: setattr(b["places"], "sheet_state", "hidden"), "xlsx.hidden-sheet", None),
        (lambda b: setattr(b["aid"], "sheet_state", "veryHidden"), "xlsx.hidden-sheet", None),
        (lambda b: setattr(b["places"], "title", "palces"), "xlsx.unknown-sheet", None),
        (lambda b: b["places"].merge_cells("B3:C3"), "xlsx.merged-cells", "B3"),
        (lambda b: b["places"].__setitem__("X3", "stray"), "xlsx.cell-without-column", None),
        (lambda b: b["places"].__setitem__("C3", "twon"), "cell.enum", "C3"),
        (lambda b: b["places"].__setitem__("B1", "nmae"), "table.unknown-column", "B1"),
        (lambda b: b["case"].__setitem__("A2", "fromat"), "case.unknown-field", "A2"),
        (lambda b: b["case"].__setitem__("A3", "title"), "case.duplicate-field", "A4"),
        (lambda b: b["case"].__setitem__("B7", "yesterday"), "cell.date", "B7"),
        (lambda b: b.remove(b["case"]), "case.no-head", None),
        (wrong_geometry, "xlsx.geometry-parts", "B2"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_at_its_sheet_and_cell(
    good: Path, tmp_path: Path, edit: Callable[[Any], object], code: str, cell: str | None
) -> None:
    report = check_case(edited(good, tmp_path, edit))
    assert not report.ok
    issue = next(issue for issue in report.issues if issue.code == code)
    assert issue.where.file == "edited.xlsx"
    assert cell is None or issue.where.cell == cell
    assert issue.remedy


def test_what_excel_makes_of_typed_values_reads_as_a_person_meant_it(good: Path, tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        places = book["places"]
        freed, share, people = (
            columns("places").index(name) + 1 for name in ("freed_on", "destroyed_share", "population_before")
        )
        for row, (value, shown_as) in enumerate(
            [(dt.date(2015, 11, 12), "yyyy-mm-dd"), (dt.date(2015, 11, 1), "mmm-yy"), (dt.date(2015, 1, 1), "yyyy")],
            start=3,
        ):
            cell = places.cell(row, freed)
            cell.value, cell.number_format = value, shown_as
        places.cell(3, people).value = 1200.0
        places.cell(3, share).value = 0.1
        book["actors"].cell(2, columns("actors").index("armed") + 1).value = True
        book["actors"].cell(2, columns("actors").index("note") + 1).value = True

    case = load_case(edited(good, tmp_path, edit)).case
    assert [str(place.freed_on) for place in case.places[1:4]] == ["2015-11-12", "2015-11", "2015"]
    assert str(case.places[1].population_before) == "1200"
    assert str(case.places[1].destroyed_share) == "0.1"
    assert (case.actors[0].armed, case.actors[0].note) == ("yes", "TRUE")


def test_escapes_of_a_workbook_are_undone_once() -> None:
    assert unescape("a_x000D_b") == "a\rb"
    assert unescape("_x005F_x0041_") == "_x0041_"
    assert unescape("_xD800_") == "_xD800_"


def bomb(path: Path, megabytes: int) -> None:
    """A workbook whose sheet blows up to this size."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file,
        archive_file.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(megabytes):
            part.write(b" " * 2**20)


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    bomb(tmp_path / "bomb.xlsx", 300)
    assert (tmp_path / "bomb.xlsx").stat().st_size < 2**20
    report = check_case(tmp_path / "bomb.xlsx")
    assert [issue.code for issue in report.issues] == ["xlsx.too-large-inside"]


def test_a_bomb_that_lies_about_its_sizes_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    bomb(path, 40)
    data = path.read_bytes().replace((40 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    (issue,) = check_case(path).issues
    assert issue.code in {"xlsx.too-large-inside", "xlsx.not-readable"}


def test_inflating_is_counted_and_not_only_what_the_archive_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb(tmp_path / "bomb.xlsx", 20)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: [_Small(info) for info in self.filelist])
    issue = archive.archive_fault(tmp_path / "bomb.xlsx")
    assert issue is not None
    assert issue.code == "xlsx.too-large-inside"


class _Small(zipfile.ZipInfo):
    """A part that states a small size and inflates to its true one."""

    def __init__(self, info: zipfile.ZipInfo) -> None:
        super().__init__(info.filename)
        for name in ("header_offset", "compress_size", "compress_type", "flag_bits", "CRC", "orig_filename"):
            setattr(self, name, getattr(info, name))
        self.true_size = info.file_size

    reads = 0

    @property
    def file_size(self) -> int:  # first asked for by the sum, then by the reader
        self.reads += 1
        return 10 if self.reads == 1 else self.true_size

    @file_size.setter
    def file_size(self, value: int) -> None:
        """Set by the base class; the stated size is what `file_size` answers."""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xlsx.not-readable"),
        (b"PK\x03\x04 no zip", "xlsx.not-readable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "xlsx.not-readable"),
        (b"id,name\n", "xlsx.not-readable"),
    ],
)
def test_a_file_that_is_no_workbook_says_so(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    assert list(issues_of(tmp_path / "a.xlsx")) == [code]


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "xl/styles.xml"],
)
def test_a_damaged_part_is_an_issue_and_no_crash(good: Path, tmp_path: Path, part: str) -> None:
    for number, content in enumerate((b"", b"<a", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')):
        path = tmp_path / f"damaged{number}.xlsx"
        with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
            for info in old.infolist():
                new.writestr(info.filename, content if info.filename == part else old.read(info))
        report = check_case(path)
        assert not report.ok or part == "xl/styles.xml" or content == b"<a/>"
        if b"DOCTYPE" in content:
            assert [issue.code for issue in report.issues] == ["xlsx.entities"]


def test_a_sheet_that_claims_a_million_empty_rows_is_read_quickly(good: Path, tmp_path: Path) -> None:
    path = edited(good, tmp_path, lambda book: book["places"].__setitem__("A1048576", ""))
    assert check_case(path).counts["places"] == load_case(good).case.places.__len__()
