"""One experiment for each claim that can be put to the process: two arms, and the outcome that tells them apart.

Each takes a bench and gives the outcome of each member with and without what the claim is about. A difference is the
first less the second. Places are the contested ones; deals are those over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dayafter.arrays import Bools, Floats, Ints
from dayafter.explaining import edits
from dayafter.explaining.laboratory import NOTHING, Arm, Bench, Course, NotTestableError, plan_of
from dayafter.simulation.layout import COMMUNAL, INSURGENT, INTERBLOC, INTRABLOC, any_of
from dayafter.vocabulary import Action, ConditionKind, DealForm, DealLevel

SHORT: Final = 6
"""Months of a short stay."""
BLOCS: Final = (INTERBLOC, INTRABLOC)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The outcome of each member with and without, (m,) each, and the members that went well in both."""

    with_it: Floats
    without: Floats
    fine: Bools


def _pair(one: Course, other: Course, outcome: Floats, outcome_other: Floats) -> Pair:
    fine: Bools = ~(one.paths.gone_wrong | other.paths.gone_wrong)
    return Pair(outcome.astype(np.float64), outcome_other.astype(np.float64), fine)


# --- outcomes of a course, for each member


def _events(course: Course, classes: tuple[int, ...] = BLOCS) -> Floats:
    """Events of the whole run over all places."""
    total: Floats = course.paths.events[:, :, list(classes)].sum(axis=(0, 1, 2)).astype(np.float64)
    return total


def _life(course: Course, deals: Ints) -> Floats:
    """Months in force, mean over deals."""
    months: Floats = course.paths.in_force[:, deals].sum(axis=0).mean(axis=0)
    return months


def _made(course: Course, deals: Ints) -> Floats:
    """Deals made, of these."""
    made: Floats = any_of(course.paths.made[:, deals], 0).sum(axis=0).astype(np.float64)
    return made


def _at_end(course: Course, name: str, places: Bools) -> Floats:
    """A state at the end, mean over places."""
    value: Floats = np.asarray(getattr(course.paths, name))[-1, places].mean(axis=0)
    return value


def _home_share(course: Course) -> Floats:
    """Share of the people of all places who live there at the end."""
    paths = course.paths
    home, away = paths.home[-1].sum(axis=0), (paths.displaced[-1] + paths.left[-1]).sum(axis=0)
    share: Floats = np.divide(home, home + away, out=np.ones(home.shape), where=home + away > 0)
    return share


def _returned(course: Course) -> Floats:
    """Persons who return over the run."""
    total: Floats = course.paths.returned.sum(axis=(0, 1)).astype(np.float64)
    return total


# --- the day after


def open_issues_bring_violence(bench: Bench) -> Pair:
    """C-01: bloc violence with the issues as they are, and with half of them."""
    one, other = (bench.run(Arm(NOTHING, edits=(edit,))) for edit in (edits.hostility_kept, edits.issues_halved))
    return _pair(one, other, _events(one), _events(other))


def open_issues_bring_gridlock(bench: Bench) -> Pair:
    """C-01: months without a deal that is missing, as things are, and with half of the issues; talks go on."""
    deals = bench.missing()
    talks = plan_of("talks", *(bench.step(Action.MAKE_DEAL, deal=bench.case.deals[d]) for d in deals))
    one, other = (
        bench.run(Arm(talks, dated=False, edits=(edit,))) for edit in (edits.hostility_kept, edits.issues_halved)
    )
    return _pair(one, other, bench.months - _life(one, deals), bench.months - _life(other, deals))


def local_fighting_feeds_remnants(bench: Bench) -> Pair:
    """C-02: strength of remnants at the end, with fighting among those who freed the places, and without."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.forces_at_peace,)))
    return _pair(one, other, _at_end(one, "remnant", bench.places), _at_end(other, "remnant", bench.places))


def local_fighting_brings_insurgent_events(bench: Bench) -> Pair:
    """C-02: insurgent events, with and without the same fighting."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.forces_at_peace,)))
    return _pair(one, other, _events(one, (INSURGENT,)), _events(other, (INSURGENT,)))


