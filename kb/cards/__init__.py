"""Items as they stand in lists."""
