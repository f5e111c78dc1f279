"""Runs the experiments on claims, three times each, in chunks of members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from dayafter.arrays import CompiledCase, Floats, Ints
from dayafter.errors import UsageError
from dayafter.explaining.claims import CLAIMS, Claim, Test
from dayafter.explaining.experiments import Pair
from dayafter.explaining.laboratory import Bench, NotTestableError
from dayafter.explaining.verdict import (
    Contrast,
    Verdict,
    agreement,
    contrast_of,
    data_wanted,
    left_when_off,
    share_of_sign,
    verdict_of,
)
from dayafter.seeding import uniforms
from dayafter.simulation.parameters import CAUSE_WEIGHTS

MEMBERS: Final = 3000
MONTHS: Final = 36
REPLICATES: Final = 25
CHUNK: Final = 250
LEAST: Final = 20
DEFAULT, RANDOM, OFF = "default", "random", "off"


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What one experiment came to."""

    claim: Claim
    test: Test | None
    """None where the claim cannot be tested."""
    verdict: Verdict
    why: str = ""
    """Where it cannot be tested: what is missing."""
    default: Contrast | None = None
    share: float = float("nan")
    """Share of draws with the claim's sign."""
    agree: float | None = None
    left: float | None = None
    wanted: int | None = None
    """Observations that would settle the sign; None: more than can be counted, or nothing to count."""


@dataclass(slots=True)
class _Gathered:
    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    draws: list[Ints] = field(default_factory=list)


def signs_of(seed: int, draws: Ints) -> Ints:
    """(m,) −1 or 1, even chances: the random sign of each draw."""
    u = uniforms(seed, "claims/sign", draws, np.zeros(1, dtype=np.int64))[:, 0]
    signs: Ints = np.where(u < 0.5, -1, 1).astype(np.int64)
    return signs


def settings_of(test: Test, bench: Bench, signs: Ints) -> Mapping[str, Mapping[str, Floats | float]]:
    """Parameters to set in each of the three runs."""
    drawn = bench.setting.parameters
    random: dict[str, Floats | float] = {}
    off: dict[str, Floats | float] = {}
    for direct in test.direct:
        value, sign = drawn[direct.symbol], (signs * direct.toward).astype(np.float64)
        if direct.symbol in CAUSE_WEIGHTS:
            last = CAUSE_WEIGHTS[-1]
            high, low = np.maximum(value, drawn[last]), np.minimum(value, drawn[last])
            random[direct.symbol], random[last] = np.where(sign > 0, high, low), np.where(sign > 0, low, high)
            off |= dict.fromkeys(CAUSE_WEIGHTS, 1 / len(CAUSE_WEIGHTS))
        elif direct.ratio:
            random[direct.symbol] = np.exp(sign * np.abs(np.log(value)))
            off[direct.symbol] = 1.0
        else:
            random[direct.symbol] = sign * np.abs(value)
            off[direct.symbol] = 0.0
    return {DEFAULT: {}, RANDOM: random, OFF: off}


