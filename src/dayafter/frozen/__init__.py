"""Forecasts that are issued once, stored with their questions, and can be scored by others.

`questions` fixes what is asked, from which source and by which rule it resolves, and every threshold, before anything
is run; `answers` reads the questions off simulated futures; `freeze` makes a forecast, `store` keeps it; `score` scores
it once answers are there; `page` writes it up.
"""
