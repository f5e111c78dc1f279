"""What the model believes before it sees a case: the evidence, the default priors, and draws from them.

`evidence.csv` holds published effects with their source; `priors.csv` holds the parameters that the assessment uses,
each with its 90 % interval and the rows of evidence that it rests on, or the word `assumption`; `simulation.csv`
holds those that the simulated process needs besides; `calibration.csv` those that a calibration starts from instead.
"""

from dayafter.priors.draws import bend, draw_frailty, draw_prior, draw_shares, standard_normals
from dayafter.priors.posterior import Posterior, read_posterior
from dayafter.priors.tables import (
    Evidence,
    Prior,
    load_calibration_priors,
    load_evidence,
    load_priors,
    load_simulation_priors,
)

__all__ = [
    "Evidence",
    "Posterior",
    "Prior",
    "bend",
    "draw_frailty",
    "draw_prior",
    "draw_shares",
    "load_calibration_priors",
    "load_evidence",
    "load_priors",
    "load_simulation_priors",
    "read_posterior",
    "standard_normals",
]
