"""The tables of the index: an inverted index in blocks, of plain types, so that no extension is needed.

A posting row holds one token in one block of 1,024 items. The tables are made on both databases, so that there is one
schema; on SQLite they stay empty. They are no data of record: leave them out of a backup if you like, and rebuild.
"""

import sqlalchemy as sa

from kb.db import Base

FORMAT = 1  # raise when the layout changes: an index of another format is rebuilt

search_index = sa.Table(
    "search_index",
    Base.metadata,
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("ready", sa.Boolean, nullable=False),
    sa.Column("format", sa.Integer, nullable=False),
    sa.Column("analysis", sa.Integer, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("made", sa.String(40), nullable=False),
)
"""One row an index: the one in use is the newest that is ready; ``version`` counts its commits."""

search_document = sa.Table(
    "search_document",
    Base.metadata,
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("item_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("length", sa.Float, nullable=True),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("tokens", sa.LargeBinary, nullable=False),
    sa.Index("ix_search_document_generation_version", "generation", "version"),
)
"""One row an item, kept without length and words when it is removed, so that followers hear of it."""

search_posting = sa.Table(
    "search_posting",
    Base.metadata,
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("token", sa.LargeBinary, primary_key=True),
    sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("documents", sa.LargeBinary, nullable=False),
    sa.Column("weights", sa.LargeBinary, nullable=False),
    sa.Column("places", sa.LargeBinary, nullable=False),
    sa.Column("checksum", sa.LargeBinary, nullable=False),
)
"""Packed as ``packing.py`` says."""
