"""Public ids and slugs: the names under which people and files refer to a record."""

import re
import secrets
import unicodedata
from typing import NamedTuple

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
LENGTH = 8
PUBLIC_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
SLUG_LENGTH = 60


class Ref(NamedTuple):
    """What a URL says of a record: its id, which decides, and its slug, which is for people."""

    public_id: str
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.public_id}-{self.slug}" if self.slug else self.public_id


def new_public_id() -> str:
    """Return 8 random characters (40 bits); a clash is refused by the database's unique constraint."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def slugify(text: str) -> str:
    """Return lower-case ASCII words joined by hyphens, at most 60 characters, possibly empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug
