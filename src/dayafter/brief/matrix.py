"""What each option costs whom, as a matrix: an option a row, a party a column, a few words and a number in a cell.

It is shown as two tables that share their rows, so that no column is too narrow for its head: what an option changes
and asks of third parties, and what it means for each party.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dayafter.findings.option_records import Options, OptionView
from dayafter.findings.wording import Wording

N_PARTIES: Final = 5


@dataclass(frozen=True, slots=True)
class CostRow:
    """One option."""

    view: OptionView
    asks: tuple[tuple[str, str], ...]
    """Of donors, third parties and go-betweens: (who, what)."""
    parties: tuple[str, ...]
    """In the order of the columns; empty where the record names no cost or gain."""


@dataclass(frozen=True, slots=True)
class CostMatrix:
    """Options against parties."""

    parties: tuple[str, ...]
    rows: tuple[CostRow, ...]
    n_left_out: int
    """Parties without a column."""


def cost_matrix(options: Options, shown: Sequence[OptionView], say: Wording) -> CostMatrix:
    """The costs of some options; parties that most of them touch first."""
    touched = Counter(cost.who for one in options.options for cost in one.costs if cost.is_party)
    parties = tuple(who for who, _ in touched.most_common(N_PARTIES))
    rows = []
    for one in shown:
        told: dict[str, list[str]] = {}
        for cost in one.costs:
            if cost.is_party:
                told.setdefault(cost.who, []).append(cost.short)
        asks = tuple((cost.who, cost.short) for cost in one.costs if not cost.is_party and cost.short)
        rows.append(CostRow(one, asks, tuple(say(", ").join(told.get(who, ())) for who in parties)))
    return CostMatrix(parties, tuple(rows), len(touched) - len(parties))
