"""Indices of a case: what is open, who could break a deal, and why. Pure functions over arrays."""
