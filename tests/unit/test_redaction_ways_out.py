"""Every way out of the program, searched for secrets that stand in every field of a case.

Each way is gone twice: for the public, where no secret may be found, and for insiders, where some are, so that a search
that finds nothing means something.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from dayafter.casefile.load import load_case
from dayafter.casefile.schema import TABLES, CaseFile
from dayafter.casefile.write import write_case
from dayafter.cli import app
from dayafter.exports import registry, runs
from dayafter.notebook import Case, load
from dayafter.redaction.fields import Column, Shape, columns_of
from dayafter.results.store import load_results
from dayafter.vocabulary import Audience, Confidence, Sensitivity
from tests.unit.test_redaction_planted import FIXED, token

EXAMPLE = Path(__file__).parents[2] / "examples" / "three-bridges"
FORMS = ("table", "csv", "json")
DRAWN = ("--members", "20")
SMALL_RUN = ("--members", "44", "--months", "2", "--policies", "nothing,talks", "--draws", "--events", "--netcdf")

WAYS: dict[str, tuple[str, ...]] = {
    **{f"assess-{form}": ("assess", "case", "--format", form, *DRAWN) for form in FORMS},
    "predict": ("predict", "case", "--format", "json", "--draws", "20"),
    **{f"settle-{form}": ("settle", "case", "--format", form, "--draws", "20") for form in FORMS[:2]},
    **{f"simulate-{form}": ("simulate", "case", *SMALL_RUN[:6], "--format", form) for form in FORMS[1:]},
    **{f"diff-{form}": ("diff", "case", "later", "--format", form, "--draws", "20", *DRAWN) for form in FORMS},
    "why-inputs": ("why", "run", "--case", "case", "--format", "json"),
    "why-place": ("why", "run", "--case", "case", "--place", "farbridge", "--policy", "talks", "--members", "20"),
    "diff-page": ("diff", "case", "later", "--draws", "0", *DRAWN, "--out", "out.html"),
    "diff-runs": ("diff", "run", "run-later", "--format", "csv"),
    **{
        f"export-{to}": ("export", "case", "--to", to, *DRAWN, "--out", f"out{one.suffix}")
        for to, one in registry.FORMATS.items()
    },
    **{f"export-run-{to}": ("export", "run", "--to", to, "--out", f"out{end}") for to, end in runs.FORMATS.items()},
}
"""A command for each, with `case`, `later`, `run` and `run-later` for what lies in the folder.

