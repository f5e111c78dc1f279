"""The claims of the seed essay, and how each is put to the process. Data, not code: one function each does the work.

A claim's *direct* parameters are those that state it. An experiment that moves with their sign, or leaves nothing when
they are off, has shown what was typed in and nothing else. Paraphrases are this project's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dayafter.explaining import experiments as of
from dayafter.explaining.experiments import Pair
from dayafter.explaining.laboratory import Bench


@dataclass(frozen=True, slots=True)
class Direct:
    """A parameter that states a claim."""

    symbol: str
    toward: int
    """1: larger supports the claim; −1: smaller does."""
    ratio: bool = False
    """Its neutral value is 1 (a hazard ratio), not 0."""


@dataclass(frozen=True, slots=True)
class Test:
    """One experiment: what is told apart, which way the claim says, and what a count of it in the world would be of."""

    outcome: str
    run: Callable[[Bench], Pair]
    says: int
    """1: more with than without; −1: less."""
    unit: str
    counted: str
    """What one observation in the world would be."""
    direct: tuple[Direct, ...] = ()
    constant: str = ""
    """A constant of the code that states the claim, where no parameter does: then it holds by construction."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim and its tests; without tests, why there is none and what would make one."""

    id: str
    text: str
    tests: tuple[Test, ...] = ()
    untestable: str = ""
    wanted: str = ""


def _up(*symbols: str) -> tuple[Direct, ...]:
    return tuple(Direct(symbol, 1) for symbol in symbols)


def _ratios(**toward: int) -> tuple[Direct, ...]:
    return tuple(Direct(symbol, sign, ratio=True) for symbol, sign in toward.items())


_PLACES: Final = "freed places watched for the months of the run"
_DEALS: Final = "local deals with a known end"
_TALKS: Final = "local talks with a known outcome"
_SURVEYS: Final = "places in which people were asked twice"
_EXPOSURE: Final = _up("kappa", "beta_claim")

