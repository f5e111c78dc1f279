"""Indices and hazards as pure functions over arrays: the mathematics that assessment and simulation share."""
