"""Drivers: a network's theory of what moves its aim, and which ideas act on what."""
