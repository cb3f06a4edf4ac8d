"""Merges: two tags or two ideas that are one. Old addresses lead to what is kept, and an idea can be taken apart."""
