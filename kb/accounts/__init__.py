"""People, what they belong to, and the sessions in which they are signed in."""
