"""Addressed random numbers: the generator is the published one, and an address is all that counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.seeding import philox4x32, stable_id, stream_key, uniforms

KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS, ids=["zeros", "ones", "digits-of-pi"])
def test_philox_gives_the_known_answers_of_random123(
    counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    words = philox4x32(np.array(counter, dtype=np.uint32), key)
    assert tuple(int(word) for word in words) == answer


def test_philox_of_many_counters_equals_philox_of_each() -> None:
    counters = np.arange(40, dtype=np.uint32).reshape(10, 4)
    together = philox4x32(counters, (1, 2))
    for number, counter in enumerate(counters):
        np.testing.assert_array_equal(together[number], philox4x32(counter, (1, 2)))


def test_a_counter_of_three_words_is_refused() -> None:
    with pytest.raises(ValueError, match="last axis must hold four 32-bit words"):
        philox4x32(np.zeros((2, 3), dtype=np.uint32), (0, 0))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="pass an integer of 0 or more"):
        stream_key(-1, "any")


@given(st.integers(0, 2**63), st.integers(1, 40))
def test_uniforms_are_the_same_for_any_chunking_of_members(seed: int, size: int) -> None:
    members, things = np.arange(40), np.array([stable_id("a"), stable_id("b"), stable_id("c")])
    whole = uniforms(seed, "test", members, things, 3)
    chunks = [uniforms(seed, "test", members[start : start + size], things, 3) for start in range(0, 40, size)]
    np.testing.assert_array_equal(np.concatenate(chunks), whole)


def test_uniforms_follow_the_thing_and_not_its_place_in_the_list() -> None:
    members, things = np.arange(20), np.array([5, 9, 2])
    np.testing.assert_array_equal(
        uniforms(1, "test", members, things[::-1].copy())[:, ::-1], uniforms(1, "test", members, things)
    )


def test_uniforms_are_never_0_or_1_and_spread_evenly() -> None:
    values = uniforms(7, "test", np.arange(500), np.arange(400))
    assert 0 < values.min() < 1e-3
    assert 1 - 1e-3 < values.max() < 1
    # 200,000 values: the mean of uniforms has a standard error of 0.00065.
    assert abs(values.mean() - 0.5) < 0.003
    counts, _ = np.histogram(values, bins=20, range=(0, 1))
    assert np.abs(counts - 10_000).max() < 500


def test_streams_seeds_and_months_give_different_numbers() -> None:
    members, things = np.arange(10), np.array([1])
    one = uniforms(1, "a", members, things)
    for other in (uniforms(2, "a", members, things), uniforms(1, "b", members, things)):
        assert not np.isclose(one, other).any()
    assert not np.isclose(one, uniforms(1, "a", members, things, 1)).any()


def test_a_stable_id_tells_parts_apart_and_fits_32_bits() -> None:
    assert stable_id("ab", "c") != stable_id("a", "bc")
    assert 0 <= stable_id("town/guards") < 2**32
    assert stable_id("town") == stable_id("town")
