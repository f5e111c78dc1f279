"""Where compiled kernels are kept between runs, and the one decorator that compiles them.

Numba looks only at the file of a kernel to see whether what it kept is stale, not at the files of the helpers that
were compiled into it: after an edit of a helper the old result comes back. So the folder is named by a hash of all
sources that kernels are made of, and it is chosen before a kernel is decorated.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
from numba import njit

if sys.platform != "win32":
    import fcntl

P = ParamSpec("P")
R = TypeVar("R")
PACKAGE: Final = Path(__file__).parents[1]
PRIVATE: Final = 0o700
OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""No entry for callers in C: nobody calls there, and it takes a twentieth of the time of compilation."""


def kernel_sources(package: Path = PACKAGE) -> list[Path]:
    """Every file that compiled code may come from: all of `kernels/`, and each module with "kernel" in its name.

    A test holds the package to it: `compiled` is used nowhere else.
    """
    return sorted(path for path in package.rglob("*.py") if "kernel" in path.name or path.parent.name == "kernels")


def sources_hash(package: Path = PACKAGE) -> str:
    """Sixteen hexadecimal digits that change with any edit of any kernel source, and with the version of numba."""
    digest = hashlib.blake2s(numba.__version__.encode(), digest_size=8)
    for path in kernel_sources(package):
        text = path.read_bytes()
        digest.update(f"\x1f{path.relative_to(package).as_posix()}\x1f{len(text)}\x1f".encode())
        digest.update(text)
    return digest.hexdigest()


def candidates(environment: Mapping[str, str]) -> Iterable[Path]:
    """Folders in which to keep compiled kernels, the preferred first.

    `NUMBA_CACHE_DIR` where it is set, the user's cache folder, a folder of the user's own among the temporary files.
    """
    if given := environment.get("NUMBA_CACHE_DIR"):
        yield Path(given)
    if sys.platform == "win32":
        home = environment.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        home = str(Path(environment["HOME"]) / "Library" / "Caches") if environment.get("HOME") else None
    else:
        home = environment.get("XDG_CACHE_HOME")
        if not home and environment.get("HOME"):
            home = str(Path(environment["HOME"]) / ".cache")
    if home and Path(home).is_absolute():
        yield Path(home) / "dayafter"
    user = str(os.getuid()) if hasattr(os, "getuid") else environment.get("USERNAME", "user")
    yield Path(tempfile.gettempdir()) / f"dayafter-{user}"


def is_private(folder: Path) -> bool:
    """Whether a folder is a real one that is ours and that nobody else can write to: what lies in it is executed."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return not hasattr(os, "getuid") or (
        found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def writable_folder(name: str, environment: Mapping[str, str]) -> Path | None:
    """The first of the candidates in which a private folder of this name can be made and written to; None if none."""
    for parent in candidates(environment):
        folder = parent / name
        try:
            parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            folder.mkdir(mode=PRIVATE, exist_ok=True)
            if not is_private(folder) or (parent.name.startswith("dayafter") and not is_private(parent)):
                continue
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:  # read-only, full, not a folder: the next one may do
            continue
    return None


@cache
def cache_folder() -> Path | None:
    """The folder of this process; None where nothing can be written, and kernels are then compiled in each run."""
    return writable_folder(f"kernels-{sources_hash()}", os.environ)


def _save_alone(kernel: Any, folder: Path) -> None:
    """Let one process at a time put what it compiled into the folder.

    Numba numbers what it keeps of a kernel by what it finds in its list; two processes that save at once could give one
    number to two things, and a later run would load the wrong one.
    """
    kept = getattr(kernel, "_cache", None)  # Numba gives no other way to what it keeps
    if kept is None:  # nothing is compiled: NUMBA_DISABLE_JIT
        return
    save = kept.save_overload

    def save_alone(*what: Any) -> None:
        with _alone(folder):
            save(*what)

    kept.save_overload = save_alone


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; where there is none to be had, go on without."""
    with ExitStack() as stack:
        if sys.platform != "win32":
            with suppress(OSError):
                file = stack.enter_context((folder / "lock").open("ab"))
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel: without the interpreter's lock, without fast-math, kept between runs where that is possible.

    Serial on purpose: numba's own threads abort or hang in servers and forked children. Threads take whole chunks.
    """
    folder = cache_folder()
    settings = vars(numba.config)  # numba makes its settings at run time, so a type checker knows none of them
    before = settings["CACHE_DIR"]
    if folder is not None:
        settings["CACHE_DIR"] = str(folder)
    try:
        kernel = njit(**OPTIONS, cache=folder is not None)(function)
        if folder is not None:
            _save_alone(kernel, folder)
    finally:  # other packages' kernels are kept where they were
        settings["CACHE_DIR"] = before
    return cast("Callable[P, R]", kernel)
