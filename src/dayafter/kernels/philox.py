"""Philox4x32-10 in compiled form: the numbers of `dayafter.seeding`, one address or a row of members at a time.

Words are held in 64 bits, of which the lower half counts, because a product of two words needs them all. Where a word
is only multiplied or exclusive-ored again, its upper half is left dirty and cut off before the next product.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

# Every constant is unsigned: a signed one would turn the whole expression signed in compiled code.
_M0: Final = np.uint64(0xD2511F53)
_M1: Final = np.uint64(0xCD9E8D57)
_W0: Final = np.uint64(0x9E3779B9)
_W1: Final = np.uint64(0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_LEFT: Final = np.uint64(20)
_RIGHT: Final = np.uint64(12)
ROW: Final = 16
"""Members in a row: two registers of 32-bit words, a cache line of them, and what a compiler unrolls well."""


@compiled
def philox_block(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four words for one address (c0..c3) under one key; each argument is below 2**32."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@compiled
def uniform_of(w0: np.uint64, w1: np.uint64) -> np.float64:
    """The uniform in (0, 1) that the first two words of a block stand for: 52 bits and a half."""
    return np.float64((np.float64((w0 << _LEFT) ^ (w1 >> _RIGHT)) + 0.5) * 2.0**-52)


@compiled
def uniform(
    k0: np.uint64, k1: np.uint64, member: np.uint64, thing: np.uint64, month: np.uint64, draw: np.uint64
) -> np.float64:
    """One uniform in (0, 1) for an address; with draw 0 the number that `seeding.uniforms` gives it."""
    w0, w1, _, _ = philox_block(member, thing, month, draw, k0, k1)
    return uniform_of(w0, w1)


@compiled
def uniform_pair(
    k0: np.uint64, k1: np.uint64, member: np.uint64, thing: np.uint64, month: np.uint64, draw: np.uint64
) -> tuple[np.float64, np.float64]:
    """Two independent uniforms for an address, from one block: words 0 and 1 make the first, 2 and 3 the second."""
    w0, w1, w2, w3 = philox_block(member, thing, month, draw, k0, k1)
    return uniform_of(w0, w1), uniform_of(w2, w3)


def round_keys(k0: int, k1: int) -> Words:
    """(20,), the two keys of each of the ten rounds, for `philox_row`."""
    keys = [((k0 + r * int(_W0)) & int(_LOW), (k1 + r * int(_W1)) & int(_LOW)) for r in range(10)]
    return np.array(keys, dtype=np.uint64).ravel()


@compiled
def philox_row_members(members: Words, keys: Words, product: Words, low: Words) -> None:
    """What the first two rounds make of a row of members, whatever the thing and the month.

    Parameters
    ----------
    members : (ROW,), each below 2**32. keys : (20,), see `round_keys`. product, low : (ROW,), written.
    """
    for lane in range(ROW):
        p0 = _M0 * members[lane]
        product[lane] = _M1 * (((p0 >> _HALF) ^ keys[1]) & _LOW)
        low[lane] = p0 & _LOW


@compiled
def _turn(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One round on words with dirty upper halves."""
    p0, p1 = _M0 * (c0 & _LOW), _M1 * (c2 & _LOW)
    return (p1 >> _HALF) ^ c1 ^ k0, p1, (p0 >> _HALF) ^ c3 ^ k1, p0


@compiled
def philox_row(
    product: Words, low: Words, thing: np.uint64, month: np.uint64, keys: Words, w0: Words, w1: Words
) -> None:
    """The first two words for a row of members, one thing and one month (draw 0).

    The rounds are written out, since a loop inside the loop over members keeps the compiler from taking several members
    at once. The first round, and the half of the second that members share, is done once for the row; of the last
    round the half that makes words 2 and 3 is left out.

    Parameters
    ----------
    product, low : (ROW,), of `philox_row_members`. keys : (20,), see `round_keys`. w0, w1 : (ROW,), written.
    """
    p1 = _M1 * month
    p0 = _M0 * (((p1 >> _HALF) ^ thing ^ keys[0]) & _LOW)
    d0, d1, d2 = (p1 & _LOW) ^ keys[2], p0 & _LOW, (p0 >> _HALF) ^ keys[3]
    a2, a3, a4, a5, a6, a7, a8, a9 = (
        keys[4], keys[6], keys[8], keys[10], keys[12], keys[14], keys[16], keys[18],
    )  # fmt: skip
    b2, b3, b4, b5, b6, b7, b8 = keys[5], keys[7], keys[9], keys[11], keys[13], keys[15], keys[17]
    for lane in range(ROW):
        q = product[lane]
        c0, c1, c2, c3 = (q >> _HALF) ^ d0, q, d2 ^ low[lane], d1
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a2, b2)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a3, b3)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a4, b4)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a5, b5)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a6, b6)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a7, b7)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a8, b8)
        p1 = _M1 * (c2 & _LOW)
        w0[lane] = ((p1 >> _HALF) ^ c1 ^ a9) & _LOW
        w1[lane] = p1 & _LOW


@compiled
def pair_rows(
    k0: np.uint64, k1: np.uint64, members: Words, thing: np.uint64, month: np.uint64, number: np.uint64,
    first: Floats, second: Floats,
) -> None:  # fmt: skip
    """`uniform_pair` for one thing, month and number and every member: the rounds written out, as in `philox_row`.

    Parameters
    ----------
    members : (m,), each below 2**32. first, second : (m,), written.
    """
    a1, b1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    a2, b2 = (a1 + _W0) & _LOW, (b1 + _W1) & _LOW
    a3, b3 = (a2 + _W0) & _LOW, (b2 + _W1) & _LOW
    a4, b4 = (a3 + _W0) & _LOW, (b3 + _W1) & _LOW
    a5, b5 = (a4 + _W0) & _LOW, (b4 + _W1) & _LOW
    a6, b6 = (a5 + _W0) & _LOW, (b5 + _W1) & _LOW
    a7, b7 = (a6 + _W0) & _LOW, (b6 + _W1) & _LOW
    a8, b8 = (a7 + _W0) & _LOW, (b7 + _W1) & _LOW
    a9, b9 = (a8 + _W0) & _LOW, (b8 + _W1) & _LOW
    for m in range(members.size):
        c0, c1, c2, c3 = _turn(members[m], thing, month, number, k0, k1)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a1, b1)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a2, b2)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a3, b3)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a4, b4)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a5, b5)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a6, b6)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a7, b7)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a8, b8)
        c0, c1, c2, c3 = _turn(c0, c1, c2, c3, a9, b9)
        first[m] = uniform_of(c0 & _LOW, c1 & _LOW)
        second[m] = uniform_of(c2 & _LOW, c3 & _LOW)
