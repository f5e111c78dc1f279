"""Violence alone over a panel: what its background is, that it keeps its mean, what is written and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dayafter import violence_only
from dayafter.errors import UsageError
from dayafter.forecasting.panel import Panel, make_panel
from dayafter.violence_only import (
    draw_members,
    panel_hash,
    plan_violence_only,
    process_of,
    rates,
    simulate_violence_only,
)


def panel_of(n: int = 12, months: int = 60, busy: float = 2.0) -> Panel:
    """A ring of places, of which the first is busy and the rest are quiet."""
    draw = np.random.default_rng(1)
    level = np.full(n, 0.02)
    level[0] = busy
    counts = draw.poisson(level[:, None], (n, months))
    return make_panel(list(range(1, n + 1)), 400, counts, pairs=[(i, i % n + 1) for i in range(1, n + 1)])


PANEL = panel_of()


def test_a_rate_lies_between_a_places_own_past_and_that_of_its_neighbours() -> None:
    rate = rates(PANEL)
    assert 1.0 < rate[0] < 2.4
    assert rate[1] > rate[6]  # beside the busy one, not far from it
    assert (rate > 0).all()


def test_a_place_that_was_never_seen_gets_what_its_neighbours_and_all_have() -> None:
    counts = np.array([[6] * 24, [0] * 24])
    seen = np.array([[True] * 24, [False] * 24])
    alone = make_panel([1, 2], 400, counts, seen)
    together = make_panel([1, 2], 400, counts, seen, pairs=[(1, 2)])
    assert rates(alone)[1] == pytest.approx(6)  # the mean of all
    assert rates(together)[1] == pytest.approx(6)
    seen = np.array([[True] * 24, [True] * 24, [False] * 24])
    lower = make_panel([1, 2, 3], 400, np.array([[6] * 24, [0] * 24, [0] * 24]), seen)
    assert rates(lower)[2] == pytest.approx(3)


def test_the_mean_of_a_long_run_is_the_rate() -> None:
    panel = panel_of(busy=0.5)
    done = simulate_violence_only(panel, months=48, members=6000, seed=3, threads=1)
    late = done.months.filter(pl.col("month_id") > panel.last_month + 12)
    total = late["mean"].sum() / 36
    # Over 6,000 members the common level (sd 0.5 of the log) alone leaves 0.7 %; the levels of places a few per cent.
    assert total == pytest.approx(rates(panel).sum(), rel=0.12)


def test_threads_and_parts_do_not_change_a_byte() -> None:
    whole = simulate_violence_only(PANEL, months=5, members=70, threads=1)
    seen: list[tuple[int, int]] = []
    parts = simulate_violence_only(
        PANEL, months=5, members=70, threads=2, progress=lambda done, of: seen.append((done, of))
    )
    assert parts.units.equals(whole.units)
    assert parts.months.equals(whole.months)
    assert parts.manifest == whole.manifest
    assert len(seen) > 2
    assert seen[-1][0] == seen[-1][1]
    other = simulate_violence_only(PANEL, months=5, members=70, seed=2, threads=1)
    assert not other.units.equals(whole.units)


def test_what_is_written_is_what_came_out(tmp_path: Path) -> None:
    done = simulate_violence_only(PANEL, months=4, members=40, out=tmp_path / "run", threads=1)
    assert pl.read_parquet(tmp_path / "run" / "units.parquet").equals(done.units)
    months = pl.read_parquet(tmp_path / "run" / "months.parquet")
    assert months.height == 4 * 12
    assert months["month_id"].unique().sort().to_list() == [460, 461, 462, 463]
    assert '"members": 40' in (tmp_path / "run" / "manifest.json").read_text(encoding="utf-8")
    row = done.units.row(0, named=True)
    assert row["q05"] <= row["q50"] <= row["q95"]
    assert 0 <= row["p_any"] <= 1
    assert row["unit_of_counts"] == "events"
    assert done.units["mean"].sum() == pytest.approx(months["mean"].sum())


def test_a_level_of_their_own_widens_what_places_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = simulate_violence_only(PANEL, months=12, members=400, threads=1).units.row(0, named=True)
    monkeypatch.setattr(violence_only, "LEVEL_SD", 0.0)
    narrow = simulate_violence_only(PANEL, months=12, members=400, threads=1).units.row(0, named=True)
    assert wide["q95"] - wide["q05"] > 1.5 * (narrow["q95"] - narrow["q05"])


def test_members_that_would_explode_are_left_out_and_counted() -> None:
    kept, lost = draw_members(PANEL, 4000, seed=1)
    assert lost > 0
    assert kept.numbers.size + lost == 4000
    assert simulate_violence_only(PANEL, months=1, members=60).manifest["outcome"]["members_left_out"]["explosive"] >= 0


def test_the_process_takes_off_what_excitation_adds() -> None:
    process = process_of(PANEL, 2)
    assert (process.background[0] < rates(PANEL)).all()
    assert (process.background > 0).all()
    np.testing.assert_array_equal(process.history[0], PANEL.counts[:, -1])


def test_a_plan_says_the_size_and_the_cost() -> None:
    plan = plan_violence_only(PANEL, months=36, members=1000, threads=2)
    assert str(plan).startswith("1,000 members × 12 places × 36 months × 1 policy (violence alone): about ")
    assert plan.total_bytes > 0
    large = plan_violence_only(PANEL, months=36, members=100_000, threads=2)
    assert large.total_bytes == plan.total_bytes  # memory does not grow with members


def test_equal_panels_have_equal_hashes() -> None:
    assert panel_hash(panel_of()) == panel_hash(PANEL)
    assert panel_hash(panel_of(busy=1.0)) != panel_hash(PANEL)


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({"months": 0}, "months is 0; a run lasts 1 to 240"),
        ({"months": 241}, "months is 241"),
        ({"members": 0}, "members is 0; a run needs at least 1"),
        ({"seed": -1}, "seed is -1"),
        ({"threads": 0}, "threads is 0"),
    ],
)
def test_arguments_that_cannot_be_are_refused(how: dict[str, int], complaint: str) -> None:
    with pytest.raises((UsageError, ValueError), match=complaint):
        simulate_violence_only(PANEL, **how)  # type: ignore[arg-type]  # on purpose


def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        simulate_violence_only(PANEL, months=1, members=20, out=tmp_path / "run")
    assert (tmp_path / "run" / "mine.txt").read_text(encoding="utf-8") == "kept"
