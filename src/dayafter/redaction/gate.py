"""The one gate that every export passes.

An export takes its rows from `Gate.case`, its labels and references from the gate, and leaves through `release`,
which reads the finished text once more and refuses to let it go if anything protected is still in it.

What scrubbing cannot see: a paraphrase, a picture, a name spelt in a way that no row lists; `docs/why/redaction.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import TABLES, Account, Broker, CaseFile, Place, Row
from dayafter.errors import RedactionError
from dayafter.redaction.coarse import coarser_place
from dayafter.redaction.fields import ENTITY_TABLES
from dayafter.redaction.guarded import guard
from dayafter.redaction.levels import RowAt, entity_index, row_levels
from dayafter.redaction.policy import (
    ARMED_KINDS,
    BREADTH,
    CEILING,
    COARSE,
    HANDLING,
    OUTSIDE_KINDS,
    PUBLISHED,
    RANK,
    SMALL_COUNT,
    WITHHELD_TEXT,
)
from dayafter.redaction.rows import RowRedactor
from dayafter.redaction.secrets import Secret
from dayafter.vocabulary import Audience, Sensitivity

_LABEL_ORDER: Final = ("places", "communities", "actors", "brokers", "deals", *(
    table for table in ENTITY_TABLES if table not in {"places", "communities", "actors", "brokers", "deals"}
))  # fmt: skip
"""Where an id is looked up if no table is named."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many rows of a table an audience does not see."""

    table: str
    level: Sensitivity | None
    """None for the public, to whom levels are not told apart."""
    n_rows: int | None
    """None for the public where there are fewer than ten."""

    def __str__(self) -> str:
        count = f"fewer than {SMALL_COUNT}" if self.n_rows is None else str(self.n_rows)
        return f"{self.table.replace('_', ' ')}: {count}" + (f" ({self.level})" if self.level else "")


