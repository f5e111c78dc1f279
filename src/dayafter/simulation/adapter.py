"""The process of the model page as `run` asks for it: axes turned, names of the tables, reasons of what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dayafter.arrays import CompiledCase, Policy
from dayafter.priors import Posterior, Prior
from dayafter.results.schema import DWELLING_STEPS, OUTCOMES
from dayafter.simulation import compiled
from dayafter.simulation.basis import basis_text
from dayafter.simulation.draws import COUNT_CAP
from dayafter.simulation.kept import Kept
from dayafter.simulation.layout import CLASSES, build_layout
from dayafter.simulation.policies import Schedule, compile_policy, find_policy
from dayafter.simulation.process import Cells, Conditional, Ints, Paths, Signing
from dayafter.simulation.setting import Setting, prepare
from dayafter.simulation.state import Paths as ProcessPaths
from dayafter.simulation.surplus import SurplusOf, default_surplus

CAUSES: Final = ("outsider", "signatory", "patron", "shock")
REASONS: Final = ("explosive: events breed one or more events each",)
REASONS_KEPT: Final = (f"at the cap, and kept in every number: a month's count reached {COUNT_CAP:,}",)
RECORD: Final = "UCDP GED"
_MONEY_STEPS: Final = 2**36

Engine = Callable[..., ProcessPaths]
"""(setting, schedule, months, dated=... or signing=..., paths=...) to paths: `compiled.run`, or `reference.run`."""


@dataclass(frozen=True)
class CaseProcess:
    """A compiled case with its months and seed. Policies are those of the case (by id) or given as `Policy`."""

    case: CompiledCase
    months: int
    seed: int
    fixed: Mapping[str, float] = field(default_factory=dict)
    posterior: Posterior | None = None
    """What the case's record makes of the priors; the priors themselves where None."""
    own: Mapping[str, Prior] = field(default_factory=dict)
    """Priors in place of the default ones."""
    engine: Engine = compiled.run
    surplus: SurplusOf = default_surplus
    reasons: tuple[str, ...] = REASONS
    reasons_kept: tuple[str, ...] = REASONS_KEPT
    conditional: Conditional = Conditional.FORCED
    _kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """As it travels to another machine: without what the case says of its sources."""
        case = {item.name: getattr(self.case, item.name) for item in fields(self.case)}
        values = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in {"case", "_kept"}}
        ledger = tuple(replace(cell, rule="", summary="", coded_by="", checked_on="") for cell in self.case.ledger)
        said = {"addressed": {}, "rows": {}, "rivals": (), "left_out": (), "ledger": ledger, "coded_by": ""}
        return _again, (case | said, values)

    @cached_property
    def cells(self) -> Mapping[str, Cells]:
        """Outcomes and what they are of."""
        case, layout = self.case, build_layout(self.case)
        classes = tuple(kind.value for kind in CLASSES)
        place_class = {
            "place": tuple(place for place in case.places for _ in classes),
            "violence_class": classes * len(case.places),
        }
        communities = {
            "place": tuple(case.places[p] for p in layout.cell_place),
            "community": tuple(case.communities[c] for c in layout.cell_community),
        }
        deal, aid, place = {"deal": case.deals}, {"aid": case.aid}, {"place": case.places}
        holders = [(p, a) for p, a in zip(layout.slot_place.tolist(), layout.slot_actor.tolist(), strict=True)]
        held = {"place": tuple(case.places[p] for p, _ in holders), "actor": tuple(case.actors[a] for _, a in holders)}
        ended = {"deal": tuple(d for d in case.deals for _ in CAUSES), "ended_by": CAUSES * len(case.deals)}
        recorded = place_class | {"recorded_by": (RECORD,) * len(place_class["place"])}
        labels: dict[str, dict[str, tuple[str, ...]]] = {
            "events": place_class,
            "fatalities": place_class,
            "recorded_events": recorded,
            "held": held,
            **dict.fromkeys(("hands_changed_fought", "hands_changed_unopposed"), place),
            **dict.fromkeys(("home", "displaced", "left", "returned", "newly_displaced"), communities),
            **dict.fromkeys(("deal_in_force", "deals_made"), deal),
            "deals_ended": ended,
            **dict.fromkeys(("terms_kept", "deals_upgraded"), deal),
            **dict.fromkeys(("aid_released", "aid_withheld", "aid_captured"), aid),
            **dict.fromkeys(("dwellings_repaired", "dwellings_destroyed"), place),
        }
        mine = {*self.fixed, *self.own}
        informed = set() if self.posterior is None else set(self.posterior.informed) - mine
        return {
            name: Cells(
                some, basis_text(name, mine, informed), self._money_step if OUTCOMES[name].unit == "currency" else 1
            )
            for name, some in labels.items()
        }

    @cached_property
    def _money_step(self) -> int:
        """Units of currency in a step: 1, or the power of ten that brings the largest pledge below 2**36 steps."""
        most = float(self.case.aid_amount.high.max(initial=0.0))
        step = 1
        while most * max(len(self.case.aid), 1) / step >= _MONEY_STEPS:
            step *= 10
        return step

    def schedule(self, policy: str | Policy) -> Schedule:
        """A policy by month. UsageError where it does not fit the case."""
        return compile_policy(self.case, find_policy(self.case, policy), self.months)

    def has_dates(self, policy: Schedule) -> bool:
        """Whether a step of it makes or imposes a deal."""
        return bool(policy.sign.any())

    def paths(
        self, policy: Schedule, members: Ints, draws: Ints, *, dated: bool = False, signing: Signing | None = None
    ) -> Paths:
        """See `Process.paths`."""
        how: dict[str, Any] = {"dated": dated} if signing is None else {"signing": signing.made}
        setting = self._kept.setting(members, draws, self._prepare)
        room = self._kept.spare(members.size)
        done = self.engine(setting, policy, self.months, paths=room, **how)
        wrong = np.where(done.gone_wrong, 1, np.where(done.at_cap, -1, 0)).astype(np.int64)
        return Paths(self._values(done), wrong, _signing(done), lambda: self._kept.take_back(done))

    def forget(self) -> None:
        """See `Process.forget`."""
        self._kept.forget()

    def _prepare(self, members: Ints, draws: Ints) -> Setting:
        """What all policies share: one world for a draw, its own luck for a member."""
        setting = prepare(
            self.case,
            self.seed,
            draws,
            fixed=self.fixed,
            posterior=self.posterior,
            own=self.own,
            surplus=self.surplus,
        )
        return replace(setting, world=replace(setting.world, members=members))

    def _values(self, done: ProcessPaths) -> dict[str, NDArray[Any]]:
        """(cell, month, m) of each outcome."""
        held_by = {label: number for number, label in enumerate(self.case.actors)}
        cells = self.cells["held"].labels
        places = np.array([self.case.places.index(label) for label in cells["place"]], dtype=np.int64)
        actors = np.array([held_by[label] for label in cells["actor"]], dtype=np.int64)
        causes = np.arange(1, len(CAUSES) + 1)
        ended = done.ended_by[:, :, None] == causes[:, None]
        return {
            "events": _classes(done.events),
            "fatalities": _classes(done.deaths),
            "recorded_events": _classes(done.recorded),
            "held": _cells(done.holder[:, places] == actors[:, None]),
            "hands_changed_fought": _cells(done.change_fought),
            "hands_changed_unopposed": _cells(done.change_unopposed),
            **{name: _cells(getattr(done, name)) for name in ("home", "displaced", "left", "returned")},
            "newly_displaced": _cells(done.fled),
            "deal_in_force": _cells(done.in_force),
            "deals_made": _cells(done.made),
            "deals_ended": _classes(ended),
            "terms_kept": _cells(done.kept),
            "deals_upgraded": _cells(done.upgraded),
            **{f"aid_{name}": _monthly(getattr(done, name)) for name in ("released", "withheld", "captured")},
            "dwellings_repaired": _monthly(np.rint(done.repaired * DWELLING_STEPS)) / DWELLING_STEPS,
            "dwellings_destroyed": _cells(done.destroyed),
        }


def _again(case: dict[str, Any], values: dict[str, Any]) -> CaseProcess:
    return CaseProcess(case=CompiledCase(**case), **values)


def _cells(values: NDArray[Any]) -> NDArray[Any]:
    """(month, cell, m) to (cell, month, m)."""
    return values.swapaxes(0, 1)


def _classes(values: NDArray[Any]) -> NDArray[Any]:
    """(month, first, second, m) to (first × second, month, m)."""
    months, first, second, m = values.shape
    return values.reshape(months, first * second, m).swapaxes(0, 1)


def _monthly(to_date: NDArray[Any]) -> NDArray[Any]:
    """(month, cell, m) counted to date to (cell, month, m) month by month."""
    return np.diff(_cells(to_date), axis=1, prepend=np.zeros((), dtype=to_date.dtype))


def _signing(done: ProcessPaths) -> Signing:
    return Signing(done.made.swapaxes(0, 1).copy())
