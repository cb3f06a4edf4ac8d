"""The search engine inside PostgreSQL: one index for all web nodes, written in transactions, without an extension."""
