from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # has no types of its own
import pytest

from benchmarks.make_case import made_up_case
from dayafter.casefile import raw as raw_module
from dayafter.casefile.bundled import bundled_cases, find_case
from dayafter.casefile.codes import CODES
from dayafter.casefile.json_schema import case_json_schema, write_json_schema
from dayafter.casefile.load import check_case, load_case, read_raw
from dayafter.casefile.meanings import meaning_of
from dayafter.casefile.migrations import migrate
from dayafter.casefile.raw import EMITTED_CODES, HeadValue, RawCase
from dayafter.casefile.scaffold import init_case, slug_of
from dayafter.casefile.schema import TABLES, CaseInfo
from dayafter.errors import Severity, UsageError
from tests.unit.casefile.helpers import small_case

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["my valley", "my valley.xlsx"])
def test_a_new_case_passes_its_check_and_shows_every_column(tmp_path: Path, name: str) -> None:
    init_case(tmp_path / name, today=dt.date(2016, 2, 22))
    report = check_case(tmp_path / name)
    assert report.loaded is not None
    assert report.loaded.case.info.id == "my-valley"
    assert str(report.loaded.case.info.as_of) == "2016-02-22"
    assert sum(report.counts.values()) == 0
    assert list(read_raw(tmp_path / name).tables) == list(TABLES)


def test_the_head_of_a_new_case_explains_every_field(tmp_path: Path) -> None:
    init_case(tmp_path / "new")
    text = (tmp_path / "new" / "case.yaml").read_text(encoding="utf-8")
    for name in CaseInfo.model_fields:
        assert re.search(rf"^(# )?{name}: .", text, re.MULTILINE), name
        assert " ".join(meaning_of(CaseInfo, name).split()) in text


def test_what_a_new_case_shows_as_examples_can_be_used_as_it_stands(tmp_path: Path) -> None:
    init_case(tmp_path / "new", today=dt.date(2016, 2, 22))
    head = tmp_path / "new" / "case.yaml"
    text = head.read_text(encoding="utf-8")
    head.write_text(re.sub(r"^# (?=[a-z_]+: )", "", text, flags=re.MULTILINE), encoding="utf-8")
    errors = [str(issue) for issue in check_case(tmp_path / "new").issues if issue.severity is Severity.ERROR]
    assert errors == []


def test_a_copy_of_a_case_differs_in_its_id_alone(tmp_path: Path) -> None:
    source = small_case(tmp_path / "source")
    init_case(tmp_path / "copy.xlsx", source)
    copy, old = load_case(tmp_path / "copy.xlsx").case, load_case(source).case
    assert copy.info.id == "copy"
    assert copy.model_copy(update={"info": old.info}) == old


def test_an_id_is_made_of_any_name() -> None:
    assert slug_of("Tuz Khurmatu 2016!") == "tuz-khurmatu-2016"
    assert slug_of("Kerkûk") == "kerkuk"
    assert slug_of("كركوك") == "my-case"


@pytest.mark.parametrize("name", bundled_cases())
def test_a_bundled_case_is_found_by_its_name(name: str) -> None:
    assert load_case(name).path == find_case(name)


def test_a_misspelt_bundled_case_is_guessed() -> None:
    assert "iraq-2016" in bundled_cases()
    with pytest.raises(UsageError, match="did you mean iraq-2016"):
        find_case("iraq2016")


def test_the_schema_is_valid_and_a_case_follows_it() -> None:
    schema = case_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = made_up_case().model_dump(mode="json")
    assert list(validator.iter_errors(document)) == []
    document["places"][0]["kind"] = "twon"
    assert not validator.is_valid(document)


def test_the_schema_describes_units_references_and_keys() -> None:
    definitions = case_json_schema()["$defs"]
    assert definitions["Place"]["properties"]["population_before"]["x-unit"] == "persons"
    assert definitions["Loyalty"]["properties"]["actor"]["x-refers-to"] == ["actors"]
    assert definitions["Loyalty"]["x-key"] == ["actor", "patron"]
    assert definitions["Place"]["required"] == ["id", "name", "kind"]


def test_the_published_schema_is_the_one_of_the_models(tmp_path: Path) -> None:
    write_json_schema(tmp_path / "schema.json")
    published = ROOT / "docs" / "reference" / "case.schema.json"
    assert published.read_bytes() == (tmp_path / "schema.json").read_bytes(), "run: make regenerate"
    assert json.loads(published.read_text(encoding="utf-8"))["$id"] == "urn:dayafter:case:1"


def test_an_older_format_is_brought_up_step_by_step(tmp_path: Path) -> None:
    def titles(raw: RawCase) -> None:
        assert raw.head is not None
        raw.head["title"] = HeadValue("From " + str(raw.head["title"].value), raw.head["title"].where)

    def regions(raw: RawCase) -> None:
        assert raw.head is not None
        raw.head["region"] = raw.head["title"]

    raw = read_raw(small_case(tmp_path / "case"))
    migrate(raw, {1: titles, 2: regions}, current=3)
    assert raw.head is not None
    assert {name: raw.head[name].value for name in ("format", "title", "region")} == {
        "format": "3",
        "title": "From Small",
        "region": "From Small",
    }
    assert raw.issues == []


def test_every_code_that_reading_can_report_is_listed_and_documented() -> None:
    families = r'"((?:file|yaml|csv|xlsx|cell|table|case)\.[a-z][a-z-]+)"'
    folder = Path(raw_module.__file__).parent
    modules = [path for path in folder.glob("*.py") if path.name != "codes.py"]
    written = {
        code
        for path in [*modules, folder.parent / "quantities.py"]
        for code in re.findall(families, path.read_text(encoding="utf-8"))
    } - {"case.yaml"}
    assert written == EMITTED_CODES
    assert set(CODES) >= EMITTED_CODES
