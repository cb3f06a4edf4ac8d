"""A person's own page: what waits, what is followed, what is new."""