class Gate:
    """What one audience may see of a case.

    Parameters
    ----------
    case : the whole case.
    audience : who reads the export.

    Raises
    ------
    RedactionError : the audience is wider than the widest that the case may reach (`audience` in its head).
    """

    def __init__(self, case: CaseFile, audience: Audience) -> None:
        if BREADTH[audience] > BREADTH[case.info.audience]:
            raise RedactionError(
                f"this case may reach '{case.info.audience}' at most, not '{audience}', even redacted; "
                f"if its owners agree, write `audience: {audience}` in case.yaml"
            )
        self.audience: Final = audience
        self.handling: Final = HANDLING[audience]
        """The handling label that every export carries."""
        self._full = case
        self._levels = row_levels(case)
        ceiling = RANK[CEILING[audience]]
        self._withheld = frozenset(at for at, level in self._levels.items() if RANK[level] > ceiling)
        self._index = entity_index(case)
        self._places: Mapping[str, Place] = {place.id: place for place in case.places}
        coders = self._guarded_coders()
        self._coder_alias = {name: f"coder {number}" for number, name in enumerate(coders, 1)}
        self._door, self._knife = guard(case, self._withheld, coders)
        self._visible = {
            table: {row.id for n, row in enumerate(getattr(case, table)) if not self._hidden(table, row.id)}
            for table in ENTITY_TABLES
        }
        self._aliases: dict[tuple[str, str], str] = {}
        self._make_aliases()
        self._names: dict[str, list[Any]] = {}
        for name in case.names:
            self._names.setdefault(name.entity, []).append(name)

    # --- what is withheld

    def _hidden(self, table: str, ident: str) -> bool:
        return any((table, number) in self._withheld for number in self._index.get((table, ident), ()))

    def _guarded_coders(self) -> dict[str, RowAt]:
        """Coders of withheld rows, in the order of the case: a coder's name is a source too."""
        head = self._full.info.coded_by
        found: dict[str, RowAt] = {}
        for table, number, row in self._full.rows():
            if (table, number) in self._withheld and row.coded_by and row.coded_by != head:
                found.setdefault(row.coded_by, (table, number))
        return found

    def level(self, ref: RowRef) -> Sensitivity | None:
        """How strictly a row is handled: the strictest of the rows with its key, None where there is none."""
        found = [self._levels[at] for at in self._rows_by_key.get(ref, ())]
        return max(found, key=RANK.__getitem__) if found else None

    def is_withheld(self, ref: RowRef) -> bool:
        """Whether the audience must not see what a row says."""
        return any(at in self._withheld for at in self._rows_by_key.get(ref, ()))

    def hidden_rows(self, table: str) -> frozenset[int]:
        """Numbers, from 0, of the rows of a table that the audience must not see."""
        return frozenset(number for name, number in self._withheld if name == table)

    def hides_row(self, table: str, key: str) -> bool:
        """Whether the case has a row of this key and the audience must not see it."""
        return self.is_withheld(RowRef(table, key))

    def hides(self, entity_id: str, table: str | None = None) -> bool:
        """Whether the audience must not see who or what an id stands for."""
        return any(self._hidden(one, entity_id) for one in ((table,) if table else ENTITY_TABLES))

    @cached_property
    def withheld(self) -> tuple[Withheld, ...]:
        """How many rows of which table are withheld, in the order of the format."""
        counts: dict[tuple[str, Sensitivity | None], int] = {}
        public = self.audience is Audience.PUBLIC
        for table, number, _ in self._full.rows():
            if (at := (table, number)) in self._withheld:
                key = (table, None if public else self._levels[at])
                counts[key] = counts.get(key, 0) + 1
        return tuple(
            Withheld(table, level, None if public and n < SMALL_COUNT else n) for (table, level), n in counts.items()
        )

    # --- names and ids

    def _make_aliases(self) -> None:
        """Opaque ids for what is withheld and for ids that hold a protected word, different from every id in use."""
        self._numbers: dict[str, int] = {}
        self._taken = {row.id for table in ENTITY_TABLES for row in getattr(self._full, table)}
        for table in ENTITY_TABLES:
            for row in getattr(self._full, table):
                if (table, row.id) in self._aliases:
                    continue
                if row.id not in self._visible[table]:
                    self._aliases[table, row.id] = self._fresh(f"withheld-{_singular(table)}")
                elif self._knife.hits(row.id):
                    self._aliases[table, row.id] = self._fresh(_singular(table))
        for alias in self._aliases.values():
            self._door.visible_ids.add(alias)
            self._knife.visible_ids.add(alias)

    def _fresh(self, stem: str) -> str:
        number = self._numbers.get(stem, 1)
        while (alias := f"{stem}-{number:03d}") in self._taken:
            number += 1
        self._numbers[stem] = number + 1
        self._taken.add(alias)
        return alias

    def _table_of(self, entity_id: str) -> str | None:
        """The table of an id; where several bear it, the first that withholds it, else the first."""
        tables = [table for table in _LABEL_ORDER if (table, entity_id) in self._index]
        return next((table for table in tables if self._hidden(table, entity_id)), tables[0] if tables else None)

    def alias(self, entity_id: str, table: str | None = None) -> str:
        """What to print instead of an id: the id itself, or an opaque one. Different ids stay different.

        An id that is not in the case is returned as it is, unless it holds a protected word.
        """
        table = table or self._table_of(entity_id)
        if table is None or (table, entity_id) not in self._index:
            return entity_id if not self._knife.hits(entity_id) else "withheld"
        return self._aliases.get((table, entity_id), entity_id)

    def label(self, entity_id: str, language: str = "en", table: str | None = None) -> str:
        """The name to print: in the language where the case has one, else the row's own; coarse where withheld.

        An id that is not in the case is returned as `alias` would.
        """
        table = table or self._table_of(entity_id)
        if table is None or (table, entity_id) not in self._index:
            return self.alias(entity_id, table)
        number = self._index[table, entity_id][0]
        if self._hidden(table, entity_id):
            return self._coarse_label(table, number)
        names = [
            name.name
            for kind in ("official", "alias")
            for name in self._names.get(entity_id, ())
            if name.language == language and name.kind == kind and name.name
            and not self.is_withheld(RowRef("names", name.key))
        ]  # fmt: skip
        row = getattr(self._full, table)[number]
        own = getattr(row, "name", "") or getattr(row, "title", "") or self.alias(entity_id, table)
        return self.text(names[0] if names and language != "en" else own)

    def _coarse_label(self, table: str, number: int) -> str:
        """What a withheld row is called: a kind and a wide place, neither sex nor office nor side."""
        row = getattr(self._full, table)[number]
        level = self._levels[table, number]
        kind = getattr(row, "kind", None)
        word = COARSE[table]
        if table == "actors" and kind in ARMED_KINDS:
            word = COARSE["actors/armed"]
        elif table == "actors" and kind in OUTSIDE_KINDS:
            word = COARSE["actors/outside"]
        if isinstance(row, Broker) and row.group == "yes":
            word = "local go-betweens"
        spot = row.id if isinstance(row, Place) else getattr(row, "place", None) or getattr(row, "seat", None)
        if spot is None:
            return word
        coarse = coarser_place(spot, level, self._places, self._visible["places"])
        if coarse is None:
            return word
        return f"{word} in {self.text(self._places[coarse].name)}"

    def row(self, ref: RowRef) -> Row | None:
        """A row as the audience may see it; None where the case has none under that key."""
        found = self._rows_by_key.get(ref, ())
        return getattr(self.case, found[0][0])[found[0][1]] if found else None

    def row_label(self, ref: RowRef) -> str:
        """A reference to a row: `table/key`, `table/withheld` where it is withheld, the table alone if unknown.

        What a withheld row is called elsewhere is not said: beside a number of a place it would tell where the row
        belongs. For the public, leave references to withheld rows out: that they exist is not to be shown.
        """
        row = self.row(ref)
        if row is None:
            return ref.table if ref.table in TABLES else self.text(ref.table)
        return f"{ref.table}/withheld" if self.is_withheld(ref) else f"{ref.table}/{row.key}"

    def coder(self, name: str) -> str:
        """A coder's name; `coder 1`, `coder 2` … for those who coded withheld rows: their name is a source too."""
        return self._coder_alias.get(name) or self.text(name)

    def text(self, text: str) -> str:
        """A free text without any protected string in it."""
        hits = self._knife.hits(text)
        if not hits:
            return text
        parts, done = [], 0
        for hit in hits:
            if hit.end <= hit.start:  # in a text with invisible characters, where the spot of an id is not known
                return WITHHELD_TEXT
            if hit.start < done:
                done = max(done, hit.end) if hit.end > done else done
                continue
            parts += [text[done : hit.start], WITHHELD_TEXT]
            done = hit.end
        return "".join((*parts, text[done:]))

    # --- the redacted case

    @cached_property
    def _rows_by_key(self) -> dict[RowRef, list[RowAt]]:
        found: dict[RowRef, list[RowAt]] = {}
        for table, number, row in self._full.rows():
            found.setdefault(RowRef(table, row.key), []).append((table, number))
        return found

    @property
    def case(self) -> CaseFile:
        """The case as the audience may see it: the same rows in the same order, row i being row i of the whole case.

        To look things up in. Rows that must refer to something they may not name refer to an id that is in no table;
        `case_to_write` has rows for those.
        """
        return self._redacted[0]

    @cached_property
    def case_to_write(self) -> CaseFile:
        """The case as the audience may have it as a file.

        `case`, with stand-ins for what withheld rows may not name at the end of places, actors, communities and
        sources, so that every reference is good.
        """
        case, stand_ins = self._redacted
        return case.model_copy(
            update={table: (*getattr(case, table), *rows) for table, rows in stand_ins.items() if rows}
        )

    @cached_property
    def _redacted(self) -> tuple[CaseFile, Mapping[str, tuple[Row, ...]]]:
        if self.audience is Audience.INTERNAL:
            return self._full, {}
        redactor = RowRedactor(
            places=self._places,
            known={table: {row.id for row in getattr(self._full, table)} for table in ENTITY_TABLES},
            visible=self._visible,
            alias=lambda table, ident: self.alias(ident, table),
            label=self._coarse_label,
            scrub=self.text,
            as_of=self._full.info.as_of,
            coder=self.coder,
            hide_small_counts=self.audience is Audience.PUBLIC,
            published={source.id for source in self._full.sources if source.kind in PUBLISHED},
        )
        tables = {table: self._redacted_table(table, redactor) for table in TABLES}
        self._mend_accounts(tables)
        head = {
            name: self.text(value)
            for name in type(self._full.info).model_fields
            if isinstance(value := getattr(self._full.info, name), str) and name not in {"currency", "audience"}
        }
        if head["id"] != self._full.info.id:
            head["id"] = "withheld"
        info = self._full.info.model_copy(update={**head, "audience": self.audience})
        case = self._full.model_copy(update={"info": info, **{table: tuple(rows) for table, rows in tables.items()}})
        return case, {table: tuple(added.values()) for table, added in redactor.stand_ins.items()}

    def _redacted_table(self, table: str, redactor: RowRedactor) -> list[Row]:
        rows: list[Row] = []
        keys = {row.key for n, row in enumerate(getattr(self._full, table)) if (table, n) not in self._withheld}
        for number, row in enumerate(getattr(self._full, table)):
            at = (table, number)
            if at not in self._withheld:
                rows.append(redactor.visible_row(row))
                continue
            new = redactor.withheld_row(table, number, row, self._levels[at])
            if new.key in keys:
                new = redactor.apart(table, new)
            keys.add(new.key)
            rows.append(new)
        return rows

    def _mend_accounts(self, tables: dict[str, list[Row]]) -> None:
        """Accounts name rows by their key, and keys have changed."""
        for number, (old, new) in enumerate(zip(self._full.accounts, list(tables["accounts"]), strict=True)):
            if not isinstance(new, Account):
                raise TypeError("the table of accounts holds something else; please report this fault of dayafter")
            found = self._rows_by_key.get(RowRef(old.table, old.row), ())
            key = tables[found[0][0]][found[0][1]].key if found else self.text(old.row)
            tables["accounts"][number] = new.model_copy(update={"row": key})

    # --- the last door

    def find(self, text: str) -> Secret | None:
        """The first protected string in a finished file, with its row; None if there is none."""
        return self._door.first_in_file(text)

    def release(self, text: str, what: str) -> str:
        """The text, if nothing protected is in it.

        Parameters
        ----------
        text : a finished HTML, CSV, JSON, YAML or plain text.
        what : what it is, for the error: `brief.html`.

        Raises
        ------
        RedactionError : names the row and column that a protected string comes from, never the string.
        """
        if (secret := self.find(text)) is not None:
            raise RedactionError(_refusal(what, self.audience, str(secret)))
        return text


def _refusal(what: str, audience: Audience, spot: str) -> str:
    return (
        f"{what} was not written: it holds what audience '{audience}' must not see, from {spot}. "
        "Take it out of the text that repeats it, or mark that row low if it is public"
    )


def _singular(table: str) -> str:
    irregular = {"communities": "community", "policies": "policy", "aid": "aid"}
    return irregular.get(table, table.removesuffix("s"))
