"""Writes the database as files that the importer reads back without loss."""
