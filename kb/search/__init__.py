"""Search: exact in what it shows, forgiving in what it takes, fast."""
