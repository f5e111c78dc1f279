"""How much of a finding rests on data, on published effects and on assumption: one rule for every finding.

Everything that enters a finding counts 1. A row of the case counts as data where a source gives it and as assumption
where the case only assumes it; what an effect adds to the risk of a deal counts as published where a row of the
evidence table stands behind it, else as assumption. A number from simulated futures takes the count of its table: each
parameter that acts on the outcome, in equal parts for the kinds that its prior names (`dayafter.simulation.basis`); the
rows of the case enter all such numbers alike and are counted where they are listed.

The shares say where a finding comes from, not how far each part moves it; what moves the answer is ranked apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from dayafter.findings import words
from dayafter.findings.records import Basis, Part, Reference
from dayafter.findings.wording import Wording

_TOLD: Final = re.compile(r"data (\d+) %, published effects (\d+) %, assumption (\d+) %")


def basis_of(data: float, published: float, assumed: float, say: Wording) -> Basis | None:
    """A basis from counts or shares of the three kinds, in whole percent that sum to 100; None where nothing counts."""
    total = data + published + assumed
    if total <= 0:
        return None
    n, k, m = words.whole_parts([100 * part / total for part in (data, published, assumed)], 100)
    text = say(
        "Of what stands behind it, {data} % rest on data, {published} % on published effects and {assumed} % on "
        "assumption.",
        data=n, published=k, assumed=m,
    )  # fmt: skip
    return Basis(n, k, m, text, _short(n, k, m, say))


def _short(data: int, published: int, assumed: int, say: Wording) -> str:
    """The kinds of which there is something; no share is printed where one kind is all of it."""
    if 100 in (data, published, assumed):
        return say("all data") if data else say("all effects") if published else say("all assumption")
    parts = (
        (data, say("data {n} %", n=data)),
        (published, say("effects {n} %", n=published)),
        (assumed, say("assumption {n} %", n=assumed)),
    )
    return "\u00a0· ".join(text.replace(" ", "\u00a0") for share, text in parts if share)  # lines break after a dot


def common_basis(bases: Sequence[Basis | None]) -> Basis | None:
    """The basis of several findings that all have the same one, to be told once; else None."""
    return bases[0] if len(bases) > 1 and all(one == bases[0] for one in bases) else None


def of_simulation(told: str | None, say: Wording) -> Basis | None:
    """What the table of results says of an outcome: `of 22 parameters: data 14 %, …`; None where it says nothing."""
    found = _TOLD.search(told or "")
    if found is None:
        return None
    data, published, assumed = (float(part) for part in found.groups())
    return basis_of(data, published, assumed, say)


def of_record(references: Iterable[Reference], say: Wording, parts: Sequence[Part] = ()) -> Basis | None:
    """What a finding read from the record rests on: its rows, each once, and the effects that make up a risk."""
    rows = list(dict.fromkeys(references))
    effects = [part for part in parts if not part.is_simulated]
    n_assumed = sum(row.assumed for row in rows) + sum(not part.evidence for part in effects)
    n_published = sum(bool(part.evidence) for part in effects)
    return basis_of(sum(not row.assumed for row in rows), n_published, n_assumed, say)