Left out is the brief: `test_brief_forms` and the browser's tests look into its forms.
"""
MODEL = {"places": 3, "deals": 0, "issues": 0, "options": 0, "positions": 0, "names": 0}
"""Row that is taken for a model where it is not the last: what is contested, in force, and has a name."""
SPOT = 7.77317
"""Where the planted place lies, which is a secret like its name."""
SAYS_LITTLE = ("diff-runs", "why-")
"""Ways on which not even insiders find a secret here: what both runs have, an open place, the inputs that move most."""
OWN_AUDIENCE = ("export-run-", "diff-runs")
"""Ways that take their audience from the run."""


class Planter:
    """Adds to every table a severe row with a token in each text, citation and id; the rows refer to one another."""

    def __init__(self, case: CaseFile) -> None:
        self._case = case
        self.tokens: list[str] = []
        self._ids = {table: self._fresh() for table, model in TABLES.items() if model.KEY == ("id",)}

    def _fresh(self) -> str:
        self.tokens.append(token(4000 + len(self.tokens)))
        return self.tokens[-1]

    def planted(self) -> CaseFile:
        """The case with its secrets, open to the public in all else."""
        rows = {
            table: [*(row.model_dump() for row in getattr(self._case, table)), self._row(table)] for table in TABLES
        }
        planted = rows["positions"][-1]
        rows["positions"].append({**planted, "actor": self._case.positions[0].actor})  # it takes two to bargain
        head = self._case.info.model_dump() | {"audience": Audience.PUBLIC}
        return CaseFile.model_validate({"info": head, **rows})

    def shapes(self) -> dict[str, str]:
        """The shapes of the towns, and that of the planted place."""
        towns = json.loads((EXAMPLE / "towns.geojson").read_text(encoding="utf-8"))
        ring = [[SPOT, 1.0], [SPOT, 2.0], [SPOT + 1, 2.0], [SPOT, 1.0]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        towns["features"].append({**towns["features"][0], "id": self._ids["places"], "geometry": shape})
        return {"towns.geojson": json.dumps(towns)}

    def _row(self, table: str) -> dict[str, Any]:
        """A row of the table, with secrets in place of its words."""
        made: dict[str, Any] = getattr(self._case, table)[MODEL.get(table, -1)].model_dump()
        named = {table}  # a row names each other row once: nobody is tied to itself
        for column in columns_of(TABLES[table]):
            if column.shape in {Shape.REF, Shape.REFS}:
                if not named & set(column.tables):
                    other = self._ids[column.tables[0]]
                    made[column.name] = (other,) if column.shape is Shape.REFS else other
                    named |= set(column.tables)
            elif (word := self._word(table, column)) is not None:
                made[column.name] = word
        return made | {"sensitivity": Sensitivity.SEVERE, "confidence": Confidence.LOW}

    def _word(self, table: str, column: Column) -> str | None:
        """A token in the form of the column; None where the cell stays as it is."""
        if table == "accounts" and column.name in {"table", "row", "field"}:
            return {"table": "deals", "row": self._ids["deals"], "field": "name"}[column.name]
        if column.name in FIXED or column.name == "geometry":
            return None  # a geometry is the name of the file that holds the shape
        if column.shape is Shape.ID:
            return self._ids.get(table)
        if column.shape is Shape.CITATIONS:
            return f"{self._ids['sources']} [{self._fresh()}]"
        return self._fresh() if column.shape is Shape.TEXT else None


@dataclass(frozen=True)
class Planted:
    """A folder with the case, its version without secrets, runs of both for the public and for insiders."""

    folder: Path
    tokens: tuple[str, ...]

    def go(self, way: str, audience: str, out: Path) -> str:
        """Everything that comes out on this way: what is said, and what is written."""
        for name in ("case", "later"):
            (out / name).symlink_to(self.folder / name)
        for name in ("run", "run-later"):
            (out / name).symlink_to(self.folder / f"{name}-{audience}")
        own = () if way.startswith(OWN_AUDIENCE) else ("--audience", audience)
        said = at_work(out, *WAYS[way], *own)
        return "\n".join((said, *(inside(path) for path in sorted(out.glob("out*")))))

    def found(self, text: str) -> list[str]:
        """Secrets that stand in a text."""
        return [one for one in self.tokens if one in text]


def at_work(folder: Path, *words: str) -> str:
    """What a command says, on both streams."""
    with at(folder):
        done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


@contextmanager
def at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def inside(path: Path) -> str:
    """All that a file or folder holds, unpacked and decoded."""
    if path.is_dir():
        return "\n".join(inside(one) for one in sorted(path.iterdir()))
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return "\n".join((path.name, *frame.columns, repr(frame.rows())))
    if path.suffix in {".xlsx", ".docx"}:
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("ways-out")
    example = load_case(EXAMPLE).case
    planter = Planter(example)
    write_case(planter.planted(), folder / "case", geometry=planter.shapes())
    plain = example.model_copy(update={"info": example.info.model_copy(update={"audience": Audience.PUBLIC})})
    write_case(plain, folder / "later", geometry=planter.shapes())
    for audience in ("public", "internal"):
        at_work(folder, "simulate", "case", *SMALL_RUN, "--audience", audience, "--out", f"run-{audience}")
    at_work(folder, "simulate", "later", *SMALL_RUN, "--audience", "public", "--out", "run-later-public")
    return Planted(folder, (*planter.tokens, str(SPOT)))


def test_every_table_and_every_text_of_it_holds_a_secret(planted: Planted) -> None:
    case = load_case(planted.folder / "case").case
    texts = sum(one.shape in {Shape.TEXT, Shape.CITATIONS} for model in TABLES.values() for one in columns_of(model))
    assert len(planted.tokens) > texts > 100
    assert all(planted.found(repr(getattr(case, table)[-1])) for table in TABLES)


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_leaves_for_the_public_and_some_do_for_insiders(planted: Planted, way: str, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    assert planted.found(planted.go(way, "public", tmp_path / "public")) == []
    if not way.startswith(SAYS_LITTLE):
        (tmp_path / "internal").mkdir()
        assert planted.found(planted.go(way, "internal", tmp_path / "internal"))


def test_no_secret_is_in_the_folder_of_a_run(planted: Planted) -> None:
    assert planted.found(inside(planted.folder / "run-public")) == []
    assert planted.found(inside(planted.folder / "run-internal"))


def shown(case: Case) -> str:
    """All that a notebook shows of a case."""
    tables = [case.table(name).write_csv() for name in TABLES]
    assessed = case.assessment_tables(members=20)
    frames = [frame.write_csv() for frame in assessed.frames().values()]
    views = [repr(case), case._repr_html_(), assessed._repr_html_(), case.plot(members=20).svg]
    return "\n".join((*tables, *frames, *views))


def test_no_secret_is_in_what_a_notebook_shows(planted: Planted) -> None:
    assert planted.found(shown(load(planted.folder / "case", audience="public"))) == []
    assert planted.found(shown(load(planted.folder / "case", audience="internal")))
    for audience in ("public", "internal"):
        result = load_results(planted.folder / f"run-{audience}")
        drawn = result.plot("events_to_date", policies=("nothing", "talks"), place="farbridge")
        assert planted.found(drawn) == []  # names of policies alone stand in it
