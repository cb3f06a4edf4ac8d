"""Prose by the metre: sentences about a topic, as Markdown and as the HTML that ``kb.markup`` would make of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.bench import words
from kb.bench.chance import streams
from kb.bench.topics import TOPICS

SENTENCE = (7, 20)  # words
MEAN = sum(SENTENCE) / 2
PARAGRAPH = 4  # sentences
_TOPICAL = 0.14  # of all words are the topic's own
_OWN_RARE = 24  # rare words that each topic prefers
_BATCH = 2_048  # sentences made at once
_COMMAS = 0.06

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its HTML."""

    markdown: str
    html: str


class Prose:
    """Sentences for each topic; the next ones are always the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._tokens = _Tokens()
        self._common = words.table(words.SIZE, words.TABLE_BITS)
        self._draws = [streams(seed, 1_000 + topic) for topic in range(len(TOPICS))]
        self._ready: list[list[str]] = [[] for _ in TOPICS]

    def sentences(self, topic: int, count: int) -> list[str]:
        """Return the next sentences about the topic."""
        ready = self._ready[topic]
        while len(ready) < count:
            ready[:0] = self._make(topic)
        taken = ready[-count:]
        del ready[-count:]
        return taken

    def text(self, topic: int, length: int, opening: str = "") -> Text:
        """Return paragraphs of about ``length`` words; ``opening`` is the first sentence."""
        sentences = self.sentences(topic, max(1, round(length / MEAN)))
        if opening:
            sentences[0] = opening
        parts = [" ".join(sentences[start : start + PARAGRAPH]) for start in range(0, len(sentences), PARAGRAPH)]
        return Text("\n\n".join(parts), "\n".join([f"<p>{part}</p>" for part in parts]))

    def points(self, topic: int, count: int) -> Text:
        """Return a list of sentences."""
        lines = self.sentences(topic, count)
        items = "\n".join([f"<li>{line}</li>" for line in lines])
        return Text("\n".join([f"- {line}" for line in lines]), f"<ul>\n{items}\n</ul>")

    def _make(self, topic: int) -> list[str]:
        draw, tokens = self._draws[topic], self._tokens
        lengths = draw.integers(SENTENCE[0], SENTENCE[1] + 1, _BATCH)
        ends = np.cumsum(lengths)
        size = int(ends[-1])
        ids = self._common[draw.integers(0, len(self._common), size)]
        preferred = tokens.of_topic[topic]
        own = preferred[draw.integers(0, len(preferred), size)]
        ids = np.where(draw.random(size) < _TOPICAL, own, ids)
        ids[np.flatnonzero(draw.random(size) < _COMMAS)] += tokens.comma
        ids[ends - 1] = ids[ends - 1] % tokens.count + tokens.stop
        first = np.concatenate(([0], ends[:-1]))
        ids[first] = ids[first] % tokens.count + tokens.capital
        spelled = [tokens.spelled[place] for place in ids.tolist()]
        starts, stops = first.tolist(), ends.tolist()
        return [" ".join(spelled[start:stop]) for start, stop in zip(starts, stops, strict=True)]


class _Tokens:
    """Every word and phrase in four spellings: plain, first of a sentence, before a comma, last of a sentence."""

    def __init__(self) -> None:
        vocabulary = words.vocabulary()
        phrases = [phrase for topic in TOPICS for phrase in topic.phrases]
        plain = [*vocabulary, *phrases]
        self.count = len(plain)
        self.capital, self.comma, self.stop = self.count, 2 * self.count, 3 * self.count
        self.spelled = [
            *plain,
            *[word[0].upper() + word[1:] for word in plain],
            *[f"{word}," for word in plain],
            *[f"{word}." for word in plain],
        ]
        places = {word: place for place, word in enumerate(plain)}
        self.of_topic = [self._preferred(number, places) for number in range(len(TOPICS))]

    @staticmethod
    def _preferred(number: int, places: dict[str, int]) -> Ids:
        topic = TOPICS[number]
        rare_from = words.SIZE // 20
        rare = streams(number, 2).integers(rare_from, words.SIZE, _OWN_RARE).tolist()
        own = [*[places[word] for word in (*topic.phrases, *topic.phrases, *topic.words)], *rare]
        return np.asarray(own, dtype=np.int32)
