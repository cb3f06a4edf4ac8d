"""Saved searches: named, kept without an account, with what is new since last time."""
