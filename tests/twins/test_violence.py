"""Violence alone: the compiled kernel equals the plain one, and both keep what the model promises."""

from __future__ import annotations

import dataclasses
import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dayafter.errors import UsageError
from dayafter.kernels.counts import COUNT_LIMIT, OVERFLOW
from dayafter.simulation.violence import Members, ViolenceProcess, reference_paths
from dayafter.simulation.violence_run import ViolenceSummary, simulate_violence
from tests.house.checkout import run_python


def process_of(
    background: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | list[list[float]],
    matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | list[list[float]],
    lag_weights: tuple[float, ...] = (0.6, 0.3, 0.1),
    history: list[list[int]] | None = None,
) -> ViolenceProcess:
    mu, full = np.array(background, dtype=np.float64), np.array(matrix, dtype=np.float64)
    targets, sources = np.nonzero(full)
    n = mu.shape[1]
    before = np.zeros((len(lag_weights), n), dtype=np.int64) if history is None else np.array(history, dtype=np.int64)
    return ViolenceProcess(
        background=mu,
        things=np.arange(n, dtype=np.int64) * 7 + 3,
        targets=targets.astype(np.int64),
        sources=sources.astype(np.int64),
        offspring=full[targets, sources],
        lag_weights=np.array(lag_weights),
        history=before,
    )


@st.composite
def processes(draw: st.DrawFn) -> ViolenceProcess:
    n_months, n_units, n_lags = draw(st.integers(1, 7)), draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rates = st.one_of(st.just(0.0), st.floats(1e-6, 0.1), st.floats(0.1, 8))
    background = draw(arrays(np.float64, (n_months, n_units), elements=rates))
    matrix = draw(arrays(np.float64, (n_units, n_units), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1))))
    weights = draw(arrays(np.float64, n_lags, elements=st.floats(0.1, 1)))
    history = draw(arrays(np.int64, (n_lags, n_units), elements=st.integers(0, 6)))
    largest = matrix.sum(axis=1).max()
    return process_of(
        background,
        matrix * (0.8 / max(largest, 0.8)),
        tuple(float(w) for w in weights / weights.sum()),
        history.tolist(),
    )


@st.composite
def ensembles(draw: st.DrawFn) -> Members:
    n = draw(st.integers(1, 40))
    spread = st.floats(0, 1.2)
    return Members(
        np.arange(n, dtype=np.int64) + draw(st.integers(0, 2**31)),
        draw(arrays(np.float64, n, elements=st.one_of(st.just(0.0), st.floats(1e-6, 3)), fill=st.just(0.5))),
        draw(arrays(np.float64, n, elements=spread, fill=st.just(1.0))),
        draw(arrays(np.float64, n, elements=spread, fill=st.just(1.0))),
        draw(st.sampled_from([0.0, 1.0])) * draw(arrays(np.float64, n, elements=st.floats(0, 2), fill=st.just(0.8))),
    )


TWO_PLACES = process_of(
    [[0.4, 0.0, 0.02], [0.5, 0.3, 0.02], [0.3, 0.3, 0.02], [0.3, 0.0, 0.02]] * 3,
    [[0.3, 0.1, 0.1], [0.2, 0.3, 0.0], [0.0, 0.2, 0.4]],
    history=[[2, 0, 1], [0, 0, 0], [0, 3, 0]],
)


def bytes_of(done: ViolenceSummary) -> bytes:
    kept = b"" if done.paths is None else done.paths.tobytes()
    return b"".join([done.sums.tobytes(), done.hits.tobytes(), done.histogram.tobytes(), done.status.tobytes(), kept])


@settings(max_examples=60)
@given(processes(), ensembles(), st.integers(0, 2**63 - 1))
def test_the_kernel_equals_the_plain_process_to_the_bit(process: ViolenceProcess, members: Members, seed: int) -> None:
    fast = simulate_violence(process, members, seed=seed, keep_paths=True, threads=2)
    plain = reference_paths(process, members, seed)
    np.testing.assert_array_equal(fast.paths, plain.counts)
    np.testing.assert_array_equal(fast.status, plain.status)
    np.testing.assert_array_equal(fast.sums, plain.counts.sum(axis=2))
    np.testing.assert_array_equal(fast.hits, (plain.counts > 0).sum(axis=2))


