"""Tests of events: reading, traps, places, classes, panels, fetching."""
