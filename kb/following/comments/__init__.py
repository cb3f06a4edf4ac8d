"""Comments and questions on records, and their moderation."""
