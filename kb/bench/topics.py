"""The 60 topics of seeded records (topics.txt): a label, words the topic prefers, and its fixed phrases."""

from dataclasses import dataclass
from pathlib import Path

from kb.ids import slugify


@dataclass(frozen=True, slots=True)
class Topic:
    """What a record can be about."""

    label: str
    words: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The tag's slug."""
        return slugify(self.label)


def _read(line: str) -> Topic:
    label, words, phrases = (part.strip() for part in line.split("|"))
    return Topic(label, tuple(dict.fromkeys(words.split())), tuple(phrases.split(", ")))


TOPICS = tuple(_read(line) for line in Path(__file__).with_name("topics.txt").read_text().splitlines())
