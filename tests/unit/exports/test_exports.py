"""Exports, each opened by the program that its readers use, and searched for what must not be in it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import polars as pl
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.cli.exporting import ExportFormat
from dayafter.errors import RedactionError, UsageError
from dayafter.exports import geopackage, runs
from dayafter.exports.material import CaseMaterial, gather, material_of
from dayafter.exports.network import graphml, network
from dayafter.exports.places import geojson, place_features
from dayafter.exports.registry import FORMATS, export_case
from dayafter.exports.tables import Table, case_tables, record_table
from dayafter.results.store import load_results
from dayafter.study import Settings, prepare
from dayafter.vocabulary import Audience
from tests.unit.test_redaction_planted import OPEN, forbidden, planted_cases

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-bridges"
VALLEY: dict[str, Any] = {
    "info": {"id": "valley", "title": "The valley", "question": "Whom?", "as_of": "2016-02-22", "audience": "public"},
    "sources": [{"id": "press", "title": "A newspaper", "kind": "news"}],
    "places": [
        {"id": "land", "name": "Land", "kind": "country", "scope": "national"},
        {"id": "ford", "name": "=cmd|' /C calc'!A0", "kind": "town", "parent": "land", "scope": "contested"},
        {"id": "hidden-ford", "name": "Secret Ford", "kind": "town", "scope": "contested", "sensitivity": "severe",
         "latitude": 1.5, "longitude": 2.5},
    ],
    "names": [{"entity": "ford", "language": "ar", "name": "المخاضة"}],
    "actors": [{"id": "guard", "name": "Guard", "kind": "militia"}, {"id": "giver", "name": "Giver", "kind": "state"}],
    "aid": [
        {"id": "seed-money", "name": "Seed money", "donor": "giver", "recipient": "guard", "kind": "grant",
         "amount": "1000..3000", "announced_on": "2015-11", "places": "ford"},
    ],
    "tranches": [
        {"aid": "seed-money", "number": 1, "share": 0.5, "due_on": "2016-03", "condition": "inclusion",
         "condition_text": "Both sides in the council", "released": "no"},
        {"aid": "seed-money", "number": 2, "share": 0.5, "condition": "none", "released": "yes"},
    ],
}  # fmt: skip


def material(case: CaseFile | dict[str, Any], audience: Audience | None = None) -> CaseMaterial:
    made = CaseFile.model_validate(case) if isinstance(case, dict) else case
    return material_of(LoadedCase(made), audience, seed=7, members=20, horizon=None)


@pytest.fixture(scope="module")
def bridges() -> CaseMaterial:
    return gather(str(EXAMPLE), members=40)


@pytest.fixture(scope="module")
def workbook(bridges: CaseMaterial, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exports") / "bridges.xlsx"
    export_case(bridges, "xlsx", path)
    return path


def table(of: CaseMaterial, name: str) -> Table:
    return next(one for one in case_tables(of) if one.name == name)


def test_the_command_knows_exactly_the_formats_of_the_registry() -> None:
    assert [one.value for one in ExportFormat] == list(dict.fromkeys((*FORMATS, *runs.FORMATS)))


def test_every_sheet_has_a_filter_a_frozen_header_with_notes_and_no_formula(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert {"about", "finding_ledger", "finding_deals", "places", "sources"} <= set(book.sheetnames)
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        assert sheet["A1"].comment is not None
        assert [cell.coordinate for row in sheet for cell in row if cell.data_type == "f"] == []


def test_a_sheet_prints_across_the_page_with_its_header_on_each_and_long_texts_are_broken(workbook: Path) -> None:
    for sheet in openpyxl.load_workbook(workbook):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        texts = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
        assert all(cell.alignment.wrap_text for cell in texts)
        long = {cell.row for cell in texts if len(str(cell.value)) > 100}
        assert all((sheet.row_dimensions[row].height or 0) >= 30 for row in long)


def test_a_number_in_the_workbook_is_a_number_and_has_its_range_and_unit_beside_it(
    workbook: Path, bridges: CaseMaterial
) -> None:
    sheet = openpyxl.load_workbook(workbook)["finding_deals"]
    head = [cell.value for cell in sheet[1]]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    rows: list[dict[Any, Any]] = [dict(zip(head, line, strict=True)) for line in lines]
    found = {row["of"]: row for row in rows if row["value"] is not None}
    wanted = {row.of: row for row in bridges.section("deal") if row.value is not None}
    assert found.keys() == wanted.keys()
    for deal, row in found.items():
        assert (row["value"], row["p05"], row["p95"]) == pytest.approx(
            (wanted[deal].value, wanted[deal].p05, wanted[deal].p95)
        )
        assert row["unit"].startswith("probability of ending within")
        assert row["word"]


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless_everywhere(tmp_path: Path) -> None:
    made = material(VALLEY)
    export_case(made, "xlsx", tmp_path / "v.xlsx")
    export_case(made, "csv", tmp_path / "v")
    sheet = openpyxl.load_workbook(tmp_path / "v.xlsx")["places"]
    assert "'=cmd|' /C calc'!A0" in [cell.value for row in sheet for cell in row]
    rows = list(csv.reader(io.StringIO((tmp_path / "v" / "places.csv").read_text(encoding="utf-8-sig"))))
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))] == []


def test_csv_parquet_and_workbook_hold_the_same_cells(bridges: CaseMaterial, workbook: Path, tmp_path: Path) -> None:
    export_case(bridges, "csv", tmp_path / "c")
    export_case(bridges, "parquet", tmp_path / "p")
    book = openpyxl.load_workbook(workbook)
    for one in case_tables(bridges):
        frame = pl.read_parquet(tmp_path / "p" / f"{one.name}.parquet")
        assert frame.rows() == [tuple(None if cell is None else cell for cell in row) for row in one.rows]
        text = (tmp_path / "c" / f"{one.name}.csv").read_text(encoding="utf-8")
        assert text.startswith("\ufeff")
        assert len(list(csv.reader(io.StringIO(text)))) == len(one.rows) + 1
        assert book[one.name].max_row == len(one.rows) + 1


def test_an_uncertain_number_of_the_record_leaves_as_best_value_and_limits() -> None:
    rows = CaseFile.model_validate(VALLEY).aid
    made = record_table("aid", rows)
    head = [column.name for column in made.columns]
    cells = dict(zip(head, made.rows[0], strict=True))
    assert (cells["amount"], cells["amount_low"], cells["amount_high"]) == (None, 1000, 3000)


def test_the_places_are_geojson_that_a_map_program_reads(bridges: CaseMaterial, tmp_path: Path) -> None:
    export_case(bridges, "geojson", tmp_path / "places.geojson")
    document = json.loads((tmp_path / "places.geojson").read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    drawn = [one for one in document["features"] if one["geometry"]]
    assert drawn
    assert all(shape(one["geometry"]).is_valid for one in drawn)
    assert pyogrio.read_info(tmp_path / "places.geojson")["features"] == len(document["features"])
    told = document["dayafter"]
    assert told["handling"] == bridges.gate.handling
    assert set(document["features"][0]["properties"]) == set(told["properties"])


def test_what_has_no_account_is_null_on_the_map_and_a_place_without_a_spot_is_named() -> None:
    document = json.loads(geojson(material(VALLEY)))
    by_id = {one["id"]: one for one in document["features"]}
    assert by_id["ford"]["geometry"] is None
    assert by_id["ford"]["properties"]["population_before"] is None
    assert "ford" in document["dayafter"]["places_without_a_spot"]
    assert "المخاضة [ar]" in by_id["ford"]["properties"]["names"]


def test_a_withheld_place_is_on_no_map_and_its_spot_in_no_file() -> None:
    made = material(VALLEY, Audience.PUBLIC)
    assert [one.properties["id"] for one in place_features(made)] == ["land", "ford"]
    assert "2.5" not in geojson(made).replace("[0.25", "")
    assert "Secret" not in geojson(made)


def test_the_geopackage_holds_layers_tables_and_styles(bridges: CaseMaterial, tmp_path: Path) -> None:
    path = tmp_path / "bridges.gpkg"
    export_case(bridges, "gpkg", path)
    layers = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    assert layers["place_areas"] == "Polygon"
    assert layers["table_finding_deals"] is None
    info = pyogrio.read_info(path, layer="place_areas")
    assert info["crs"] == "EPSG:4326"
    drawn = [one for one in place_features(bridges) if one.geometry and one.geometry["type"] == "Polygon"]
    assert info["features"] == len(drawn)
    with closing(sqlite3.connect(path)) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))
        known = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
        fault = base.execute("PRAGMA integrity_check").fetchone()
    assert fault == ("ok",)
    assert set(styles) == {name for name in layers if name.startswith("place_")}
    assert {"layer_styles", "table_about"} <= known
    root = ET.fromstring(styles["place_areas"])
    assert [one.get("value") for one in root.iter("category")] == ["0", "1", "2", "3", "4", ""]
    assert [one.get("fieldName") for one in root.iter("text-style")] == ['"name"']


def test_the_geopackage_brings_a_style_with_the_names_of_each_language(tmp_path: Path) -> None:
    """Each style draws the column of its own language, which the layer has; QGIS loads the first by itself."""
    spots = [{**place, "latitude": 1.0 + n, "longitude": 2.0} for n, place in enumerate(VALLEY["places"])]
    export_case(material({**VALLEY, "places": spots}), "gpkg", tmp_path / "v.gpkg")
    with closing(sqlite3.connect(tmp_path / "v.gpkg")) as base:
        styles = {title: (qml, first) for title, qml, first in base.execute(_STYLES)}
        names = dict(base.execute("SELECT id, name_ar FROM place_points"))
        (version,) = base.execute("PRAGMA user_version").fetchone()
    assert names == {"land": None, "ford": "المخاضة"}
    assert {title: first for title, (_, first) in styles.items()} == {
        "contested questions": 1,
        "contested questions (ar)": 0,
    }
    arabic = ET.fromstring(styles["contested questions (ar)"][0])
    assert [one.get("fieldName") for one in arabic.iter("text-style")] == ['coalesce("name_ar", "name")']
    assert {one.get("label") for one in arabic.iter("category")} >= {"لا معلومات"}
    assert version == 10200


_STYLES = "SELECT styleName, styleQML, useAsDefault FROM layer_styles WHERE f_table_name = 'place_points'"


def test_a_geopackage_without_any_spot_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no place of the case has a spot"):
        export_case(material(VALLEY, Audience.PUBLIC), "gpkg", tmp_path / "v.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_message_names_it(
    bridges: CaseMaterial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyogrio", None)
    with pytest.raises(UsageError) as caught:
        export_case(bridges, "gpkg", tmp_path / "b.gpkg")
    assert str(caught.value) == geopackage.NEEDS


def test_the_network_reads_back_with_its_ties_and_no_go_between(bridges: CaseMaterial, tmp_path: Path) -> None:
    export_case(bridges, "graphml", tmp_path / "n.graphml")
    read = nx.read_graphml(tmp_path / "n.graphml")
    made = network(bridges)
    assert dict(read.nodes(data="label")) == dict(made.nodes(data="label"))
    assert read.number_of_edges() == made.number_of_edges()
    ties = {data["tie"] for *_, data in read.edges(data=True)}
    assert {"loyal-to", "party-to", "covers"} <= ties
    assert not any(node.startswith(("brokers/", "contacts/")) for node in read)
    loyal = [data for *_, data in read.edges(data=True) if data["tie"] == "loyal-to"]
    assert all(data["low"] <= data["weight"] <= data["high"] for data in loyal)


@pytest.mark.parametrize(
    ("to", "name", "what"),
    [
        ("xlsx", "b.csv", "ending in .xlsx"),
        ("csv", "b.csv", "the name of a folder"),
        ("geojson", "there/b.geojson", "make it first"),
        ("docx", "b.docx", "there is no format 'docx'"),
    ],
)
def test_a_target_that_does_not_fit_is_refused(
    bridges: CaseMaterial, tmp_path: Path, to: str, name: str, what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        export_case(bridges, to, tmp_path / name)


def test_what_is_there_is_replaced_only_when_told_and_never_when_it_is_something_else(
    bridges: CaseMaterial, tmp_path: Path
) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    export_case(bridges, "csv", own)
    with pytest.raises(UsageError, match="say --overwrite"):
        export_case(bridges, "csv", own)
    export_case(bridges, "csv", own, overwrite=True)
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"other things in it \(thesis\.txt\)"):
        export_case(bridges, "csv", other, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "own"]


def everything_in(path: Path) -> bytes:
    """All bytes of an export, zip files unpacked."""
    if path.is_dir():
        return b"".join(everything_in(one) for one in sorted(path.iterdir()))
    if path.suffix == ".parquet":
        return repr(pl.read_parquet(path).rows()).encode()
    if path.suffix == ".xlsx":
        from zipfile import ZipFile

        with ZipFile(path) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return path.read_bytes()


@settings(max_examples=4, deadline=None)
@given(planted_cases(), st.sampled_from(OPEN))
def test_no_token_planted_above_the_ceiling_is_in_any_file(
    tmp_path_factory: pytest.TempPathFactory,
    made: tuple[CaseFile, list[tuple[str, int, str, str]]],
    audience: Audience,
) -> None:
    case, planted = made
    of, folder = material(case, audience), tmp_path_factory.mktemp("planted")
    secret = list(forbidden(case, planted, audience))
    written = 0
    for to, one in FORMATS.items():
        try:
            export_case(of, to, folder / f"{to}{one.suffix}")
        except UsageError:
            continue  # nothing of the kind that this audience may see
        written += 1
        inside = everything_in(folder / f"{to}{one.suffix}").decode("utf-8", "replace")
        assert [spot for spot in secret if spot[3] in inside] == [], to
    assert written >= 5


def test_the_last_door_stops_every_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A gate that lets a withheld place through its rows still does not let it out."""
    made = material(VALLEY, Audience.PUBLIC)
    monkeypatch.setattr(type(made.gate), "hidden_rows", lambda self, table: frozenset())
    monkeypatch.setattr(type(made.gate), "case", made.gate._full)
    for to in ("xlsx", "csv", "parquet", "geojson", "gpkg", "graphml"):
        with pytest.raises(RedactionError):
            export_case(made, to, tmp_path / f"x{FORMATS[to].suffix}")
    assert list(tmp_path.iterdir()) == []


