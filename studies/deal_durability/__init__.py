"""How long agreements last: a monthly hazard of ending, estimated on the UCDP Peace Agreement Dataset.

Run it with `python -m studies.deal_durability`. What it finds is on the page `docs/why/deal-durability.md`, which it
writes, and in two tables of the package's priors.
"""
