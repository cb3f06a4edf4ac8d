"""The lists of real words that seeded text is made of (words.txt)."""

from pathlib import Path


def _read(text: str) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    for part in text.split("[")[1:]:
        name, _, words = part.partition("]")
        lists[name] = tuple(words.split())
    return lists


LISTS = _read(Path(__file__).with_name("words.txt").read_text())
