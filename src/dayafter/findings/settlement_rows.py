"""A settlement as one flat table, through the redaction gate: a number a line, with unit, range and rows behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from dayafter import __version__
from dayafter.findings import settlement_words as plain
from dayafter.findings.settlement_holding import package_holding, scope_holding
from dayafter.findings.settlement_names import Names
from dayafter.findings.settlement_words import GAIN_UNIT, SCALE_UNIT, SHARE_UNIT
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate
from dayafter.settlement.records import Break, PackageReport, PartyGain, Range, ScopeReport, Settlement, Share


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One line of the flat table. An empty cell means that there is nothing to say, never 0."""

    places: str = ""
    """Ids of the places of the scope, separated by semicolons."""
    section: str = ""
    """scope, finding, holding, party, package, term, gain, break, flip, driver or change."""
    package: int | None = None
    """Number of the package in its scope, from 1."""
    name: str = ""
    """Id of a party, of a term (place/issue), or what is measured or found."""
    label: str = ""
    value: float | None = None
    """At the best values of all inputs; of a share, the share itself, empty where it is known only within bounds."""
    low: float | None = None
    high: float | None = None
    """The range that holds nine in ten draws; of a share, its bounds."""
    unit: str = ""
    text: str = ""
    """What it says, in words."""
    rows: str = ""
    """Rows behind it, `table/key`."""


UNITS: Final = (
    GAIN_UNIT, SCALE_UNIT, SHARE_UNIT, "packages", "packages within the red lines", "odds, 0 to 1",
    "part of the way to the end of its range", "rank correlation, −1 to 1", "the rule’s own measure",
)  # fmt: skip
"""Every unit of the table."""
COLUMNS: Final = tuple(spec.name for spec in fields(SettlementRow))
MANIFEST: Final = ("case", "as_of", "seed", "n_draws", "no_deal", "audience", "version")
"""Columns that every line of the CSV ends with, so that a line torn from its file still says what it is."""


def manifest(settlement: Settlement, gate: Gate) -> dict[str, str | int]:
    """What it takes to make the export again, and who may read it."""
    values = (
        gate.case.info.id, settlement.as_of, settlement.seed, settlement.n_draws, settlement.no_deal,
        gate.audience.value, __version__,
    )  # fmt: skip
    return dict(zip(MANIFEST, values, strict=True))


def shown_scopes(settlement: Settlement, gate: Gate) -> tuple[ScopeReport, ...]:
    """Scopes of which the audience may know at least one place."""
    return tuple(scope for scope in settlement.scopes if not all(gate.hides(place, "places") for place in scope.places))


def settlement_rows(settlement: Settlement, gate: Gate, say: Wording = ENGLISH) -> tuple[SettlementRow, ...]:
    """Every line that the audience may see, scope by scope. Sections, names and ids are codes in every language."""
    found: list[SettlementRow] = []
    for scope in shown_scopes(settlement, gate):
        names = Names(gate, scope, say)
        places = "; ".join(gate.alias(place, "places") for place in scope.places if not names.place_hidden(place))
        found += [
            replace(row, places=places, unit=say(row.unit)) for row in _scope_rows(scope, names, settlement.n_draws)
        ]
    return tuple(found)


def _scope_rows(scope: ScopeReport, names: Names, n_draws: int) -> Iterator[SettlementRow]:
    counts: tuple[tuple[str, float | None, str], ...] = (
        ("packages", scope.n_packages, "packages within the red lines"),
        ("acceptable-packages", scope.n_acceptable, "packages"),
        ("efficient-packages", scope.n_efficient, "packages"),
        ("least-margin", None if scope.least_margin is None else 100 * scope.least_margin, GAIN_UNIT),
        ("gap", 100 * scope.gap if scope.gap > 0 else None, GAIN_UNIT),
    )
    if scope.method != "none":
        yield from (
            SettlementRow(section="scope", name=name, value=value, unit=unit, text=names.say(scope.method))
            for name, value, unit in counts
            if value is not None
        )
        yield _shared("scope", "any-acceptable", "", scope.any_acceptable)
    yield from _scope_facts(scope, names, n_draws)
    for number, package in enumerate(scope.packages, 1):
        for row in _package_rows(package, names, n_draws):
            yield replace(row, package=number)
    for change in scope.changes:
        if text := plain.change(change, names, scope.packages[0] if scope.packages else None):
            yield SettlementRow(
                section="change", name=change.kind.value, value=100 * change.cost, unit=GAIN_UNIT, text=text
            )


