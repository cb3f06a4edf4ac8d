"""How documents lie in the Whoosh index: what is scored has no positions, what phrases need has no scores.

Tokens come ready from the analyser and posting lists from our own writer, so the fields only have names.
"""

from whoosh import columns, fields, formats

FORMAT = 3  # raise when the schema or the codec changes: an index of another format is rebuilt
WORDS, PLACES = "words", "places"
ID, SEQ, LENGTH = "id", "seq", "length"


def make() -> fields.Schema:
    """Return the schema of a new index."""
    return fields.Schema(
        id=fields.COLUMN(columns.NumericColumn("q")),
        seq=fields.COLUMN(columns.NumericColumn("q")),
        length=fields.COLUMN(columns.NumericColumn("f")),
        words=fields.FieldType(formats.Existence(), None),
        places=fields.FieldType(formats.Existence(), None),
    )
