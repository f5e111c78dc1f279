"""Memory that many arrays share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_ALIGNED: Final = 64
"""Bytes at whose multiples arrays that lie together begin."""


def together(wanted: Mapping[str, tuple[tuple[int, ...], Any]]) -> dict[str, NDArray[Any]]:
    """Arrays of some shapes and types in one piece of memory, of zeros: a system hands out large pieces faster."""
    sizes = {name: math.prod(shape) * np.dtype(kind).itemsize for name, (shape, kind) in wanted.items()}
    starts = np.cumsum([0, *(-(-size // _ALIGNED) * _ALIGNED for size in sizes.values())]).tolist()
    piece = np.zeros(starts[-1], dtype=np.uint8)
    return {
        name: piece[start : start + sizes[name]].view(kind).reshape(shape)
        for start, (name, (shape, kind)) in zip(starts, wanted.items(), strict=False)
    }