def _without_and_with_compacts(bench: Bench) -> tuple[Course, Course]:
    compact = plan_of("compacts", *bench.make(bench.missing()))
    without = bench.run(Arm(NOTHING, edits=(edits.no_talks,)))
    return without, bench.run(Arm(compact, edits=(edits.no_talks,)))


def _where_missing(bench: Bench) -> Bools:
    return any_of(bench.case.covers[bench.missing()], 0) & bench.places


def claims_harden_without_a_compact(bench: Bench) -> Pair:
    """C-04: claims at the end where a compact is missing, without it, and with it signed at once."""
    without, compact = _without_and_with_compacts(bench)
    here = _where_missing(bench)
    return _pair(without, compact, _at_end(without, "claim", here), _at_end(compact, "claim", here))


def _bloc_events(course: Course, places: Bools) -> Floats:
    total: Floats = course.paths.events[:, places][:, :, list(BLOCS)].sum(axis=(0, 1, 2)).astype(np.float64)
    return total


def no_compact_brings_violence(bench: Bench) -> Pair:
    """C-05: bloc events where a compact is missing, without it, and with it signed at once."""
    without, compact = _without_and_with_compacts(bench)
    here = _where_missing(bench)
    return _pair(without, compact, _bloc_events(without, here), _bloc_events(compact, here))


def heads_alone_bind_less(bench: Bench) -> Pair:
    """C-06: bloc events where heads of blocs alone sign the compacts, and where every force in the places does."""
    compact, here = plan_of("compacts", *bench.make(bench.missing())), _where_missing(bench)
    one, other = (
        bench.run(Arm(compact, edits=(edits.no_talks, edit))) for edit in (edits.heads_sign, edits.members_sign)
    )
    return _pair(one, other, _bloc_events(one, here), _bloc_events(other, here))


def lawlessness_frees_hands(bench: Bench) -> Pair:
    """C-07: events of armed forces where no force commands another, and where all obey one head each; no deals."""
    one, other = (bench.run(Arm(NOTHING, edits=(edits.no_deals, edit))) for edit in (edits.fragmented, edits.commanded))
    armed = (INTERBLOC, INTRABLOC, INSURGENT)
    return _pair(one, other, _events(one, armed), _events(other, armed))


def abandonment_costs_trust(bench: Bench) -> Pair:
    """C-08: distrust of communities in the holder at the end, if it had fled at the start, and if not."""
    one = bench.run(Arm(NOTHING, begin=edits.holders_driven_out, to_the_end=True))
    other = bench.run(Arm(NOTHING, to_the_end=True))
    return _pair(one, other, 1 - _trust_in_first_holder(one), 1 - _trust_in_first_holder(other))


def _trust_in_first_holder(course: Course) -> Floats:
    layout, world, last = course.setting.layout, course.setting.world, course.last
    if last is None:
        raise TypeError("the last state was not kept; please report this fault of dayafter")
    trusted, weight = np.zeros(world.members.size), np.zeros(world.members.size)
    for t in range(layout.trust_cell.size):
        cell = layout.trust_cell[t]
        mine = np.where(world.holder[layout.cell_place[cell]] == layout.trust_slot[t], world.weight[cell], 0.0)
        trusted += mine * last.trust[t] * (1 - last.deficit[t])
        weight += mine
    mean: Floats = np.divide(trusted, weight, out=np.full(weight.shape, 0.5), where=weight > 0)
    return mean


def distrust_keeps_people_away(bench: Bench) -> Pair:
    """C-09: share away from home at the end, with distrust as it is, and without any."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.trusting,)))
    return _pair(one, other, 1 - _home_share(one), 1 - _home_share(other))


def destruction_keeps_people_away(bench: Bench) -> Pair:
    """C-09: share away from home at the end, with dwellings destroyed as they are, and with none."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.undamaged,)))
    return _pair(one, other, 1 - _home_share(one), 1 - _home_share(other))


def exclusion_turns_forces_from_the_holders_patrons(bench: Bench) -> Pair:
    """C-10: loyalty of the forces in the places to the holder's patrons, communities excluded, and included."""
    one, other = (bench.run(Arm(NOTHING, edits=(edit,), to_the_end=True)) for edit in (edits.excluded, edits.included))
    return _pair(one, other, _loyalty_to_holders(one), _loyalty_to_holders(other))


