"""What `why` prints: a difference by mechanism, chains from tactic to outcome, and what ended deals and control."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import CaseFile
from dayafter.errors import UsageError
from dayafter.explaining.causes import CHANCE, Happening
from dayafter.explaining.mechanisms import MECHANISMS
from dayafter.explaining.why import INTERACTION, OUTCOMES, TOTAL, Outcome, Share, Tactic, Why
from dayafter.findings import words
from dayafter.findings.amounts import spread_of, three_figures
from dayafter.findings.predictions import PredictionRow, to_csv, to_json
from dayafter.redaction import Gate
from dayafter.redaction.results import shows_where
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES, TO_DATE
from dayafter.study import policy_data
from dayafter.vocabulary import Audience

COLUMNS: Final = (
    "kind", "policy", "baseline", "place", "tactic", "outcome", "driver", "what", "value", "error", "unit", "member",
    "month",
)  # fmt: skip
"""`kind`: share (of a difference), cause (share of futures), happening (one end or change of one future)."""
WIDTH: Final = 110
_TABLES: Final = {"deal": "deals", "place": "places", "broker": "brokers", "aid": "aid"}
NAMES: Final = {one.id: one.name for one in MECHANISMS} | {
    TOTAL: "all of it", INTERACTION: "interaction, or not one mechanism's"
}  # fmt: skip
"""Driver to what it is."""
_DRIVERS: Final = {CHANCE: "nothing beyond the base rate", "frailty and age": "a fragile process, or a young deal"}
_RULE: Final = (
    "Simulated under stated assumptions. A mechanism's share is what the difference loses when the mechanism is "
    "switched off in policy and baseline, on the same luck; a tactic's, what the policy loses without it. One at a "
    "time: what does not add up is interaction. ± is half the 90 % Monte Carlo interval; shares within it are noise."
)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything that was found, for one audience."""

    why: Why
    happenings: Mapping[str, Sequence[Happening]]
    """Policy id to what happened in the members traced."""
    traced: int
    case: CaseFile


def refuse_withheld(policies: Sequence[str], plans: Sequence[Mapping[str, object]], place: str, gate: Gate) -> None:
    """Raise `UsageError` where it may not be said why: the place is withheld, or a step of a policy is.

    Under common luck a policy differs from the baseline only where it acts, so an answer would tell where it acts.
    """
    if gate.hides(place, "places"):
        raise UsageError(f"the place is withheld from the audience {gate.audience}; ask with --audience internal")
    for ident, plan in zip(policies, plans, strict=True):
        if gate.hides(ident, "policies") or not shows_where(plan, gate):
            raise UsageError(
                f"a policy of this run does what is withheld from the audience {gate.audience}, and why it tells would "
                "say where; ask with --audience internal"
            )


def clearest(result: SimulationResult, place: str, policies: Sequence[str]) -> str:
    """The policy whose difference in violent events at a place stands out most from its own range; else the first.

    Parameters
    ----------
    policies : ids of which one is chosen, in the order of the run.
    """
    of_place = [pl.col(axis) == place if axis == "place" else pl.col(axis).is_null() for axis in AXES]
    rows = result.tables["contrasts"].filter(pl.col("outcome") == f"events{TO_DATE}", *of_place).sort("month")
    last = {row["policy"]: spread_of(row) for row in rows.to_dicts() if row["total_mean"] is not None}

    def stands_out(policy: str) -> float:
        mean, low, high = last.get(policy, (0.0, 0.0, 0.0))
        return abs(mean) / (high - low) if high > low else 0.0

    return max(policies, key=stands_out)


def visible(outcome: Outcome, place: str, gate: Gate, case: CaseFile) -> bool:
    """Whether an outcome of a place may be told: not where it adds up what is withheld."""
    if outcome.people and gate.audience is not Audience.INTERNAL:
        rows = [row for row in case.population if row.place == place]
        return not any(gate.is_withheld(RowRef("population", row.key)) for row in rows)
    if outcome.id == "months_under_deals":
        return not any(gate.hides(deal.id, "deals") for deal in case.deals if place in (deal.places or ()))
    return True


def check(reasons: Reasons, gate: Gate) -> None:
    """As `refuse_withheld`, of what was found."""
    plans = [policy_data(one) for one in (reasons.why.policy, reasons.why.baseline)]
    refuse_withheld((reasons.why.policy.id, reasons.why.baseline.id), plans, reasons.why.place, gate)


