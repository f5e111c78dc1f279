"""The mechanisms of the process as switches: the parameters that carry each, and the value at which it is off. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: its rows in the seed facts, what it is, and how it is switched off."""

    id: str
    rows: tuple[str, ...]
    name: str
    off: Mapping[str, float]
    """Parameter to the value without effect."""


def _ratios(*symbols: str) -> dict[str, float]:
    return dict.fromkeys(symbols, 1.0)


def _zero(*symbols: str) -> dict[str, float]:
    return dict.fromkeys(symbols, 0.0)


MECHANISMS: Final[tuple[Mechanism, ...]] = (
    Mechanism(
        "contestation", ("M-01", "M-09"), "forces that no deal binds fight over the place", _zero("kappa"),
    ),
    Mechanism("claims", ("M-02",), "claims harden and feed fighting", _zero("beta_claim", "claim_up", "claim_down")),
    Mechanism("force", ("M-03",), "no single command over force", _zero("beta_force")),
    Mechanism(
        "command", ("M-04", "M-11"), "members and outsiders that a deal does not hold",
        {**_ratios("hr_unbound", "hr_command"), "splinter": 1e-12},
    ),
    Mechanism(
        "distrust", ("M-05",), "distrust slows talks and returns",
        _zero("form_distrust", "return_distrust", "trust_down", "trust_up"),
    ),
    Mechanism("abandonment", ("M-06",), "a protector driven out loses trust", {"abandonment_loss": 0.0}),
    Mechanism(
        "loyalty", ("M-07", "M-08"), "exclusion and recognition move loyalties and offices",
        _zero("loyalty_speed", "represented_by_deal"),
    ),
    Mechanism("return-gate", ("M-09", "M-22"), "deals open the way back", _zero("gate_opened")),
    Mechanism(
        "form", ("M-10", "M-12"), "form and levels make deals last", _ratios("hr_form", "hr_local", "hr_national"),
    ),
    Mechanism("brokers", ("M-13",), "go-betweens make talks succeed", _zero("form_broker")),
    Mechanism(
        "third-party-talks", ("M-14",), "a third party makes talks succeed", _zero("form_third_party", "honesty_gain"),
    ),
    Mechanism(
        "third-party-deals", ("M-14",), "a third party makes deals last",
        _ratios("hr_guarantor", "hr_guarantor_left", "hr_facilitator"),
    ),
    Mechanism(
        "third-party-calm", ("M-14",), "outsiders present calm the place", _zero("armed_outsiders", "unarmed_dialogue"),
    ),
    Mechanism(
        "assent", ("M-15",), "who wrote and who accepts a deal",
        _ratios("hr_author", "hr_assent", "hr_patron_assent", "hr_communities", "hr_commission"),
    ),
    Mechanism(
        "money", ("M-16", "M-17", "M-19"), "aid, its conditions and repair",
        _zero("aid_inclusion", "aid_contested", "aid_held", "return_destruction"),
    ),
    Mechanism(
        "remnants", ("M-18",), "exclusion and disunity feed remnants",
        _zero("remnant_exclusion", "remnant_violence", "remnant_unity", "beta_seam"),
    ),
    Mechanism("exit", ("M-20",), "disappointment drives people out", _zero("exit_slope")),
    Mechanism("breakdown", ("M-21",), "a broken deal does harm", _zero("breakdown_bump", "precedent")),
    Mechanism(
        "contagion", ("M-21",), "events breed events",
        _zero("excitation_own", "excitation_cross", "excitation_neighbour"),
    ),
    Mechanism(
        "violence-to-deals", ("M-11",), "fighting breaks deals and stops talks and returns",
        {**_ratios("hr_violence", "hr_kept"), **_zero("form_violence", "return_violence")},
    ),
)  # fmt: skip
"""Every mechanism of the seed facts is in one of these (M-01 to M-22)."""
