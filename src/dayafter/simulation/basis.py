"""How much of an outcome comes from data, from published effects and from assumption.

The rule: take the parameters that act on the outcome directly, that is, those that the functions of its step read; each
counts 1, in equal parts for the kinds that its prior names as its basis. A parameter that the user fixed or gave a
prior of her own counts as assumption, one that a record of the case moved as data. What acts through other outcomes of
earlier months is not counted again.

The shares say where the model's numbers come from, not how much each moves the answer; the case's own inputs come on
top, with their sources in the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from dayafter.indices.hazard import FEATURES
from dayafter.priors.tables import Prior
from dayafter.simulation.parameters import default_priors

KINDS: Final = ("data", "published effects", "assumption")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the process: the functions that compute it and the parameters that they read."""

    functions: tuple[str, ...]
    """As the model page names them: `module.function`."""
    symbols: tuple[str, ...]


PARTS: Final[Mapping[str, Part]] = {
    "rates": Part(
        ("world._log_rates",),
        (
            "rate_interbloc", "rate_intrabloc", "rate_insurgent", "rate_communal", "rate_external",
            "sd_place", "sd_place_class",
        ),
    ),
    "exposure": Part(("steps_violence.exposures",), ("kappa", "kappa_remnant", "beta_claim", "beta_seam")),
    "levers": Part(
        ("steps_violence.levers",),
        ("beta_force", "armed_outsiders", "unarmed_dialogue", "aid_contested", "aid_held"),
    ),
    "excitation": Part(
        ("steps_violence.excitation",),
        ("excitation_own", "excitation_cross", "excitation_neighbour", "excitation_decay"),
    ),
    "counts": Part(("steps_violence.violence",), ("dispersion",)),
    "deaths": Part(("steps_violence.violence",), ("fatal_insurgent", "fatal_other")),
    "breakdown": Part(("steps_deals.break_deals",), ("breakdown_bump",)),
    "record": Part(
        ("steps_violence.recorded_shares",), ("recorded_insurgent", "recorded_interbloc", "recorded_communal")
    ),
    "control": Part(
        ("steps_society.control",), ("control_base", "control_shock", "control_balance", "control_violence")
    ),
    "return": Part(
        ("steps_people.population", "steps_people.permission"),
        ("batch_chance", "batch_size", "return_distrust", "return_destruction", "return_violence", "gate_opened"),
    ),
    "flight": Part(("steps_people.population",), ("displaced_per_event",)),
    "exit": Part(("steps_people.population",), ("exit_base", "exit_slope")),
    "ends": Part(
        ("steps_deals.cause_hazards", "world.draw_world"),
        (
            "h_base", "age_power", "frailty_sd", "w_outsider", "w_signatory", "w_patron", "w_shock",
            "hr_violence", "hr_command", "hr_patron_assent", "hr_shock", "hr_kept", "hr_margin",
            *(lever.prior for group in FEATURES.values() for lever in group),
        ),
    ),
    "making": Part(
        ("steps_deals.formation_chance",),
        (
            "formation", "form_surplus", "form_distrust", "form_third_party", "form_broker", "form_violence",
            "precedent",
        ),
    ),
    "terms": Part(("steps_deals.keep_terms",), ("kept_up", "kept_down")),
    "withholding": Part(("world.fill_money",), ("credibility",)),
    "lever of aid": Part(("world.fill_money",), ("credibility", "fungibility")),
    "capture": Part(("steps_people._hand_out",), ("capture",)),
    "repair": Part(("steps_people._hand_out", "world._people"), ("dwelling_cost", "persons_per_dwelling")),
}  # fmt: skip
"""Each part by name; a test reads the functions and finds these parameters in them."""

_EVENTS: Final = ("rates", "exposure", "levers", "excitation", "breakdown", "counts")
_STOCKS: Final = ("return", "flight", "exit")
_CONTROL: Final = ("held", "hands_changed_fought", "hands_changed_unopposed")
ACTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "events": _EVENTS,
    "fatalities": (*_EVENTS, "deaths"),
    "recorded_events": (*_EVENTS, "deaths", "record"),
    **dict.fromkeys(_CONTROL, ("control",)),
    **dict.fromkeys(("home", "displaced"), _STOCKS),
    "left": ("exit",),
    "returned": ("return",),
    "newly_displaced": ("flight",),
    "deal_in_force": ("ends", "making"),
    "deals_made": ("making",),
    "deals_ended": ("ends",),
    "terms_kept": ("terms",),
    "deals_upgraded": ("lever of aid",),
    **dict.fromkeys(("aid_released", "aid_withheld"), ("withholding",)),
    "aid_captured": ("withholding", "capture"),
    **dict.fromkeys(("dwellings_repaired", "dwellings_destroyed"), ("withholding", "capture", "repair")),
}
"""Outcome to the parts that write it."""


def symbols_of(outcome: str) -> tuple[str, ...]:
    """The parameters that act on an outcome directly. KeyError for an outcome that the process does not have."""
    return tuple(dict.fromkeys(symbol for part in ACTS_ON[outcome] for symbol in PARTS[part].symbols))


def shares_of(
    outcome: str, own: AbstractSet[str] = frozenset(), informed: AbstractSet[str] = frozenset()
) -> tuple[float, float, float]:
    """Shares of data, published effects and assumption in an outcome; they add to 1.

    Parameters
    ----------
    own : parameters that the user fixed or gave a prior of her own. informed : those that a record of the case moved.
    """
    symbols = symbols_of(outcome)
    totals = [0.0, 0.0, 0.0]
    for symbol in symbols:
        kinds = (symbol in informed, False, symbol in own)
        kinds = kinds if any(kinds) else _named(default_priors()[symbol])
        for kind, named in enumerate(kinds):
            totals[kind] += named / sum(kinds)
    data, published, assumed = (total / len(symbols) for total in totals)
    return data, published, assumed


def _named(prior: Prior) -> tuple[bool, bool, bool]:
    return prior.from_data, bool(prior.evidence), prior.assumed


def basis_text(outcome: str, own: AbstractSet[str] = frozenset(), informed: AbstractSet[str] = frozenset()) -> str:
    """The shares in words, in whole percent that add to 100. Parameters as in `shares_of`."""
    n = len(symbols_of(outcome))
    shares = shares_of(outcome, own, informed)
    whole = [int(100 * share) for share in shares]
    order = sorted(range(3), key=lambda kind: whole[kind] - 100 * shares[kind])
    for kind in order[: 100 - sum(whole)]:
        whole[kind] += 1
    told = ", ".join(f"{kind} {share} %" for kind, share in zip(KINDS, whole, strict=True))
    return f"of {n} parameter{'s' if n != 1 else ''}: {told}"
