"""A result on disk: a folder of Parquet tables and a manifest, written whole or not at all.

The manifest holds what a run is made of (`run`), its hash, what it ran in (`environment`) and what is to be known of
its outcome (`outcome`). Nothing in `run` depends on the machine, on its clock or on how the work was divided; so equal
runs have equal hashes, and an interrupted run is taken up only where the hash is the same.
"""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dayafter.errors import UsageError
from dayafter.results.result import SimulationResult
from dayafter.results.schema import TABLES, check_frame

MANIFEST: Final = "manifest.json"
RESULT_FORMAT: Final = 1
ROW_GROUP: Final = 100_000
"""Rows in a group of a Parquet file: fixed, so that equal tables are equal bytes."""
_NOT_REDACTED: Final = (
    "What a run of dayafter that was stopped has finished.\n\n"
    "NOT REDACTED: it may name what the readers of the result must not see. Do not pass it on. Go on with\n"
    "`dayafter simulate ... --resume`, which removes it when the run is whole, or delete this folder.\n"
)
"""Said in the folder of a run that is not whole."""
_ALWAYS: Final = ("summary", "contrasts", "exceedance", "chances", "wrong")


def run_hash(run: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text of what a run is made of."""
    text = json.dumps(run, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def make_manifest(run: Mapping[str, Any], outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a run: what it is made of, its hash, what it ran in, what came of it."""
    environment = {name: version(name) for name in ("numba", "numpy", "polars", "scipy")}
    return {
        "result_format": RESULT_FORMAT,
        "hash": run_hash(run),
        "run": dict(run),
        "outcome": dict(outcome),
        "environment": {"python": platform.python_version(), **environment},
    }


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as it stands in its file."""
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def check_target(out: Path) -> None:
    """Raise `UsageError` unless a result can be written to this folder: it is not there, or it is empty."""
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}; make it first")
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} is there and is no folder; choose another name")
    if out.is_dir() and (inside := sorted(entry.name for entry in out.iterdir())):
        raise UsageError(f"{out} is not empty (it holds {inside[0]}); choose another folder, or empty it first")


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside the target to fill; when all is written, it takes the target's place.

    Where anything fails, or the user interrupts, nothing is left.
    """
    check_target(out)
    temporary = out.with_name(f".{out.name}-{secrets.token_hex(4)}-new")
    temporary.mkdir()
    try:
        yield temporary
        if out.is_dir():
            out.rmdir()  # empty, as checked; else this fails and nothing is lost
        temporary.rename(out)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)


def write_table(frame: pl.DataFrame, table: str, path: Path) -> None:
    """Check a table against its declaration and write it as Parquet; equal tables give equal bytes."""
    check_frame(table, frame)
    frame.rechunk().write_parquet(path, compression="zstd", statistics=True, row_group_size=ROW_GROUP)


def write_results(result: SimulationResult, out: Path) -> None:
    """Write the tables and the manifest into a folder that is being filled."""
    for table, frame in result.tables.items():
        write_table(frame, table, out / f"{table}.parquet")
    (out / MANIFEST).write_text(manifest_text(result.manifest), encoding="utf-8")


def save_results(result: SimulationResult, out: Path) -> None:
    """Write a result to a new folder, whole or not at all. UsageError where the folder is not empty."""
    with whole_folder(Path(out)) as folder:
        write_results(result, folder)


