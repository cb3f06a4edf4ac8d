"""The document form of a term."""

from typing import Annotated, Literal

from pydantic import Field

from kb.documents import Body, Code, Document, Name, Text, Unique
from kb.glossary.models import Term


class TermDocument(Document):
    """A term as files hold it."""

    kind: Literal["term"] = "term"
    code: Code
    title: Name
    synonyms: Annotated[list[Name], Unique] = Field(default_factory=list)
    see: Annotated[list[Code], Unique] = Field(default_factory=list)
    source: Text = ""
    body: Body = ""


def document(term: Term) -> TermDocument:
    """Return the document of a term."""
    return TermDocument.model_construct(
        kind="term",
        code=term.code,
        title=term.title,
        synonyms=list(term.synonyms),
        see=list(term.see),
        source=term.source,
        body=term.definition,
    )
