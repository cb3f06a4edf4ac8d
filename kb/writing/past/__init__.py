"""What a record said before: its revisions, what changed between them, and the way back."""
