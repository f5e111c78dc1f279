"""What a result may say to whom: secrets planted in a case, and searched for in every file that is written."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dayafter.arrays import Policy as Plan
from dayafter.arrays import Step
from dayafter.casefile.schema import Actor, Broker, CaseFile, Intervention, Policy, Presence
from dayafter.errors import RedactionError
from dayafter.quantities import Quantity
from dayafter.redaction.results import redact_result
from dayafter.results.result import SimulationResult
from dayafter.results.store import load_results, run_hash
from dayafter.study import Settings, prepare, simulate
from dayafter.vocabulary import Action, Audience, Sensitivity
from tests.unit.assessment.small import build
from tests.unit.simulation.small import tables

SECRETS = ("zarbakh", "Zarbakh", "Miller Karim", "quietfront", "Quiet Front", "hushplan", "Hush Plan", "zephyrine")


def secret_case(audience: str = "public", **levels: str) -> CaseFile:
    """The small case with a go-between, an armed group, a plan and a community's count that only insiders may know."""
    rows = tables()
    rows["brokers"] = [Broker(id="zarbakh", name="Miller Karim", place="town", sensitivity="high")]
    rows["actors"].append(Actor(id="quietfront", name="Quiet Front", kind="militia", armed="yes", sensitivity="severe"))
    rows["presence"].append(
        Presence(place="mill", actor="quietfront", role="challenges", strength="0.1", sensitivity="severe")
    )
    rows["policies"] += [
        Policy(id="talk", name="Back who talks, zephyrine"),
        Policy(id="hushplan", name="Hush Plan", sensitivity="high"),
    ]
    rows["actors"][0] = rows["actors"][0].model_copy(update={"note": "met Miller Karim"})
    rows["interventions"] += [
        Intervention(policy="talk", step=1, action="back-broker", date="2016-04", broker="zarbakh", sensitivity="high"),
        Intervention(policy="talk", step=2, action="set-condition", date="2016-04", aid="grant", condition="inclusion"),
        Intervention(policy="hushplan", step=1, action="impose", date="2016-04", deal="pact", form="signed"),
    ]
    for name, level in levels.items():
        table, number = name.rsplit("_", 1)
        rows[table][int(number)] = rows[table][int(number)].model_copy(update={"sensitivity": Sensitivity(level)})
    rows["policies"][3] = rows["policies"][3].model_copy(update={"name": "Back who talks"})
    case = build(rows)
    return case.model_copy(update={"info": case.info.model_copy(update={"audience": Audience(audience)})})


def run(case: CaseFile, out: Path, **more: Any) -> SimulationResult:
    return simulate(case, members=4, replicates=2, months=2, threads=1, out=out, events=True, draws=True, **more)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimulationResult]:
    """A folder for the public, and the whole result."""
    out = tmp_path_factory.mktemp("public") / "run"
    return out, run(secret_case(), out)


def texts(folder: Path) -> str:
    """Everything that the files of a folder hold, decoded."""
    found = [(folder / "manifest.json").read_text(encoding="utf-8")]
    for path in sorted(folder.glob("*.parquet")):
        found += [path.name, pl.read_parquet(path).write_csv()]
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    return "\n".join([*found, raw.decode("latin-1")])


def test_no_file_for_the_public_holds_a_planted_secret_and_those_for_insiders_do(
    tmp_path: Path, public: tuple[Path, SimulationResult]
) -> None:
    folder, whole = public
    assert [word for word in SECRETS if word in texts(folder)] == []
    assert "hushplan" in whole.policies  # what is returned is whole
    run(secret_case(), tmp_path / "own", audience="internal", policies=["hushplan", "talk"])
    assert {"zarbakh", "quietfront", "hushplan", "Hush Plan"} <= {
        word for word in SECRETS if word in texts(tmp_path / "own")
    }
    back = load_results(folder)
    assert back.policies == ("nothing", "idle", "impose", "talk")
    assert back.manifest["redaction"]["handling"].startswith("PUBLIC")
    assert back.manifest["hash"] == run_hash(back.manifest["run"]) != whole.manifest["hash"]


