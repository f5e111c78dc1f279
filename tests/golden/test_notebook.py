"""The notebook of the examples runs from top to bottom, and shows what it promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dayafter.errors import UsageError
from dayafter.notebook import Case, load
from dayafter.results.picture import Picture
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
    shown = {"".join(cell["source"]): cell["outputs"][-1]["data"] for cell in code if "data" in cell["outputs"][-1]}
    maps = [data["image/svg+xml"] for source, data in shown.items() if "plot(" in source]
    assert len(maps) == 3
    english, fans, arabic = (" ".join("".join(one).split()) for one in maps)
    assert "Tuz Khurmatu</text>" in english
    assert "simulated under stated assumptions" in fans
    assert "طوزخورماتو</text>" in arabic
    assert any("SimulationResult of iraq-2016" in "".join(data["text/plain"]) for data in shown.values())
    assert any("who must be convinced" in "".join(data.get("text/html", "")) for data in shown.values())
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


def test_the_map_in_arabic_has_its_names_and_legend(bundled: Case) -> None:
    svg = bundled.plot(members=20, language="ar").svg
    assert "سنجار</text>" in svg
    assert "\u2067لا معلومات\u2069</text>" in svg
    assert "no account" not in svg


def test_results_are_as_the_audience_may_have_them_and_show_what_they_are(bundled: Case) -> None:
    options: dict[str, Any] = {"members": 4, "months": 2, "seed": 1}
    public = bundled.simulate(["back-go-betweens"], **options)
    whole = load("iraq-2016", audience="internal").simulate(["back-go-betweens"], **options)
    named = [one.tables["summary"].filter(policy="back-go-betweens")["place"] for one in (public, whole)]
    assert named[0].is_null().all()
    assert not named[1].is_null().all()
    assert repr(public) == "<SimulationResult of iraq-2016: 2 policies, 4 members, 2 months, seed 1>"
    assert "PUBLIC" in public._repr_html_()
    picture = public.plot("events_to_date", place="sinjar", policies=("nothing",))
    arabic = bundled.plot_futures(public, "events_to_date", place="sinjar", policies=("nothing",), language="ar").svg
    assert "(سنجار)" in arabic
    assert "simulated under" not in arabic
    with pytest.raises(UsageError, match="no interface in 'xx'"):
        bundled.plot_futures(public, "events_to_date", language="xx")
    assert isinstance(picture, Picture)
    assert picture._repr_svg_() == picture.svg == str(picture)
    assert repr(picture).startswith("<Picture, ")


def test_settlement_tables_say_what_the_command_says(bundled: Case) -> None:
    tables = bundled.settlement_tables("Rabiaa", draws=10)
    titles = [sheet.title for sheet in tables.sheets]
    assert titles[:2] == ["What every number rests on", "Rabiaa"]
    assert any(title.startswith("Rabiaa: Package 1 of") for title in titles)
    said = [row[0] for sheet in tables.sheets if sheet.columns == ("",) for row in sheet.rows]
    assert not [line for line in said if line.startswith("- ") or not line]


def test_tables_become_data_frames(bundled: Case) -> None:
    tables = bundled.assessment_tables("sinjar", members=20)
    frames = tables.frames()
    assert frames["Sinjar: open questions"].columns[0] == "question"
    assert "<caption>Sinjar: open questions</caption>" in tables._repr_html_()


def test_loading_the_package_does_not_load_the_notebook() -> None:
    done = run_python(["-c", "import dayafter, sys; assert 'dayafter.notebook' not in sys.modules"])
    assert done.returncode == 0
