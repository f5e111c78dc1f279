"""Tests of the house: layout, packaging, documents."""
