"""The changes between two things as plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from dayafter.vocabulary import Audience


@dataclass(frozen=True, slots=True)
class Change:
    """One change. An empty `before`: it is new; an empty `after`: it is gone."""

    kind: str
    """fact, ledger, index, deal, settlement, made-of or outcome."""
    what: str
    """The table of a fact, or the question, index, deal or outcome."""
    about: str
    """The row's key, or the place or policy."""
    field: str
    before: str
    after: str
    unit: str = ""
    note: str = ""
    change: str = ""
    """Later less earlier, in words with its 90 % range, where the two could be compared member by member."""
    change_mean: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    """The same as numbers, in the unit; a share from 0 to 1."""

    @property
    def is_clear(self) -> bool:
        """Whether it is a change whose range leaves out zero; one that could not be paired is listed only if so."""
        if self.change_low is None or self.change_high is None:
            return self.kind == "outcome"
        return self.change_low > 0 or self.change_high < 0


COLUMNS: Final = tuple(spec.name for spec in fields(Change))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two things, and what both are."""

    of: str
    """`cases` or `runs`."""
    before: Mapping[str, str]
    """What it takes to make the first again."""
    after: Mapping[str, str]
    changes: tuple[Change, ...]
    remarks: tuple[str, ...]
    """How to read it."""
    audience: Audience | None = None
    """Who may read it; None for runs, whose folders say so themselves."""

    def of_kind(self, *kinds: str) -> tuple[Change, ...]:
        """The changes of some kinds, in order."""
        return tuple(change for change in self.changes if change.kind in kinds)
