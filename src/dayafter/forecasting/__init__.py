"""Forecasts of violence on a panel of units and months, as samples.

`panel` holds what was seen up to a month. A model (`models`) is fitted to it and gives draws whose random numbers are
addressed by (seed, stream, unit, step, draw): equal for any order and any chunks. `run` reads, fits, samples, writes.
"""
