"""Writing: the verbs of drafts, edits, publication and withdrawal for every kind of item."""
