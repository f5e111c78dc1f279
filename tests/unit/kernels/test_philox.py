"""The compiled generator is the published one and gives the numbers of `dayafter.seeding`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.kernels.philox import ROW, philox_block, philox_row, philox_row_members, round_keys, uniform, uniform_pair
from dayafter.seeding import philox4x32, stream_key, uniforms

U = np.uint64
WORDS = st.integers(0, 2**32 - 1)
KNOWN_ANSWERS = [
    ((0,) * 4, (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF, 0xFFFFFFFF), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def block(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    c0, c1, c2, c3 = (U(c) for c in counter)
    return tuple(int(word) for word in philox_block(c0, c1, c2, c3, U(key[0]), U(key[1])))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS, ids=["zeros", "ones", "digits-of-pi"])
def test_compiled_philox_gives_the_known_answers_of_random123(
    counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    assert block(counter, key) == answer


@given(st.tuples(WORDS, WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_compiled_philox_equals_the_plain_one(counter: tuple[int, int, int, int], key: tuple[int, int]) -> None:
    plain = philox4x32(np.array(counter, dtype=np.uint32), key)
    assert block(counter, key) == tuple(int(word) for word in plain)


@given(WORDS, WORDS, WORDS, st.tuples(WORDS, WORDS))
def test_a_row_of_members_gives_the_words_of_each(first: int, thing: int, month: int, key: tuple[int, int]) -> None:
    members = (first + np.arange(ROW, dtype=np.uint64)) % U(2**32)
    product, low, w0, w1 = (np.zeros(ROW, dtype=np.uint64) for _ in range(4))
    keys = round_keys(*key)
    philox_row_members(members, keys, product, low)
    philox_row(product, low, U(thing), U(month), keys, w0, w1)
    counter = np.zeros((ROW, 4), dtype=np.uint32)
    counter[:, 0], counter[:, 1], counter[:, 2] = members, thing, month
    plain = philox4x32(counter, key)
    np.testing.assert_array_equal(w0, plain[:, 0])
    np.testing.assert_array_equal(w1, plain[:, 1])


@given(st.integers(0, 2**63), WORDS, WORDS, st.integers(0, 2000))
def test_a_compiled_uniform_is_the_number_that_seeding_gives_the_address(
    seed: int, member: int, thing: int, month: int
) -> None:
    k0, k1 = stream_key(seed, "test")
    plain = uniforms(seed, "test", np.array([member]), np.array([thing]), month)[0, 0]
    assert uniform(U(k0), U(k1), U(member), U(thing), U(month), U(0)) == plain
    one, other = uniform_pair(U(k0), U(k1), U(member), U(thing), U(month), U(0))
    assert one == plain
    assert 0 < other < 1
    assert other != one
