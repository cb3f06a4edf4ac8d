"""Cycles: one test of one edition of an idea at one school."""
