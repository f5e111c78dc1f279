"""Scores of forecasts that are samples: rules on arrays, comparisons, and the tables that the samples come in.

`rules` and `compare` take arrays only. `table` reads the long format of the public prediction challenge, `report`
joins the two for files.
"""