def load_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a result.

    Raises
    ------
    UsageError : the folder is not there, is no result, is of a later format, or its manifest was changed.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    if not path.is_file():
        raise UsageError(f"{folder} holds no {MANIFEST}; give the folder that `dayafter simulate --out` wrote")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = manifest["result_format"]
        told, made = manifest["hash"], run_hash(manifest["run"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no manifest of a result ({error}); run the simulation again") from None
    if found != RESULT_FORMAT:
        raise UsageError(f"{folder} has result format {found}; this version reads {RESULT_FORMAT}: run it again")
    if told != made:
        raise UsageError(f"{path} was changed after the run: its hash does not fit; run the simulation again")
    return manifest


def load_results(folder: str | Path) -> SimulationResult:
    """Read a result back.

    Raises
    ------
    UsageError : as `load_manifest`, or a table is missing.
    """
    folder = Path(folder)
    manifest = load_manifest(folder)
    tables = {}
    for table in TABLES:
        one = folder / f"{table}.parquet"
        if one.is_file():
            tables[table] = pl.read_parquet(one)
            check_frame(table, tables[table])
        elif table in _ALWAYS:
            raise UsageError(f"{folder} lacks {one.name}; the result is not whole: run the simulation again")
    return SimulationResult(manifest, tables)


class WorkFolder:
    """Where a run keeps what it has finished until it is whole: beside the target, named for it.

    Holds the hash of the run, the totals so far and parts of large tables, whose rows name places, deals and policies
    as the case does: it has not passed the gate. So only its owner may enter it, it keeps itself out of a repository,
    and it says what it is. Files are written beside and renamed.
    """

    def __init__(self, out: Path, digest: str) -> None:
        self.path = out.with_name(f".{out.name}.work")
        self._digest = digest

    def open(self, *, resume: bool) -> dict[str, NDArray[np.int64]] | None:
        """Make it ready. The arrays kept by an interrupted run where `resume` and there are any, else None.

        Raises
        ------
        UsageError : `resume`, and what is there is of another run, or there is nothing; or not `resume`, and what is
            there is of this one, so that what it has finished would be lost.
        """
        head, arrays = self.path / MANIFEST, self.path / "totals.npz"
        if not resume:
            if arrays.is_file() and json.loads(head.read_text(encoding="utf-8"))["hash"] == self._digest:
                raise UsageError(
                    f"{self.path} keeps what an interrupted run of the same has finished; resume it, which gives the "
                    "same result, or remove that folder to start anew"
                )
            if self.path.is_dir():
                shutil.rmtree(self.path)
            self._start()
            return None
        if not head.is_file():
            raise UsageError(f"there is no interrupted run at {self.path} to resume; run it without resume")
        found = json.loads(head.read_text(encoding="utf-8"))["hash"]
        if found != self._digest:
            raise UsageError(
                f"{self.path} keeps an interrupted run of something else (hash {found[:12]}, this run has "
                f"{self._digest[:12]}): a case, policy, seed, member count or option differs; "
                "give the same ones, or run without resume to start anew"
            )
        if not arrays.is_file():
            return None
        with np.load(arrays, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}

    def _start(self) -> None:
        self.path.mkdir(mode=0o700)
        (self.path / "parts").mkdir()
        (self.path / ".gitignore").write_text("*\n", encoding="utf-8")
        (self.path / "README.txt").write_text(_NOT_REDACTED, encoding="utf-8")
        fresh = self.path / f"{MANIFEST}.new"  # whole or not there, also where the user stops it just now
        fresh.write_text(json.dumps({"hash": self._digest}), encoding="utf-8")
        fresh.replace(self.path / MANIFEST)

    def keep(self, arrays: Mapping[str, NDArray[np.int64]]) -> None:
        """Keep the totals so far in place of those before."""
        fresh = self.path / "totals-new.npz"
        with fresh.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stubs take keywords for its options
        fresh.replace(self.path / "totals.npz")

    def keep_part(self, table: str, policy: int, first: int, stop: int, rows: pl.DataFrame) -> None:
        """Keep the rows of a large table that belong to members [first, stop)."""
        path = self.path / "parts" / f"{table}-{first:010}-{stop:010}-{policy:04}.parquet"
        fresh = path.with_suffix(".new")
        rows.write_parquet(fresh)
        fresh.replace(path)

    def drop_parts(self, done: tuple[tuple[int, int], ...]) -> None:
        """Forget parts of members that the totals do not hold: their chunk will be run again, perhaps cut otherwise."""
        for path in sorted((self.path / "parts").iterdir()):
            fields = path.stem.split("-")
            inside = len(fields) == 4 and any(a <= int(fields[1]) and int(fields[2]) <= b for a, b in done)
            if not inside or path.suffix != ".parquet":
                path.unlink()

    def gather(self, table: str, n_policies: int) -> pl.DataFrame:
        """All kept rows of a table: policies in order, members in order."""
        frames = [
            pl.read_parquet(path)
            for policy in range(n_policies)
            for path in sorted((self.path / "parts").glob(f"{table}-*-{policy:04}.parquet"))
        ]
        return pl.concat(frames)

    def close(self) -> None:
        """Remove it: the result is whole."""
        shutil.rmtree(self.path)
