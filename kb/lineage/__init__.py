"""Which idea was adapted from which, where each was tested, and what came of it."""
