"""Work that happens after the request: one table, leased by workers, done at least once."""
