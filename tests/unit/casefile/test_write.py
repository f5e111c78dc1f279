from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.make_case import made_up_case
from dayafter.casefile import write
from dayafter.casefile.load import load_case
from dayafter.casefile.schema import columns
from dayafter.casefile.write import replacing, write_case
from dayafter.errors import CaseFileError, UsageError

CASE = made_up_case(n_rows=80, texts=("=cmd()", "x"))


def test_a_folder_holds_canonical_csv_of_the_tables_that_have_rows(tmp_path: Path) -> None:
    write_case(CASE, tmp_path / "case")
    data = (tmp_path / "case" / "places.csv").read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "case" / "places.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream))
    assert tuple(table[0]) == columns("places")
    assert not (tmp_path / "case" / "brokers.csv").exists()
    assert not any(cell.startswith("=") for row in table for cell in row)
    assert any(cell == "'=cmd()" for row in table for cell in row)


@pytest.mark.parametrize("name", ["case", "case.xlsx"])
def test_nothing_is_replaced_unless_asked_for(tmp_path: Path, name: str) -> None:
    write_case(CASE, tmp_path / name)
    with pytest.raises(UsageError, match="--overwrite"):
        write_case(CASE, tmp_path / name)
    other = made_up_case(n_rows=90, seed=8)
    write_case(other, tmp_path / name, overwrite=True)
    assert load_case(tmp_path / name).case == other
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_other_files_of_a_case_folder_stay_when_the_case_is_replaced(tmp_path: Path) -> None:
    write_case(CASE, tmp_path / "case", all_tables=True)
    (tmp_path / "case" / "notes").mkdir()
    (tmp_path / "case" / "notes" / "a.txt").write_text("keep")
    write_case(CASE, tmp_path / "case", overwrite=True)
    assert (tmp_path / "case" / "notes" / "a.txt").read_text() == "keep"
    assert not (tmp_path / "case" / "brokers.csv").exists()


def test_a_folder_that_is_no_case_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("x")
    with pytest.raises(UsageError, match=r"other things in it \(a.jpg"):
        write_case(CASE, tmp_path / "photos", overwrite=True)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    write_case(CASE, tmp_path / "case")
    assert load_case(tmp_path / "case").case == CASE


def test_kinds_of_target_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name, words in {
        "file": "a file",
        "folder.xlsx": "a folder",
        "link": "a link",
        "no/where": "make it first",
    }.items():
        with pytest.raises(UsageError, match=words):
            write_case(CASE, tmp_path / name, overwrite=True)


def test_a_failure_on_the_way_leaves_the_old_case_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_case(CASE, tmp_path / "case")
    monkeypatch.setattr(write, "csv_text", lambda rows: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_case(made_up_case(seed=9), tmp_path / "case", overwrite=True)
    assert load_case(tmp_path / "case").case == CASE
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_file_half_written_is_never_seen(tmp_path: Path) -> None:
    def fail() -> None:
        with replacing(tmp_path / "a.xlsx", overwrite=False) as temporary:
            temporary.write_text("half")
            assert not (tmp_path / "a.xlsx").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_text_longer_than_a_cell_is_refused(tmp_path: Path) -> None:
    case = made_up_case(n_rows=80, texts=("x" * 32_768,))
    with pytest.raises(CaseFileError, match="32,768 characters"):
        write_case(case, tmp_path / "case")
    assert list(tmp_path.iterdir()) == []