def _loyalty_to_holders(course: Course) -> Floats:
    """Σ over other forces of min(ℓ_force, ℓ_holder at the start), mean over forces that do not hold the place."""
    layout, world, last = course.setting.layout, course.setting.world, course.last
    if last is None:
        raise TypeError("the last state was not kept; please report this fault of dayafter")
    members = np.arange(world.members.size)
    total, number = np.zeros(members.size), np.zeros(members.size)
    for s in range(layout.slot_place.size):
        holder = world.holder[layout.slot_place[s]]
        other = (holder >= 0) & (holder != s)
        theirs = world.loyalty[layout.slot_force[np.maximum(holder, 0)], :, members].T
        shared = np.zeros(members.size)
        for n in range(layout.patron.size):
            shared += np.minimum(last.loyalty[layout.slot_force[s], n], theirs[n])
        total += np.where(other, shared, 0.0)
        number += other
    return np.divide(total, number, out=np.zeros(number.shape), where=number > 0)


def exclusion_makes_forces_seek_autonomy(bench: Bench) -> Pair:
    """C-11: what forces in the places keep for themselves, communities excluded, and included."""
    one, other = (bench.run(Arm(NOTHING, edits=(edit,), to_the_end=True)) for edit in (edits.excluded, edits.included))
    return _pair(one, other, _kept_for_themselves(one), _kept_for_themselves(other))


def _kept_for_themselves(course: Course) -> Floats:
    if course.last is None:
        raise TypeError("the last state was not kept; please report this fault of dayafter")
    own: Floats = course.last.loyalty[:, course.setting.layout.patron.size].mean(axis=0)
    return own


def no_power_sharing_ends_in_violence(bench: Bench) -> Pair:
    """C-12: chance of an interbloc event where a compact is missing, without it, and with it signed at once."""
    without, compact = _without_and_with_compacts(bench)
    here = _where_missing(bench)
    chance, other = (
        (course.paths.events[:, here, INTERBLOC].sum(axis=0) > 0).mean(axis=0) for course in (without, compact)
    )
    return _pair(without, compact, chance, other)


def contested_claims_delay_return(bench: Bench) -> Pair:
    """C-13: persons who do not return, places contested, and uncontested; deals as they are."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.uncontested,)))
    return _pair(one, other, -_returned(one), -_returned(other))


def contested_claims_delay_repair(bench: Bench) -> Pair:
    """C-13: dwellings that lie destroyed at the end, places contested, and uncontested."""
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.uncontested,)))
    return _pair(one, other, one.paths.destroyed[-1].sum(axis=0), other.paths.destroyed[-1].sum(axis=0))


def a_division_of_places_brings_returns(bench: Bench) -> Pair:
    """C-14: persons who return, deals in force, and no deal anywhere."""
    bench.standing()
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.no_deals,)))
    return _pair(one, other, _returned(one), _returned(other))


def a_division_of_places_calms(bench: Bench) -> Pair:
    """C-14: bloc and communal events, deals in force, and no deal anywhere."""
    bench.standing()
    one, other = bench.run(Arm(NOTHING)), bench.run(Arm(NOTHING, edits=(edits.no_deals,)))
    classes = (*BLOCS, COMMUNAL)
    return _pair(one, other, _events(one, classes), _events(other, classes))


# --- what makes deals last


def formal_deals_last(bench: Bench) -> Pair:
    """C-15: months in force of the deals at hand, signed and at both levels from the first month, and as they are."""
    deals, names = bench.standing(), [bench.case.deals[d] for d in bench.standing()]
    both = (DealLevel.LOCAL, DealLevel.NATIONAL)
    steps = [
        bench.step(action, deal=name, form=form, levels=both)
        for name in names
        for action, form in ((Action.FORMALISE, DealForm.SIGNED), (Action.ADD_LEVEL, None))
    ]
    one, other = bench.run(Arm(plan_of("formal", *steps))), bench.run(Arm(NOTHING))
    return _pair(one, other, _life(one, deals), _life(other, deals))


def outsiders_break_deals(bench: Bench) -> Pair:
    """C-16: chance that a deal is ended by those outside it, and by its signatories, their patrons or a shock."""
    deals = bench.standing()
    course = bench.run(Arm(NOTHING))
    ended = course.paths.ended_by[:, deals]
    outsiders, others = ((ended == 1).sum(axis=(0, 1)), (ended > 1).sum(axis=(0, 1)))
    return _pair(course, course, outsiders / deals.size, others / deals.size)


def assent_makes_deals_last(bench: Bench) -> Pair:
    """C-17: months in force of the deals at hand with the assent of patrons and people, and without any."""
    deals = bench.standing()
    one, other = (bench.run(Arm(NOTHING, edits=(edit,))) for edit in (edits.assenting, edits.dissenting))
    return _pair(one, other, _life(one, deals), _life(other, deals))


def _imposed_and_facilitated(bench: Bench) -> tuple[Course, Course, Ints]:
    deals = bench.missing()
    imposed = plan_of("imposed", *bench.make(deals, imposed=True))
    helped = plan_of("facilitated", *bench.make(deals), *bench.help(deals, Action.FACILITATE))
    one, other = (bench.run(Arm(plan, edits=(edits.no_talks,))) for plan in (imposed, helped))
    return one, other, deals


def imposed_deals_last_less(bench: Bench) -> Pair:
    """C-18: months in force, signed in the first month: written outside and left, and one's own with a facilitator."""
    one, other, deals = _imposed_and_facilitated(bench)
    return _pair(one, other, _life(one, deals), _life(other, deals))


