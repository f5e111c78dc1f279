"""Memory for large arrays: shared by many, and given back to the system as soon as nobody reads it.

What the interpreter takes for arrays of a few megabytes it keeps when they die, in pieces that the next run fits badly
into; a second run in one process would take as much again. Pieces asked of the system itself go back whole.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_OWN: Final[dict[str, int]] = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
"""Memory of this process alone comes faster than what others might share."""
_ALIGNED: Final = 64
"""Bytes at whose multiples arrays that lie together begin."""


def fresh(n: int, kind: Any) -> NDArray[Any]:
    """(n,) zeros of a type; memory is taken only as far as it is touched, and given back with the array."""
    size = n * np.dtype(kind).itemsize
    return np.frombuffer(mmap.mmap(-1, size, **_OWN), dtype=kind) if size else np.zeros(0, dtype=kind)


def together(wanted: Mapping[str, tuple[tuple[int, ...], Any]]) -> dict[str, NDArray[Any]]:
    """Arrays of some shapes and types in one piece of memory, of zeros: a system hands out large pieces faster."""
    sizes = {name: math.prod(shape) * np.dtype(kind).itemsize for name, (shape, kind) in wanted.items()}
    starts = np.cumsum([0, *(-(-size // _ALIGNED) * _ALIGNED for size in sizes.values())]).tolist()
    piece = fresh(starts[-1], np.uint8)
    return {
        name: piece[start : start + sizes[name]].view(kind).reshape(shape)
        for start, (name, (shape, kind)) in zip(starts, wanted.items(), strict=False)
    }
