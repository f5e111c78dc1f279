"""Broken cases: every issue code has one that triggers it, and the text of every message is read."""
