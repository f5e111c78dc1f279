"""What an input of the simulation is, for a reader who knows no model, and as what it is taken.

The names of the tables of priors are those of the model; here stands what they mean, for the inputs whose names say it
only to those who know the equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dayafter.explaining.sensitivity import input_names
from dayafter.findings import words
from dayafter.findings.amounts import three_figures
from dayafter.findings.wording import Wording
from dayafter.priors.tables import Prior
from dayafter.simulation.parameters import default_priors

CASE: Final = "case: "
"""Begins the names of inputs that a case states."""
PLAIN: Final[Mapping[str, str]] = {
    "h_base": "how often even an ordinary deal ends",
    "hr_form": "how much it steadies a deal to be written and signed",
    "hr_national": "how much it steadies a deal to be held at national level too",
    "hr_local": "how much it steadies a deal to be held at local level too",
    "hr_guarantor": "how much an accepted guarantor steadies a deal",
    "hr_guarantor_left": "how much a guarantor who leaves early unsettles a deal",
    "hr_facilitator": "how much a facilitator steadies a deal",
    "hr_author": "how much it harms a deal that outsiders wrote it",
    "hr_assent": "how much the assent of residents steadies a deal",
    "hr_communities": "how much it steadies a deal that residents are party to it",
    "hr_commission": "how much a joint commission steadies a deal",
    "hr_unbound": "how much armed men whom a deal does not bind endanger it",
    "hr_violence": "how much violence endangers a deal",
    "hr_shock": "how much a shock endangers a deal in its month",
    "hr_command": "how much a signatory’s hold over its men steadies a deal",
    "hr_patron_assent": "how much the assent of patrons steadies a deal",
    "hr_kept": "how much it steadies a deal that its terms are kept",
    "hr_margin": "how much it steadies a deal that all who must agree gain by it",
    "w_outsider": "how often outsiders, rather than others, end a deal",
    "w_signatory": "how often signatories, rather than others, end a deal",
    "w_patron": "how often patrons, rather than others, end a deal",
    "w_shock": "how often shocks, rather than people, end a deal",
    "age_power": "how much safer a deal grows with age",
    "frailty_sd": "how far deals differ for reasons that nobody sees",
    "frailty of deals": "how firm these deals are beyond what their features say",
    "rate_interbloc": "how often rival blocs clash where they contest a place",
    "rate_intrabloc": "how often forces of one bloc clash among themselves",
    "rate_insurgent": "how often insurgents strike where remnants are left",
    "rate_communal": "how often communities clash",
    "sd_place": "how far places differ in violence for reasons that nobody sees",
    "effects of places": "how violent these places are beyond what is recorded of them",
    "kappa": "how steeply violence rises with contest",
    "beta_claim": "how much rival claims feed clashes between blocs",
    "beta_force": "how much one command over a place calms it",
    "excitation_own": "how much one clash brings the next",
    "excitation_neighbour": "how far violence spills over to neighbouring places",
    "dispersion": "how far violence comes in bursts",
    "fatal_insurgent": "how often an attack by insurgents kills somebody",
    "fatal_other": "how often a clash kills somebody",
    "armed_outsiders": "how much armed outsiders hold violence down",
    "unarmed_dialogue": "how much dialogue run by outsiders calms communities",
    "breakdown_bump": "how much violence rises after a deal breaks",
    "formation": "how often talks bring agreement",
    "control_base": "how often a place changes hands by fighting",
}
"""Input to what it is, in plain words."""


def plain_input(name: str, say: Wording) -> tuple[str, str]:
    """An input in plain words, and its name in the model where that is another."""
    of_model = say(input_names().get(name, name))
    return (say(PLAIN[name]), of_model) if name in PLAIN else (of_model, "")


def taken_as(name: str, say: Wording) -> str:
    """`0.02, 0.007 to 0.055 per month; data, assumption`: median and range before any data of the case, and its basis.

    Empty for what a case says itself.
    """
    prior = default_priors().get(name)
    if prior is None:
        return "" if name.startswith(CASE) else say("drawn for each deal or place, around 0")
    number = _number(prior.median)
    if prior.low is not None and prior.high is not None:
        span = say("{low} to {high}", low=_number(prior.low), high=_number(prior.high))
        number = say("{number}, {range}", number=number, range=span)
    return say("{value} {unit}; {basis}", value=number, unit=say(prior.unit), basis=say(", ").join(_basis(prior, say)))


def _number(value: float) -> str:
    return three_figures(value).replace("-", words.MINUS)


def _basis(prior: Prior, say: Wording) -> list[str]:
    kinds = ((prior.from_data, "data"), (bool(prior.evidence), "published effects"), (prior.assumed, "assumption"))
    return [say(kind) for holds, kind in kinds if holds]