def test_graphml_says_that_it_is_utf8() -> None:
    case = load_case(EXAMPLE).case
    assert graphml(material(case)).startswith("<?xml version='1.0' encoding='utf-8'?>")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings_ = Settings(members=4, months=3, policies=["nothing"])
    prepare(load_case(EXAMPLE), settings_, out=folder).execute(threads=1)
    return folder


def test_a_run_leaves_as_workbook_csv_and_parquet_with_the_numbers_that_it_has(
    run_folder: Path, tmp_path: Path
) -> None:
    result = load_results(run_folder)
    runs.export_run(result, "xlsx", tmp_path / "r.xlsx")
    runs.export_run(result, "csv", tmp_path / "c")
    runs.export_run(result, "parquet", tmp_path / "p")
    summary = result.tables["summary"]
    assert pl.read_parquet(tmp_path / "p" / "summary.parquet")["mean"].to_list() == summary["mean"].to_list()
    read = pl.read_csv(tmp_path / "c" / "summary.csv", infer_schema_length=None)
    assert read["mean"].cast(pl.Float64).to_list() == summary["mean"].to_list()
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    last = summary.filter(pl.col("month") == 3)
    assert book["summary"].max_row == last.height + 1
    assert "simulated under stated assumptions" in str([cell.value for cell in book["about"]["B"]]).lower()