def imposed_deals_harm(bench: Bench) -> Pair:
    """C-18: bloc and communal events with deals written outside, and with no deal."""
    one, _, _ = _imposed_and_facilitated(bench)
    other = bench.run(Arm(NOTHING, edits=(edits.no_talks,)))
    classes = (*BLOCS, COMMUNAL)
    return _pair(one, other, _events(one, classes), _events(other, classes))


def unaided_deals_last_less(bench: Bench) -> Pair:
    """C-19: months in force, signed in the first month: unaided, and with a facilitator and a guarantor who stay."""
    deals = bench.missing()
    unaided = plan_of("unaided", *bench.make(deals))
    roles = (Action.FACILITATE, Action.GUARANTEE)
    aided = plan_of("aided", *bench.make(deals), *(step for role in roles for step in bench.help(deals, role)))
    one, other = (bench.run(Arm(plan, edits=(edits.no_talks,))) for plan in (unaided, aided))
    return _pair(one, other, _life(one, deals), _life(other, deals))


def _talks(bench: Bench, *, helped: bool, last: int | None = None, both: bool = True) -> Arm:
    deals = bench.missing()
    steps = [bench.step(Action.MAKE_DEAL, deal=bench.case.deals[d]) for d in deals]
    levels = (DealLevel.LOCAL, DealLevel.NATIONAL) if both else (DealLevel.LOCAL,)
    steps += bench.help(deals, Action.FACILITATE, last, levels) if helped else []
    return Arm(plan_of("talks", *steps), dated=False)


def unaided_talks_make_fewer_deals(bench: Bench) -> Pair:
    """C-19: missing deals that are made, talks unaided, and with a facilitator who stays at both levels."""
    one, other = (bench.run(_talks(bench, helped=helped)) for helped in (False, True))
    deals = bench.missing()
    return _pair(one, other, _made(one, deals), _made(other, deals))


def helpers_matter_where_distrust_is_high(bench: Bench) -> Pair:
    """C-20: what a facilitator adds to deals made, where distrust is 0.8, and where it is 0.2."""
    deals, gains, courses = bench.missing(), [], []
    for level in (0.8, 0.2):
        arms = [_talks(bench, helped=helped) for helped in (True, False)]
        one, other = (bench.run(Arm(arm.policy, dated=False, edits=(edits.distrust_at(level),))) for arm in arms)
        gains.append(_made(one, deals) - _made(other, deals))
        courses += [one, other]
    pair = _pair(courses[0], courses[1], gains[0], gains[1])
    return Pair(pair.with_it, pair.without, pair.fine & ~courses[2].paths.gone_wrong & ~courses[3].paths.gone_wrong)


