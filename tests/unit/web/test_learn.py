"""The pages of the first hour: each task has one, its commands do what it says, its picture is there and small."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dayafter.cli import app
from tests.house.checkout import ROOT
from tests.house.test_documents import squeezed, steps
from tools import first_hour, pictures

PAGES = sorted((ROOT / "docs" / "learn").glob("hour-*.md"))
PICTURE = re.compile(r"!\[[^\]]+\]\(\.\./pictures/([\w-]+)\.webp\)")
MOST_BYTES = 2_000_000


def test_every_task_has_a_page_with_its_picture_in_order() -> None:
    assert len(PAGES) == len(first_hour.SCENES) == 10
    for page, scene in zip(PAGES, first_hour.SCENES, strict=True):
        assert page.stem == f"hour-{scene.name}"
        assert PICTURE.findall(page.read_text(encoding="utf-8")) == [scene.name]


def test_every_picture_is_there_is_shown_and_all_are_small() -> None:
    kept = {path.stem: path.stat().st_size for path in pictures.FOLDER.glob("*.webp")}
    assert set(kept) == set(pictures.names())
    assert sum(kept.values()) < MOST_BYTES
    shown = {
        name for path in (ROOT / "docs").rglob("*.md") for name in PICTURE.findall(path.read_text(encoding="utf-8"))
    }
    assert shown == set(kept)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind, command, lines in steps(page.read_text(encoding="utf-8")):
        assert kind == "run"
        program, *words = shlex.split(command)
        assert program == "dayafter"
        outcome = CliRunner().invoke(app, words)
        assert outcome.exit_code == 0, outcome.output
        printed = squeezed(outcome.output)
        for line in lines:
            assert squeezed(line) in printed, (command, line)
