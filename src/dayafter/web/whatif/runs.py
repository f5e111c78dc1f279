"""Ensembles at work: a few at a time, each with its own progress, result and end. Nothing is shared between two."""

from __future__ import annotations

import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any, Final

from dayafter.errors import DayafterError, UsageError
from dayafter.web.edition import Edition
from dayafter.web.settings import BusyError, Limits
from dayafter.web.whatif import ensemble
from dayafter.web.whatif.answer import Answer, answer
from dayafter.web.whatif.outcome import Outcome, outcome
from dayafter.web.whatif.question import Resolved

KEPT: Final = 200
"""Finished runs that can still be read."""
PARTIAL_SECONDS: Final = 1.2
"""Least time between two provisional results."""


class State(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


ENDED: Final = frozenset({State.DONE, State.STOPPED, State.FAILED})


class StopRunError(DayafterError):
    """Somebody asked a run to stop, or it ran too long."""


@dataclass
class Run:
    """One ensemble. Every change is another version, for those who watch."""

    id: str
    asked: Resolved
    members: int
    seed: int
    language: str = "en"
    """In which its result is said."""
    state: State = State.WAITING
    done: int = 0
    seconds: float = 0.0
    result: Outcome | None = None
    error: str = ""
    version: int = 0
    stop: bool = False
    began: float = 0.0
    changed: Lock = field(default_factory=Lock, repr=False)

    def told(self) -> dict[str, Any]:
        """What can be said of it now."""
        left = None
        if self.state is State.RUNNING and 0 < self.done < self.members:
            left = round(self.seconds / self.done * (self.members - self.done), 1)
        return {
            "id": self.id,
            "state": self.state.value,
            "done": self.done,
            "of": self.members,
            "seconds": round(self.seconds, 2),
            "seconds_left": left,
            "seed": self.seed,
            "result": None if self.result is None else asdict(self.result),
            "error": self.error,
        }

    def update(self, **values: Any) -> None:
        """Change something; those who watch see another version."""
        with self.changed:
            for name, value in values.items():
                setattr(self, name, value)
            self.version += 1


class Runs:
    """Starts ensembles and keeps their results.

    Parameters
    ----------
    edition : the case that questions are about. limits : how many at once, how many may wait, how long one may take.
    months : length of the ensembles; the horizon of the case where None.
    """

    def __init__(self, edition: Edition, limits: Limits, months: int | None = None) -> None:
        self._edition = edition
        self._months = months
        self._limits = limits
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(limits.runs_at_once, thread_name_prefix="what-if")

    def start(self, asked: Resolved, *, members: int, seed: int, language: str = "en") -> Run:
        """Begin an ensemble.

        Raises
        ------
        UsageError : too many members, a question that does not fit the case. BusyError : too many are waiting.
        """
        if not 20 <= members <= self._limits.members:
            raise UsageError(f"members is {members}; between 20 and {self._limits.members:,} can be asked for here")
        prepared = ensemble.prepare(self._edition, asked, members=members, seed=seed, months=self._months)
        with self._lock:
            open_runs = sum(run.state not in ENDED for run in self._runs.values())
            if open_runs >= self._limits.runs_at_once + self._limits.runs_waiting:
                raise BusyError(f"{open_runs} what-ifs are at work or waiting; try again in a little while")
            run = Run(secrets.token_urlsafe(12), asked, members, seed, language)
            self._runs[run.id] = run
            ended = [key for key, one in self._runs.items() if one.state in ENDED]
            for key in ended[: max(0, len(self._runs) - KEPT)]:
                del self._runs[key]
        self._pool.submit(self._work, run, prepared)
        return run

    def get(self, ident: str) -> Run:
        """A run by its id. UsageError where there is none."""
        with self._lock:
            if ident not in self._runs:
                raise UsageError("there is no such what-if; it may be forgotten, ask it again")
            return self._runs[ident]

    def stop(self, ident: str) -> Run:
        """Ask a run to stop; it does so within a chunk."""
        run = self.get(ident)
        run.update(stop=True)
        return run

    def close(self) -> None:
        """Stop everything and wait until it has."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.update(stop=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, run: Run, prepared: ensemble.Prepared) -> None:
        if run.stop:
            run.update(state=State.STOPPED, error="stopped before it began")
            return
        try:
            run.update(state=State.RUNNING, began=time.monotonic())
            at_once = answer(self._edition.speaking(run.language), run.asked)
            found = ensemble.run(
                prepared,
                threads=self._threads(),
                progress=lambda done, of: self._progress(run, done, of),
                partial=self._partial(run, prepared, at_once),
            )
            result = self._outcome(run, prepared, found, run.members, at_once)
            run.update(state=State.DONE, done=run.members, result=result, seconds=time.monotonic() - run.began)
        except StopRunError as error:
            run.update(state=State.STOPPED, error=str(error))
        except DayafterError as error:
            run.update(state=State.FAILED, error=str(error))
        except Exception:  # whoever waits has to be told; the log of the server has the trace
            run.update(state=State.FAILED, error="the ensemble failed: a fault of the program, please report it")
            raise

    def _threads(self) -> int:
        """All processors for a run that is alone, else a fair part of them."""
        with self._lock:
            at_work = sum(run.state is State.RUNNING for run in self._runs.values())
        return max(1, (os.cpu_count() or 1) // max(1, at_work))

    def _progress(self, run: Run, done: int, of: int) -> None:
        seconds = time.monotonic() - run.began
        if run.stop:
            raise StopRunError("stopped")
        if seconds > self._limits.seconds:
            raise StopRunError(f"stopped after {seconds:.0f} seconds; ask for fewer members")
        run.update(done=done * run.members // max(of, 1), seconds=seconds)

    def _partial(self, run: Run, prepared: ensemble.Prepared, at_once: Answer) -> Any:
        last = time.monotonic() - PARTIAL_SECONDS / 2

        def keep(totals: Any) -> None:
            nonlocal last
            done = sum(stop - first for first, stop in totals.draws) * prepared.spec.replicates
            if done >= run.members or time.monotonic() - last < PARTIAL_SECONDS:
                return
            found = ensemble.tables(prepared, totals)
            run.update(result=self._outcome(run, prepared, found, done, at_once))
            last = time.monotonic()

        return keep

    def _outcome(
        self, run: Run, prepared: ensemble.Prepared, found: Mapping[str, Any], done: int, at_once: Answer
    ) -> Outcome:
        return outcome(
            self._edition.speaking(run.language), run.asked, found, members=(done, run.members), seed=run.seed,
            months=prepared.months, base_policy=prepared.base_policy, at_once=at_once,
        )  # fmt: skip