def staying_at_both_levels_makes_more_deals(bench: Bench) -> Pair:
    """C-21: missing deals that are made with a facilitator who stays at both levels, and with a short stay at one."""
    one = bench.run(_talks(bench, helped=True))
    other = bench.run(_talks(bench, helped=True, last=min(SHORT, bench.months), both=False))
    deals = bench.missing()
    return _pair(one, other, _made(one, deals), _made(other, deals))


# --- money


def _aid(bench: Bench, condition: ConditionKind | None, *, stated: bool = True) -> Arm:
    """Every pledge under one condition; who hands it out stated or not."""
    case = bench.case
    if not case.aid:
        raise NotTestableError("the case has no pledge of aid")
    steps = []
    for label in case.aid:
        steps.append(bench.step(Action.GIVE_AID, aid=label))
        if condition is not None:
            steps.append(bench.step(Action.SET_CONDITION, aid=label, condition=condition))
        if stated:
            steps.append(bench.step(Action.STATE_DISTRIBUTOR, aid=label, actor=bench.outsider()))
    return Arm(plan_of("aid", *steps))


def aid_tied_to_inclusion_includes(bench: Bench) -> Pair:
    """C-22: exclusion at the end, aid tied to inclusion, and aid without a condition."""
    one, other = (bench.run(_aid(bench, kind)) for kind in (ConditionKind.INCLUSION, ConditionKind.NONE))
    return _pair(one, other, _at_end(one, "exclusion", bench.places), _at_end(other, "exclusion", bench.places))


def economic_conditions_do_not_include(bench: Bench) -> Pair:
    """C-23: exclusion at the end, aid with economic conditions, and aid tied to inclusion."""
    one, other = (bench.run(_aid(bench, kind)) for kind in (ConditionKind.ECONOMIC, ConditionKind.INCLUSION))
    return _pair(one, other, _at_end(one, "exclusion", bench.places), _at_end(other, "exclusion", bench.places))


def aid_without_rules_repairs_less(bench: Bench) -> Pair:
    """C-23: dwellings repaired, nobody states who hands out the money, and somebody does."""
    one, other = (bench.run(_aid(bench, ConditionKind.NONE, stated=stated)) for stated in (False, True))
    return _pair(one, other, one.paths.repaired[-1].sum(axis=0), other.paths.repaired[-1].sum(axis=0))


def exclusion_gives_remnants_a_foothold(bench: Bench) -> Pair:
    """C-25: strength of remnants at the end, communities excluded, and included."""
    one, other = (bench.run(Arm(NOTHING, edits=(edit,))) for edit in (edits.excluded, edits.included))
    return _pair(one, other, _at_end(one, "remnant", bench.places), _at_end(other, "remnant", bench.places))


def brokers_make_deals(bench: Bench) -> Pair:
    """C-26: missing deals that are made with all go-betweens backed, and with nobody going between."""
    case, deals = bench.case, bench.missing()
    if not case.broker_placed.any():
        raise NotTestableError("the case has no go-between in a contested place")
    talks = [bench.step(Action.MAKE_DEAL, deal=case.deals[d]) for d in deals]
    backed = [bench.step(Action.BACK_BROKER, broker=label) for label in case.brokers]
    one = bench.run(Arm(plan_of("backed", *talks, *backed), dated=False))
    other = bench.run(Arm(plan_of("talks", *talks), dated=False, edits=(edits.no_brokers,)))
    return _pair(one, other, _made(one, deals), _made(other, deals))


def hopes_raised_drive_people_out(bench: Bench) -> Pair:
    """C-27: persons who leave for good, hopes raised by the freeing, and expecting no more than they have."""
    one = bench.run(Arm(NOTHING, to_the_end=True))
    other = bench.run(Arm(NOTHING, begin=edits.nothing_hoped, to_the_end=True))
    return _pair(one, other, one.paths.left[-1].sum(axis=0), other.paths.left[-1].sum(axis=0))
