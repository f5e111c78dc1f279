"""What `study` prints: packages as settlement screens them and as the simulation ranks them, through the gate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from dayafter import __version__
from dayafter.assessment.report import Spread as Range
from dayafter.findings import settlement_words as plain
from dayafter.findings import words
from dayafter.findings.export_tables import Sheet
from dayafter.findings.flat import as_csv, as_json
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_words import SHARE_UNIT
from dayafter.findings.settlements import Block, lay_out, plain_text
from dayafter.redaction import Gate
from dayafter.studying.records import Measure, Paired, Spread, StudiedPackage, Study

OUTCOMES: Final = {
    Measure.EVENTS: "violent events",
    Measure.FATALITIES: "persons killed",
    Measure.HOME: "persons at home",
    Measure.IN_FORCE: "chance that it is in force",
}
ASSUMPTIONS: Final = (
    "Screened by settlement, then simulated under stated assumptions; the model has not been scored against events.",
    (
        "Each package is put on the table in the first month after the evidence closes. It is made where talks succeed "
        "and everybody who must agree gains by it in that draw. The change is against doing nothing more, with the "
        "same luck in both."
    ),
    (
        "Ranges of simulated numbers hold nine in ten parameter draws: what is not known about the world, luck "
        "averaged out. Ranks go by means; where ranges overlap, read them as a weak order."
    ),
)


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One line of the flat table."""

    places: str
    """Ids of the places of the package, separated by semicolons."""
    package: str
    """`package-1` and so on, unique in the study; empty for a scope without one."""
    rank: int | None
    """By outcome, in its places, from 1."""
    screened: int | None
    """By settlement."""
    name: str = ""
    """term, acceptable, stable, made, in-force, change, change-if-signed, or no-package."""
    label: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    text: str = ""


COLUMNS: Final = tuple(spec.name for spec in fields(StudyRow))
MANIFEST: Final = ("case", "as_of", "seed", "n_draws", "members", "months", "ranked_by", "audience", "version")


def manifest(study: Study, gate: Gate) -> dict[str, str | int]:
    """What it takes to make the study again, and who may read it."""
    base = study.settlement
    values = (
        gate.case.info.id, base.as_of, base.seed, base.n_draws, study.members, study.months, study.measure.value,
        gate.audience.value, __version__,
    )  # fmt: skip
    return dict(zip(MANIFEST, values, strict=True))


def study_rows(study: Study, gate: Gate) -> tuple[StudyRow, ...]:
    """Every line that the audience may see."""
    found: list[StudyRow] = []
    for one, names in _shown(study, gate):
        found += _rows(study, one, names)
    for n in study.left_out:
        scope = study.settlement.scopes[n]
        if not all(gate.hides(place, "places") for place in scope.places):
            text = " ".join(plain.scope_lines(scope, Names(gate, scope)))
            found.append(StudyRow(_ids(gate, scope.places), "", None, None, "no-package", text=text))
    return tuple(found)


def _shown(study: Study, gate: Gate) -> Iterator[tuple[StudiedPackage, Names]]:
    for one in study.packages:
        scope = study.settlement.scopes[one.scope]
        if not all(gate.hides(place, "places") for place in scope.places):
            yield one, Names(gate, scope)


def _ids(gate: Gate, places: tuple[str, ...]) -> str:
    return "; ".join(gate.alias(place, "places") for place in places if not gate.hides(place, "places"))


def _rows(study: Study, one: StudiedPackage, names: Names) -> Iterator[StudyRow]:
    places = _ids(names.gate, study.settlement.scopes[one.scope].places)
    head = StudyRow(places, one.plan.id, one.rank, one.screened, "")
    for choice in one.package.choices:
        if not names.slot_hidden(choice.slot):
            text = names.option(choice.slot, choice.option)
            yield replace(head, name="term", label=names.slot(choice.slot), text=text)
    for name, share in (("acceptable", one.package.acceptable), ("stable", one.package.stable)):
        exact = share.low if share.low == share.high else None
        yield replace(head, name=name, value=exact, low=share.low, high=share.high, unit=SHARE_UNIT)
    for name, chance in (("made", one.made), ("in-force", one.in_force)):
        text = _chance(study, chance)
        yield replace(head, name=name, value=chance.mean, low=chance.low, high=chance.high, unit="chance", text=text)
    for name, paired in (("change", one.total), ("change-if-signed", one.conditional)):
        value, of = paired.change, OUTCOMES[study.measure]
        row = replace(head, name=name, label=of, value=value.mean, low=value.low, high=value.high, unit=study.unit)
        yield replace(row, text=_change(paired))


