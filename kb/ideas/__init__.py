"""Change ideas: what can be tried, for whom, and why it might work."""
