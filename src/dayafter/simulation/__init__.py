"""The simulated process: what happens unattended, and what deals, brokers and money change.

The model page is `docs/why/simulation.md`; `reference` is the process as written there.
"""
