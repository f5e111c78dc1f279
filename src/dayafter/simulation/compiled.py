"""The compiled twin of `reference`: the same month, step by step, by kernels that work on a whole chunk of members.

`run` gives what `reference.run` gives, to the bit; `docs/why/simulation.md` names for each line of the model the plain
function and its kernel. Kernels are serial and hold no lock, so that threads run chunks side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from dayafter.arrays import Bools, Floats
from dayafter.indices.forces import COMMANDED
from dayafter.indices.hazard import FEATURES
from dayafter.kernels import plain
from dayafter.seeding import stream_key
from dayafter.simulation import draws
from dayafter.simulation import kernels_deals as deals
from dayafter.simulation import kernels_people as people
from dayafter.simulation import kernels_society as society
from dayafter.simulation import kernels_violence as fights
from dayafter.simulation.layout import CLASSES, any_of
from dayafter.simulation.policies import Schedule
from dayafter.simulation.setting import Setting
from dayafter.simulation.state import Paths, State, room_for, start_state
from dayafter.simulation.steps_violence import drop_small_dyads, recorded_shares
from dayafter.simulation.wiring import Words, lay_out, wire

VIOLENCE: Final = (
    "kappa", "kappa_remnant", "beta_claim", "beta_seam", "beta_force", "excitation_own", "excitation_cross",
    "excitation_neighbour", "excitation_decay", "dispersion", "fatal_insurgent", "fatal_other", "armed_outsiders",
    "unarmed_dialogue", "aid_contested", "aid_held",
)  # fmt: skip
DEALS: Final = (
    "h_base", "age_power", "w_outsider", "w_signatory", "w_patron", "w_shock", "breakdown_bump", "splinter",
    "log formation", "form_surplus", "form_distrust", "form_third_party", "form_broker", "form_violence", "precedent",
    "honesty_gain", "kept_up", "kept_down", "broker_exit",
)  # fmt: skip
SOCIETY: Final = (
    "logit control_base", "control_balance", "control_violence", "control_shock", "abandonment_loss",
    "left abandonment_half_life", "claim_up", "claim_down", "trust_down", "trust_up", "loyalty_speed",
)  # fmt: skip
PEOPLE: Final = (
    "batch_chance", "batch_size", "return_distrust", "return_destruction", "return_violence", "gate_opened",
    "exit_base", "exit_slope", "displaced_per_event", "loyalty_speed", "dwelling_cost", "capture", "aid_inclusion",
    "represented_by_deal", "logit remnant_start", "remnant_exclusion", "remnant_violence", "remnant_unity",
    "remnant_speed",
)  # fmt: skip
"""Parameters in the order of the rows that the kernels name; some are turned once, before the first month."""
RATIOS: Final = (
    "hr_violence", "hr_command", "hr_patron_assent", "hr_shock", "hr_kept", "hr_margin",
    *(lever.prior for group in FEATURES.values() for lever in group),
)  # fmt: skip
_TURNED: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "log": plain.log,
    "logit": lambda x: plain.log(x / (1 - x)),
    "left": lambda x: plain.exp(plain.log(0.5) / x),
}


def run(
    setting: Setting,
    schedule: Schedule,
    months: int,
    *,
    dated: bool = False,
    state: State | None = None,
    signing: Bools | None = None,
    paths: Paths | None = None,
) -> Paths:
    """Simulate one compiled policy for members already drawn: the twin of `reference.run`, arguments as there."""
    if state is None:
        state = start_state(setting.case, setting.world, setting.parameters, schedule)
    paths = room_for(paths, setting.case, setting.layout, setting.world, schedule.id, months, setting.radius)
    chunk = _Chunk(setting, schedule, state, paths, dated=dated, signing=signing)
    chunk.begin()
    for month in range(1, months + 1):
        chunk.step(month)
    chunk.record()
    return paths


def compile_backwards(setting: Setting, schedule: Schedule) -> None:
    """Take the steps of a month from the last to the first: so that their kernels are compiled, for nothing else."""
    state = start_state(setting.case, setting.world, setting.parameters, schedule)
    paths = room_for(None, setting.case, setting.layout, setting.world, schedule.id, 1, setting.radius)
    chunk, now = _Chunk(setting, schedule, state, paths, dated=False, signing=None), np.uint64(1)
    chunk.compile_backwards(now)


def _rows(setting: Setting, names: tuple[str, ...]) -> Floats:
    """(n, m) of these parameters."""
    rows = []
    for name in names:
        how, _, symbol = name.rpartition(" ")
        row = setting.parameters[symbol]
        rows.append(_TURNED[how](row) if how else row)
    return np.stack(rows)


class _Chunk:
    """The members of a chunk under one policy, moved on month by month. Names of arrays as in `state` and `wiring`."""

    def __init__(
        self,
        setting: Setting,
        schedule: Schedule,
        state: State,
        paths: Paths,
        *,
        dated: bool,
        signing: Bools | None,
    ) -> None:
        case, world = setting.case, setting.world
        self.setting, self.schedule, self.state, self.paths = setting, schedule, state, paths
        self.case, self.layout, self.world, self.wiring = case, setting.layout, world, wire(case, setting.layout)
        self.plan = lay_out(case, setting.layout, self.wiring, schedule)
        self.signing = signing
        self.mode = deals.FORCED if signing is not None else deals.DATED if dated else deals.TOTAL
        self.members: Words = world.members.astype(np.uint32).astype(np.uint64)
        self.of_violence, self.of_deals = _rows(setting, VIOLENCE), _rows(setting, DEALS)
        self.of_society, self.of_people = _rows(setting, SOCIETY), _rows(setting, PEOPLE)
        self.ratios = np.stack([setting.ratios[name] for name in RATIOS])
        self.is_live = any_of(world.loyalty > 0, 2)
        given = case.tranche_due.exists | (schedule.given[case.tranche_aid] == 0)
        self.due = np.where(given[:, None], world.tranche_due, schedule.given[case.tranche_aid][:, None])
        self._keys: dict[tuple[str, ...], Words] = {}
        self._make_room()

    def begin(self) -> None:
        """What stands before the first month."""
        self.remnant[:] = 1 / (1 + plain.exp(-self.state.remnant_logit))
        self._derive()
        self._over_places(self.claim, self.claim_start)
        self._over_places(self.mean_distrust, self.distrust_start)

    def _make_room(self) -> None:
        """Working space: indices and other things of one month, written over by the next."""
        layout, m = self.layout, self.members.size
        p, d, k = len(self.case.places), len(self.case.deals), len(CLASSES)
        self.degree = np.zeros((layout.tie_slot.size, m))
        self.x_inter, self.x_intra, self.cover, self.unity, self.force, self.seam = np.zeros((6, p, m))
        self.mix, self.mean_distrust, self.claim, self.exclusion = np.zeros((4, p, m))
        self.total, self.local, self.remnant, self.total_after, self.trusted = np.zeros((5, p, m))
        self.rate, self.children, self.after = np.zeros((3, p, k, m))
        self.claim_start, self.distrust_start, self.claim_now, self.distrust_now = np.zeros((4, d, m))
        self.around, self.fighting, self.aid_won, self.guaranteed, self.least = np.zeros((5, d, m))
        self.own, self.number, self.loose, self.ties = np.zeros((4, d, m))
        self.margin, self.lever = np.zeros((layout.veto_deal.size, m)), np.zeros((len(self.case.aid), m))
        self.gate = np.zeros((layout.cell_place.size, m))
        self.causes, self.rivals = np.zeros((d, m), dtype=np.int64), np.zeros((p, m), dtype=np.int64)
        self.at_place, self.left = np.zeros((2, p, m), dtype=np.bool_)
        self.budget = np.zeros(m, dtype=np.bool_)
        self.asked = np.zeros((d, m), dtype=np.bool_)
        self.space = np.zeros(deals.N_STATES)

    def _key(self, *purposes: str) -> Words:
        """(n, 2), the keys of streams."""
        if purposes not in self._keys:
            keys = [stream_key(self.setting.seed, purpose) for purpose in purposes]
            self._keys[purposes] = np.array(keys, dtype=np.uint64)
        return self._keys[purposes]

    def _over_places(self, values: Floats, mean: Floats) -> None:
        deals.over_places(self.wiring.place_of, self.wiring.deal_places, values, mean)

    def step(self, month: int) -> None:
        """One month, in the order of `reference.step`."""
        t, now, w = month - 1, np.uint64(month), self.wiring
        key = self._key(draws.SHOCK)[0]
        deals.shocks(
            self.world.shock_month, self.world.shock_rate, self.members, w.ids["shock"], key, now, w.shock_places,
            w.shock_budget, self.at_place, self.budget,
        )  # fmt: skip
        self._derive()
        self._violence(t, now)
        self._ends(t, now)
        self._change_and_form(t, now)
        self._control(t, now)
        self._minds()
        self._people(t, now)
        self._money(t, now)
        state = self.state
        state.lags[2], state.lags[1] = state.lags[1], state.lags[0]
        state.lags[0] = self.paths.events[t]
        state.violence[:] = self.after
        self._write(t)

    def _derive(self) -> None:
        """Step 1."""
        state, w, lay = self.state, self.wiring, self.layout
        fights.degrees(state.command, state.signs, lay.tie_deal, w.tie_chain_of, w.tie_chain, self.degree)
        fights.contestation(
            state.in_force, state.kept, self.degree, state.share, state.loyalty, self.is_live, self.world.hostility,
            self.world.hostility_given, self.world.rivalry, lay.slot_force, lay.pair_place, lay.pair_first,
            lay.pair_second, w.bond_of, w.bonds, self.x_inter, self.x_intra, self.cover,
        )  # fmt: skip
        fights.unities(
            state.share, state.loyalty, self.is_live, lay.slot_place, lay.slot_force, w.patron_bloc, self.unity
        )
        fights.monopolies(
            state.share, state.command, COMMANDED, lay.slot_place, w.slot_chain_of, w.slot_chain, lay.pair_place,
            lay.pair_first, lay.pair_second, self.force,
        )  # fmt: skip
        fights.seams(self.unity, state.holder, state.loyalty, lay.slot_force, lay.near_from, lay.near_to, self.seam)
        fights.people_indices(
            self.world.weight, state.distrust, state.represented, lay.cell_place, lay.q_place, lay.q_from, lay.q_to,
            self.mix, self.mean_distrust, self.exclusion,
        )  # fmt: skip
        fights.claim_pressure(state.claim, w.bloc_of, w.bloc_rows_of, w.bloc_rows, self.claim)
        fights.totals(state.violence, self.total, self.local)

    def _violence(self, t: int, now: np.uint64) -> None:
        """Step 2."""
        state, world, lay, schedule = self.state, self.world, self.layout, self.schedule
        fights.backgrounds(
            self.of_violence, self.x_inter, self.x_intra, self.claim, self.seam, self.mix, self.mean_distrust,
            self.force, self.remnant, state.home, world.before, state.return_flow, world.external,
            self.case.is_national, self.wiring.cell_of, state.bump, state.aid_a_head, state.holder, state.share,
            schedule.armed[t], schedule.dialogue[t], world.log_rate, self.rate,
        )  # fmt: skip
        fights.excite(self.of_violence, state.lags, lay.near_from, lay.near_to, self.children)
        fights.events_of_month(
            self.of_violence, self.rate, self.children, self.members, self.wiring.class_ids,
            self._key(draws.VIOLENCE, draws.MARK), now, state.overflow, self.paths.events[t], self.paths.deaths[t],
        )  # fmt: skip
        fights.smooth(state.violence, self.paths.events[t], self.after, self.total_after)

    def _ends(self, t: int, now: np.uint64) -> None:
        """Margins, and step 3."""
        state, world, w, lay, schedule = self.state, self.world, self.wiring, self.layout, self.schedule
        self._over_places(self.claim, self.claim_now)
        self._over_places(self.mean_distrust, self.distrust_now)
        self._aid_lever(t)
        deals.guarantee(
            self.plan.guaranteed[t], world.acceptance, world.acceptance_given, state.honesty, self.guaranteed
        )
        surplus = self.setting.surplus
        deals.margins(
            surplus.base, surplus.slopes, surplus.has_stake, lay.veto_deal, self.claim_now, self.claim_start,
            self.distrust_now, self.distrust_start, self.aid_won, self.guaranteed, state.grievance, self.margin,
            self.least,
        )  # fmt: skip
        live = any_of(state.in_force, 1)
        self._over_places(self.total_after, self.around)
        deals.own_command(
            state.command, state.signs, lay.tie_deal, w.tie_chain_of, w.tie_chain, live, self.own, self.number
        )
        deals.unbound_share(state.share, self.degree, lay.tie_slot, lay.tie_deal, w.n_places, live, self.loose)
        deals.ends(
            self.of_deals, self.ratios, w.levers, self.space, state.in_force, state.age, state.kept, state.form,
            state.level, state.authored, state.communities, world.commission, world.assent, world.patron_assent,
            world.frailty, self.guaranteed, self.loose, self.own, self.least, self.around, self.case.covers,
            self.at_place, schedule.guarantor_left[t], self.plan.facilitated[t], self.members, w.ids["deal"],
            self._key(draws.DEAL_END)[0], now, self.paths.ended_by[t],
        )  # fmt: skip
        deals.pass_month(state.bump, state.precedent, state.broken, state.age, state.in_force)
        self._break(self.paths.ended_by[t])

    def _break(self, ended: Any) -> None:
        state, w, lay = self.state, self.wiring, self.layout
        deals.break_deals(
            self.of_deals, ended, lay.deal_order, w.place_of, w.deal_places, w.q_of, w.claim_of, lay.akin, state.bump,
            state.distrust, state.claim, state.honesty, state.grievance, state.precedent, state.broken,
            state.in_force, state.fresh, state.failed,
        )  # fmt: skip

    def _aid_lever(self, t: int) -> None:
        setting, schedule = self.setting, self.schedule
        deals.aid_lever(
            self.state.pending, self.case.tranche_aid, self.plan.condition[t] == people.INCLUSION,
            schedule.distributor[t], schedule.stopped[t], setting.credibility, setting.fungibility,
            self.wiring.bears_on, self.lever, self.aid_won,
        )  # fmt: skip

    def _change_and_form(self, t: int, now: np.uint64) -> None:
        """Steps 4 and 5."""
        state, w, lay, schedule, plan = self.state, self.wiring, self.layout, self.schedule, self.plan
        deals.splinter(
            self.of_deals, state.fresh, state.signs, state.command, w.child, w.parent, w.splinter_ids, lay.deal_order,
            self.members, self._key(draws.SPLINTER)[0], now,
        )  # fmt: skip
        if plan.seeks[t]:
            deals.renegotiate(
                self.margin, state.in_force, state.fresh, state.form, state.level, state.signs, state.communities,
                lay.deal_order, w.veto_of, w.is_ratifier, schedule.form_to[t], schedule.level_to[t],
                schedule.party_to[t], w.own_veto, schedule.community_to[t], self.paths.upgraded[t],
            )  # fmt: skip
        self._over_places(np.ascontiguousarray(state.violence[:, fights.INTERBLOC]), self.fighting)
        live = any_of(state.in_force, 1)
        deals.own_command(
            state.command, state.signs, lay.tie_deal, w.tie_chain_of, w.tie_chain, live, self.own, self.number
        )
        deals.keep_terms(self.of_deals, state.kept, state.in_force, self.fighting, self.own)
        deals.broker_ties(state.broker, w.broker_of, w.deal_brokers, plan.bridging[t], self.ties)
        self._over_places(self.total, self.around)
        made = self.paths.made[t]
        asked = self.asked
        if self.signing is not None:
            asked[:] = self.signing[:, t]
        elif self.mode == deals.DATED:
            asked[:] = schedule.sign[t][:, None]
        deals.form_deals(
            self.of_deals, self.mode, asked, plan.is_open[t], plan.is_named, schedule.imposed[t],
            plan.levels_there[t], w.has_pairs, state.in_force, state.spell, state.failed, state.precedent,
            state.honesty, self.least, self.distrust_now, self.around, self.ties, self.members, w.ids["deal"],
            self._key(draws.DEAL_MADE)[0], now, made,
        )  # fmt: skip
        deals.sign(
            made, plan.form_now[t], plan.level_now[t], schedule.imposed[t], w.party_communities, w.signer_of,
            w.signers, state.in_force, state.age, state.spell, state.kept, state.form, state.level, state.authored,
            state.communities, state.fresh, state.signs,
        )  # fmt: skip
        deals.honesty(self.of_deals, plan.levels_there[t], state.third_came, state.honesty)

    def _control(self, t: int, now: np.uint64) -> None:
        """Step 6."""
        state, w, lay, plan = self.state, self.wiring, self.layout, self.plan
        fought, unopposed, ended = self.paths.change_fought[t], self.paths.change_unopposed[t], self.paths.ended_by[t]
        society.control(
            self.of_society, w.slot_of, lay.place_order, lay.slot_force, plan.is_out[t], plan.out_patron[t],
            self.at_place, state.lags, state.loyalty, state.share, state.holder, self.members, w.ids["place"],
            self._key(draws.CONTROL)[0], now, self.rivals, fought, unopposed, self.left,
        )  # fmt: skip
        self.causes[:] = 0
        society.take(
            self.of_society, lay.place_order, w.trust_of, lay.trust_cell, lay.trust_slot, self.rivals, fought,
            unopposed, self.left, self.case.covers, w.foresees, lay.deal_order, w.slot_chain_of, w.slot_chain,
            state.command, state.signs, state.in_force, COMMANDED, state.share, state.deficit, state.trust,
            state.represented, state.holder, self.causes,
        )  # fmt: skip
        self._break(self.causes)
        np.copyto(ended, self.causes, where=self.causes > 0)

    def _minds(self) -> None:
        """Step 7, but for what people expect."""
        state, w, lay = self.state, self.wiring, self.layout
        society.claims(self.of_society, lay.claim_place, self.cover, state.claim)
        society.trust_in_holder(
            self.world.weight, state.trust, state.deficit, state.holder, w.trust_of, lay.trust_cell, lay.trust_slot,
            self.trusted,
        )  # fmt: skip
        society.loyalties(
            self.of_society, self.world.loyalty, self.is_live, lay.slot_place, lay.slot_force, w.n_slots,
            lay.force_actor, w.patron_actor, w.is_paying, state.signs, state.in_force, self.trusted, self.exclusion,
            state.burden, state.holder, state.loyalty,
        )  # fmt: skip
        society.trust(self.of_society, state.lags, self.cover, lay.q_place, state.distrust, state.deficit)

    def _people(self, t: int, now: np.uint64) -> None:
        """Step 8, and what people expect."""
        state, world, w, lay = self.state, self.world, self.wiring, self.layout
        people.permission(
            self.of_people, lay.deal_order, w.place_of, w.deal_places, w.cell_of, w.on_return, state.in_force,
            state.kept, state.holder, state.represented, lay.cell_place, self.gate,
        )  # fmt: skip
        people.population(
            self.of_people, self.gate, self.mean_distrust, self.total, state.destroyed, world.dwellings, world.before,
            state.lags, w.cell_of, w.trust_of, lay.trust_cell, lay.trust_slot, state.holder, state.trust,
            state.expect, self.members, w.ids["cell"], self._key(draws.BATCH, draws.ROUNDING), now, state.home,
            state.displaced, state.left, state.return_flow, self.paths.returned[t], self.paths.fled[t],
        )  # fmt: skip
        society.expectations(state.home, state.displaced, self.total, lay.cell_place, state.expect)

    def _money(self, t: int, now: np.uint64) -> None:
        """Steps 9 to 11."""
        state, world, w, lay, case = self.state, self.world, self.wiring, self.layout, self.case
        state.fiscal = np.where(self.budget, 0, state.fiscal + 1)
        self._aid_lever(t)
        people.money(
            self.of_people, w.tranche_order, case.tranche_aid, self.plan.condition[t], self.due,
            self.schedule.stopped[t], self.schedule.distributor[t], w.bears_on, w.reaches, lay.cell_place,
            world.weight, state.represented, state.broken, state.fiscal, self.setting.credibility, world.reach,
            world.part, world.before, lay.place_order, self.members, w.ids["tranche"], self._key(draws.TRANCHE)[0],
            now, state.pending, state.flowing, state.rate_out, state.withheld, state.captured, state.elsewhere,
            state.on_repair, state.destroyed, state.aid_a_head, state.burden,
        )  # fmt: skip
        people.offices(
            self.of_people, lay.deal_order, w.place_of, w.deal_places, w.cell_of, w.on_government, w.reaches,
            self.plan.include[t], state.in_force, state.communities, state.kept, self.lever, state.represented,
        )  # fmt: skip
        people.remnants(
            self.of_people, self.exclusion, self.unity, self.local, case.is_national, state.remnant_logit,
            self.remnant,
        )  # fmt: skip
        deals.brokers_leave(
            self.of_deals, state.broker, w.broker_place, self.total, self.members, w.ids["broker"],
            self._key(draws.BROKER)[0], now,
        )  # fmt: skip

    def _write(self, t: int) -> None:
        state, paths, lay = self.state, self.paths, self.layout
        people.write_holder(lay.slot_actor, state.holder, paths.holder[t])
        people.write_money(
            self.case.tranche_aid, state.flowing, state.withheld, state.captured, state.on_repair, state.elsewhere,
            paths.released[t], paths.withheld[t], paths.captured[t],
        )  # fmt: skip
        paths.home[t], paths.displaced[t], paths.left[t] = state.home, state.displaced, state.left
        paths.in_force[t] = state.in_force
        np.copyto(paths.kept[t], state.kept, where=state.in_force)
        paths.destroyed[t] = state.destroyed
        np.subtract(self.world.destroyed, state.destroyed, out=paths.repaired[t])
        paths.remnant[t], paths.claim[t] = self.remnant, self.claim
        paths.distrust[t], paths.exclusion[t] = self.mean_distrust, self.exclusion

    def compile_backwards(self, now: np.uint64) -> None:
        """Every step but the first, the last first."""
        self.record()
        self._write(0)
        self._money(0, now)
        self._people(0, now)
        self._minds()
        self._control(0, now)
        self._change_and_form(0, now)
        self._ends(0, now)

    def record(self) -> None:
        """Step 12, for all months at once."""
        paths = self.paths
        fights.recorded(
            recorded_shares(self.setting.parameters), paths.events, self.members, self.wiring.class_ids,
            self._key(draws.RECORD)[0], paths.recorded,
        )  # fmt: skip
        drop_small_dyads(paths.recorded, paths.deaths)
        paths.overflow[:] = self.state.overflow
