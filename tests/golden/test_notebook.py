"""The notebook of the examples runs from top to bottom, and shows what it promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dayafter.errors import UsageError
from dayafter.notebook import Case, Picture, load
from tests.house.checkout import run_python

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "notebooks" / "first-look.ipynb"
EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": sys.argv[3]}}).execute()
nbformat.write(book, sys.argv[2])
"""
BROKERS = ("Talib", "Shesho", "Yawar", "Lheibi")


@pytest.fixture(scope="module")
def bundled() -> Case:
    return load("iraq-2016")


def test_the_notebook_runs_and_its_outputs_hold_a_map_tables_and_numbers(tmp_path: Path) -> None:
    done = run_python(
        ["-c", EXECUTE, str(NOTEBOOK), str(tmp_path / "done.ipynb"), str(tmp_path)],
        environment={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    book = json.loads((tmp_path / "done.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in code)
    kinds = {kind for cell in code for output in cell["outputs"] for kind in output.get("data", {})}
    assert {"text/html", "image/svg+xml"} <= kinds
    text = json.dumps(book, ensure_ascii=False)
    assert [name for name in BROKERS if name in text] == []


def test_the_stored_notebook_holds_no_output() -> None:
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert [cell for cell in book["cells"] if cell.get("outputs")] == []


def test_a_case_shows_what_it_holds_and_for_whom(bundled: Case) -> None:
    record = bundled.record
    told = ", ".join(
        f"{len(getattr(record, table))} {table}"
        for table in ("places", "communities", "actors", "deals", "claims", "sources")
    )
    assert repr(bundled) == f"<Case iraq-2016 as of 2016-02-22, for public: {told}>"
    assert "PUBLIC" in bundled._repr_html_()


def test_a_table_leaves_withheld_rows_out_and_an_unknown_one_is_refused(bundled: Case) -> None:
    assert bundled.table("brokers").height == 0
    assert load("iraq-2016", audience="internal").table("brokers").height > 0
    with pytest.raises(UsageError, match="no table 'dealz'"):
        bundled.table("dealz")


def test_the_map_is_svg_with_real_text_and_says_that_it_is_schematic(bundled: Case, tmp_path: Path) -> None:
    picture = bundled.plot(members=20)
    assert isinstance(picture, Picture)
    svg = picture.save(tmp_path / "map.svg").read_text(encoding="utf-8")
    assert svg == picture._repr_svg_()
    assert "Tuz Khurmatu</text>" in svg
    assert "Schematic, not a boundary" in svg
    assert "contested" in svg


def test_tables_become_data_frames(bundled: Case) -> None:
    tables = bundled.assessment_tables("sinjar", members=20)
    frames = tables.frames()
    assert frames["Sinjar: open questions"].columns[0] == "question"
    assert "<caption>Sinjar: open questions</caption>" in tables._repr_html_()


def test_loading_the_package_does_not_load_the_notebook() -> None:
    done = run_python(["-c", "import dayafter, sys; assert 'dayafter.notebook' not in sys.modules"])
    assert done.returncode == 0
