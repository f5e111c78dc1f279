"""A small process with known answers: what `run` needs of a process and nothing of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dayafter.seeding import uniforms
from dayafter.simulation.process import Cells, Conditional, Ints, Paths, Signing

PLACES = ("east", "west")
CLASSES = ("interbloc", "communal")
COMMUNITIES = ("reds", "blues")
BASIS = "parameters: data 0 %, published effects 0 %, assumption 100 %"


@dataclass(frozen=True)
class FakePlan:
    """A policy: fewer events, a deal sooner, a restraint."""

    id: str
    fewer: float = 0.0
    signs_from: int = 4
    """Month from which the deal may be signed."""


@dataclass(frozen=True)
class FakeProcess:
    """Events by place and class, people by place and community, one deal."""

    months: int = 6
    seed: int = 3
    wrong_members: tuple[int, ...] = ()
    conditional: Conditional = Conditional.FORCED
    reasons: tuple[str, ...] = ("too many events", "no people")
    reasons_kept: tuple[str, ...] = ("a full month",)
    kept_members: tuple[int, ...] = ()
    before_paths: Callable[[Any, Ints], None] | None = None
    spread: int = 40_000
    extra: Mapping[str, Cells] = field(default_factory=dict)

    @property
    def cells(self) -> Mapping[str, Cells]:
        place_class = {"place": ("east", "east", "west", "west"), "violence_class": CLASSES * 2}
        people = {"place": ("east", "east", "west"), "community": ("reds", "blues", "reds")}
        return {
            "events": Cells(place_class, BASIS),
            "displaced": Cells(people, BASIS),
            "deal_in_force": Cells({"deal": ("bridge",)}, BASIS),
            "terms_kept": Cells({"deal": ("bridge",)}, BASIS),
            **self.extra,
        }

    def has_dates(self, policy: FakePlan) -> bool:
        return policy.signs_from < 4

    def paths(
        self, policy: FakePlan, members: Ints, draws: Ints, *, dated: bool = False, signing: Signing | None = None
    ) -> Paths:
        if self.before_paths is not None:
            self.before_paths(policy, members)
        rate = 1 + 4 * uniforms(self.seed, "rate", draws, np.array([1]))[:, 0]
        months = range(1, self.months + 1)
        luck = np.stack([uniforms(self.seed, "events", members, np.arange(4), month) for month in months])
        events = np.floor(luck * rate[None, :, None] * (1 - policy.fewer)).astype(np.int64)  # (month, m, cell)
        people = uniforms(self.seed, "people", members, np.arange(3))
        left = np.stack([np.floor(people * self.spread / month).astype(np.int64) for month in months])
        month = 1 + np.floor(uniforms(self.seed, "signing", members, np.array([7]))[:, 0] * 8).astype(np.int64)
        month = np.maximum(month, policy.signs_from)
        at = np.arange(1, self.months + 1)[:, None]
        signed = Signing((at == month)[None])
        if dated and self.has_dates(policy):
            signed = Signing((at == np.full(members.size, policy.signs_from))[None])
        if signing is not None:
            signed = signing
        in_force = np.logical_or.accumulate(signed.made[0], axis=0)
        events -= events * in_force[:, :, None] // 2
        wrong = np.where(np.isin(members, self.kept_members), -1, 0)
        wrong = np.where(np.isin(members, self.wrong_members), 1, wrong).astype(np.int64)
        values: dict[str, Any] = {
            "events": events.transpose(2, 0, 1),
            "displaced": left.transpose(2, 0, 1),
            "deal_in_force": in_force[None].astype(np.int64),
            "terms_kept": (in_force * 0.5)[None] * people[None, None, :, 0],
        }
        return Paths(values, wrong, signed)

    def forget(self) -> None:
        """Nothing is kept."""
