"""One case as one audience may see it, with everything computed that the pages show. Read-only once made."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import Any, Final

from dayafter.arrays import CompiledCase
from dayafter.assessment.assess import assess
from dayafter.assessment.report import Assessment
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.compiler import compile_case
from dayafter.exports.material import CaseMaterial, material_of
from dayafter.findings import build_findings
from dayafter.findings.records import DealView, Findings
from dayafter.findings.rows import Rows
from dayafter.findings.simulated import with_run
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.settlement.records import Settlement
from dayafter.settlement.settle import settle
from dayafter.vocabulary import Audience
from dayafter.web.language import Translate, translator

MOST_AT_ONCE: Final = 20
"""Places settled without being asked for; more take their time, so somebody has to choose."""
DRAWS: Final = 500
"""Of a settlement; the default of `dayafter settle`."""
SEED: Final = 1


class Edition:
    """A case and what follows from it.

    Parameters
    ----------
    loaded : the case. audience : who reads it; that of the case where None. seed : of the settlement's draws.

    Raises
    ------
    RedactionError : the audience is wider than the case allows.
    """

    def __init__(self, loaded: LoadedCase, audience: Audience | None = None, seed: int = SEED) -> None:
        self.loaded: Final = loaded
        self.seed: Final = seed
        self.gate: Final = Gate(loaded.case, audience or loaded.case.info.audience)
        self._settlements: dict[tuple[str, ...], Settlement] = {}
        self.language = "en"
        self.run: SimulationResult | None = None
        """The run whose chances stand beside those of the record: of this case as it is, as long as its horizon."""
        self._spoken: dict[str, Edition] = {"en": self}
        self._speaking = Lock()
        self.preparing: Final = Lock()
        self.processes: Final[dict[tuple[int, int, int | None], Any]] = {}
        """The saved case made ready to be simulated, by members, seed and months; what-ifs keep and share it."""
        self._settling = Lock()
        """One settlement at a time; whoever asks for something else does not wait for it."""

    @property
    def case(self) -> CaseFile:
        """The whole case: to compute with, never to show."""
        return self.loaded.case

    @property
    def shown(self) -> CaseFile:
        """The case as the audience may see it."""
        return self.gate.case

    @cached_property
    def compiled(self) -> CompiledCase:
        """The case as arrays."""
        return compile_case(self.case)

    @cached_property
    def assessment(self) -> Assessment:
        """What is open, which deals are fragile, who could break them."""
        return assess(self.compiled)

    def speaking(self, language: str) -> Edition:
        """The same edition in a language: what was computed is shared, what is said is not."""
        if (known := self._spoken.get(language)) is not None:
            return known
        with self._speaking:
            if language not in self._spoken:
                _ = self.compiled, self.assessment
                other = copy.copy(self)
                for name in ("findings", "rows", "deal_views"):
                    other.__dict__.pop(name, None)
                other.language = language
                self._spoken[language] = other
            return self._spoken[language]

    @cached_property
    def findings(self) -> Findings:
        """Every statement that may leave for the audience."""
        return build_findings(self.case, self.assessment, self.gate, language=self.language)

    @cached_property
    def deal_views(self) -> Mapping[str, DealView]:
        """Public id to view of each deal in force, the likeliest to end first: in the run where there is one."""
        in_force = {summary.deal for summary in self.assessment.in_force}
        views = dict(zip((one for one, own in self.deals.items() if own in in_force), self.findings.deals, strict=True))
        if self.run is None:
            return views
        ids = {view.name: shown for shown, view in views.items()}
        told = with_run(tuple(views.values()), self.assessment, self.run, self.rows)
        return {ids[view.name]: view for view in told}

    @cached_property
    def material(self) -> CaseMaterial:
        """What an export is made from."""
        own = self.assessment
        return material_of(
            self.loaded, self.gate.audience, seed=own.seed, members=own.n_members, horizon=own.horizon_months
        )

    @property
    def say(self) -> Wording:
        """Says findings in the language of the edition."""
        return Wording(self.language)

    @property
    def tell(self) -> Translate:
        """Says texts of the interface in the language of the edition."""
        return translator(self.language)

    @cached_property
    def rows(self) -> Rows:
        """From a row to what readers may see of it."""
        return Rows(self.case, self.gate, self.say)

    def settlement(self, places: tuple[str, ...] = ()) -> Settlement:
        """What can be settled: in each place by itself, the first ones where there are many, or in some together.

        Kept once made.
        """
        with self._settling:
            if places not in self._settlements:
                chosen = places or self.compiled.places[:MOST_AT_ONCE]
                self._settlements[places] = settle(
                    self.compiled, chosen, joint=len(places) > 1, draws=DRAWS, seed=self.seed
                )
            return self._settlements[places]

    # --- what the audience may know, by the ids that it may know

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Public id to id of the assessed places that are not withheld, in the order of the ledger."""
        return self._open("places", self.compiled.places)

    @cached_property
    def deals(self) -> Mapping[str, str]:
        """Public id to id of the deals, those in force by falling chance of ending."""
        return self._open("deals", tuple(summary.deal for summary in self.assessment.deals))

    @cached_property
    def actors(self) -> Mapping[str, str]:
        """Public id to id of the actors, in the order of the case."""
        return self._open("actors", tuple(actor.id for actor in self.case.actors))

    def _open(self, table: str, ids: tuple[str, ...]) -> dict[str, str]:
        return {self.gate.alias(one, table): one for one in ids if not self.gate.hides(one, table)}
