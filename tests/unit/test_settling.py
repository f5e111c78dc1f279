from __future__ import annotations

from pathlib import Path

import pytest

from dayafter.casefile.load import load_case
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.settlement.problem import ProblemError
from dayafter.settling import predict_case, predict_file


def test_a_file_is_predicted_in_its_own_unit(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("issue,actor,position,salience,capability\nw,n,20,50,1\nw,s,80,50,2\n", encoding="utf-8")
    found = predict_file(path)
    assert found.issues == ("w",)
    assert found.prediction[0] == pytest.approx(60)
    assert 20 < found.low[0] < 60 < found.high[0] <= 100


def test_a_file_with_one_actor_is_refused_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("issue,actor,position,salience,capability\nw,n,20,50,1\n", encoding="utf-8")
    with pytest.raises(ProblemError, match="only 'n' has a position; bargaining takes two"):
        predict_file(path)


def test_every_place_of_the_bundled_case_with_positions_is_predicted() -> None:
    case = compile_case(load_case("iraq-2016"))
    found = predict_case(case, n_draws=40)
    assert "sinjar" in found
    assert list(found) == [place for place in case.places if place in found]
    for prediction in found.values():
        assert (prediction.low <= prediction.prediction).all()
        assert (prediction.prediction <= prediction.high).all()
        assert prediction.n_draws == 40


@pytest.mark.parametrize("model", ["mean", "median", "challenge", "ktab", "exchange"])
def test_every_model_runs_on_the_bundled_case(model: str) -> None:
    case = compile_case(load_case("iraq-2016"))
    found = predict_case(case, model, places=("sinjar",), n_draws=20)
    assert set(found) == {"sinjar"}
    assert ((found["sinjar"].prediction >= 0) & (found["sinjar"].prediction <= 1)).all()


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(ProblemError, match="atlantis"):
        predict_case(compile_case(load_case("iraq-2016")), places=("atlantis",))


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UsageError, match="no model 'x'"):
        predict_case(compile_case(load_case("iraq-2016")), "x")
