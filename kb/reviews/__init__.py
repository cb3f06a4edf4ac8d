"""Review: the hub's queue, comments at fields, acceptance and collections."""
