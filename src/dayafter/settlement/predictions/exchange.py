"""Trading votes: two actors each give way on the issue that matters less to them."""

from __future__ import annotations

from dataclasses import replace

from dayafter.arrays import Floats
from dayafter.settlement.predictions.compromise import compromise
from dayafter.settlement.predictions.exchange_kernel import exchange_rounds
from dayafter.settlement.problem import Problem


def exchange(problem: Problem, n_rounds: int = 1) -> Floats:
    """(i,) weighted means of the votes after all trades that pay both sides, the best first.

    Two actors on opposite sides of the expected outcome of two issues, who rank the issues differently, can each shift
    its vote on one towards the other. The rate makes the two gains equal; the trade goes as far as a vote can be
    shifted to the partner's position. A vote is traded once. With one issue nothing can be traded.

    Sources: F. N. Stokman and R. Van Oosten, "The exchange of voting positions: an object-oriented model of policy
    networks", in B. Bueno de Mesquita and F. N. Stokman (eds.), European Community Decision Making (1994), ch. 5;
    J. Dijkstra, M. A. L. M. Van Assen and F. N. Stokman, "Outcomes of collective decisions with externalities
    predicted", Journal of Theoretical Politics 20 (2008), 415-441, for the outcome before trading.
    """
    weight = problem.weight
    if not (weight.sum(axis=0) > 0).all():
        return compromise(problem)  # a draw in which nobody weighs anything on an issue
    vote, _, _ = exchange_rounds(problem.position, problem.salience, weight, problem.takes_part, n_rounds)
    return compromise(replace(problem, position=vote))