def _scope_facts(scope: ScopeReport, names: Names, n_draws: int) -> Iterator[SettlementRow]:
    """What must be known to read it, what holds or breaks any deal, and who is at the table."""
    for one in scope.findings:
        if text := plain.finding(one, names):
            yield SettlementRow(section="finding", name=one.code.value, text=text, rows=names.rows(one.rows))
    for name, text, value in scope_holding(scope, names, n_draws):
        unit = "odds, 0 to 1" if name == "shift" else GAIN_UNIT
        yield SettlementRow(section="holding", name=name, value=value, unit=unit, text=text)
    for party in scope.parties:
        if names.says([party.party]):
            who = names.party_id(party.party), names.party(party.party)
            say = names.say
            must = say("must agree") if party.veto else say("need not agree")
            text = say.clauses([must, names.role(party.party, party.role), say("has this without a deal")])
            yield _ranged("party", *who, party.reservation, SCALE_UNIT, text)


def _package_rows(package: PackageReport, names: Names, n_draws: int) -> Iterator[SettlementRow]:
    rules = "; ".join(pick.value for pick in package.picks) or "nearest"
    yield SettlementRow(section="package", name="chosen-by", text=rules)
    yield _shared("package", "acceptable", "", package.acceptable)
    yield _shared("package", "stable", "", package.stable)
    yield SettlementRow(section="package", name="best", value=package.best, unit=SHARE_UNIT)
    yield SettlementRow(section="package", name="regret", value=100 * package.regret, unit=GAIN_UNIT)
    if package.gap > 0:
        yield SettlementRow(section="package", name="gap", value=package.gap, unit="the rule’s own measure")
    for choice in package.choices:
        if not names.slot_hidden(choice.slot):
            slot = f"{names.gate.alias(choice.slot.place, 'places')}/{names.gate.alias(choice.slot.issue, 'issues')}"
            text = names.option(choice.slot, choice.option)
            yield SettlementRow(section="term", name=slot, label=names.slot(choice.slot), text=text)
    for one in package.gains:
        if names.says([one.party]):
            yield from _gain_rows(one, names)
    yield from (SettlementRow(section="holding", name="package", text=said) for said in package_holding(package, names))
    if package.breaking is not None:
        yield from _break_rows(package.breaking, names, n_draws)
    yield from _sensitivity_rows(package, names)


def _sensitivity_rows(package: PackageReport, names: Names) -> Iterator[SettlementRow]:
    for flip in package.flips:
        if text := plain.flip(flip, names):
            yield SettlementRow(
                section="flip", name=flip.input, label=names.party(flip.party), value=flip.fraction,
                unit="part of the way to the end of its range", text=text, rows=names.rows(flip.rows),
            )  # fmt: skip
    for driver in package.drivers:
        if said := plain.driver(driver, names):
            yield SettlementRow(
                section="driver", name=driver.input, label=names.party(driver.party), value=driver.correlation,
                unit="rank correlation, −1 to 1", text=said, rows=names.rows(driver.rows),
            )  # fmt: skip


def _gain_rows(one: PartyGain, names: Names) -> Iterator[SettlementRow]:
    who = names.party_id(one.party), names.party(one.party)
    gives = names.say("gives most in {where}", where=where) if (where := worst(one, names)) else ""
    yield _ranged("gain", *who, _hundredfold(one.margin), GAIN_UNIT, gives)
    yield _ranged("gain", *who, one.utility, SCALE_UNIT, "")
    yield _shared("gain", *who, one.accepts, names.say("accepts, and no red line of its own is crossed"))


def worst(one: PartyGain, names: Names) -> str:
    """Where a package costs a party most, and whether it crosses a red line of it; empty where withheld."""
    if one.worst is None or names.stand_hidden(one.party, one.worst):
        return ""
    where = names.slot(one.worst)
    if one.crosses_red_line and names.known_in_full(one.party):
        return names.say("{where}; crosses a red line of its own", where=where)
    return where


def _break_rows(one: Break, names: Names, n_draws: int) -> Iterator[SettlementRow]:
    lines = plain.breaking(one, names, n_draws)
    if names.says(one.members):
        ids = "; ".join(names.party_id(member) for member in one.members)
        label = names.parties(one.members)
        yield _ranged("break", ids, label, _hundredfold(one.gain), GAIN_UNIT, lines.pop(0))
    for kind, part in one.kinds:
        yield SettlementRow(
            section="break", name=kind.value, label=names.say(plain.KINDS[kind]), value=part, unit=SHARE_UNIT
        )
    yield SettlementRow(section="break", name="how", text=" ".join(lines))


def _hundredfold(value: Range) -> Range:
    return Range(100 * value.central, 100 * value.p05, 100 * value.p95)


def _ranged(section: str, name: str, label: str, value: Range, unit: str, text: str) -> SettlementRow:  # noqa: PLR0917  # cells of a line, in the order of its columns
    return SettlementRow(
        section=section,
        name=name,
        label=label,
        value=value.central,
        low=value.p05,
        high=value.p95,
        unit=unit,
        text=text,
    )


def _shared(section: str, name: str, label: str, value: Share, text: str = "") -> SettlementRow:
    exact = value.low if value.low == value.high else None
    return SettlementRow(
        section=section, name=name, label=label, value=exact, low=value.low, high=value.high, unit=SHARE_UNIT, text=text
    )
