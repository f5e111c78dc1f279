"""Finding protected strings in a text: whole words, in any order of role and place, or run together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dayafter.redaction.normalise import Word, plain, slugs, squashed, unescaped, without_tags, words

_NEAR: Final = 6
"""An office and its place within this many words of one another name its holder."""
_SQUASHED_MIN: Final = 8
"""Shorter strings run together are found inside other words by chance."""
_SEPARATORS: Final = re.compile(r"([-_.])")
_EMBEDDED: Final = re.compile(r"data:(?:font|image|application)/[\w.+-]+(?:;[\w=-]+)*;base64,[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True, slots=True)
class Secret:
    """A string that must not be in an export, and the row that it comes from."""

    text: str
    table: str
    number: int
    """The row's number in its table, from 0."""
    column: str

    def __str__(self) -> str:
        return f"{self.table}, row {self.number + 1}, column {self.column}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret found in a text, from `start` to `end`."""

    secret: Secret
    start: int
    end: int


@dataclass(slots=True)
class Searcher:
    """Looks for secrets in texts.

    Names and texts are found as runs of whole words; ids as whole ids; an office near its place, in either order;
    and, in finished files only, long strings even where their spaces were lost.
    """

    runs: dict[str, list[tuple[tuple[str, ...], Secret]]] = field(default_factory=lambda: defaultdict(list))
    """First word to the runs of words that begin with it."""
    ids: dict[str, Secret] = field(default_factory=dict)
    id_parts: int = 0
    """Of the id with the most parts, separators counted: no longer run of parts need be looked up."""
    visible_ids: set[str] = field(default_factory=set)
    offices: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], Secret]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """First word of an office to (its words, the names it must not stand near)."""
    joined: dict[str, Secret] = field(default_factory=dict)
    longer: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    """First word to visible names of several words, which may hold a one-word secret by chance."""
    known: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, secret: Secret, *, whole: bool = True) -> None:
        """Protect a string. `whole`: also where its words are run together."""
        run = plain(secret.text)
        if not run or run in self.known:
            return
        self.known.add(run)
        for first in _heads(secret.text):
            self.runs[first].append((run, secret))
        joined = squashed(secret.text)
        if whole and len(run) > 1 and len(joined) >= _SQUASHED_MIN:
            self.joined.setdefault(joined, secret)
        if whole and len(run) > 1 and len(joined) > 3:
            self.runs[joined].append(((joined,), secret))

    def add_id(self, secret: Secret) -> None:
        """Protect an id."""
        ident = secret.text.lower()
        self.ids.setdefault(ident, secret)
        self.id_parts = max(self.id_parts, len(_SEPARATORS.split(ident)))

    def add_office(self, secret: Secret, office: str, near: Iterable[str]) -> None:
        """Protect an office where it stands near any of these names."""
        run = plain(office)
        names = tuple(dict.fromkeys(name for text in near if (name := plain(text))))
        if run and names:
            for first in _heads(office):
                self.offices[first].append((run, names, secret))

    def add_visible_name(self, text: str) -> None:
        """A longer name that everybody may see, in which a one-word secret is no secret."""
        run = plain(text)
        if len(run) > 1:
            self.longer[run[0]].append(run)

    def hits(self, text: str) -> list[Hit]:
        """Every secret in a plain text, longest first where they begin together."""
        found = self._id_hits(text)
        if self.runs or self.offices:
            row = words(text)
            free = self._allowed(row) if self.longer else frozenset()
            for at, word in enumerate(row):
                found.extend(self._hits_at(row, at, word, free))
        return sorted(found, key=lambda hit: (hit.start, -hit.end))

    def first_in_file(self, text: str) -> Secret | None:
        """The first secret found in a finished file of text, whatever its markup or escapes; None if there is none."""
        if not (self.runs or self.ids or self.offices):
            return None
        text = unescaped(_EMBEDDED.sub(" ", text))
        versions = [text]
        if "<" in text:
            versions.append(without_tags(text))
        for version in versions:
            if found := self.hits(version):
                return found[0].secret
        if self.joined:
            whole = squashed(versions[-1])
            for string, secret in self.joined.items():
                if string in whole:
                    return secret
        return None

    def _hits_at(self, row: Sequence[Word], at: int, word: Word, free: frozenset[int]) -> list[Hit]:
        found = []
        for form in word.forms:
            for run, secret in self.runs.get(form, ()):
                if _stands(row, at, run) and not (len(run) == 1 and at in free):
                    found.append(Hit(secret, word.start, row[at + len(run) - 1].end))
            for run, names, secret in self.offices.get(form, ()):
                if _stands(row, at, run) and (span := _near(row, at, len(run), names)) is not None:
                    found.append(Hit(secret, row[span[0]].start, row[span[1]].end))
        return found

    def _id_hits(self, text: str) -> list[Hit]:
        if not self.ids:
            return []
        found = []
        for slug, start, end in slugs(text):
            if slug in self.visible_ids:
                continue
            if slug in self.ids:
                found.append(Hit(self.ids[slug], start, end))
                continue
            parts = _SEPARATORS.split(slug)
            for i in range(0, len(parts), 2):  # an id inside a file name or a longer key
                for j in range(min(len(parts), i + self.id_parts), i, -2):
                    inner = "".join(parts[i:j])
                    if inner in self.ids and (j - i < len(parts)):
                        found.append(Hit(self.ids[inner], start, end))
        return found

    def _allowed(self, row: Sequence[Word]) -> frozenset[int]:
        return frozenset(
            at + step
            for at, word in enumerate(row)
            for form in word.forms
            for run in self.longer.get(form, ())
            if _stands(row, at, run)
            for step in range(len(run))
        )


def _heads(text: str) -> tuple[str, ...]:
    """Forms under which a run is looked up: its first word as written, and without an article."""
    first = words(text)[0].forms
    plain_form = first[0]
    bare = plain_form[2:] if plain_form.startswith("ال") and len(plain_form) > 3 else plain_form
    return tuple(dict.fromkeys((plain_form, bare)))


def _same(word: Word, wanted: str) -> bool:
    if wanted in word.forms:
        return True
    return wanted.startswith("ال") and len(wanted) > 3 and wanted[2:] in word.forms


def _stands(row: Sequence[Word], at: int, run: tuple[str, ...]) -> bool:
    """Whether a run of words begins at this word."""
    return at + len(run) <= len(row) and all(_same(row[at + step], wanted) for step, wanted in enumerate(run))


def _near(row: Sequence[Word], at: int, length: int, names: tuple[tuple[str, ...], ...]) -> tuple[int, int] | None:
    """First and last word of an office and a name within reach of it."""
    for start in range(max(0, at - _NEAR), min(len(row), at + length + _NEAR)):
        for name in names:
            if _stands(row, start, name):
                return min(at, start), max(at + length, start + len(name)) - 1
    return None
