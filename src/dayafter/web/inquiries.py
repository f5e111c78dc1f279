"""Why the saved run says what it says: computed once for each question, in the background, and kept.

The answers are those of `dayafter why`: which inputs move the whole run, or what drives a policy's difference at one
place. Each makes the run again on the same luck, which takes seconds to minutes; whoever asks sees how far it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

from dayafter.errors import DayafterError, UsageError
from dayafter.explaining.run import explain, inputs_of, of_run
from dayafter.explaining.sensitivity import Sensitivity
from dayafter.findings import reasons
from dayafter.findings.reasons import Reasons
from dayafter.redaction import Gate
from dayafter.redaction.results import shows_where
from dayafter.results.store import load_manifest
from dayafter.study import policy_data
from dayafter.web.edition import Edition
from dayafter.web.settings import BusyError

MEMBERS: Final = 400
"""Futures of the run that the explanation of a place takes, as `dayafter why` does."""
TRACED: Final = 100
"""Futures that are traced month by month, as `dayafter why` does."""
MOST_WAITING: Final = 12
KEPT: Final = 100
PATIENCE: Final = 0.7
"""Seconds that whoever asks first waits, so that what is quick comes at once."""


class Progress(StrEnum):
    """How far an answer is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class _StopError(Exception):
    """The server ends."""


@dataclass
class Inquiry:
    """One question and how far its answer is."""

    place: str | None
    """Id of the case; None: which inputs move the whole run."""
    policy: str | None
    state: Progress = Progress.WAITING
    done: int = 0
    of: int = 0
    inputs: Sensitivity | None = None
    reasons: Reasons | None = None
    error: str = ""
    ended: Event = field(default_factory=Event, repr=False)

    def told(self) -> dict[str, Any]:
        """What can be said of it now."""
        return {"state": self.state.value, "done": self.done, "of": self.of, "error": self.error}


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy of the run."""

    id: str
    """Id of the case, or of the run where the case has none of it."""
    shown: str
    """Public id."""
    name: str
    shows_where: bool
    """Whether it may be said where it tells."""


class Inquiries:
    """Asks about one run.

    Parameters
    ----------
    folder : what `simulate --out` wrote. case : where the case is. edition : for whom.
    """

    def __init__(self, folder: Path, case: str, edition: Edition) -> None:
        self._folder = folder
        self._case = case
        self._edition = edition
        self._known: OrderedDict[tuple[str | None, str | None], Inquiry] = OrderedDict()
        self._lock = Lock()
        self._closing = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="why")
        run = load_manifest(folder)["run"]
        self.plans: Final = _plans(run, edition)
        self.baseline: Final = _own(run["baseline"], edition)

    def plan(self, shown: str) -> Plan:
        """A policy by its public id. UsageError where the audience knows none of it in this run."""
        found = next((one for one in self.plans if one.shown == shown), None)
        if found is None:
            names = ", ".join(one.shown for one in self.plans)
            raise UsageError(f"there is no policy '{shown}' in the run; it has {names}")
        return found

    def about_inputs(self) -> Inquiry:
        """Which inputs move the whole run."""
        return self._ask(None, None)

    def about_place(self, place: str, policy: Plan) -> Inquiry:
        """What drives a policy's difference with the baseline at a place.

        Parameters
        ----------
        place : id of the case.

        Raises
        ------
        UsageError : the place is withheld, a step of the policy is, or the policy is the baseline.
        BusyError : too much is waiting.
        """
        if policy.id == self.baseline:
            raise UsageError(f"'{policy.shown}' is the baseline: it does not differ from itself; choose another policy")
        if self._edition.gate.hides(place, "places") or not policy.shows_where:
            raise UsageError("where this policy tells may not be said to this audience; choose another policy")
        return self._ask(place, policy.id)

    def close(self) -> None:
        """Stop what is at work."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, place: str | None, policy: str | None) -> Inquiry:
        key = (place, policy)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
            if sum(not one.ended.is_set() for one in self._known.values()) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} questions about the run are waiting; try again in a little while")
            found = self._known[key] = Inquiry(place, policy)
            ended = [key for key, one in self._known.items() if one.ended.is_set()]
            for old in ended[: max(0, len(self._known) - KEPT)]:
                del self._known[old]
        self._pool.submit(self._work, found)
        found.ended.wait(PATIENCE)
        return found

    def _work(self, one: Inquiry) -> None:
        def progress(done: int, of: int) -> None:
            if self._closing:
                raise _StopError
            one.done, one.of = done, of

        one.state = Progress.RUNNING
        try:
            if one.place is None:
                one.inputs, _, _ = inputs_of(self._folder, self._case, progress=progress)
            else:
                one.reasons = self._reasons(one.place, one.policy or "", progress)
            one.state = Progress.DONE
        except _StopError:
            one.state = Progress.FAILED
        except DayafterError as error:
            one.error = str(error).replace(str(self._folder), "the run")  # where it lies is nobody's business
            one.state = Progress.FAILED
        except Exception:  # whoever waits has to be told; the log of the server has the trace
            one.error = "this cannot be computed: a fault of the program, please report it"
            one.state = Progress.FAILED
            raise
        finally:
            one.ended.set()

    def _reasons(self, place: str, policy: str, progress: Callable[[int, int], None]) -> Reasons:
        again = of_run(self._folder, self._case, policy)
        reasons.refuse_withheld(again.ids, again.plans, place, self._edition.gate)
        found, happenings = explain(again, place, members=MEMBERS, traced=TRACED, progress=progress)
        return Reasons(found, happenings, again.traced(TRACED), again.case)


def _own(shown: str, edition: Edition) -> str:
    """Id of the case behind the id that a manifest gives a policy."""
    gate = edition.gate
    return next((row.id for row in edition.case.policies if shown in {row.id, gate.alias(row.id, "policies")}), shown)


def _plans(run: Mapping[str, Any], edition: Edition) -> tuple[Plan, ...]:
    """The policies of a run that the audience may know of, the baseline first."""
    gate = edition.gate
    of_case = {row.id for row in edition.case.policies}
    compiled = {one.id: one for one in edition.compiled.policies}
    found = []
    for data in run["policies"]:
        own = _own(data["id"], edition)
        if own in of_case and gate.hides(own, "policies"):
            continue
        whole = policy_data(compiled[own]) if own in compiled and data.get("steps_withheld") else data
        name = edition.rows.gate_label(own, "policies") if own in of_case else gate.text(data["name"])
        found.append(Plan(own, gate.alias(own, "policies"), name, _may_say_where(whole, gate)))
    return tuple(sorted(found, key=lambda one: one.id != run["baseline"]))


def _may_say_where(plan: Mapping[str, Any], gate: Gate) -> bool:
    return not plan.get("steps_withheld") and shows_where(plan, gate)
