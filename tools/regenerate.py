"""Writes anew what is generated and kept in the repository: `python -m tools.regenerate`.

With `--check` nothing is written: the files that are stale are listed, and the exit status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

Generator = Callable[[], Iterator[tuple[Path, str]]]
"""Yields each file that it is responsible for, with the text that the file should hold."""


def _json_schema() -> Iterator[tuple[Path, str]]:
    import json

    from dayafter.casefile.json_schema import case_json_schema

    text = json.dumps(case_json_schema(), ensure_ascii=False, indent=2)
    yield ROOT / "docs/reference/case.schema.json", text + "\n"


def _case_format() -> Iterator[tuple[Path, str]]:
    from tools.format_reference import page

    yield ROOT / "docs/reference/case-format.md", page()


def _command_line() -> Iterator[tuple[Path, str]]:
    from tools.cli_reference import page

    yield ROOT / "docs/reference/cli.md", page()


def _http_interface() -> Iterator[tuple[Path, str]]:
    from tools.http_reference import page

    yield ROOT / "docs/reference/http-api.md", page()


def _issue_codes() -> Iterator[tuple[Path, str]]:
    from dayafter.casefile.codes import issue_codes_markdown

    yield ROOT / "docs/reference/issue-codes.md", issue_codes_markdown()


def _event_table() -> Iterator[tuple[Path, str]]:
    from dayafter.events.table import table_markdown

    yield ROOT / "docs/reference/event-table.md", table_markdown()


def _result_tables() -> Iterator[tuple[Path, str]]:
    from tools.results_reference import page

    yield ROOT / "docs/reference/result-tables.md", page()


def _seed_coverage() -> Iterator[tuple[Path, str]]:
    from tools.seed_coverage import PAGE, page

    yield PAGE, page()


def _example_output() -> Iterator[tuple[Path, str]]:
    from dayafter.assessment.assess import assess
    from dayafter.casefile.load import load_case
    from dayafter.compiler import compile_case
    from dayafter.findings.export import to_text
    from dayafter.redaction import Gate

    for folder in sorted(path.parent for path in ROOT.glob("examples/*/case.yaml")):
        case = load_case(folder).case
        gate = Gate(case, case.info.audience)
        lines = to_text(assess(compile_case(case)), gate).splitlines()
        # The blanks that fill a table up would be taken off by the first editor that opens the file.
        yield folder / "expected" / "assess.txt", "\n".join(line.rstrip() for line in lines) + "\n"


def _frozen_forecast() -> Iterator[tuple[Path, str]]:
    from dayafter.frozen.page import page
    from dayafter.frozen.store import find_forecast, read_forecast

    yield ROOT / "docs/why/frozen-forecast.md", page(read_forecast(find_forecast("iraq-2016")))


GENERATORS: tuple[Generator, ...] = (
    _json_schema,
    _case_format,
    _command_line,
    _http_interface,
    _issue_codes,
    _event_table,
    _result_tables,
    _seed_coverage,
    _example_output,
    _frozen_forecast,
)


def stale(generators: tuple[Generator, ...] = GENERATORS) -> list[tuple[Path, str]]:
    """Every generated file whose text is not what the code would write, with the text that it should have."""
    return [
        (path, text)
        for generator in generators
        for path, text in generator()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run every generator. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.regenerate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; list what is stale")
    check = parser.parse_args(arguments).check
    found = stale(GENERATORS)
    for path, text in found:
        print(f"{'stale' if check else 'wrote'} {path.relative_to(ROOT).as_posix()}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    if check and found:
        print("run `make regenerate` and look at what changed", file=sys.stderr)
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
