from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from benchmarks.make_case import made_up_case
from dayafter.casefile.build import build
from dayafter.casefile.convert import convert
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case, read_raw
from dayafter.casefile.schema import CaseFile
from dayafter.casefile.write import write_case
from dayafter.errors import UsageError
from tests.strategies import AWKWARD_TEXTS, any_cases, cases


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@contextmanager
def scratch() -> Iterator[Path]:
    """A fresh folder for one example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(any_cases())
@settings(max_examples=60)
def test_any_case_reads_back_from_a_folder_as_it_was_written(case: CaseFile) -> None:
    with scratch() as folder:
        write_case(case, folder / "case")
        raw = read_raw(folder / "case")
        built = build(raw)
        assert [*raw.issues, *built.issues] == []
        assert built.case == case


@given(any_cases())
@settings(max_examples=12)
def test_any_case_reads_back_from_a_workbook_as_it_was_written(case: CaseFile) -> None:
    with scratch() as folder:
        write_case(case, folder / "case.xlsx")
        raw = read_raw(folder / "case.xlsx")
        built = build(raw)
        assert [*raw.issues, *built.issues] == []
        assert built.case == case


@given(cases())
@settings(max_examples=6)
def test_converting_to_a_workbook_and_back_gives_the_same_case_and_the_same_bytes(case: CaseFile) -> None:
    with scratch() as folder:
        write_case(case, folder / "one")
        convert(folder / "one", folder / "two.xlsx")
        convert(folder / "two.xlsx", folder / "three")
        assert load_case(folder / "two.xlsx") == load_case(folder / "one")
        assert load_case(folder / "three").case == case
        assert files_of(folder / "three") == files_of(folder / "one")


def test_every_awkward_text_survives_both_kinds_of_file(tmp_path: Path) -> None:
    case = made_up_case(n_rows=300, texts=AWKWARD_TEXTS)
    written = {row.note for _, _, row in case.rows()}
    assert set(AWKWARD_TEXTS) <= written
    write_case(case, tmp_path / "one")
    convert(tmp_path / "one", tmp_path / "two.xlsx")
    convert(tmp_path / "two.xlsx", tmp_path / "three")
    assert load_case(tmp_path / "three").case == case
    assert files_of(tmp_path / "three") == files_of(tmp_path / "one")


def test_the_same_case_gives_the_same_bytes_of_a_workbook(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_case(made_up_case(), tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


LONG = "x" * 15_999 + "_x0041_" + "é" * 20_000
GEOMETRY = (
    '{"type": "FeatureCollection",\r\n "note": "=' + LONG + '", "features": [{"type": "Feature", "id": "place-1",\n'
    ' "geometry": {"type": "Point", "coordinates": [43, 35]}, "properties": {"name": "كركوك"}}]}\n'
)


def with_geometry(name: str = "geometry/places.geojson") -> CaseFile:
    """A case of which one place names a geometry file."""
    case = made_up_case()
    places = tuple(
        place.model_copy(update={"geometry": name}) if place.id == "place-1" else place for place in case.places
    )
    return case.model_copy(update={"places": places})


def test_geometry_files_survive_conversion_byte_by_byte(tmp_path: Path) -> None:
    case = with_geometry()
    write_case(case, tmp_path / "one", geometry={"geometry/places.geojson": GEOMETRY})
    assert (tmp_path / "one/geometry/places.geojson").read_bytes() == GEOMETRY.encode()
    convert(tmp_path / "one", tmp_path / "two.xlsx")
    assert read_geometries(tmp_path / "two.xlsx", case) == {"geometry/places.geojson": GEOMETRY}
    convert(tmp_path / "two.xlsx", tmp_path / "three")
    assert files_of(tmp_path / "three") == files_of(tmp_path / "one")


def test_a_case_is_not_written_without_the_geometry_that_its_places_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"geometry/places\.geojson"):
        write_case(with_geometry(), tmp_path / "one")
    assert list(tmp_path.iterdir()) == []


def test_what_a_workbook_cannot_hold_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    case = made_up_case(texts=("_x0041_x0042_",))
    with pytest.raises(UsageError, match="cannot hold"):
        write_case(case, tmp_path / "one.xlsx")
    assert list(tmp_path.iterdir()) == []