@pytest.mark.parametrize("skip_quiet", [False, True])
def test_threads_blocks_and_order_do_not_change_a_byte(skip_quiet: bool) -> None:
    members = Members.alike(150, dispersion=0.7, first=5)
    whole = simulate_violence(TWO_PLACES, members, seed=1, threads=1, keep_paths=True, skip_quiet=skip_quiet)
    for threads, block in ((2, 1), (2, 3), (1, 4), (3, 100)):
        again = simulate_violence(
            TWO_PLACES, members, seed=1, threads=threads, rows_per_block=block, keep_paths=True, skip_quiet=skip_quiet
        )
        assert bytes_of(again) == bytes_of(whole)
    shuffled = members.take(np.arange(149, -1, -1))
    again = simulate_violence(TWO_PLACES, shuffled, seed=1, keep_paths=True, skip_quiet=skip_quiet)
    assert bytes_of(again) == bytes_of(whole)
    assert whole.sums.sum() > 100
    other = simulate_violence(TWO_PLACES, members, seed=2, keep_paths=True, skip_quiet=skip_quiet)
    assert bytes_of(other) != bytes_of(whole)  # the comparison can fail


@given(st.lists(st.integers(1, 99), max_size=4, unique=True), st.randoms(use_true_random=False))
def test_parts_merged_in_any_order_give_the_bytes_of_the_whole(cuts: list[int], shuffle: object) -> None:
    members = Members.alike(100, dispersion=0.7)
    whole = simulate_violence(TWO_PLACES, members, seed=1, threads=1, keep_paths=True)
    edges = [0, *sorted(cuts), 100]
    parts = [
        simulate_violence(TWO_PLACES, members.part(a, b), seed=1, threads=1, keep_paths=True)
        for a, b in itertools.pairwise(edges)
    ]
    shuffle.shuffle(parts)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    total = parts[0]
    for part in parts[1:]:
        total = total.merge(part)
    assert bytes_of(total) == bytes_of(whole)


def test_parts_that_share_members_or_differ_are_not_merged() -> None:
    one = simulate_violence(TWO_PLACES, Members.alike(3, dispersion=0.7), seed=1)
    with pytest.raises(UsageError, match="share members"):
        one.merge(one)
    other = simulate_violence(TWO_PLACES, Members.alike(3, dispersion=0.7, first=9), seed=1, windows=[(0, 2)])
    with pytest.raises(UsageError, match="differ in windows"):
        one.merge(other)


@pytest.mark.parametrize("skip_quiet", [False, True])
def test_where_nobody_is_exposed_nothing_happens_whatever_the_neighbours_do(skip_quiet: bool) -> None:
    process = process_of([[6.0, 0.0]] * 6, [[0.3, 0.0], [0.6, 0.3]], history=[[9, 9], [0, 0], [0, 0]])
    done = simulate_violence(process, Members.alike(300, dispersion=0.9), seed=4, skip_quiet=skip_quiet)
    assert done.sums[:, 0].min() > 0
    assert done.sums[:, 1].sum() == 0


@pytest.mark.parametrize("skip_quiet", [False, True])
@pytest.mark.parametrize("n", [0.0, 0.4, 0.7])
def test_the_stationary_mean_is_the_background_over_1_less_the_offspring(n: float, skip_quiet: bool) -> None:
    mu, months, size = 0.2, 60, 20_000
    process = process_of([[mu]] * months, [[n]], lag_weights=(1.0,))
    done = simulate_violence(process, Members.alike(size, dispersion=0.3), seed=8, skip_quiet=skip_quiet)
    mean = done.mean()[-1, 0]
    # One month of independent members; Var N = (λ + αλ²) / (1 - n²(1 + α)) for this process.
    target = mu / (1 - n)
    variance = (target + 0.3 * target**2) / (1 - n**2 * 1.3)
    assert abs(mean - target) < 4 * np.sqrt(variance / size)


