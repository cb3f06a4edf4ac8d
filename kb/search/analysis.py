"""The one analyser: text to tokens, the same for every engine, for queries and for the marks in snippets.

A word is a run of letters and digits; words joined by a single sign without a space ("9th-grade", "D/F", "1-5-25") are
one compound: its parts stand at successive positions, and the whole stands joined ("9thgrade", "df", "1-5-25") at the
position of the first. So a compound is found however it is typed. Accents and case are folded, common words are left
out but keep their position, the rest is stemmed in the language of the record.
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import Stemmer

from kb.items.rules import Language

VERSION = 1  # raise when tokens change: an index of another version is rebuilt
MAX_TOKEN = 40
SPANISH = "es:"  # no word holds this sign
MAX_JOINED_PARTS = 5
WORD = r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*"  # with apostrophes inside
_JOINERS = r"[-\u2010\u2011\u2013/.:&+\u00b7]"  # hyphens, en dash, middle dot
_COMPOUND = re.compile(rf"{WORD}(?:{_JOINERS}{WORD})*")
_APOSTROPHES = str.maketrans("\u2019\u02bc", "''")
_PART = re.compile(WORD)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ALGORITHMS = {Language.EN: "english", Language.ES: "spanish"}
_SPANISH_ACCENTS = (("acion", "ación"), ("ucion", "ución"), ("logia", "logía"))  # what folding took from a suffix
_ENGLISH = (
    "a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me "
    "my of on or our she so than that the their them then there these they this those to was we were what when where "
    "which who why will with would you your"
)
_SPANISH = (
    "al como con cual cuando de del donde e el ella ellas ellos en es esta estan estas este esto estos fue ha han la "
    "las le les lo los mas mi muy nos nuestra nuestro o para pero por que quien se ser si su sus tambien un una unas "
    "unos y ya"
)
STOP_WORDS = {Language.EN: frozenset(_ENGLISH.split()), Language.ES: frozenset(_SPANISH.split())}
_ANY_STOP = STOP_WORDS[Language.EN] | STOP_WORDS[Language.ES]
_held = threading.local()


class Word(NamedTuple):
    """A word of a text as written, folded, and where it stands."""

    written: str
    folded: str
    position: int
    start: int
    end: int


class Compound(NamedTuple):
    """One or several words joined without a space; ``joined`` is None for a single word."""

    parts: tuple[Word, ...]
    joined: str | None


def clean(text: str) -> str:
    """Return the text composed (NFC), without invisible, control and broken characters."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", _UNSEEN.sub("", text)))


@functools.lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word without case, accents, width and apostrophes, cut to a length an index can hold."""
    if word.isascii():
        plain = word.lower()
    else:
        wide = unicodedata.normalize("NFKD", word).casefold()
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", wide) if not unicodedata.combining(sign))
        plain = plain.translate(_APOSTROPHES)
    if "'" in plain:
        plain = plain.removesuffix("'s").replace("'", "")
    return plain[:MAX_TOKEN]


def compounds(text: str) -> Iterator[Compound]:
    """Yield the compounds of a cleaned text, in order."""
    position = 0
    for found in _COMPOUND.finditer(text):
        compound = _compound(found.group(), found.start(), position)
        position += len(compound.parts)
        yield compound


def _compound(written: str, base: int, position: int) -> Compound:
    parts = tuple(
        Word(part.group(), fold(part.group()), position + number, base + part.start(), base + part.end())
        for number, part in enumerate(_PART.finditer(written))
    )
    return Compound(parts, _joined(parts))


def _joined(parts: tuple[Word, ...]) -> str | None:
    if not 1 < len(parts) <= MAX_JOINED_PARTS:
        return None
    words = [part.folded for part in parts]
    return ("-" if all(word.isdecimal() for word in words) else "").join(words)[:MAX_TOKEN]


def is_stop(word: Word, language: Language | None = None) -> bool:
    """Say whether a word is too common to be searched for, in one language or (None) in any.

    Written in capitals it is an abbreviation ("EL", "IT") and never too common.
    """
    return _is_common(word.written, word.folded, _ANY_STOP if language is None else STOP_WORDS[language])


@functools.lru_cache(maxsize=200_000)
def stem(folded: str, language: Language) -> str:
    """Return the Snowball stem of a folded word; a word with a digit is its own stem.

    Spanish stems carry a mark: unmarked, "rate" would find rats (its Spanish stem is "rat").
    """
    if language is Language.EN:
        return _stemmer(language).stemWord(folded) if folded.isalpha() else folded
    for plain, accented in _SPANISH_ACCENTS:
        if folded.endswith(plain):
            folded = folded.removesuffix(plain) + accented
    return SPANISH + (fold(_stemmer(language).stemWord(folded)) if folded.isalpha() else folded)


def _stemmer(language: Language) -> Stemmer.Stemmer:
    """Return this thread's stemmer: the library's objects must not be shared."""
    stemmers: dict[Language, Stemmer.Stemmer] = _held.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_ALGORITHMS[language], 0)
    return stemmers[language]


def tokens(text: str, language: Language) -> Iterator[tuple[str, int]]:
    """Yield what an index keeps of a cleaned text: stems with positions, and the joined form of each compound."""
    position = 0
    for written in _COMPOUND.findall(text):
        if written.isalnum():  # nearly always; the rest takes ten times as long
            if (token := _token(written, language)) is not None:
                yield token, position
            position += 1
            continue
        compound = _compound(written, 0, position)
        for word in compound.parts:
            if (token := _token(word.written, language)) is not None:
                yield token, word.position
        if compound.joined:
            yield stem(compound.joined, language), position
        position += len(compound.parts)


@functools.lru_cache(maxsize=200_000)
def _token(written: str, language: Language) -> str | None:
    """Return the token of one word, None for one that is too common."""
    folded = fold(written)
    return stem(folded, language) if folded and not _is_common(written, folded, STOP_WORDS[language]) else None


def _is_common(written: str, folded: str, words: frozenset[str]) -> bool:
    return folded in words and not (len(written) > 1 and written.isupper())
