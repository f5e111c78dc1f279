"""From values over members to the records of a report: means, 90 % ranges, contributions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Floats, RowKey
from dayafter.assessment.report import Contribution, Index, RowRef, Spread

MAX_PARTS: Final = 24
"""Contributions listed one by one; the smaller ones are added up as `others`."""
OTHERS: Final = "others"


@dataclass(frozen=True, slots=True)
class Part:
    """What a column of values is about."""

    name: str
    entities: tuple[str, ...] = ()
    rows: tuple[RowKey, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """An index of one place over some members, as the parts that sum to it."""

    name: str
    unit: str
    parts: tuple[Part, ...]
    values: Floats
    """(m, parts)."""
    missing: tuple[str, ...] = ()
    is_defined: bool = True
    """False where the case holds no account to compute it from; `values` is then not read."""


def undefined(name: str, unit: str, missing: Iterable[str]) -> Parts:
    """An index that the case does not allow to be computed, and what it would take."""
    return Parts(name, unit, (), np.zeros((0, 0)), tuple(missing), is_defined=False)


def refs(rows: Iterable[RowKey]) -> tuple[RowRef, ...]:
    """Row references as the report has them, each once, in order of table and key."""
    return tuple(RowRef(*row) for row in sorted(set(rows)))


def spreads(values: Floats) -> tuple[Spread, ...]:
    """Mean and 90 % range of each column.

    Parameters
    ----------
    values : (m, n), m of 1 or more.
    """
    if values.shape[1] == 0:
        return ()
    low, high = np.quantile(values, (0.05, 0.95), axis=0)
    return tuple(
        Spread(float(one), float(lower), float(upper), values.shape[0])
        for one, lower, upper in zip(values.mean(axis=0), low, high, strict=True)
    )


def spread(values: Floats) -> Spread:
    """Mean and 90 % range of one number over members (m,)."""
    return spreads(values[:, None])[0]


def contributions(parts: Sequence[Part], values: Floats) -> tuple[Contribution, ...]:
    """One record for each part, in the order given.

    Parameters
    ----------
    values : (m, parts).
    """
    return tuple(
        Contribution(part.name, part.entities, value, refs(part.rows), part.evidence)
        for part, value in zip(parts, spreads(values), strict=True)
    )


def joined(chunks: Sequence[Parts]) -> Parts:
    """The same index over the members of all chunks."""
    first = chunks[0]
    if not first.is_defined:
        return first
    # In C order: the layout decides in which order a row is summed, and must not depend on the chunks.
    values = np.ascontiguousarray(np.concatenate([chunk.values for chunk in chunks]))
    return Parts(first.name, first.unit, first.parts, values, first.missing)


def index_record(index: Parts, place: str) -> Index:
    """The record of an index: parts that are 0 in every member are left out, the smallest of many added up."""
    if not index.is_defined:
        return Index(index.name, place, index.unit, None, missing=index.missing)
    total = index.values.sum(axis=1)
    size = np.abs(index.values).mean(axis=0)
    order = sorted((n for n in range(size.size) if size[n] > 0), key=lambda n: (-size[n], index.parts[n].entities))
    kept, rest = order[:MAX_PARTS], order[MAX_PARTS:]
    parts = [index.parts[n] for n in kept]
    values = np.ascontiguousarray(index.values[:, kept])
    if rest:
        parts.append(Part(OTHERS))
        values = np.concatenate([values, np.ascontiguousarray(index.values[:, rest]).sum(axis=1)[:, None]], axis=1)
    rows = refs(row for part in index.parts for row in part.rows)
    return Index(index.name, place, index.unit, spread(total), contributions(parts, values), rows, index.missing)