def aims(tactic: Tactic) -> list[tuple[str, str]]:
    """What a tactic acts on: (table, id of the case); of a deal not its places too."""
    named = {name: getattr(tactic, name) for name in _TABLES if getattr(tactic, name) is not None}
    if "deal" in named:
        named.pop("place", None)
    return [(_TABLES[name], ident) for name, ident in named.items()]


def _tactic(tactic: Tactic | None, gate: Gate) -> str:
    if tactic is None:
        return "the whole policy"
    what = ", ".join(gate.label(ident, table=table) for table, ident in aims(tactic))
    return f"{words.term(tactic.action)}: {what}" if what else words.term(tactic.action)


def outcomes(reasons: Reasons, gate: Gate) -> list[Outcome]:
    """Outcomes of the place that may be told."""
    return [one for one in OUTCOMES if visible(one, reasons.why.place, gate, reasons.case)]


def to_text(reasons: Reasons, gate: Gate) -> str:
    """For people: the difference, its drivers, chains, and what ended deals and control."""
    check(reasons, gate)
    one = reasons.why
    of_case = {row.id for row in reasons.case.policies}
    names = [
        gate.label(policy.id, table="policies") if policy.id in of_case else gate.text(policy.name)
        for policy in (one.policy, one.baseline)
    ]
    lines = textwrap.wrap(
        f"Why “{names[0]}” tells in {gate.label(one.place, table='places')}, against “{names[1]}”: {one.members:,} "
        f"futures ({one.draws} draws), {one.months} months.",
        WIDTH,
    )
    lines += ["", *textwrap.wrap(_RULE, WIDTH)]
    for outcome in outcomes(reasons, gate):
        lines += ["", *_difference(one, outcome)]
    lines += ["", "Chains: tactic → driver → outcome", *_chains(reasons, gate)]
    lines += ["", *_causes(reasons, gate, names)]
    return gate.release("\n".join(lines) + "\n", "why")


def _difference(one: Why, outcome: Outcome) -> list[str]:
    mine = [s for s in one.shares if s.tactic is None and s.outcome == outcome.id]
    total = next(s for s in mine if s.driver == TOTAL)
    lines = [f"{outcome.name}: {signed(total, outcome)}"]
    drivers = sorted((s for s in mine if s.driver not in {TOTAL, INTERACTION}), key=lambda s: -abs(s.mean))
    clear = [s for s in drivers if abs(s.mean) > s.error]
    lines += [f"    {three_figures(s.mean):>8} ± {three_figures(s.error):<8} {NAMES[s.driver]}" for s in clear]
    rest = sum(s.mean for s in drivers if s not in clear)
    lines.append(
        f"    {three_figures(rest):>8}            {len(drivers) - len(clear)} mechanisms within their error, together"
    )
    lines.append(
        f"    {three_figures(next(s.mean for s in mine if s.driver == INTERACTION)):>8}            {NAMES[INTERACTION]}"
    )
    return lines


def signed(share: Share, outcome: Outcome) -> str:
    """`+0.346 ± 0.133 months`, and where the interval holds 0 that it does."""
    sign = "+" if share.mean > 0 else ""
    clear = "" if abs(share.mean) > share.error else "; not told from 0 with so many futures"
    return f"{sign}{three_figures(share.mean)} ± {three_figures(share.error)} {outcome.unit}{clear}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Tactic → drivers → outcome."""

    tactic: Tactic | None
    """None: the whole policy."""
    drivers: tuple[tuple[str, float], ...]
    """The clearest, at most three, each by its name with its share."""
    outcome: Outcome
    total: Share


def chains(reasons: Reasons, gate: Gate) -> list[Chain]:
    """For each tactic and outcome that it moves beyond its error: through which drivers most."""
    one, found = reasons.why, []
    tactics = list(dict.fromkeys(s.tactic for s in one.shares))
    for tactic in tactics[1:] or tactics:
        for outcome in outcomes(reasons, gate):
            mine = [s for s in one.shares if s.tactic == tactic and s.outcome == outcome.id]
            total = next(s for s in mine if s.driver == TOTAL)
            if abs(total.mean) <= total.error:
                continue
            clear = [s for s in mine if s.driver not in {TOTAL, INTERACTION} and abs(s.mean) > s.error]
            top = sorted(clear, key=lambda s: -abs(s.mean))[:3]
            found.append(Chain(tactic, tuple((NAMES[s.driver], s.mean) for s in top), outcome, total))
    return found


