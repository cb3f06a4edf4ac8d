"""Throughline: the knowledge base of networked improvement communities."""

__version__ = "0.1.0"
