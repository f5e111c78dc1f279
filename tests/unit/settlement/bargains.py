"""Bargaining problems for tests: generated, and small cases as people write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dayafter.arrays import CompiledCase, Floats
from dayafter.casefile.schema import CaseIssue, Option, Position
from dayafter.settlement.bargain import Bargain, Role, Slot, closeness, weights_of
from tests.unit.assessment.small import compiled, small_tables


def direct(worth: Floats, reservation: Floats, **changes: Any) -> Bargain:
    """A bargain from worth (j, k, o) alone: every option real, no red lines, everybody has a veto."""
    j, k, o = worth.shape
    values: dict[str, Any] = {
        "parties": tuple(f"p{n}" for n in range(j)),
        "roles": (Role.SIGNATORY,) * j,
        "slots": tuple(Slot("town", f"i{n}") for n in range(k)),
        "options": (tuple(f"o{n}" for n in range(o)),) * k,
        "available": np.ones((k, o), dtype=np.bool_),
        "worth": worth,
        "forbidden": np.zeros((j, k, o), dtype=np.bool_),
        "reservation": reservation,
        "weight": np.ones(j),
        "veto": np.ones(j, dtype=np.bool_),
    }
    return Bargain(**(values | changes))


def generated(seed: int, n_parties: int = 4, n_slots: int = 5, n_options: int = 4, floor: float = 0.55) -> Bargain:
    """A spatial problem with red lines, an outsider, and one slot with fewer options."""
    rng = np.random.default_rng(seed)
    ideal, salience = rng.random((n_parties, n_slots)), rng.random((n_parties, n_slots))
    position = np.linspace(0, 1, n_options)
    worth = weights_of(salience)[:, :, None] * closeness(position, ideal[:, :, None])
    available = np.ones((n_slots, n_options), dtype=np.bool_)
    available[0, -1] = False
    veto = np.ones(n_parties, dtype=np.bool_)
    veto[-1] = n_parties < 3
    forbidden = rng.random((n_parties, n_slots, n_options)) < 0.06
    return direct(worth, np.full(n_parties, floor), available=available, veto=veto, forbidden=forbidden & available)


def two_party_tables(north: str = "0.9", south: str = "0.1", **positions: dict[str, Any]) -> dict[str, list[Any]]:
    """The small case with options on who polices and a position of each patron; `positions` adds to these by actor."""
    tables = small_tables()
    tables["options"] = [
        Option(issue="police", id=name, position=position, label=name)
        for name, position in (("south", 0.0), ("joint", 0.5), ("north", 1.0))
    ]
    tables["positions"] = [
        Position(
            **(
                {
                    "place": "town",
                    "actor": actor,
                    "issue": "police",
                    "ideal": ideal,
                    "salience": "0.5",
                    "capability": "0.5",
                }
                | positions.get(actor, {})
            )
        )
        for actor, ideal in (("guards", north), ("watch", south))
    ]
    return tables


def two_party_case(**changes: Any) -> CompiledCase:
    """That case, compiled."""
    return compiled(two_party_tables(**changes))


def with_issue(tables: dict[str, list[Any]], name: str) -> None:
    """Add an issue without options."""
    tables["issues"].append(CaseIssue(id=name, question="govern", title=name))
