"""Packages screened by settlement, simulated, and ranked again by outcome: settlement and simulation joined."""
