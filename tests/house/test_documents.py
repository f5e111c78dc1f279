"""What the documents say about the repository and the program is so."""

from __future__ import annotations

import csv
import inspect
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import run, run_apart
from tests.house.checkout import ROOT, kept_files, run_python
from tools.cli_reference import command_names, commands, page

DOCUMENTS = [
    path for path in kept_files() if path.suffix == ".md" and path.parts[len(ROOT.parts)] in {"docs", path.name}
]
GENERATED = {"cli.md", "http-api.md", "case-format.md", "issue-codes.md", "seed-coverage.md"}
BY_HAND = [path for path in DOCUMENTS if path.name not in GENERATED]
FOLDERS = "src|docs|tests|tools|constraints|benchmarks|examples|.ci"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(rf"`((?:{FOLDERS.replace('.', chr(92) + '.')})/[\w./*-]*)`")
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_in(text: str) -> list[str]:
    """The lines of code of a document: blocks, and words between backticks."""
    return [line for block, word in CODE.findall(text) for line in (block or word).splitlines()]


def broken_links(path: Path, text: str) -> list[str]:
    """Relative links of a document that lead to no file."""
    targets = (target.partition("#")[0] for target in LINK.findall(text) if "://" not in target)
    return [target for target in targets if target and not (path.parent / target).exists()]


def missing_files(text: str) -> list[str]:
    """Files of the repository that a document names and that are not there."""
    return [
        name for name in NAMED.findall(text) if not (ROOT / name).exists() and not list(ROOT.glob(name.rstrip("/")))
    ]


def test_there_are_documents_to_check() -> None:
    assert {"README.md", "docs/index.md", "docs/adr/0001-layers.md"} <= {name_of(path) for path in DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_relative_link_leads_to_a_file(path: Path) -> None:
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    assert missing_files(path.read_text(encoding="utf-8")) == []


def test_a_broken_link_and_a_missing_file_would_be_seen() -> None:
    assert broken_links(ROOT / "README.md", "[x](docs/nowhere.md#a) [y](https://example.org)") == ["docs/nowhere.md"]
    assert missing_files("`src/dayafter/nowhere.py` and `src/dayafter/errors.py`") == ["src/dayafter/nowhere.py"]


def test_every_make_target_that_a_document_names_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"brief", "test"} <= targets
    named = {
        target
        for path in DOCUMENTS
        for line in code_in(path.read_text(encoding="utf-8"))
        for target in re.findall(r"^(?:\$ )?make ([a-z]+)", line)
    }
    assert {"brief", "test"} <= named
    assert named - targets == set()


def options_of(command: str) -> set[str]:
    """The options of a command, as its reference page has them."""
    section = page().split(f"## dayafter {command}\n")[1].split("\n## ")[0]
    return {*re.findall(r"(?<![\w-])--[a-z][\w-]*", section), "--help"}


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_every_command_line_in_a_document_is_one_that_the_program_takes(path: Path) -> None:
    for line in code_in(path.read_text(encoding="utf-8")):
        match = re.match(r"(?:\$ )?dayafter ([a-z][\w-]*)(?: ([a-z][\w-]*))?(.*)", line)
        if match is None:
            continue
        words, rest = f"{match[1]} {match[2]}", match[3]
        command = words if words in command_names() else match[1]
        assert command in command_names(), line
        assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", rest)) <= options_of(command), line


@pytest.mark.parametrize("command", command_names())
def test_every_command_is_in_the_reference_and_in_a_page_written_by_hand(command: str) -> None:
    assert f"## dayafter {command}\n" in page()
    assert [name_of(path) for path in BY_HAND if f"dayafter {command}" in path.read_text(encoding="utf-8")]


def test_every_option_of_the_command_line_says_what_it_does() -> None:
    for _, command in commands():
        assert command.callback is not None
        assert inspect.getdoc(command.callback)
    rows = [line for line in page().splitlines() if line.startswith("| `--")]
    assert len(rows) > 10
    assert [row for row in rows if row.rstrip(" |").endswith("|") or not row.split("|")[-2].strip()] == []


PYTHON_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("name", ["README.md", "docs/reference/python.md"])
def test_the_python_in_a_document_runs_as_it_stands(name: str, tmp_path: Path) -> None:
    blocks = PYTHON_BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        outcome = run_python(["-W", "error", "-c", block], cwd=tmp_path)
        assert outcome.returncode == 0, outcome.stderr
        assert outcome.stdout


Step = tuple[str, str, list[str]]
CHANGE = re.compile(r"^(\S+\.csv) +row (\S+) +(\w+): (.*) → (.*)$")


def steps(text: str) -> list[Step]:
    """The steps of a tutorial: ("run", command, lines that it prints) or ("change", file, the words of the change)."""
    found: list[Step] = []
    for kind, block in re.findall(r"```(console|text)\n(.*?)```", text, flags=re.DOTALL):
        for line in block.splitlines():
            if kind == "text" and (match := CHANGE.match(line)):
                found.append(("change", match[1], list(match.groups()[1:])))
            elif kind == "console" and line.startswith("$ "):
                found.append(("run", line.removeprefix("$ "), []))
            elif kind == "console" and line.strip() not in {"", "…"}:
                found[-1][2].append(line.rstrip("…").rstrip())
    return found


def change(path: Path, key: str, column: str, old: str, new: str) -> None:
    """Write `new` into one cell, which must hold `old`. The row is named by its first cells, joined by slashes."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[0].index(column)
    named = [row for row in rows if row[: key.count("/") + 1] == key.split("/")]
    assert [row[at] for row in named] == [old], f"{path.name}: row {key} does not hold {column}: {old}"
    named[0][at] = new
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def squeezed(text: str) -> str:
    """With every run of blanks, narrow and unbreakable ones included, as one."""
    return " ".join(text.split())


def run_step(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program, *words = shlex.split(command)
    assert program == "dayafter", command
    return (run_apart if words[0] == "brief" else run)(*words, at=folder)  # one as on a user's machine


@pytest.mark.parametrize("name", ["docs/learn/first-case.md"])
def test_a_tutorial_does_what_it_says(name: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    done = steps((ROOT / name).read_text(encoding="utf-8"))
    assert {"run", "change"} == {kind for kind, _, _ in done}
    for kind, subject, lines in done:
        if kind == "change":
            change(tmp_path / subject, *lines)
            continue
        outcome = run_step(subject, tmp_path)
        printed = squeezed(outcome.stdout + outcome.stderr)
        for line in map(squeezed, lines):
            before, found, printed = printed.partition(line)
            assert found, f"$ {subject}\nis said to print:\n{line}\nand printed:\n{before}"