def test_a_workbook_of_a_run_names_its_policies_and_leaves_single_members_to_other_formats(tmp_path: Path) -> None:
    settings_ = Settings(members=4, months=3, policies=["nothing", "talks"], draws=True)
    prepare(load_case(EXAMPLE), settings_, out=tmp_path / "run").execute(threads=1)
    result = load_results(tmp_path / "run")
    runs.export_run(result, "xlsx", tmp_path / "r.xlsx")
    runs.export_run(result, "parquet", tmp_path / "p")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert "draws" not in book.sheetnames
    about = {row[0].value: row[1].value for row in book["about"]}
    assert about["single members"] == "Not in a workbook; export csv or parquet for them"
    assert about["policy talks"] == "Talks on the valley"
    assert pl.read_parquet(tmp_path / "p" / "draws.parquet").height == result.tables["draws"].height


def test_a_run_leaves_as_one_netcdf_file_that_xarray_opens(run_folder: Path, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    runs.export_run(load_results(run_folder), "netcdf", tmp_path / "r.nc")
    with xarray.open_dataset(tmp_path / "r.nc", engine="scipy") as data:
        assert "events_to_date" in data
        assert list(data["month"].values) == [1, 2, 3]


def test_a_run_has_no_places_to_draw_and_keeps_its_audience(run_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a run has no places or ties to write as geojson"):
        runs.export_run(load_results(run_folder), "geojson", tmp_path / "r.geojson")
    assert runs.audience_of(load_results(run_folder)) is Audience.PARTNERS