def test_skipping_quiet_units_leaves_the_law_as_it_is() -> None:
    size = 60_000
    members = Members.alike(size, dispersion=0.7)
    dense = simulate_violence(TWO_PLACES, members, seed=5, keep_paths=True)
    quick = simulate_violence(TWO_PLACES, members, seed=6, keep_paths=True, skip_quiet=True)
    assert dense.paths is not None
    assert quick.paths is not None
    for a, b in zip(dense.paths.reshape(-1, size), quick.paths.reshape(-1, size), strict=True):
        error = np.sqrt((a.var() + b.var()) / size)
        assert abs(a.mean() - b.mean()) <= 4.5 * error
        assert abs((a > 0).mean() - (b > 0).mean()) <= 4.5 * np.sqrt(0.5 / size)
    # What follows what: the joint law of neighbouring months and of units, not only each month's.
    for t, later in ((0, 1), (5, 6), (8, 11)):
        one = np.corrcoef(dense.paths[t].sum(axis=0), dense.paths[later].sum(axis=0))[0, 1]
        other = np.corrcoef(quick.paths[t].sum(axis=0), quick.paths[later].sum(axis=0))[0, 1]
        assert abs(one - other) < 0.05
    total_a, total_b = dense.paths.sum(axis=(0, 1)), quick.paths.sum(axis=(0, 1))
    grid = np.arange(total_a.max())
    gap = np.abs(
        np.searchsorted(np.sort(total_a), grid, "right") - np.searchsorted(np.sort(total_b), grid, "right")
    ).max()
    assert gap / size < 1.95 * np.sqrt(2 / size)  # Kolmogorov and Smirnov at one in a thousand


def test_skipping_quiet_units_leaves_the_law_where_members_and_places_differ() -> None:
    size = 60_000
    quiet = process_of(
        [[0.4, 0.0, 0.005], [0.02, 0.01, 0.002]] * 5, [[0.3, 0.1, 0.1], [0.2, 0.3, 0.0], [0.0, 0.2, 0.4]]
    )
    draw = np.random.default_rng(1)
    members = Members(
        np.arange(size),
        draw.uniform(0.1, 1.5, size),
        draw.uniform(0.5, 1.5, size),
        draw.uniform(0.2, 1.2, size),
        np.full(size, 0.8),
    )
    dense = simulate_violence(quiet, members, seed=5, keep_paths=True)
    quick = simulate_violence(quiet, members, seed=6, keep_paths=True, skip_quiet=True)
    assert dense.paths is not None
    assert quick.paths is not None
    for a, b in zip(dense.paths.reshape(-1, size), quick.paths.reshape(-1, size), strict=True):
        assert abs(a.mean() - b.mean()) <= 4.5 * np.sqrt((a.var() + b.var()) / size)
        assert abs((a > 0).mean() - (b > 0).mean()) <= 4.5 * np.sqrt(0.5 / size)
    # The total of a member depends on its own gain and level: the spread over members is that of the dense kernel.
    total_a, total_b = dense.paths.sum(axis=(0, 1)), quick.paths.sum(axis=(0, 1))
    grid = np.arange(total_a.max())
    gap = np.abs(
        np.searchsorted(np.sort(total_a), grid, "right") - np.searchsorted(np.sort(total_b), grid, "right")
    ).max()
    assert gap / size < 1.95 * np.sqrt(2 / size)
    for half in (members.excitation_scale < 0.7, members.dispersion < 0.8):
        assert abs(total_a[half].mean() - total_b[half].mean()) < 4.5 * np.sqrt(2 * total_a[half].var() / half.sum())


def test_a_first_month_too_late_would_be_seen() -> None:
    """The comparison of laws above can fail: half the background is far outside its tolerance."""
    half = dataclasses.replace(TWO_PLACES, background=TWO_PLACES.background * 0.9)
    members = Members.alike(60_000, dispersion=0.7)
    a = simulate_violence(TWO_PLACES, members, seed=5).mean().sum()
    b = simulate_violence(half, members, seed=6, skip_quiet=True).mean().sum()
    assert a - b > 0.3


def test_excitation_that_does_not_die_out_is_refused() -> None:
    for matrix in ([[1.0]], [[0.0, 2.0], [0.5, 0.0]], [[0.1, 0.0], [0.0, 1.01]], [[0.5, 0.6], [0.6, 0.5]]):
        process = process_of([[0.1] * len(matrix)] * 3, matrix)
        with pytest.raises(UsageError, match=r"spectral radius of the excitation is about .* must be below 1"):
            simulate_violence(process, Members.alike(2, dispersion=0.9), seed=1)
        with pytest.raises(UsageError, match="must be below 1"):
            reference_paths(process, Members.alike(2, dispersion=0.9), seed=1)


def test_large_sums_into_one_unit_are_allowed_where_the_radius_is_below_1() -> None:
    process = process_of([[0.1, 0.1]] * 3, [[0.0, 4.0], [0.1, 0.0]])  # radius 0.63
    assert simulate_violence(process, Members.alike(2, dispersion=0.9), seed=1).n_wrong == 0


