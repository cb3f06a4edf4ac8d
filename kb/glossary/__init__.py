"""The glossary: the field's terms in plain words; its synonyms feed search."""
