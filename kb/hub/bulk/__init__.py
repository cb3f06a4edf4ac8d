"""Brings old write-ups from a table: upload, say what each column holds, look at the rows, make drafts."""
