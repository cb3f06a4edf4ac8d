"""What a review looks at before a person does, and how long a write-up waits. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

_IMAGE = re.compile(r"!\[(?P<alt>[^\]\n]{0,500})\]\(")
_NO_WORDS = re.compile(r"^\W*$|^(?:image|photo|picture|img|screenshot)[\W\d]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: the field and what is wrong there. ``blocks``: it must be mended before publication."""

    field: str
    message: str
    blocks: bool = True


def images_without_words(texts: Mapping[str, str]) -> list[Finding]:
    """Return a finding for each picture whose description says nothing to somebody who cannot see it."""
    return [
        Finding(field, "A picture has no description. Say in words what it shows.")
        for field, text in texts.items()
        for image in _IMAGE.finditer(text)
        if _NO_WORDS.match(image["alt"].strip())
    ]


def waiting_days(since: dt.datetime, now: dt.datetime) -> int:
    """Return for how many whole days something has been waiting."""
    return max(0, (now - since).days)
