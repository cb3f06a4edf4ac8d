"""Schools and people of a network: who belongs to it, since when, and in which role."""
