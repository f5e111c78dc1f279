"""Generated files are what the code would write now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import regenerate
from tools.format_reference import page as format_page
from tools.regenerate import GENERATORS, main, stale


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.__name__.strip("_"))
def test_no_generated_file_is_stale(generator: regenerate.Generator) -> None:
    assert [path.name for path, _ in stale((generator,))] == []


def test_a_stale_file_is_listed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "docs" / "page.md"

    def generator() -> Iterator[tuple[Path, str]]:
        yield target, "what the code says\n"

    monkeypatch.setattr(regenerate, "ROOT", tmp_path)
    monkeypatch.setattr(regenerate, "GENERATORS", (generator,))
    assert main(["--check"]) == 1
    assert not target.exists()
    assert "stale docs/page.md" in capsys.readouterr().out
    assert main([]) == 0
    assert target.read_text(encoding="utf-8") == "what the code says\n"
    assert main(["--check"]) == 0
    target.write_text("by hand\n", encoding="utf-8")
    assert main(["--check"]) == 1


def test_every_column_of_the_format_reference_says_what_it_holds_and_means() -> None:
    rows = [line.strip("| ").split(" | ") for line in format_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 200
    assert [row[0] for row in rows if len(row) < 4 or not all(cell.strip() for cell in row)] == []


def test_the_reference_tells_the_kinds_of_column_apart() -> None:
    rows = {tuple(line.strip("| ").split(" | ")[:3]) for line in format_page().splitlines() if line.startswith("| `")}
    assert ("`destroyed_share`", "no", "number, unit: share, 0 to 1") in rows
    assert ("`latitude`", "no", "decimal number, -90 to 90") in rows
    assert ("`parent`", "no", "id from [places](#places)") in rows
    assert ("`parties`", "no", "ids from [actors](#actors), several with semicolons") in rows
    assert ("`source`", "no", "citations") in rows
    assert ("`loyalty`", "**yes**", "number, unit: 0 to 1") in rows
