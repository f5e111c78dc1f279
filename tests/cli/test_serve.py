"""`dayafter serve` says what is wrong before it listens."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dayafter.cli import app
from dayafter.errors import UsageError
from tests.house.checkout import ROOT

CASE = str(ROOT / "examples" / "three-bridges")


def serve(*words: str) -> None:
    """Run the command; it never listens here, so it must raise."""
    outcome = CliRunner().invoke(app, ["serve", CASE, *words])
    assert outcome.exception is not None
    raise outcome.exception


def test_an_address_that_others_can_reach_wants_people_with_tokens(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--people"):
        serve("--host", "0.0.0.0", "--workspace", str(tmp_path / "w"))
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="choose another with --port"):
        serve("--port", str(taken.getsockname()[1]), "--workspace", str(tmp_path / "w"))


def test_a_run_of_another_case_and_an_audience_that_is_too_wide_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no manifest"):
        serve("--results", str(tmp_path), "--workspace", str(tmp_path / "w"))
    with pytest.raises(Exception, match="this case may reach 'partners' at most"):
        serve("--audience", "public", "--workspace", str(tmp_path / "w"))
