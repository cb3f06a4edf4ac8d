"""The privacy guard: what in a text may point at a child, and who looked at it."""
