"""Expected-utility challenge rounds on each issue alone."""

from __future__ import annotations

from typing import Final

import numpy as np

from dayafter.arrays import Floats
from dayafter.settlement.predictions.challenge_kernel import challenge_rounds
from dayafter.settlement.predictions.median import median_of
from dayafter.settlement.problem import Problem

N_ROUNDS: Final = 10


def challenge(problem: Problem, n_rounds: int = N_ROUNDS) -> Floats:
    """(i,) weighted median of the positions after rounds of challenges; an issue ends early when nobody moves.

    In a round every actor weighs a challenge to every other: what winning, losing and leaving things alone would be
    worth to it, bent by an attitude to risk that follows from how exposed its position is. Both may gain by fighting
    (the one who gains less gives way), one may offer a compromise, or give in; an actor takes the demand that costs it
    least. The probability that the status quo would last unless challenged is taken as 1.

    Sources: B. Bueno de Mesquita, "A decision making model: its structure and form", International Interactions 23
    (1997), 235-266; J. B. Scholz, G. J. Calbert and G. A. Smith, "Unravelling Bueno De Mesquita's group decision
    model", Journal of Theoretical Politics 23 (2011), 510-531.
    """
    values = []
    for i in range(len(problem.issues)):
        _, position, salience, capability = problem.on(i)
        path, n_turns = challenge_rounds(position, salience, capability, n_rounds)
        values.append(median_of(path[n_turns - 1], salience * capability))
    return np.array(values)
