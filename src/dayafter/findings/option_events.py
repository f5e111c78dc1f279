"""Which events options are compared on: chosen by rule from what the plans touch, before any difference is looked at.

First the place that most plans touch, and there a fatal clash between armed blocs; then the deal in force that most
plans touch, and its end. Both are read off the plans and off the chances under doing nothing, never off what a plan
achieves, so that an option cannot choose the measure by which it looks well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from dayafter.casefile.schema import CaseFile
from dayafter.findings.option_records import EventView
from dayafter.findings.resting import of_simulation
from dayafter.findings.wording import Wording
from dayafter.redaction import Gate
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES
from dayafter.vocabulary import DealStatus, PlaceScope

BLOCS: Final = "interbloc"
MANY_KILLED: Final = 25
_NEVER: Final = 0.005
"""Below this chance under every plan an event says nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the table of chances holds it."""

    outcome: str
    where: Mapping[str, str]
    """Axis to label; axes not named are empty."""
    threshold: int
    view: EventView


def chances_of(result: SimulationResult, outcome: str, where: Mapping[str, str], threshold: int) -> pl.DataFrame:
    """Rows of one event, one for each policy; empty where the run does not hold it."""
    frame = result.tables["chances"].filter((pl.col("outcome") == outcome) & (pl.col("threshold") == threshold))
    for axis in AXES:
        frame = frame.filter(pl.col(axis) == where[axis] if axis in where else pl.col(axis).is_null())
    return frame


def touched(policy: Mapping[str, Any], deals: Mapping[str, tuple[str, ...]]) -> tuple[set[str], set[str]]:
    """Deals and places that the steps of a plan name; a deal brings its places."""
    found_deals = {str(step["deal"]) for step in policy["steps"] if "deal" in step}
    places = {str(step["place"]) for step in policy["steps"] if "place" in step}
    for deal in found_deals:
        places |= set(deals.get(deal, ()))
    return found_deals, places


def choose_events(case: CaseFile, result: SimulationResult, gate: Gate, say: Wording) -> tuple[tuple[Event, ...], int]:
    """Events of a run in the order of their importance, and how many of them stand on the first page."""
    maker = _Maker(case, result, gate, say)
    places = maker.places()
    first: list[Event | None] = [maker.clash(places)]
    first += [maker.ends(deal) for deal in maker.deals(DealStatus.IN_FORCE)[:1]]
    if len([one for one in first if one]) < 2:
        first += [maker.made(deal) for deal in maker.deals(DealStatus.MISSING)[:1]]
    more: list[Event | None] = [maker.made(deal) for deal in maker.deals(DealStatus.MISSING)[:1]]
    more += [maker.taken(place) for place in places[:1]]
    more.append(maker.many_killed())
    kept = list({event.view.key: event for event in first if event is not None}.values())[:2]
    rest = [event for event in more if event is not None and event.view.key not in {one.view.key for one in kept}]
    return (*kept, *rest), len(kept)


class _Maker:
    """Makes the events of one run for one audience."""

    def __init__(self, case: CaseFile, result: SimulationResult, gate: Gate, say: Wording) -> None:
        self._case, self._result, self._gate, self._say = case, result, gate, say
        self._months = int(result.manifest["run"]["months"])
        self._within = say.counted(self._months, "month")
        covers = {deal.id: tuple(deal.places) for deal in case.deals}
        plans = [touched(policy, covers) for policy in result.manifest["run"]["policies"]]
        self._by_deal = Counter(deal for deals, _ in plans for deal in deals)
        self._by_place = Counter(place for _, places in plans for place in places)

    def _p(self, outcome: str, where: Mapping[str, str], threshold: int) -> float:
        """The chance under doing nothing; 0 where the run does not hold the event."""
        rows = chances_of(self._result, outcome, where, threshold).filter(pl.col("policy") == self._result.baseline)
        return float(rows["p"][0]) if rows.height else 0.0

    def places(self) -> list[str]:
        """Contested places that this audience may see, those most touched first, then those with most at stake."""
        shown = [
            place.id
            for place in self._case.places
            if place.scope is PlaceScope.CONTESTED and not self._gate.hides(place.id, "places")
        ]
        at_stake = {one: self._p("fatalities_to_date", {"place": one, "violence_class": BLOCS}, 1) for one in shown}
        return sorted(shown, key=lambda one: (-self._by_place[one], -at_stake[one]))

    def deals(self, status: DealStatus) -> list[str]:
        """Deals of one status that this audience may see, those most touched first."""
        shown = [
            deal.id for deal in self._case.deals if deal.status is status and not self._gate.hides(deal.id, "deals")
        ]
        return sorted(shown, key=lambda one: -self._by_deal[one])

    def _event(
        self, what: tuple[str, Mapping[str, str], int], texts: tuple[str, str, str, str], *, harm: bool = True
    ) -> Event | None:
        outcome, where, threshold = what
        rows = chances_of(self._result, outcome, where, threshold)
        if not rows.height or (float(rows["p"].to_numpy().max()) < _NEVER and harm):
            return None
        named = [self._gate.alias(label) for label in where.values()]
        key = "/".join((outcome, *named, str(threshold)))
        channel, title, noun, rule = texts
        rests = of_simulation(str(rows["basis"][0]), self._say)
        view = EventView(key, channel, title, noun, rule, self._months, harm, rests)
        return Event(outcome, where, threshold, view)

    def clash(self, places: Iterable[str]) -> Event | None:
        """A fatal clash between blocs in the first place where there can be one."""
        say = self._say
        for place in places:
            name = self._gate.label(place, say.language, "places")
            texts = (
                say("violence"),
                say("Fatal clash in {place}", place=name),
                say("a fatal clash between armed blocs in {place}", place=name),
                say(
                    "At least one person is killed in fighting between forces of different blocs in {place} "
                    "within {months}.",
                    place=name, months=self._within,
                ),
            )  # fmt: skip
            what = ("fatalities_to_date", {"place": place, "violence_class": BLOCS}, 1)
            if (event := self._event(what, texts)) is not None:
                return event
        return None

    def ends(self, deal: str) -> Event | None:
        """The end of a deal in force."""
        say, name = self._say, self._gate.label(deal, self._say.language, "deals")
        texts = (
            say("deals"),
            say("End of {deal}", deal=say.quoted(name)),
            say("an end of {deal}", deal=say.quoted(name)),
            say(
                "{deal} is broken or lapses at least once within {months}, whoever ends it.",
                deal=say.quoted(name), months=self._within,
            ),
        )  # fmt: skip
        return self._event(("deals_ended_to_date", {"deal": deal}, 1), texts)

    def made(self, deal: str) -> Event | None:
        """A missing deal that is made and still stands at the end."""
        say, name = self._say, self._gate.label(deal, self._say.language, "deals")
        texts = (
            say("deals"),
            say("{deal} in force", deal=say.quoted(name)),
            say("{deal} being made and in force", deal=say.quoted(name)),
            say(
                "{deal} has been made and is in force at the end of {months}.",
                deal=say.quoted(name),
                months=self._within,
            ),
        )
        return self._event(("deal_in_force", {"deal": deal}, 1), texts, harm=False)

    def taken(self, place: str) -> Event | None:
        """A place that changes hands by force."""
        say, name = self._say, self._gate.label(place, self._say.language, "places")
        texts = (
            say("control"),
            say("{place} taken by force", place=name),
            say("{place} changing hands by force", place=name),
            say(
                "Another actor holds {place} after a fight, at least once within {months}.",
                place=name, months=self._within,
            ),
        )  # fmt: skip
        return self._event(("hands_changed_fought_to_date", {"place": place}, 1), texts)

    def many_killed(self) -> Event | None:
        """Many deaths over all places, whoever fights."""
        say = self._say
        texts = (
            say("violence"),
            say("{n} or more killed, all places", n=MANY_KILLED),
            say("{n} or more people killed in all places together", n=MANY_KILLED),
            say(
                "At least {n} people are killed in fighting of any kind in all places of the case together "
                    "within {months}.",
                n=MANY_KILLED, months=self._within,
            ),
        )  # fmt: skip
        return self._event(("fatalities_to_date", {}, MANY_KILLED), texts)
