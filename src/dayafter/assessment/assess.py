"""The assessment of a case: indices, ledger, deals. Members come in chunks, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, Ints, draw
from dayafter.assessment.deals import DealDraws, draw_deal, fragility, summary
from dayafter.assessment.ledger import ledger_cells, tally
from dayafter.assessment.places import (
    Shared,
    armed_actors,
    claim_index,
    coverage,
    force_indices,
    people_indices,
    share_draws,
)
from dayafter.assessment.report import Assessment, DealSummary, Fragility, Index, LedgerCell, RivalAccounts
from dayafter.assessment.summary import Parts, index_record, joined, refs
from dayafter.errors import UsageError
from dayafter.indices import hazard
from dayafter.vocabulary import DealStatus

LARGEST: Final = 1_000_000
"""Numbers in one array of member × actor × actor: 8 MB, of which some ten are held at a time."""
MOST_MEMBERS: Final = 1000


def fitting_chunk(compiled: CompiledCase) -> int:
    """Members at a time, so that the place with the most armed actors keeps within `LARGEST` numbers an array."""
    crowd = int(compiled.presence.exists.sum(axis=1).max(initial=1)) or 1
    return max(1, min(MOST_MEMBERS, LARGEST // crowd**2))


def assess(
    compiled: CompiledCase,
    seed: int = 7,
    n_members: int = 1000,
    horizon_months: int | None = None,
    *,
    chunk_size: int | None = None,
) -> Assessment:
    """Assess a case: what is open, how contested places are, which deals are fragile, and why.

    Parameters
    ----------
    compiled : see `dayafter.compiler.compile_case`.
    seed : of all draws; any integer from 0.
    n_members : draws over the uncertain inputs and the priors.
    horizon_months : for the chance of a deal's end; where None, that of the case.
    chunk_size : members at a time; where None, what fits. Changes memory, never a result.

    Raises
    ------
    UsageError : no members, no months or no chunk.
    """
    horizon = compiled.horizon_months if horizon_months is None else horizon_months
    size = fitting_chunk(compiled) if chunk_size is None else chunk_size
    for name, value in (("n_members", n_members), ("horizon_months", horizon), ("chunk_size", size)):
        if value < 1:
            raise UsageError(f"{name} is {value}; pass 1 or more")
    chunks = _chunks(n_members, size)
    shared = [share_draws(draw(compiled, seed, members)) for members in chunks]
    cells = ledger_cells(compiled)
    indices = [
        index for p in range(len(compiled.places)) for index in _place_indices(compiled, shared, cells, p, n_members)
    ]
    return Assessment(
        seed=seed,
        n_members=n_members,
        horizon_months=horizon,
        places=compiled.places,
        indices=tuple(indices),
        ledger=cells,
        deals=_deals(compiled, shared, seed, horizon),
        rival_accounts=tuple(
            RivalAccounts(one.table, one.key, one.field, tuple(refs([row])[0] for row in one.rows), one.used, one.rule)
            for one in compiled.rivals
        ),
    )


def _chunks(n_members: int, chunk_size: int) -> list[Ints]:
    return [
        np.arange(start, min(start + chunk_size, n_members), dtype=np.int64)
        for start in range(0, n_members, chunk_size)
    ]


def _parts_of(shared: Shared, p: int) -> list[Parts]:
    if shared.drawn.case.is_national[p]:  # nobody holds or lives in an arena
        return [claim_index(shared, p), coverage(shared, p)]
    return [
        *force_indices(shared, p),
        armed_actors(shared, p),
        claim_index(shared, p),
        *people_indices(shared, p),
        coverage(shared, p),
    ]


def _place_indices(
    compiled: CompiledCase, shared: Sequence[Shared], cells: Sequence[LedgerCell], p: int, n_members: int
) -> list[Index]:
    place = compiled.places[p]
    by_chunk = [_parts_of(one, p) for one in shared]
    indices = [index_record(joined(same), place) for same in zip(*by_chunk, strict=True)]
    return [*indices, *tally(cells, place, n_members)]


def _deals(compiled: CompiledCase, shared: Sequence[Shared], seed: int, horizon: int) -> tuple[DealSummary, ...]:
    """In force by falling chance of ending, then missing, then the rest in the order of the case."""
    in_force = [d for d, status in enumerate(compiled.deal_status) if status is DealStatus.IN_FORCE]
    parameters = [hazard.draw_parameters(seed, one.drawn.members) for one in shared] if in_force else []
    found: list[Fragility] = []
    p_end: list[Floats] = []
    for d in in_force:
        draws: list[DealDraws] = [
            draw_deal(one, d, prior, horizon) for one, prior in zip(shared, parameters, strict=True)
        ]
        found.append(fragility(compiled, d, draws, horizon))
        p_end.append(np.concatenate([one.p_end for one in draws]))
    ranked = [replace(one, p_ranks_first=share) for one, share in zip(found, _ranks_first(p_end), strict=True)]
    binding = [summary(compiled, d, one) for d, one in zip(in_force, ranked, strict=True)]
    binding.sort(key=lambda one: (-one.fragility.p_end.mean if one.fragility else 0.0, one.deal))
    rest = [summary(compiled, d, None) for d in range(len(compiled.deals)) if d not in in_force]
    missing = [one for one in rest if one.status is DealStatus.MISSING]
    return (*binding, *missing, *(one for one in rest if one.status is not DealStatus.MISSING))


def _ranks_first(p_end: Sequence[Floats]) -> list[float]:
    """For each deal, the share of members in which none is likelier to end; the first wins among equals."""
    if not p_end:
        return []
    first = np.argmax(np.stack(p_end), axis=0)
    return [float(np.mean(first == number)) for number in range(len(p_end))]
