"""The one folder that the server may write to: a copy of the case with what editors saved, and the log."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Final

from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import CheckReport, check_case, load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.casefile.write import replacing, write_case
from dayafter.errors import CaseFileError, UsageError
from dayafter.priors.posterior import FILE as POSTERIOR
from dayafter.web.audit import AuditLog

CASE: Final = "case"


class Workspace:
    """A folder, made with the first thing that is written. Nothing outside it is ever written.

    Parameters
    ----------
    root : the folder. original : the case that is served; it is read, never written.

    Raises
    ------
    UsageError : the root is a file or a link, or its log was tampered with. CaseFileError : the copy in it is broken.
    """

    def __init__(self, root: Path, original: LoadedCase) -> None:
        if root.is_symlink() or (root.exists() and not root.is_dir()):
            raise UsageError(f"the workspace {root} is no folder; choose another with --workspace")
        if original.path is not None and root.resolve() == original.path.resolve():
            raise UsageError("the workspace is the folder of the case itself, which is never written; choose another")
        self.root: Final = root
        self.log: Final = AuditLog(root)
        self._original = original
        self._lock = RLock()
        self._version = 0
        copy = self._copy_path()
        if copy.is_dir():
            load_case(copy)  # says at the start what is wrong with it

    def _copy_path(self) -> Path:
        path = self.root / CASE
        if path.is_symlink():
            raise UsageError(f"{CASE} in the workspace is a link; the server writes to no link. Remove it")
        return path

    @property
    def version(self) -> int:
        """Grows with each change; pages that show the copy are kept until it does."""
        return self._version

    @property
    def has_copy(self) -> bool:
        """Whether something was saved."""
        return self._copy_path().is_dir()

    @staticmethod
    def _carry_posterior(before: LoadedCase, target: Path) -> None:
        """What was learnt about the case's parameters goes with the copy, or a run of it would give other numbers."""
        if before.path is not None and (learnt := before.path / POSTERIOR).is_file():
            shutil.copyfile(learnt, target / POSTERIOR)

    def current(self) -> LoadedCase:
        """The copy with everything saved so far; the original where nothing was."""
        with self._lock:
            return load_case(self._copy_path()) if self.has_copy else self._original

    def change(self, edit: Callable[[CaseFile], CaseFile]) -> CheckReport:
        """Edit the copy: checked as a whole before it takes the place of the one before. One at a time.

        Raises
        ------
        CaseFileError : the edited case breaks a rule; the copy stays as it was.
        """
        with self._lock:
            before = self.current()
            after = edit(before.case)
            geometry = {} if before.path is None else read_geometries(before.path, before.case)
            self.root.mkdir(parents=True, exist_ok=True)
            with replacing(self._copy_path(), overwrite=True) as temporary:
                write_case(after, temporary, geometry=geometry)
                self._carry_posterior(before, temporary)
                report = check_case(temporary)
                if not report.ok:
                    raise CaseFileError(report.issues)
            self._version += 1
            return report