def _chance(study: Study, value: Spread) -> str:
    """`unlikely (20 %, 10–35)`."""
    return words.probability(Range(value.mean, value.low, value.high, study.members), study.months).full


def _change(paired: Paired) -> str:
    """`−1.2 (−4 to +2); better in 40 % of draws, worse in 10 %`."""
    value = paired.change
    spread = max(value.high - value.low, 0.0)
    decimals = 0 if spread >= 20 or abs(value.mean) >= 100 else 1 if spread >= 2 or not spread else 2
    number, low, high = (_signed(one, decimals) for one in (value.mean, value.low, value.high))
    head = f"{number} ({low} to {high})" if spread else number
    if math.isnan(paired.p_better):
        return head
    better, worse = (plain.share_text(share) for share in (paired.p_better, paired.p_worse))
    return f"{head}; better in {better} of draws, worse in {worse}"


def _signed(value: float, decimals: int) -> str:
    text = words.number(value, decimals)
    return text if text.startswith(words.MINUS) or not text.strip("0.") else f"+{text}"


def to_csv(study: Study, gate: Gate) -> str:
    """CSV, every line ending with the manifest.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    return gate.release(as_csv(study_rows(study, gate), COLUMNS, manifest(study, gate)), "the study as CSV")


def to_json(study: Study, gate: Gate) -> str:
    """The manifest, what is assumed and withheld, and the lines with their empty cells left out.

    Raises
    ------
    RedactionError : something protected is left in the text.
    """
    text = as_json(study_rows(study, gate), gate, manifest(study, gate), assumptions=ASSUMPTIONS)
    return gate.release(text, "the study as JSON")


def to_text(study: Study, gate: Gate) -> str:
    """Paragraphs and tables of plain text.

    Raises
    ------
    RedactionError : something protected is left in it.
    """
    head = manifest(study, gate)
    blocks: list[Block] = [
        gate.handling,
        f"{gate.case.info.title}, as of {words.date(gate.case.info.as_of)}",
        (
            f"seed {head['seed']}, {words.number(study.settlement.n_draws)} draws of the settlement, "
            f"{words.number(study.members)} futures of {study.months} months each, version {head['version']}"
        ),
        *ASSUMPTIONS,
    ]
    shown = list(_shown(study, gate))
    for scope in dict.fromkeys(one.scope for one, _ in shown):
        blocks += ["", *_scope_blocks(study, [pair for pair in shown if pair[0].scope == scope])]
    for row in study_rows(study, gate):
        if row.name == "no-package":
            labels = [gate.label(place, table="places") for place in row.places.split("; ")]
            blocks += ["", f"{', '.join(labels)}: no package to simulate. {row.text}"]
    whole = "\n".join(plain_text(block) for block in blocks)
    gate.release(whole, "the study")  # before lines are broken
    return gate.release("\n".join(lay_out(block) for block in blocks) + "\n", "the study as tables")


def _scope_blocks(study: Study, shown: list[tuple[StudiedPackage, Names]]) -> list[Block]:
    names = shown[0][1]
    places = names.places(study.settlement.scopes[shown[0][0].scope].places)
    title = f"{places}, settled together" if len(study.settlement.scopes[shown[0][0].scope].places) > 1 else places
    ranking = Sheet(
        f"{places}: packages by outcome",
        (
            "rank", "package", "by settlement", "accepted; held, of draws", f"made within {study.months} months",
            "in force at the end", f"change in {OUTCOMES[study.measure]} (90 % range)", "if signed in the first month",
        ),
        tuple(
            (
                str(one.rank), one.plan.id, str(one.screened),
                f"{plain.share(one.package.acceptable)}; {plain.share(one.package.stable)}",
                _chance(study, one.made), _chance(study, one.in_force), _change(one.total), _change(one.conditional),
            )
            for one, _ in shown
        ),
    )  # fmt: skip
    slots = [choice.slot for choice in shown[0][0].package.choices if not names.slot_hidden(choice.slot)]
    terms = Sheet(
        f"{places}: what each package says",
        ("term", *(one.plan.id for one, _ in shown)),
        tuple(
            (
                names.slot(slot),
                *(
                    names.option(slot, next(c.option for c in one.package.choices if c.slot == slot))
                    for one, _ in shown
                ),
            )
            for slot in slots
        ),
    )
    return [title, "=" * len(title), ranking, terms]