def test_members_that_go_wrong_are_counted_and_kept() -> None:
    process = process_of([[0.1], [3e5], [0.1]], [[0.5]])
    done = simulate_violence(process, Members.alike(20, dispersion=0.0), seed=1, keep_paths=True)
    assert done.n_wrong == 20
    assert set(done.status.tolist()) == {OVERFLOW}
    np.testing.assert_array_equal(done.paths, reference_paths(process, Members.alike(20, dispersion=0.0), 1).counts)


def test_quantiles_are_those_of_the_totals() -> None:
    members = Members.alike(777, dispersion=0.7)
    windows = [(0, 12), (3, 9), (11, 12)]
    done = simulate_violence(TWO_PLACES, members, seed=5, keep_paths=True, windows=windows, bits=20)
    assert done.paths is not None
    shares = [0.95, 0.05, 0.5, 0.0, 1.0]
    for w, (start, stop) in enumerate(windows):
        totals = done.paths[start:stop].sum(axis=0)
        wanted = np.quantile(totals, shares, axis=1, method="inverted_cdf")
        np.testing.assert_array_equal(done.quantiles(shares)[:, w], wanted)


def test_coarse_quantiles_are_low_by_less_than_they_say() -> None:
    process = process_of([[40.0]] * 12, [[0.3]])
    members = Members.alike(500, dispersion=0.7)
    exact = simulate_violence(process, members, seed=5, bits=20).quantiles([0.1, 0.5, 0.9])
    coarse = simulate_violence(process, members, seed=5).quantiles([0.1, 0.5, 0.9])
    assert (coarse <= exact).all()
    assert (exact - coarse < exact / 32).all()
    assert (coarse != exact).any()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"threads": 0}, "give 1 or more"),
        ({"bits": 1}, "give 2 to 20"),
        ({"windows": [(0, 99)]}, "not within the 12 months"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_arguments_out_of_range_are_refused(change: dict[str, object], complaint: str) -> None:
    arguments: dict[str, object] = {"seed": 1, **change}
    with pytest.raises((UsageError, ValueError), match=complaint):
        simulate_violence(TWO_PLACES, Members.alike(2, dispersion=0.7), **arguments)  # type: ignore[arg-type]  # on purpose


def test_members_and_processes_that_have_no_meaning_are_refused() -> None:
    with pytest.raises(UsageError, match="ask for at least 1"):
        Members.alike(0, dispersion=0.7)
    with pytest.raises(UsageError, match="0 or more for each member"):
        Members.alike(1, dispersion=-0.1)
    with pytest.raises(UsageError, match="give 1 to 1200"):
        process_of(np.zeros((0, 1)), [[0.1]])
    with pytest.raises(UsageError, match="negative or missing"):
        process_of([[-1.0]], [[0.1]])
    with pytest.raises(UsageError, match="divide them by their sum"):
        process_of([[1.0]], [[0.1]], lag_weights=(0.5, 0.4))
    with pytest.raises(UsageError, match="may not share their luck"):
        dataclasses.replace(TWO_PLACES, things=np.array([1, 1, 2]))
    with pytest.raises(UsageError, match="units are numbered 0 to 2"):
        dataclasses.replace(TWO_PLACES, targets=TWO_PLACES.targets + 1)
    with pytest.raises(UsageError, match=f"above {COUNT_LIMIT:,}"):
        process_of([[1.0]], [[0.1]], history=[[COUNT_LIMIT + 1], [0], [0]])


UNCOMPILED = """
import json, sys
import numpy as np
from tests.twins.test_violence import TWO_PLACES
from dayafter.simulation.violence import Members
from dayafter.simulation.violence_run import simulate_violence
out = {}
for skip in (False, True):
    done = simulate_violence(TWO_PLACES, Members.alike(20, dispersion=0.7), seed=1, threads=1, skip_quiet=skip)
    out[str(skip)] = [done.sums.tolist(), done.quantiles([0.5, 0.9]).tolist()]
print(json.dumps(out))
"""


def test_the_kernels_give_the_same_without_compilation() -> None:
    outcome = run_python(["-W", "error", "-c", UNCOMPILED], environment={"NUMBA_DISABLE_JIT": "1"})
    assert outcome.returncode == 0, outcome.stderr
    plain = json.loads(outcome.stdout)
    for skip in (False, True):
        done = simulate_violence(TWO_PLACES, Members.alike(20, dispersion=0.7), seed=1, skip_quiet=skip)
        assert plain[str(skip)] == [done.sums.tolist(), done.quantiles([0.5, 0.9]).tolist()]
