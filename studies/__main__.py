"""`python -m studies [NAME...]`, which `make study` runs: every study whose data are there, each in its own process.

A study ends with 2 where its data are not there; it is then named as skipped. Data lie beside the checkout, see
`studies/forecast/__main__.py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
NO_DATA = 2


def studies() -> list[str]:
    """Names of the studies: packages here that can be run."""
    return sorted(path.parent.name for path in HERE.glob("*/__main__.py"))


def run(name: str) -> int:
    """Run one study. Returns its exit status."""
    command = [sys.executable, "-m", f"studies.{name}"]
    return subprocess.run(command, cwd=HERE.parent, check=False).returncode  # noqa: S603  # a name of our own


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the studies and say what became of each. Returns 1 where one failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m studies", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *studies()], help="only these (default: all)")
    wanted = parser.parse_args(arguments).name or studies()
    words = {0: "written", NO_DATA: "skipped: its data are not there"}
    done = {}
    for name in wanted:
        print(f"== {name}", flush=True)
        done[name] = run(name)
    for name, status in done.items():
        print(f"{name:20}{words.get(status, f'failed with {status}')}")
    return int(any(status not in words for status in done.values()))


if __name__ == "__main__":
    sys.exit(main())
