"""The model page and the code: every function named exists, every mechanism and parameter has its line."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

from dayafter.priors import Prior, load_evidence
from dayafter.priors.tables import PriorKind
from dayafter.simulation.parameters import default_priors
from tools import seed_coverage

PAGE = (Path(__file__).parents[3] / "docs" / "why" / "simulation.md").read_text(encoding="utf-8")
MODULES = "compiled|draws|kernels_\\w+|layout|parameters|policies|reference|steps_\\w+|surplus|wiring|world"
NAMED = sorted(set(re.findall(rf"`((?:{MODULES})\.\w+)`", PAGE)))
STEPS = re.findall(r"^\| \d+ \|.*\| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
MECHANISMS = re.findall(r"^\| (M-\d\d) \| .* \| `([\w.]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", NAMED)
def test_a_function_named_on_the_model_page_exists(name: str) -> None:
    module, function = name.split(".")
    assert callable(getattr(importlib.import_module(f"dayafter.simulation.{module}"), function))


def test_every_mechanism_has_its_function_and_the_function_says_so() -> None:
    assert [row for row, _ in MECHANISMS] == [f"M-{n:02}" for n in range(1, 23)]
    for row, name in MECHANISMS:
        module, function = name.split(".")
        code = getattr(importlib.import_module(f"dayafter.simulation.{module}"), function)
        assert row in (inspect.getdoc(code) or ""), f"{name} does not name {row}"


def test_the_coverage_of_the_record_points_to_the_same_functions() -> None:
    said = {row.id: row.elsewhere for row in seed_coverage.seed_rows() if row.id.startswith("M-")}
    assert [row for row, name in MECHANISMS if f"its process: `{name}`" not in said[row]] == []


@pytest.mark.parametrize("prior", default_priors().values(), ids=str)
def test_every_parameter_stands_on_the_page_with_its_interval_basis_and_reader(prior: Prior) -> None:
    line = next(one for one in PAGE.splitlines() if one.startswith(f"| `{prior.symbol}` |"))
    cells = [cell.strip() for cell in line.strip("|").split(" | ")]
    if prior.kind is PriorKind.DIRICHLET:
        assert cells[2] == f"weight {prior.median:g}"
    else:
        assert cells[2] == f"{prior.median:g} [{prior.low:g}, {prior.high:g}]"
    for evidence in prior.evidence:
        assert evidence in cells[5]
        assert evidence in load_evidence()
    assert ("data" in cells[5]) is prior.from_data
    assert ("assumption" in cells[5]) is prior.assumed
    assert re.search(r"`(?:world|state|steps_\w+)\.\w+`", cells[6])


def test_no_parameter_is_on_the_page_that_is_not_drawn() -> None:
    symbols = re.findall(r"^\| `(\w+)` \| .* \| .*\[", PAGE, re.MULTILINE)
    assert len(symbols) == sum(prior.kind is not PriorKind.DIRICHLET for prior in default_priors().values())
    assert set(symbols) <= set(default_priors())


def test_every_step_of_the_month_has_its_function_and_its_kernel() -> None:
    assert len(STEPS) == 13
    for functions, kernels in STEPS:
        assert re.fullmatch(r"(`(steps|policies)[\w.]*`(, )?)+", functions)
        assert re.fullmatch(r"(`(kernels|wiring)[\w.]*`(, )?)+", kernels)