CLAIMS: Final[tuple[Claim, ...]] = (
    Claim(
        "C-01", "Left unattended, the problems of the day after lead to infighting and gridlock.",
        (
            Test("events within and between blocs", of.open_issues_bring_violence, 1, "events", _PLACES, _EXPOSURE),
            Test(
                "months without the deals that are missing", of.open_issues_bring_gridlock, 1, "months", _TALKS,
                _up("form_distrust", "form_violence"),
            ),
        ),
    ),
    Claim(
        "C-02", "Such infighting undoes earlier victories on the battlefield.",
        (
            Test(
                "strength of remnants at the end", of.local_fighting_feeds_remnants, 1, "(0 to 1)", _PLACES,
                _up("remnant_violence"),
            ),
            Test(
                "insurgent events", of.local_fighting_brings_insurgent_events, 1, "events", _PLACES,
                _up("remnant_violence"), note="excitation across classes also carries it; that is an assumption too",
            ),
        ),
    ),
    Claim(
        "C-03", "The gains of the Awakening were lost because lasting national and local deals were missing.",
        untestable="no file holds that case: deals, violence and the rival causes, month by month from 2007 to 2014",
        wanted="a coded history of 2007–2014 with troop withdrawal, arrests and the war next door as rival causes; and "
        "more than one such case: a single history cannot tell four causes apart",
    ),
    Claim(
        "C-04", "Without a compact the claims of both sides harden.",
        (
            Test(
                "strength of claims at the end", of.claims_harden_without_a_compact, 1, "(0 to 1)",
                "places whose claims were coded twice", _up("claim_up", "claim_down"),
            ),
        ),
    ),
    Claim(
        "C-05", "Without a compact, Tuz Khurmatu fell into violence.",
        (Test("events within and between blocs", of.no_compact_brings_violence, 1, "events", _PLACES, _EXPOSURE),),
    ),
    Claim(
        "C-06", "The fight also runs within the blocs, so a deal between two blocs would not stop it.",
        (
            Test(
                "events within and between blocs", of.heads_alone_bind_less, 1, "events", _PLACES, _up("kappa"),
                note="heads of blocs sign, against every force in the places",
            ),
        ),
    ),
    Claim(
        "C-07", "Where nobody has the monopoly of force, all forces operate openly.",
        (Test("events of armed forces", of.lawlessness_frees_hands, 1, "events", _PLACES, _up("beta_force")),),
    ),
    Claim(
        "C-08", "The retreat of its protector destroyed a community's trust in it.",
        (
            Test(
                "distrust in the holder at the end", of.abandonment_costs_trust, 1, "(0 to 1)", _SURVEYS,
                _up("abandonment_loss"),
            ),
        ),
    ),
    Claim(
        "C-09", "Distrust, and not destruction alone, keeps people from returning.",
        (
            Test(
                "share away from home at the end: distrust", of.distrust_keeps_people_away, 1, "share", _PLACES,
                _up("return_distrust"),
            ),
            Test(
                "share away from home at the end: destruction", of.destruction_keeps_people_away, 1, "share", _PLACES,
                _up("return_destruction"), note="for comparison of size",
            ),
        ),
    ),
    Claim(
        "C-10", "A party that will not share power turns a community to the rival patron.",
        (
            Test(
                "loyalty to the patrons of whoever holds the place", of.exclusion_turns_forces_from_the_holders_patrons,
                -1, "share", "local forces whose loyalties were coded twice", _up("loyalty_speed"),
            ),
        ),
    ),
    Claim(
        "C-11", "It also pushes a local force to seek autonomy.",
        (
            Test(
                "loyalty that forces keep for themselves", of.exclusion_makes_forces_seek_autonomy, 1, "share",
                "local forces whose loyalties were coded twice", _up("loyalty_speed"),
            ),
        ),
    ),
    Claim(
        "C-12", "Without power-sharing, Sinjar will almost certainly turn violent.",
        (
            Test(
                "chance of an interbloc event", of.no_power_sharing_ends_in_violence, 1, "chance", _PLACES, _EXPOSURE,
                note="the level is the prior of the rate; read the two chances, not their difference",
            ),
        ),
    ),
    Claim(
        "C-13", "Contested claims delayed reconstruction and return.",
        (
            Test(
                "persons who do not return (less those who do)", of.contested_claims_delay_return, 1, "persons",
                _PLACES, _up("return_violence"),
            ),
            Test(
                "dwellings that lie destroyed at the end", of.contested_claims_delay_repair, 1, "dwellings", _PLACES,
                note="money follows damage; nothing in the process lets claims delay it",
            ),
        ),
    ),
    Claim(
        "C-14", "A division of places brought some stability and some return.",
        (
            Test(
                "persons who return", of.a_division_of_places_brings_returns, 1, "persons", _PLACES,
                _up("gate_opened", "return_violence"),
            ),
            Test(
                "bloc and communal events", of.a_division_of_places_calms, -1, "events", _PLACES, _up("kappa"),
            ),
        ),
    ),
    Claim(
        "C-15", "Unless it is formal and held at both levels, such a deal will soon be broken.",
        (
            Test(
                "months in force", of.formal_deals_last, 1, "months", _DEALS,
                _ratios(hr_form=-1, hr_national=-1, hr_local=-1),
            ),
        ),
    ),
    Claim(
        "C-16", "Those outside it will break it: militias, remnants, aggrieved locals.",
        (
            Test(
                "chance of an end by outsiders (against all others)", of.outsiders_break_deals, 1, "chance", _DEALS,
                (Direct("w_outsider", 1),),
                note="off: the four causes weigh alike; random: the weight of outsiders changes places with that of "
                "shocks in half of the draws",
            ),
        ),
    ),
    Claim(
        "C-17", "A deal fails where the strongest domestic party has not bought in.",
        (
            Test(
                "months in force", of.assent_makes_deals_last, 1, "months", _DEALS,
                _ratios(hr_patron_assent=-1, hr_assent=-1),
            ),
        ),
    ),
    Claim(
        "C-18", "Foreign powers cannot create lasting deals.",
        (
            Test(
                "months in force, same signing month", of.imposed_deals_last_less, -1, "months", _DEALS,
                _ratios(hr_author=1, hr_facilitator=-1), note="written outside and left, against facilitated",
            ),
            Test(
                "bloc and communal events", of.imposed_deals_harm, 1, "events", _PLACES,
                (*_up("breakdown_bump"), *_ratios(hr_author=1)), note="written outside, against no deal",
            ),
        ),
    ),
    Claim(
        "C-19", "Local and national actors cannot make lasting deals alone.",
        (
            Test(
                "months in force, same signing month", of.unaided_deals_last_less, -1, "months", _DEALS,
                _ratios(hr_facilitator=-1, hr_guarantor=-1),
                note="unaided, against a facilitator and a guarantor who stay; “cannot” is for the base rate to say",
            ),
            Test(
                "missing deals made", of.unaided_talks_make_fewer_deals, -1, "deals", _TALKS,
                _up("form_third_party", "form_distrust"),
            ),
        ),
    ),
    Claim(
        "C-20", "Distrust is the reason why they cannot.",
        (
            Test(
                "deals that a facilitator adds, distrust high (against low)",
                of.helpers_matter_where_distrust_is_high, 1, "deals", _TALKS, _up("form_distrust"),
            ),
        ),
    ),
    Claim(
        "C-21", "Staying, and at both levels, is what makes an outsider an honest broker.",
        (
            Test(
                "missing deals made", of.staying_at_both_levels_makes_more_deals, 1, "deals", _TALKS,
                _up("honesty_gain", "form_third_party"),
            ),
        ),
    ),
    Claim(
        "C-22", "Tying aid to inclusive government would move leaders.",
        (
            Test(
                "exclusion at the end", of.aid_tied_to_inclusion_includes, -1, "(0 to 1)",
                "places that received such aid", _up("aid_inclusion"),
            ),
        ),
    ),
    Claim(
        "C-23", "Aid without a distributor and rules, or with economic conditions alone, builds no political peace.",
        (
            Test(
                "exclusion at the end", of.economic_conditions_do_not_include, 1, "(0 to 1)",
                "places that received such aid", _up("aid_inclusion"), note="economic conditions, against inclusion",
            ),
            Test(
                "dwellings repaired", of.aid_without_rules_repairs_less, -1, "dwellings",
                "places that received such aid",
                constant="half of what is not captured is lost where nobody states who hands it out",
            ),
        ),
    ),
    Claim(
        "C-24", "Marginalisation of local groups is one reason why the Islamic State entered easily.",
        untestable="no file holds exclusion by place and community before mid-2014, nor how easily each place fell",
        wanted="exclusion coded by place for 2010–2014 and the manner of entry of some 60 places, with distance and "
        "force ratios beside it",
    ),
    Claim(
        "C-25", "Unless exclusion is remedied, the Islamic State or a successor will find a foothold.",
        (
            Test(
                "strength of remnants at the end", of.exclusion_gives_remnants_a_foothold, 1, "(0 to 1)", _PLACES,
                _up("remnant_exclusion"),
            ),
        ),
    ),
    Claim(
        "C-26", "There are willing local brokers, so the situation is not hopeless.",
        (Test("missing deals made", of.brokers_make_deals, 1, "deals", _TALKS, _up("form_broker")),),
    ),
    Claim(
        "C-27", "Liberation can make people more pessimistic, and the pessimistic leave.",
        (
            Test(
                "persons who leave for good", of.hopes_raised_drive_people_out, 1, "persons",
                _SURVEYS, _up("exit_slope"),
            ),
        ),
    ),
)  # fmt: skip
