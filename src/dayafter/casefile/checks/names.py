"""Rules on places and names: where a place is, what it is called, and which two might be one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from dayafter.casefile.checks.context import Context, listed
from dayafter.casefile.didyoumean import fold
from dayafter.errors import Issue
from dayafter.vocabulary import NameKind, PlaceScope

_WORD: Final = re.compile(r"[^\W\d_]+")
_ARABIC_ONLY: Final = {"ك": "ک", "ي": "ی", "ى": "ی"}
"""Letters of an Arabic keyboard and the Kurdish letters that look like them."""
_KURDISH_ONLY: Final = {"ک": "ك", "ی": "ي"}
_SCRIPT_OF: Final = {"ar": "ARABIC", "ckb": "ARABIC", "fa": "ARABIC", "en": "LATIN", "tr": "LATIN"}
_SCRIPT_SUBTAG: Final = {"Arab": "ARABIC", "Latn": "LATIN", "Cyrl": "CYRILLIC", "Grek": "GREEK"}


def coordinates_of_contested_places(context: Context) -> Iterator[Issue]:
    """A contested place can be drawn on a map; a latitude comes with a longitude."""
    no_column: set[str] = set()
    for number, place in enumerate(context.case.places):
        if (place.latitude is None) != (place.longitude is None):
            field, other = ("latitude", "longitude") if place.latitude is None else ("longitude", "latitude")
            origin = context.loaded.origins.get(("places", number))
            if origin is not None and field not in origin.columns:
                if field in no_column:
                    continue
                no_column.add(field)  # the whole column is missing or misspelt: said once
            yield context.fault(
                "place.half-coordinates",
                ("places", number, field),
                f"{place.id} has a {other} and no {field}",
                f"write the {field}, or empty both",
            )
        elif place.scope is PlaceScope.CONTESTED and place.latitude is None and not place.geometry:
            yield context.fault(
                "place.no-coordinates",
                ("places", number, "latitude"),
                f"{place.id} is contested and has neither coordinates nor a geometry: no map can show it",
                "write latitude and longitude in degrees, or name a GeoJSON file in geometry",
            )


def names_shared(context: Context) -> Iterator[Issue]:
    """Two rows of one table with the same name might be one. It is asked, never merged.

    A place within a place may bear its name, as a town does its district's.
    """
    for table in ("places", "communities", "actors"):
        bearers: dict[str, dict[str, str]] = {}
        for key, names in context.bearers(table).items():
            for name in names:
                if folded := fold(name):
                    bearers.setdefault(folded, {}).setdefault(key, name)
        asked: set[tuple[str, str]] = set()
        for sharing in bearers.values():
            keys = list(sharing)
            for position, later in enumerate(keys[1:], start=1):
                others = (key for key in keys[:position] if table != "places" or not context.places_touch(key, later))
                earlier = next(others, None)  # one question a row, however many share the name
                if earlier is not None and (earlier, later) not in asked:
                    asked.add((earlier, later))
                    yield _shared(context, table, earlier, later, sharing)


def _shared(context: Context, table: str, earlier: str, later: str, names: dict[str, str]) -> Issue:
    first = context.loaded.where(table, context.numbers[table][earlier], "name")
    name, other = names[later], names[earlier]
    same = f"the name '{name}'" if name == other else f"a name ('{name}', '{other}')"
    return context.fault(
        "name.shared",
        (table, context.numbers[table][later], "name"),
        f"{later} shares {same} with {earlier} ({first}): they may be one",
        "if they are one, keep one row; if not, tell them apart in note",
    )


def codes_shared(context: Context) -> Iterator[Issue]:
    """A code of a scheme means one place."""
    first: dict[tuple[str, str], int] = {}
    for number, row in enumerate(context.case.place_codes):
        earlier = first.setdefault((row.scheme, row.code), number)
        other = context.case.place_codes[earlier].place
        if other != row.place:
            spot = context.loaded.where("place_codes", earlier, "code")
            yield context.fault(
                "place.code-shared",
                ("place_codes", number, "code"),
                f"{row.scheme} code {row.code} of {row.place} is also that of {other} ({spot})",
                "correct one of the codes; a place inside another has a code of its own, or none",
            )


@lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0]


def _scripts(text: str) -> list[str]:
    """Scripts of the letters of a text, in order of appearance."""
    return list(dict.fromkeys(_script(ch) for ch in text if ch.isalpha() and unicodedata.category(ch) != "Lm"))


def _script_of_language(tag: str) -> str | None:
    language, *rest = tag.split("-")
    for part in rest:
        if part in _SCRIPT_SUBTAG:
            return _SCRIPT_SUBTAG[part]
    return _SCRIPT_OF.get(language)


def letters_of_names(context: Context) -> Iterator[Issue]:
    """A name is written in the letters of its language: look-alikes of another keyboard hide it from a search."""
    for number, row in enumerate(context.case.names):
        wanted = _script_of_language(row.language)
        if row.name.isascii() and wanted in (None, "LATIN"):
            continue
        mixed = [word for word in _WORD.findall(row.name) if len(_scripts(word)) > 1]
        found = _scripts(row.name)
        swaps: dict[str, str] = {"ckb": _ARABIC_ONLY, "ar": _KURDISH_ONLY}.get(row.language.partition("-")[0], {})
        wrong = [letter for letter in swaps if letter in row.name] if wanted == "ARABIC" else []
        if mixed:
            what = (
                f"'{mixed[0]}' mixes letters of {' and '.join(s.title() for s in _scripts(mixed[0]))} that look alike"
            )
            yield _letters(context, number, what, f"type '{mixed[0]}' anew in one script")
        elif wanted is not None and found and wanted not in found:
            yield context.fault(
                "name.wrong-script",
                ("names", number, "name"),
                f"'{row.name}' is in {' and '.join(s.title() for s in found)} letters; {row.language} is written in "
                f"{wanted.title()} letters",
                "correct the language or the name",
            )
        elif wrong:
            mend = row.name.translate({ord(old): new for old, new in swaps.items()})
            which = listed(f"{letter} (U+{ord(letter):04X})" for letter in wrong)
            what = f"'{row.name}' holds {which}, which {row.language} does not use"
            yield _letters(context, number, what, f"write {mend}")


def _letters(context: Context, number: int, what: str, remedy: str) -> Issue:
    return context.fault("name.lookalike-letters", ("names", number, "name"), what, remedy)


def missing_names(context: Context) -> Iterator[Issue]:
    """A row of kind missing has no name, and only such a row."""
    for number, row in enumerate(context.case.names):
        if (row.kind is NameKind.MISSING) == bool(row.name.strip()):
            given = row.kind is NameKind.MISSING
            yield context.fault(
                "name.missing-or-not",
                ("names", number, "name"),
                f"{row.entity} in {row.language}: the kind is missing, and the name '{row.name}' is there"
                if given
                else f"{row.entity} in {row.language}: the name is empty, and the kind is {row.kind}",
                "empty the name, or write what kind of name it is" if given else "write the name, or the kind missing",
            )


def languages_without_names(context: Context) -> Iterator[Issue]:
    """Each contested place has a name, or the statement that none was found, in each language of the case.

    The name in `places` counts as English.
    """
    if not context.whole("names"):
        return
    wanted = [tag for tag in dict.fromkeys(context.case.info.languages) if tag != "en"]
    told: dict[str, set[str]] = {}
    for row in context.case.names:
        told.setdefault(row.entity, set()).add(row.language)
    for number, place in enumerate(context.case.places):
        if place.scope is not PlaceScope.CONTESTED:
            continue
        gaps = [tag for tag in wanted if tag not in told.get(place.id, ())]
        if gaps:
            yield context.fault(
                "name.language-gap",
                ("places", number, "name"),
                f"{place.id} has no row in names for {listed(gaps)}",
                "add its name in each language, or a row of kind missing where none was found",
            )
