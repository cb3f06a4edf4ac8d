"""What a hub sets up: networks, members, drivers, words, merges and the import of old write-ups."""
