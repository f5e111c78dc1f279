"""The program as tests run it: in this process, which costs nothing to start, or in one of its own, as a user does."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from dayafter.cli import main


def run(*words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command prints and how it ends, in this process; `at` is the folder in which it is given."""
    command = ["dayafter", *words]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: object = 0
    with chdir(at or Path.cwd()), patch.object(sys, "argv", command), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    assert code is None or isinstance(code, int), code
    return subprocess.CompletedProcess(command, code or 0, _text(out), _text(err))


def run_apart(*words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, where nothing is loaded yet: once for each command, since it takes a second."""
    command = [sys.executable, "-m", "dayafter", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=at, check=False, timeout=300)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