def test_where_a_policy_does_what_is_withheld_nothing_says_where_it_tells(
    public: tuple[Path, SimulationResult],
) -> None:
    back = load_results(public[0])
    for name in ("summary", "contrasts", "exceedance", "chances", "draws"):
        rows = back.tables[name].filter(pl.col("policy") == "talk")
        assert rows.height
        assert all(rows[axis].is_null().all() for axis in ("place", "deal", "aid", "community", "actor"))
        assert back.tables[name].filter(pl.col("policy") == "idle")["place"].is_not_null().any()
    assert "talk" not in back.tables["events"]["policy"].to_list()
    plan = next(plan for plan in back.manifest["run"]["policies"] if plan["id"] == "talk")
    assert plan["steps_withheld"]
    assert [step["action"] for step in plan["steps"]] == ["set-condition"]


def test_an_actor_whose_presence_is_withheld_holds_nothing_that_can_be_seen(tmp_path: Path) -> None:
    case = secret_case(presence_3="high")  # the watch at the mill; the watch itself may be named
    run(case, tmp_path / "run", policies=["idle"])
    held = load_results(tmp_path / "run").tables["summary"].filter(pl.col("outcome") == "held")
    assert set(held.select("place", "actor").rows()) == {("town", "guards"), ("town", "watch"), ("mill", "guards")}


def test_a_sum_that_takes_in_what_is_withheld_is_left_out(tmp_path: Path) -> None:
    case = secret_case(population_2="high")  # the hill people of the mill
    whole = run(case, tmp_path / "run", policies=["idle"]).tables["summary"].filter(pl.col("outcome") == "home")
    seen = (
        load_results(tmp_path / "run").tables["summary"].filter(pl.col("outcome") == "home", pl.col("policy") == "idle")
    )
    assert (None, None) in set(whole.select("place", "community").rows())
    assert set(seen.select("place", "community").rows()) == {
        ("town", "hill"), ("town", "river"), ("mill", "river"), ("town", None), (None, "river"),
    }  # fmt: skip


def test_a_small_count_of_persons_is_not_for_the_public(tmp_path: Path) -> None:
    case = secret_case()
    rows = list(case.population)
    rows[3] = rows[3].model_copy(update={"displaced": Quantity.point(7)})
    few = case.model_copy(update={"population": tuple(rows)})
    for audience, seen in (("public", False), ("partners", True)):
        run(few, tmp_path / audience, audience=audience, policies=["idle"])
        found = load_results(tmp_path / audience).tables["summary"].filter(pl.col("outcome") == "displaced")
        assert (("mill", "river") in set(found.select("place", "community").rows())) is seen


def test_a_hash_of_a_table_with_a_secret_cell_is_left_out_of_the_manifest(
    public: tuple[Path, SimulationResult],
) -> None:
    inputs = json.loads((public[0] / "manifest.json").read_text())["run"]["case"]["inputs"]
    assert "deals.csv" in inputs
    assert not {"brokers.csv", "interventions.csv", "policies.csv", "presence.csv", "actors.csv"} & set(inputs)


def test_a_plan_of_ones_own_is_searched_too(tmp_path: Path) -> None:
    step = Step(Action.BACK_BROKER, dt.date(2016, 4, 1), broker="zarbakh")
    own = Plan("mine", "Help Miller Karim", (step,))
    run(secret_case(), tmp_path / "run", policies=[own])
    assert [word for word in SECRETS if word in texts(tmp_path / "run")] == []
    (plan,) = (one for one in load_results(tmp_path / "run").manifest["run"]["policies"] if one["id"] == "mine")
    assert plan["steps"] == []
    assert plan["name"] == "Help [withheld]"


def test_a_wider_audience_than_the_case_allows_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(RedactionError, match="may reach 'partners' at most"):
        run(secret_case("partners"), tmp_path / "run", audience="public")
    assert list(tmp_path.iterdir()) == []


def test_what_slips_through_is_stopped_at_the_last_door() -> None:
    case = secret_case()
    ready = prepare(case, Settings(policies=["idle"], members=2, replicates=1, months=1))
    result = ready.execute(threads=1)
    spoilt = (
        result.tables["wrong"]
        .clear()
        .vstack(pl.DataFrame({"policy": ["idle"], "reason": ["ask Miller Karim"], "members": [1]}))
    )
    with pytest.raises(RedactionError, match="holds what audience 'public' must not see"):
        redact_result(SimulationResult(result.manifest, {**result.tables, "wrong": spoilt}), ready.gate, case)
