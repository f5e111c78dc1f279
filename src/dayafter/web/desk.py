"""What one server holds: the edition it shows, the run it compares, its workspace, its pages and what-ifs at work."""

from __future__ import annotations

from threading import Thread
from typing import Final

from anyio import CapacityLimiter

from dayafter.casefile.load import load_case
from dayafter.errors import DayafterError, UsageError
from dayafter.redaction.results import redact_result
from dayafter.results.result import SimulationResult
from dayafter.results.store import load_results
from dayafter.web.edition import Edition
from dayafter.web.inquiries import Inquiries
from dayafter.web.language import translator
from dayafter.web.render import PageStore
from dayafter.web.settings import Settings
from dayafter.web.views.policies import changed_inputs
from dayafter.web.whatif import ensemble
from dayafter.web.whatif.question import Resolved
from dayafter.web.workspace import Workspace

ASKING: Final = 4
"""What-ifs that are answered at a time."""

RUN_LINE: Final = "saved run of {n} members, seed {seed}"


class Desk:
    """Everything that requests share. Made once, before the server listens.

    Raises
    ------
    CaseFileError, UsageError, RedactionError : what is wrong with the case, the run, the workspace or the audience.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings: Final = settings
        loaded = load_case(settings.case)
        self.edition: Final = Edition(loaded, settings.audience, settings.seed)
        self.workspace: Final = Workspace(settings.workspace, loaded)
        self.result: Final = _result(settings, self.edition)
        self.edition.run = _as_long_as_the_horizon(self.result, self.edition)
        self.since: Final = None if settings.since is None else load_case(settings.since).case
        self.pages: Final = PageStore()
        self.asking: Final = CapacityLimiter(ASKING)
        """Threads that answer what-ifs alone: they wait behind no page."""
        self.inquiries: Final = (
            None if settings.results is None else Inquiries(settings.results, settings.case, self.edition)
        )

    def close(self) -> None:
        """Stop what is at work in the background."""
        if self.inquiries is not None:
            self.inquiries.close()

    def warm(self) -> Thread:
        """Compute in the background what the first page needs, so that it comes at once."""
        thread = Thread(target=self._warm, name="warm", daemon=True)
        thread.start()
        return thread

    def _warm(self) -> None:
        try:
            _ = self.edition.findings
            self.edition.settlement()
            self._warm_engine()
        except DayafterError:
            return  # whoever asks for the page is told what is wrong

    def _warm_engine(self) -> None:
        """Compile what an ensemble needs, by a small one, so that the first what-if does not wait for it."""
        in_force = self.edition.assessment.in_force
        if in_force:
            nothing = Resolved(in_force[0].deal, (), (), None, None)
            prepared = ensemble.prepare(self.edition, nothing, members=20, seed=self.settings.seed, months=self.months)
            ensemble.run(prepared, threads=1, progress=_say_nothing, partial=_say_nothing)

    @property
    def months(self) -> int | None:
        """Length of what-ifs: that of the run, so that both say the same of the same time; else the case's horizon."""
        return None if self.result is None else int(self.result.manifest["run"]["months"])

    def run_line(self, language: str) -> str:
        """What is known of the run, in few words of a language; empty without one."""
        if self.result is None:
            return ""
        run = self.result.manifest["run"]
        return translator(language)(RUN_LINE, n=f"{int(run['members']):,}", seed=run["seed"])


def _say_nothing(*_args: object) -> None:
    """Nobody is told of a warming-up."""


def _as_long_as_the_horizon(result: SimulationResult | None, edition: Edition) -> SimulationResult | None:
    """The run, if its chances are of the same case and the same time as those of the record."""
    if result is None or changed_inputs(edition, result):
        return None
    months = int(result.manifest["run"]["months"])
    return result if months == edition.assessment.horizon_months else None


def _result(settings: Settings, edition: Edition) -> SimulationResult | None:
    """The run to compare policies by, as the audience may have it; None where none was named."""
    if settings.results is None:
        return None
    result = load_results(settings.results)
    ran, served = result.manifest["run"]["case"]["id"], edition.shown.info.id
    if ran != served:
        raise UsageError(f"{settings.results} holds a run of the case '{ran}', not of '{served}'")
    return redact_result(result, edition.gate, edition.case)
