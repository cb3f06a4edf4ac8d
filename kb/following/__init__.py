"""Following records, comments, questions and the digest."""
