"""Where each row of the seed record is to be found in the bundled case: the page `docs/reference/seed-coverage.md`.

A row counts as encoded where a citation of the case names it in its spot, as in `vandentoorn-2016 [R-09]`. What the
case assumes for want of a source (`assumption [...]`) counts for the gaps (G) only. Mechanisms, causal claims and
forecasts are not facts: `seed_rows.csv` says where the case records what they need, and what still has to be built.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dayafter.casefile.schema import TABLES

ROOT: Final = Path(__file__).parent.parent
CASE: Final = ROOT / "src/dayafter/cases/iraq-2016"
SEED_ROWS: Final = ROOT / "tools/seed_rows.csv"
PAGE: Final = ROOT / "docs/reference/seed-coverage.md"
MUST_BE_ENCODED: Final = ("E", "R", "D", "F")
SHOWN: Final = 4
"""Rows of the case shown for each row of the record; the rest is counted."""

KINDS: Final[Mapping[str, str]] = {
    "E": "Entities",
    "R": "Relations",
    "D": "Deals",
    "F": "Dated and quantified facts",
    "U": "Uncertain or disputed",
    "G": "Gaps",
    "P": "Prescriptions",
    "M": "Mechanisms",
    "C": "Causal claims",
    "X": "Forecasts of the author",
}
WITHHELD: Final = ("brokers", "contacts")
"""Tables whose rows are counted, not shown: a key or a place can name a go-between."""

_ID: Final = re.compile(r"\b([A-Z]-\d\d)\b")
_CITATION: Final = re.compile(r"([^\[\];]+?)\s*\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class SeedRow:
    """A row of the record: its id, what it is about, and where else it is represented, if not in a citation."""

    id: str
    about: str
    elsewhere: str


def seed_rows(path: Path = SEED_ROWS) -> tuple[SeedRow, ...]:
    """Every row of the record, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(SeedRow(**row) for row in csv.DictReader(file))


def cited(cell: str) -> Iterator[str]:
    """The ids of the record that the citations of one `source` cell name, each once."""
    found: dict[str, None] = {}
    for source, spot in _CITATION.findall(cell):
        for seed in _ID.findall(spot):
            if source.strip() != "assumption" or seed.startswith("G"):
                found[seed] = None
    yield from found


def encoded(case: Path = CASE) -> dict[str, list[tuple[str, str]]]:
    """For each id of the record, the rows of the case that cite it: table and key."""
    where: dict[str, list[tuple[str, str]]] = {}
    for table, model in TABLES.items():
        path = case / f"{table}.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = "/".join(row[name] or "" for name in model.KEY)
                for seed in cited(row["source"]):
                    where.setdefault(seed, []).append((table, key))
    return where


def missing(case: Path = CASE) -> list[str]:
    """Rows of the record that must be encoded and are not."""
    where = encoded(case)
    return [row.id for row in seed_rows() if row.id[0] in MUST_BE_ENCODED and row.id not in where]


def _spots(found: list[tuple[str, str]]) -> str:
    shown, withheld = [], 0
    for table, key in found:
        if table in WITHHELD:
            withheld += 1
        else:
            shown.append(f"`accounts` of `{key}`" if table == "accounts" else f"`{table}` `{key}`")
    shown = list(dict.fromkeys(shown))
    parts = shown[:SHOWN]
    if len(shown) > SHOWN:
        parts.append(f"{len(shown) - SHOWN} more")
    if withheld:
        parts.append(f"{withheld} in `brokers` or `contacts`, handled as high")
    return ", ".join(parts)


def _where(row: SeedRow, found: list[tuple[str, str]]) -> str:
    return "; ".join(part for part in (_spots(found), row.elsewhere) if part) or "nowhere yet"


def page(case: Path = CASE) -> str:
    """The whole page, as MyST."""
    rows, where = seed_rows(), encoded(case)
    wanted = [row for row in rows if row.id[0] in MUST_BE_ENCODED]
    done = sum(row.id in where for row in wanted)
    lines = [
        "# Coverage of the seed record",
        "",
        "The bundled case `iraq-2016` is made from a numbered record of one essay. This page says for every row of the",
        "record where the case holds it, or what must still be built for it. It is generated from the citations of the",
        f"case. Entities, relations, deals and facts encoded: {done} of {len(wanted)}.",
    ]
    for letter, kind in KINDS.items():
        lines += ["", f"## {kind}", "", "| row | about | where |", "| --- | --- | --- |"]
        lines += [
            f"| {row.id} | {row.about} | {_where(row, where.get(row.id, []))} |" for row in rows if row.id[0] == letter
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
