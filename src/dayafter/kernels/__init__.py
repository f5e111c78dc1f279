"""Compiled building blocks: addressed random numbers, counts by inversion, deaths, histograms.

Each block stands twice: compiled (`philox`, `elementary`, `counts`, `histogram`), for scalars inside a larger kernel,
and plain (`plain`), for whole arrays, written to be read. The two give the same bits on every machine, because both
use nothing but additions, multiplications, divisions and square roots, which IEEE 754 rounds in one way: the
exponential and the logarithm of a system's mathematical library are not used, since each library rounds its own way.
"""
