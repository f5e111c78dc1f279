"""How much of an outcome rests on what: by a rule that the code is held to, not by a constant."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from dayafter.indices.hazard import FEATURES
from dayafter.results.schema import OUTCOMES
from dayafter.simulation.basis import ACTS_ON, PARTS, basis_text, shares_of, symbols_of
from dayafter.simulation.parameters import CAUSE_WEIGHTS, default_priors

FUNCTIONS = sorted({name for part in PARTS.values() for name in part.functions})
THROUGH_TABLES = {
    "steps_deals.cause_hazards": {*CAUSE_WEIGHTS, *(lever.prior for group in FEATURES.values() for lever in group)},
    "world._log_rates": {f"rate_{kind}" for kind in ("interbloc", "intrabloc", "insurgent", "communal", "external")},
}
"""Parameters that a function reads by a name made up from a table."""
ELSEWHERE = {"world._people": {"remnant_start"}}
"""Read by a function that acts on an outcome, but not for one."""


def read_by(name: str) -> set[str]:
    """The parameters whose names stand in the source of a function."""
    module, function = name.split(".")
    code = getattr(import_module(f"dayafter.simulation.{module}"), function)
    tree = ast.parse(inspect.getsource(code))
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return (found & set(default_priors())) | THROUGH_TABLES.get(name, set())


def of_parts(name: str) -> set[str]:
    return {symbol for part in PARTS.values() if name in part.functions for symbol in part.symbols}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_parts_hold_every_parameter_that_their_functions_read(name: str) -> None:
    assert read_by(name) - ELSEWHERE.get(name, set()) <= of_parts(name)


def test_the_parts_hold_no_parameter_that_no_function_of_theirs_reads() -> None:
    for part in PARTS.values():
        assert set(part.symbols) <= set().union(*(read_by(name) for name in part.functions))


def test_every_outcome_of_the_process_has_its_parts() -> None:
    assert set(ACTS_ON) == set(OUTCOMES)


def test_shares_follow_the_priors_in_equal_parts_and_add_to_one() -> None:
    priors = default_priors()
    symbols = symbols_of("returned")
    firm = [prior for prior in (priors[symbol] for symbol in symbols) if prior.from_data]
    assert shares_of("returned")[0] == pytest.approx(
        sum(1 / (1 + bool(one.evidence) + one.assumed) for one in firm) / len(symbols)
    )
    for outcome in ACTS_ON:
        assert sum(shares_of(outcome)) == pytest.approx(1)
        told = basis_text(outcome).split(": ")[1]
        assert sum(int(part.split()[-2]) for part in told.split(", ")) == 100


def test_outcomes_rest_on_different_things_and_what_a_user_sets_is_assumed() -> None:
    assert len({basis_text(outcome) for outcome in ACTS_ON}) > 6
    assert shares_of("aid_released", {"credibility"}) == (0, 0, 1)
    before, after = shares_of("returned"), shares_of("returned", {"batch_chance"})
    assert after[0] == pytest.approx(before[0] - 1 / 6)
    assert after[2] == pytest.approx(before[2] + 1 / 6)


def test_the_model_page_has_the_shares_of_every_outcome() -> None:
    page = (Path(__file__).parents[3] / "docs" / "why" / "simulation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (\d+) \| (\d+) % \| (\d+) % \| (\d+) % \|$", page, re.MULTILINE)
    said = {name.strip("`"): [int(one) for one in numbers] for names, *numbers in rows for name in names.split(", ")}
    assert said == {
        outcome: [len(symbols_of(outcome)), *(round(100 * share) for share in shares_of(outcome))]
        for outcome in ACTS_ON
    }
