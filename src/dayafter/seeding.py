"""Random numbers addressed by what they are for, not by when they are drawn.

Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC 2011) turns a 128-bit address and a 64-bit key into four 32-bit words. The key is the seed and the
stream (what a number is for), the address is the member, the thing, the month and the draw. So a number is the
same for any thread count, chunk size or number of machines, and two policies face the same luck.

This is the plain vectorised form. Known-answer vectors of the authors' Random123 distribution are in the tests.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

_M0: Final = np.uint64(0xD2511F53)
_M1: Final = np.uint64(0xCD9E8D57)
_W0: Final = np.uint64(0x9E3779B9)
_W1: Final = np.uint64(0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_SHIFT: Final = np.uint64(32)
_ROUNDS: Final = 10
_BLOCK: Final = 8192
"""Numbers worked on at a time."""

Words = NDArray[np.uint32]
Words64 = NDArray[np.uint64]
Floats = NDArray[np.float64]


def philox4x32(counter: Words, key: tuple[int, int]) -> Words:
    """Philox4x32-10 of each counter under one key.

    Parameters
    ----------
    counter : (..., 4), the address.
    key : two 32-bit words.

    Returns
    -------
    (..., 4), four random words for each address.

    Raises
    ------
    ValueError : the last axis of `counter` is not four words long.
    """
    if counter.shape[-1:] != (4,):
        raise ValueError(f"counter has shape {counter.shape}; its last axis must hold four 32-bit words")
    wide = counter.astype(np.uint64)
    words = _rounds(wide[..., 0], wide[..., 1], wide[..., 2], wide[..., 3], key)
    return np.stack(words, axis=-1).astype(np.uint32)


def _rounds(c0: Words64, c1: Words64, c2: Words64, c3: Words64, key: tuple[int, int]) -> tuple[Words64, ...]:
    """The ten rounds, on words of 32 bits kept in 64; shapes that broadcast together."""
    k0, k1 = np.uint64(key[0] & 0xFFFFFFFF), np.uint64(key[1] & 0xFFFFFFFF)
    for _ in range(_ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2  # at most 64 bits: no overflow
        c0, c1, c2, c3 = (p1 >> _SHIFT) ^ c1 ^ k0, p1 & _LOW, (p0 >> _SHIFT) ^ c3 ^ k1, p0 & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


def stable_id(*parts: str) -> int:
    """A 32-bit number that a name keeps on every machine and in every order of a table (BLAKE2s)."""
    return int.from_bytes(hashlib.blake2s("\x1f".join(parts).encode(), digest_size=4).digest(), "little")


def stream_key(seed: int, stream: str) -> tuple[int, int]:
    """The Philox key of a named stream: 64 bits from the seed (any integer ≥ 0) and the stream's name (BLAKE2s).

    Raises
    ------
    ValueError : the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; pass an integer of 0 or more")
    digest = hashlib.blake2s(f"{seed}\x1f{stream}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def uniforms(seed: int, stream: str, members: NDArray[np.int64], things: NDArray[np.int64], month: int = 0) -> Floats:
    """One uniform for each (member, thing), in the open interval (0, 1).

    Parameters
    ----------
    seed : the run's seed. stream : what the numbers are for.
    members : (m,), numbers of the ensemble members. things : (n,), stable ids (`stable_id`), each below 2**32.
    month : months since the start of the run.

    Returns
    -------
    (m, n), each value of 52 bits and a half: never 0, never 1.
    """
    key = stream_key(seed, stream)
    own = things.astype(np.uint32).astype(np.uint64)[None, :]
    drawn = np.empty((members.size, things.size))
    rows = max(1, _BLOCK // max(things.size, 1))
    for start in range(0, members.size, rows):  # a block of the intermediate words stays in the processor's cache
        member = members[start : start + rows].astype(np.uint32).astype(np.uint64)[:, None]
        w0, w1, _, _ = _rounds(member, own, np.full((1, 1), month, dtype=np.uint64), np.zeros((1, 1), np.uint64), key)
        bits = (w0 << np.uint64(20)) ^ (w1 >> np.uint64(12))  # 52 bits, so that adding a half is exact
        drawn[start : start + rows] = (bits.astype(np.float64) + 0.5) * 2.0**-52
    return drawn
