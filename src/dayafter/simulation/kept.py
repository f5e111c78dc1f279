"""What a process keeps from one policy to the next: the settings of the last chunks, and paths to be written over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Final

import numpy as np

from dayafter.arrays import Ints
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import Paths

MOST: Final = 16
"""Chunks that are kept at once: those that are counted together."""

_Chunk = tuple[Ints, Ints, Future[Setting]]
"""Members, which rise; their draws; what they share over all policies."""


class Kept:
    """Settings of the last chunks, for their next policy, and paths that may be written over. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._settings: list[_Chunk] = []
        self._spare: list[Paths] = []

    def setting(self, members: Ints, draws: Ints, make: Callable[[Ints, Ints], Setting]) -> Setting:
        """The setting of members, made once for a chunk; of a part of a chunk it is taken from the whole."""
        with self._lock:
            found = next((one for one in self._settings if _columns(one, members, draws) is not None), None)
            mine = (members, draws, Future[Setting]()) if found is None else found
            others = [one for one in self._settings if one is not mine]
            self._settings = [*others, mine][-MOST:]
        if found is None:
            self._make(mine, make)
        setting, columns = mine[2].result(), _columns(mine, members, draws)  # who asks meanwhile waits
        assert columns is not None  # it was found by them
        return setting if columns.size == mine[0].size else setting.of_members(columns)

    def _make(self, mine: _Chunk, make: Callable[[Ints, Ints], Setting]) -> None:
        """Make a setting for whoever asks for it; where that fails, the next who asks tries again."""
        try:
            mine[2].set_result(make(*mine[:2]))
        except BaseException as fault:
            with self._lock:
                self._settings = [one for one in self._settings if one is not mine]
            mine[2].set_exception(fault)
            raise

    def forget(self) -> None:
        """Let the settings go: their chunks are done with."""
        with self._lock:
            self._settings = []

    def spare(self, n_members: int) -> Paths | None:
        """Paths of so many members that nobody reads any more."""
        with self._lock:
            fitting = [one for one in self._spare if one.members.size == n_members]
            if fitting:
                self._spare = [one for one in self._spare if one is not fitting[0]]
            return fitting[0] if fitting else None

    def take_back(self, paths: Paths) -> None:
        """Paths that nobody reads any more."""
        with self._lock:
            self._spare = [*self._spare, paths][-MOST:]


def _columns(chunk: _Chunk, members: Ints, draws: Ints) -> Ints | None:
    """Where members stand in a chunk whose members rise; None where one does not."""
    at = np.minimum(np.searchsorted(chunk[0], members), chunk[0].size - 1)
    is_there = np.array_equal(chunk[0][at], members) and np.array_equal(chunk[1][at], draws)
    return at if is_there else None
