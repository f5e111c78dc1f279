"""A frozen forecast as files, questions and rules and a manifest; what is read is checked against its hash."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dayafter.casefile.bundled import find_case
from dayafter.casefile.injection import denaturalise, neutralise
from dayafter.casefile.write import replacing
from dayafter.errors import UsageError
from dayafter.frozen.freeze import Answered, Forecast
from dayafter.frozen.questions import EVENT_THRESHOLDS, Kind, Measure, Question

FOLDER: Final = "forecast"
"""Folder of a case in which its frozen forecast lies."""
QUESTIONS, RULES, MANIFEST = "questions.csv", "rules.csv", "manifest.json"
DIGITS: Final = 5
_WHAT: Final = (
    "id", "about", "kind", "measure", "text", "place", "violence_class", "deal", "ended_by", "recorded", "condition",
    "first_month", "last_month", "opens", "closes", "unit", "rule",
)  # fmt: skip
_FORECAST: Final = ("word", "p", "p_low", "p_high", *(f"p_{n}_or_more" for n in EVENT_THRESHOLDS), "n", "sample")
COLUMNS: Final = (*_WHAT, *_FORECAST)


def texts(forecast: Forecast) -> dict[str, str]:
    """File name to text; equal forecasts are equal bytes."""
    rules = list(dict.fromkeys((one.question.source, one.question.rule) for one in forecast.answered))
    codes = {rule: f"rule-{number}" for number, rule in enumerate(rules, start=1)}
    questions = _csv(COLUMNS, (_row(one, codes) for one in forecast.answered))
    table = _csv(("rule", "source", "text"), ((code, *rule) for rule, code in codes.items()))
    hashes = {QUESTIONS: _sha(questions), RULES: _sha(table)}
    manifest = json.dumps({**forecast.manifest, "files": hashes}, ensure_ascii=False, indent=1) + "\n"
    return {QUESTIONS: questions, RULES: table, MANIFEST: manifest}


def write_forecast(forecast: Forecast, folder: Path, *, overwrite: bool = False) -> None:
    """Write the files, all or none.

    Raises
    ------
    UsageError : the folder is there and `overwrite` is not said, or it holds something else.
    """
    if folder.exists() and not overwrite:
        raise UsageError(f"{folder} is there already; choose another name, or say --overwrite to replace it")
    if not folder.parent.is_dir():
        raise UsageError(f"there is no folder {folder.parent}; make it first")
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise UsageError(f"{folder} holds no forecast; choose another name")
    if folder.exists():
        for name, text in texts(forecast).items():
            part = folder / f".{name}.part"
            part.write_text(text, encoding="utf-8", newline="")
            part.replace(folder / name)
        return
    with replacing(folder, overwrite=False) as temporary:
        temporary.mkdir()
        for name, text in texts(forecast).items():
            (temporary / name).write_text(text, encoding="utf-8", newline="")


def find_forecast(name_or_path: str) -> Path:
    """The folder of a forecast: itself, or that of a case. UsageError where there is neither."""
    path = Path(name_or_path)
    if (path / MANIFEST).is_file():
        return path
    return find_case(name_or_path) / FOLDER


def read_forecast(folder: Path) -> Forecast:
    """Read a forecast.

    Raises
    ------
    UsageError : there is none, or a file is not as it was when it was frozen.
    """
    found: dict[str, str] = {}
    for name in (MANIFEST, QUESTIONS, RULES):
        if not (folder / name).is_file():
            raise UsageError(f"{folder} holds no frozen forecast: {name} is not there; `dayafter freeze` makes one")
        found[name] = (folder / name).read_bytes().decode("utf-8")
    manifest: dict[str, Any] = json.loads(found[MANIFEST])
    for name, wanted in manifest.pop("files").items():
        if _sha(found[name]) != wanted:
            raise UsageError(f"{folder / name} was changed after it was frozen; take the file as it was issued")
    rules = {row["rule"]: (row["source"], row["text"]) for row in _rows(found[RULES])}
    return Forecast(tuple(_answered(row, rules) for row in _rows(found[QUESTIONS])), manifest)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _csv(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _rows(text: str) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {name: denaturalise(cell) for name, cell in row.items()}


def _row(one: Answered, codes: dict[tuple[str, str], str]) -> tuple[str, ...]:
    q = one.question
    what = (
        q.id, q.about, q.kind.value, q.measure.value, q.text, q.place, q.violence_class, q.deal, q.ended_by,
        "yes" if q.recorded else "", q.condition, str(q.first), str(q.last), q.opens.isoformat(), q.closes.isoformat(),
        q.unit, codes[q.source, q.rule],
    )  # fmt: skip
    exceeds = [_number(p) for p in one.exceeds] or [""] * len(EVENT_THRESHOLDS)
    chance = (one.word, _number(one.p), _number(one.p_low), _number(one.p_high))
    return (*what, *chance, *exceeds, str(one.n), packed(one.sample))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}f}"


def packed(sample: tuple[int, ...]) -> str:
    """Rising values with how often each comes: `0*97 1*2 4`."""
    counts: dict[int, int] = {}
    for value in sample:
        counts[value] = counts.get(value, 0) + 1
    return " ".join(f"{value}*{n}" if n > 1 else str(value) for value, n in counts.items())


def unpacked(text: str) -> tuple[int, ...]:
    """Inverse of `packed`."""
    found: list[int] = []
    for part in text.split():
        value, _, n = part.partition("*")
        found += [int(value)] * int(n or 1)
    return tuple(found)


def _answered(row: dict[str, str], rules: dict[str, tuple[str, str]]) -> Answered:
    source, rule = rules[row["rule"]]
    question = Question(
        id=row["id"],
        kind=Kind(row["kind"]),
        measure=Measure(row["measure"]),
        text=row["text"],
        unit=row["unit"],
        first=int(row["first_month"]),
        last=int(row["last_month"]),
        opens=dt.date.fromisoformat(row["opens"]),
        closes=dt.date.fromisoformat(row["closes"]),
        source=source,
        rule=rule,
        about=row["about"],
        place=row["place"],
        violence_class=row["violence_class"],
        deal=row["deal"],
        ended_by=row["ended_by"],
        condition=row["condition"],
        recorded=row["recorded"] == "yes",
    )
    chances = [row[f"p_{n}_or_more"] for n in EVENT_THRESHOLDS]
    p, low, high = (float(row[name]) if row[name] else None for name in ("p", "p_low", "p_high"))
    return Answered(
        question,
        int(row["n"]),
        p,
        low,
        high,
        exceeds=tuple(float(p) for p in chances if p),
        sample=unpacked(row["sample"]),
    )