def _chains(reasons: Reasons, gate: Gate) -> list[str]:
    lines = []
    for chain in chains(reasons, gate):
        through = (
            "; ".join(f"{name} ({three_figures(mean)})" for name, mean in chain.drivers) or "no one mechanism alone"
        )
        text = f"{_tactic(chain.tactic, gate)} → {through} → {chain.outcome.name} {signed(chain.total, chain.outcome)}"
        lines += textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="        ")
    return lines or ["    none: no tactic moves any of these beyond its error"]


@dataclass(frozen=True, slots=True)
class Cause:
    """How often one thing ended, or changed hands, in one way."""

    deal: str | None
    """Id of the case of the deal that ended; None: the place changed hands."""
    cause: str
    """`EndedBy` of a deal; `fought` or `unopposed` where the place changed hands."""
    driver: str
    count: int


def causes(happenings: Sequence[Happening], gate: Gate) -> list[Cause]:
    """What ended deals and control under one policy, the most frequent first."""
    counts = Counter((one.deal, one.cause, one.driver) for one in happenings if _told(one, gate))
    return [Cause(*way, n) for way, n in counts.most_common()]


def driver_words(driver: str) -> str:
    """What raised a hazard most, in English words, which are the key of its translations."""
    return _DRIVERS.get(driver) or words.feature(driver)


def _causes(reasons: Reasons, gate: Gate, names: Sequence[str]) -> list[str]:
    lines = [f"What ended deals and control there (of the first {reasons.traced:,} futures, traced month by month)"]
    for name, happenings in zip(names, reasons.happenings.values(), strict=True):
        found = causes(happenings, gate)
        lines.append(f"  {name}:" + ("" if found else " nothing ended and nobody was driven out"))
        for one in found[:8]:
            text = (
                f"{one.count:>5}  {_what(one.deal, gate)}: {words.term(one.cause)}; driver: {driver_words(one.driver)}"
            )
            lines += textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="           ")
        if len(found) > 8:
            lines.append(f"           {len(found) - 8} rarer ways; --format csv has them all")
    return lines


def _told(one: Happening, gate: Gate) -> bool:
    return one.deal is None or not gate.hides(one.deal, "deals")


def _what(deal: str | None, gate: Gate) -> str:
    if deal is None:
        return "the place changed hands"
    return f"“{gate.label(deal, table='deals')}” ended"


def rows(reasons: Reasons, gate: Gate) -> list[PredictionRow]:
    """Shares, causes as shares of the futures traced, and every single happening."""
    check(reasons, gate)
    one = reasons.why
    head: PredictionRow = dict.fromkeys(COLUMNS, "")
    head |= {name: gate.alias(getattr(one, name).id, "policies") for name in ("policy", "baseline")}
    head |= {"place": gate.alias(one.place, "places")}
    shown = {outcome.id: outcome.unit for outcome in outcomes(reasons, gate)}
    found: list[PredictionRow] = []
    for share in one.shares:
        if share.outcome in shown:
            row = head | {"kind": "share", "tactic": _tactic(share.tactic, gate), "outcome": share.outcome}
            row |= {"driver": share.driver, "what": NAMES[share.driver], "value": share.mean}
            error = {} if share.driver == INTERACTION else {"error": share.error}
            found.append(row | error | {"unit": shown[share.outcome]})
    for policy, happenings in reasons.happenings.items():
        told = [one for one in happenings if _told(one, gate)]
        mine = head | {"policy": gate.alias(policy, "policies"), "baseline": ""}
        counts = Counter((_what(one.deal, gate), one.cause, one.driver) for one in told)
        found += [
            mine | {"kind": "cause", "what": what, "outcome": cause, "driver": driver, "value": n / reasons.traced}
            for (what, cause, driver), n in counts.items()
        ]
        for happening in told:
            row = mine | {"kind": "happening", "what": _what(happening.deal, gate), "outcome": happening.cause}
            row |= {"driver": happening.driver, "month": happening.month, "member": happening.member}
            found.append(row)
    return found


def to_machine(reasons: Reasons, gate: Gate, *, as_json: bool) -> str:
    """The same as CSV or JSON."""
    table = rows(reasons, gate)
    return gate.release(to_json(COLUMNS, table) if as_json else to_csv(COLUMNS, table), "why")
