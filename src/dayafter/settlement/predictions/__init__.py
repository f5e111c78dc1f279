"""What bargaining power alone yields, by six models of the literature.

A new model is one function from a `Problem` to an outcome for each issue, and one line in `PREDICTIONS`.
"""

from __future__ import annotations
