"""Where compiled kernels are kept: never stale, never where others could write, and not needed at all."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dayafter.kernels import cache
from tests.house.checkout import ROOT, run_python

PROGRAM = """
import numpy as np
from dayafter.kernels import cache
from dayafter.kernels.counts import negative_binomial
print(negative_binomial(0.9, 2.0, 0.5, 100)[0], cache.cache_folder())
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    copy = tmp_path / "src" / "dayafter"
    shutil.copytree(cache.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.ttf", "cases", "brief"))
    return copy


@pytest.mark.parametrize("edited", ["kernels/elementary.py", "simulation/violence_kernel.py"])
def test_editing_any_kernel_source_changes_the_name_of_the_folder(package: Path, edited: str) -> None:
    before = cache.sources_hash(package)
    path = package / edited
    path.write_text(path.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert cache.sources_hash(package) != before


def test_editing_a_module_without_kernels_changes_nothing(package: Path) -> None:
    before = cache.sources_hash(package)
    assert before == cache.sources_hash()
    (package / "errors.py").write_text("", encoding="utf-8")
    assert cache.sources_hash(package) == before


def test_an_edited_helper_changes_the_result_of_a_kernel_kept_before(package: Path, tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(package.parent), "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    before = run_python(["-c", PROGRAM], environment=environment, cwd=tmp_path)
    helper = package / "kernels" / "elementary.py"
    text = helper.read_text(encoding="utf-8")
    helper.write_text(text.replace("    if x < EXP_MIN:", "    x = x - 2.0\n    if x < EXP_MIN:"), encoding="utf-8")
    after = run_python(["-c", PROGRAM], environment=environment, cwd=tmp_path)
    assert before.returncode == after.returncode == 0, before.stderr + after.stderr
    assert before.stdout.split()[0] == "5"
    assert int(after.stdout.split()[0]) > 5


def test_kernels_are_compiled_only_in_files_that_the_hash_covers() -> None:
    covered = set(cache.kernel_sources())
    uses = re.compile(r"^@(?:compiled|njit|jit)\b|^\s*(?:import|from) numba\b", re.MULTILINE)
    users = {path for path in cache.PACKAGE.rglob("*.py") if uses.search(path.read_text(encoding="utf-8"))}
    assert users <= covered
    assert Path(cache.PACKAGE / "kernels" / "philox.py") in users


def test_kernels_run_without_a_home_or_a_writable_package(package: Path, tmp_path: Path) -> None:
    for path in sorted(package.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    nowhere = {"HOME": "", "XDG_CACHE_HOME": "", "NUMBA_CACHE_DIR": ""}
    environment = {"PYTHONPATH": str(package.parent), "TMPDIR": str(temporary), **nowhere}
    try:
        outcome = run_python(["-c", PROGRAM], environment=environment, cwd=tmp_path)
    finally:
        for path in package.rglob("*"):
            path.chmod(0o755)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.split()[0] == "5"
    kept = Path(outcome.stdout.split()[1])
    assert kept.is_relative_to(temporary)
    assert kept.stat().st_mode & 0o777 == 0o700
    assert list(kept.rglob("*.nbi"))


def test_kernels_run_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    program = f"import tempfile\ntempfile.tempdir = {str(blocked)!r}\n" + PROGRAM
    environment = {"HOME": str(blocked), "XDG_CACHE_HOME": str(blocked), "NUMBA_CACHE_DIR": str(blocked)}
    outcome = run_python(["-c", program], environment=environment)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.split() == ["5", "None"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are of another kind there")
def test_a_folder_that_others_can_write_to_is_passed_over(tmp_path: Path) -> None:
    open_to_all, own = tmp_path / "open", tmp_path / "own"
    (open_to_all / "name").mkdir(parents=True)
    (open_to_all / "name").chmod(0o777)
    environment = {"NUMBA_CACHE_DIR": str(open_to_all), "XDG_CACHE_HOME": str(own), "HOME": str(own)}
    assert cache.writable_folder("name", environment) == cache_of(own) / "name"


def cache_of(home: Path) -> Path:
    return home / "Library" / "Caches" / "dayafter" if sys.platform == "darwin" else home / "dayafter"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_place_of_the_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "name").symlink_to(tmp_path / "elsewhere")
    own = tmp_path / "own"
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "given"), "XDG_CACHE_HOME": str(own), "HOME": str(own)}
    assert cache.writable_folder("name", environment) == cache_of(own) / "name"


@pytest.mark.skipif(sys.platform == "win32", reason="locks are of another kind there")
def test_what_is_compiled_is_kept_by_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    taken: list[bool] = []
    alone = cache._alone

    @contextmanager
    def watched(folder: Path) -> Iterator[None]:
        with alone(folder), (folder / "lock").open("rb") as other:
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken.append(True)
            yield

    monkeypatch.setattr(cache, "_alone", watched)
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    kernel = cache.compiled(square)
    assert kernel(3) == 9
    assert taken == [True]
    assert list(tmp_path.rglob("*.nbc"))


def test_where_there_is_no_lock_to_be_had_what_is_compiled_is_kept_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with cache._alone(tmp_path):
        (tmp_path / "kept").touch()
    assert (tmp_path / "kept").is_file()


def square(x: int) -> int:
    return x * x


def test_the_sources_are_there() -> None:
    assert ROOT / "src" / "dayafter" / "kernels" / "counts.py" in cache.kernel_sources()