def sizes(members: int) -> tuple[int, int]:
    """Parameter draws and histories of each: up to 25 histories, as long as there are 120 draws.

    Raises
    ------
    UsageError : fewer than 20 members.
    """
    if members < LEAST:
        raise UsageError(f"members is {members}; the share of draws that agree wants {LEAST} or more")
    replicates = max(1, min(REPLICATES, members // 120))
    return members // replicates, replicates


def examine(
    case: CompiledCase,
    *,
    claims: Sequence[str] | None = None,
    members: int = MEMBERS,
    months: int = MONTHS,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Put every claim to the process.

    Parameters
    ----------
    claims : ids such as C-18; all where None. members : parameter draws × histories, see `sizes`. months : length.
    progress : called with (chunks done, in all).

    Raises
    ------
    UsageError : a claim that there is not, too few members, no member that went well.
    """
    chosen = _chosen(claims)
    n_draws, replicates = sizes(members)
    gathered: dict[Test, _Gathered] = {}
    missing: dict[Test, str] = {}
    jobs = list(_jobs(chosen, n_draws, replicates))
    for number, (tests, first, stop) in enumerate(jobs):
        if progress is not None:
            progress(number, len(jobs))
        numbers = np.arange(first * replicates, stop * replicates, dtype=np.int64)
        draws = numbers // replicates
        bench, signs = Bench.of(case, seed, numbers, draws, months), signs_of(seed, draws)
        for test, pairs in _run_chunk(bench, signs, [test for test in tests if test not in missing], missing):
            mine = gathered.setdefault(test, _Gathered())
            mine.draws.append(draws)
            for name, pair in pairs.items():
                mine.pairs.setdefault(name, []).append(pair)
    if progress is not None:
        progress(len(jobs), len(jobs))
    return [one for claim in chosen for one in _findings(claim, gathered, missing, seed)]


def _chosen(claims: Sequence[str] | None) -> list[Claim]:
    known = {claim.id: claim for claim in CLAIMS}
    wanted = list(known) if claims is None else [one.upper() for one in claims]
    if unknown := [one for one in wanted if one not in known]:
        raise UsageError(f"there is no claim {unknown[0]}; they run from C-01 to C-{len(CLAIMS):02}")
    return [known[one] for one in dict.fromkeys(wanted)]


def _jobs(claims: Sequence[Claim], n_draws: int, replicates: int) -> Iterator[tuple[list[Test], int, int]]:
    """Tests, first draw, one past the last."""
    tests = [test for claim in claims for test in claim.tests]
    size = max(1, CHUNK // replicates)
    for first in range(0, n_draws if tests else 0, size):
        yield tests, first, min(first + size, n_draws)


def _run_chunk(
    bench: Bench, signs: Ints, tests: Sequence[Test], missing: dict[Test, str]
) -> Iterator[tuple[Test, dict[str, Pair]]]:
    """Each test with its three runs; arms that several tests share are run once."""
    benches: dict[Any, Bench] = {}
    for test in tests:
        pairs = {}
        try:
            for name, values in settings_of(test, bench, signs).items():
                key = (name, test.direct) if values else None
                if key not in benches:
                    benches[key] = bench.with_parameters(values)
                pairs[name] = test.run(benches[key])
        except NotTestableError as lack:
            missing[test] = str(lack)
            continue
        yield test, pairs


def _findings(
    claim: Claim, gathered: Mapping[Test, _Gathered], missing: Mapping[Test, str], seed: int
) -> Iterator[Finding]:
    if not claim.tests:
        yield Finding(claim, None, Verdict.NOT_TESTABLE, claim.untestable)
    for test in claim.tests:
        if test in missing:
            yield Finding(claim, test, Verdict.NOT_TESTABLE, missing[test])
        else:
            yield _finding(claim, test, gathered[test], seed)


def _finding(claim: Claim, test: Test, gathered: _Gathered, seed: int) -> Finding:
    draws = np.concatenate(gathered.draws)
    try:
        runs = {
            name: contrast_of(
                np.concatenate([pair.with_it for pair in pairs]),
                np.concatenate([pair.without for pair in pairs]),
                np.concatenate([pair.fine for pair in pairs]),
                draws,
            )
            for name, pairs in gathered.pairs.items()
        }
    except ValueError as fault:
        raise UsageError(f"{claim.id}: every member went wrong; ask for more members") from fault
    default, random, off = runs[DEFAULT], runs[RANDOM], runs[OFF]
    share = share_of_sign(default.difference, test.says)
    agree = left = None
    if test.direct:
        agree = agreement(random.difference, test.says, signs_of(seed, random.draws))
        left = left_when_off(default, off)
    wanted = data_wanted(random.difference, random.noise, random.spread)
    verdict = Verdict.BY_CONSTRUCTION if test.constant else verdict_of(share, agree, left)
    return Finding(claim, test, verdict, default=default, share=share, agree=agree, left=left, wanted=wanted)
