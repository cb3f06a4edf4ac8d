"""Ideas like the one that is being typed, so that nobody writes one twice."""
