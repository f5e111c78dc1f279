"""Histograms of counts in integers: small counts exactly, large ones to a stated share; added in any order.

Counts below 2**bits have a bin each; above, each doubling is cut into 2**(bits - 1) bins, so that the low end of a
count's bin is below it by less than 1 part in 2**(bits - 1). Sizes do not grow with the number of members.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dayafter.kernels.cache import compiled

Histogram = NDArray[np.uint16 | np.uint32]


@compiled
def bin_of(count: int, bits: int) -> int:
    """The bin of a count ≥ 0."""
    shift = 0
    while (count >> shift) >= (1 << bits):
        shift += 1
    return (shift << (bits - 1)) + (count >> shift)


@compiled
def bin_low(number: int, bits: int) -> int:
    """The smallest count of a bin: what a quantile in it is reported as."""
    half = 1 << (bits - 1)
    if number < 2 * half:
        return number
    shift = number // half - 1
    return (number - shift * half) << shift


@compiled
def add_row(
    totals: NDArray[np.int32], touched: NDArray[np.uint8], n_lanes: int, bits: int, histogram: Histogram
) -> int:
    """Add a row of members' totals to the histogram of each unit, and clear them. Zeros are left for the end.

    Parameters
    ----------
    totals : (w, i, lane), cleared where touched. touched : (i,), units with any event in the row.
    histogram : (w, i, b), added to; what lies above the last bin goes into it.

    Returns
    -------
    how many totals lay above the last bin.
    """
    beyond = 0
    top = histogram.shape[2] - 1
    for i in range(touched.size):
        if touched[i] == 0:
            continue
        for w in range(totals.shape[0]):
            for lane in range(n_lanes):
                total = int(totals[w, i, lane])
                if total > 0:
                    b = bin_of(total, bits)
                    if b > top:
                        b = top
                        beyond += 1
                    histogram[w, i, b] += 1
                    totals[w, i, lane] = 0
    return beyond


@compiled
def quantiles(
    histogram: Histogram, ranks: NDArray[np.int64], n_members: int, bits: int, out: NDArray[np.int64]
) -> None:
    """The count at each rank: inverse of the distribution function, without interpolation.

    Parameters
    ----------
    histogram : (w, i, b), bin 0 not counted. ranks : (q,), rising, from 1 to n_members. out : (q, w, i), written.
    """
    for w in range(histogram.shape[0]):
        for i in range(histogram.shape[1]):
            positive = np.int64(0)
            for b in range(1, histogram.shape[2]):
                positive += np.int64(histogram[w, i, b])
            seen = n_members - positive
            b = 0
            for q in range(ranks.size):
                while seen < ranks[q]:
                    b += 1
                    seen += np.int64(histogram[w, i, b])
                out[q, w, i] = bin_low(b, bits)
