"""The document form of a person: who wrote what. No address, no role, no credential ever stands in a file."""

from typing import Literal

from kb.accounts.models import Person
from kb.documents import Document, Moment, Name, PublicId


class PersonDocument(Document):
    """A person as files name them."""

    kind: Literal["person"] = "person"
    id: PublicId
    name: Name
    created: Moment
    ended: Moment | None = None


def document(person: Person) -> PersonDocument:
    """Return the document of a person."""
    return PersonDocument.model_construct(
        kind="person", id=person.public_id, name=person.name, created=person.created_at, ended=person.ended_at
    )
