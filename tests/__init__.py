"""Tests of dayafter: `python -m pytest`."""
