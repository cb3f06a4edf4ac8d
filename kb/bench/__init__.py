"""Seeded databases and measurements: how large, how fast."""
