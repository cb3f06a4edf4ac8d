"""Reads files of records into the database: all are checked first, and each is loaded whole or not at all."""
