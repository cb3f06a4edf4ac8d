"""What is kept while somebody types."""
