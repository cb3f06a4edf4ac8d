"""From the clauses of a query to the terms an engine matches, with the synonyms of the glossary. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from kb.items.rules import Language
from kb.search.analysis import Compound, Word, clean, compounds, is_stop, stem
from kb.search.engine import Alternative, Term
from kb.search.query import Clause

MAX_TERMS = 32  # the bits of a mask
ALL_UP_TO = 3  # so many words must all match; more are a question, of which any may match
SYNONYM_WEIGHT = 0.7
PART_WEIGHT = 0.5  # "check" for "check-in"
MAX_SYNONYM_WORDS = 8
_MIN_LONE_PART = 3
Key = tuple[str, ...]


class _Part(NamedTuple):
    """A word of the query, the clause it stands in, and whether it is too common."""

    clause: int
    key: str
    stop: bool


class Synonyms:
    """Groups of words and phrases that mean the same, in English."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._groups: list[dict[Key, Alternative]] = []
        self._found: dict[Key, list[int]] = {}
        for group in groups:
            self._add(group)
        self.longest = max(map(len, self._found), default=0)

    def _add(self, group: Sequence[str]) -> None:
        ways: dict[Key, Alternative] = {}
        for phrase in group:
            words = _words(phrase)
            way = _sequence(words, Language.EN)
            if way is not None and len(words) <= MAX_SYNONYM_WORDS:
                ways[_key(words)] = way
        for key in ways:
            self._found.setdefault(key, []).append(len(self._groups))
        self._groups.append(ways)

    def of(self, key: Key) -> list[Alternative]:
        """Return the other ways to say this, each a little weaker than what was typed."""
        return [
            way._replace(weight=SYNONYM_WEIGHT)
            for group in self._found.get(key, ())
            for other, way in self._groups[group].items()
            if other != key
        ]


def build(clauses: Sequence[Clause], synonyms: Synonyms) -> list[Term]:
    """Return the terms of a query; words that are too common give none, and only the first 32 should be asked for."""
    terms = _terms(clauses, synonyms)
    if sum(not term.excluded for term in terms) <= ALL_UP_TO:
        return terms
    return _terms(list(_parted(clauses)), synonyms)


def _parted(clauses: Sequence[Clause]) -> Iterable[Clause]:
    """Take the compounds of a question apart: "pupil-led" helps to find "led by pupils" (nDCG@10 .345 for .335)."""
    for clause in clauses:
        words = _words(clause.text)
        plain = not clause.phrase and all(
            word.folded.isalpha() and len(word.folded) >= _MIN_LONE_PART for word in words
        )
        if plain and not clause.excluded and len(words) > 1:
            yield from (replace(clause, text=word.written) for word in words)
        else:
            yield clause


def _terms(clauses: Sequence[Clause], synonyms: Synonyms) -> list[Term]:
    shouting = len(clauses) > 1 and all(clause.text.isupper() for clause in clauses)
    said = [replace(clause, text=clause.text.lower()) if shouting else clause for clause in clauses]
    extra = _expansions(said, synonyms)
    terms: list[Term] = []
    for number, clause in enumerate(said):
        own = _phrase(clause.text) if clause.phrase else _word(clause.text)
        if own:
            ways = tuple(dict.fromkeys([*own, *extra.get(number, ())]))
            terms.append(Term(clauses[number].text, ways, excluded=clause.excluded))
    return _merged(terms)


def _merged(terms: list[Term]) -> list[Term]:
    """Count a word that was typed twice once, with twice the weight."""
    times = Counter((term.alternatives, term.excluded) for term in terms)
    firsts = {(term.alternatives, term.excluded): term for term in reversed(terms)}
    return [
        replace(term, weight=float(times[term.alternatives, term.excluded]))
        for term in terms
        if firsts[term.alternatives, term.excluded] is term
    ]


def _words(text: str) -> list[Word]:
    return [word for compound in compounds(clean(text)) for word in compound.parts]


def _key(words: Sequence[Word]) -> Key:
    return tuple(stem(word.folded, Language.EN) for word in words)


def _sequence(words: Sequence[Word], language: Language, *, loose: bool = True) -> Alternative | None:
    """Return the words as a sequence of stems; words that are too common leave only their gap."""
    kept = [word for word in words if word.folded and not is_stop(word, language)]
    if not kept or (not loose and len(kept) < len(words) and max(len(one.folded) for one in kept) < _MIN_LONE_PART):
        return None
    first = kept[0].position
    return Alternative(
        tuple(stem(word.folded, language) for word in kept), tuple(word.position - first for word in kept)
    )


def _phrase(text: str) -> list[Alternative]:
    words = _words(text)
    return _distinct(_sequence(words, language) for language in Language)


def _word(text: str) -> list[Alternative]:
    """Return the ways to match one word or compound, in both languages."""
    return _distinct(way for compound in compounds(text) for way in _compound(compound))


def _compound(compound: Compound) -> Iterable[Alternative]:
    if len(compound.parts) == 1:
        word = compound.parts[0]
        if word.folded and not is_stop(word):
            for language in Language:
                yield Alternative((stem(word.folded, language),), (0,))
        return
    for language in Language:
        if compound.joined:
            yield Alternative((stem(compound.joined, language),), (0,))
        way = _sequence(compound.parts, language, loose=False)
        if way is not None:
            yield way if len(way.tokens) == len(compound.parts) else way._replace(weight=PART_WEIGHT)


def _distinct(ways: Iterable[Alternative | None]) -> list[Alternative]:
    return list(dict.fromkeys(way for way in ways if way is not None))


def _expansions(clauses: Sequence[Clause], synonyms: Synonyms) -> dict[int, list[Alternative]]:
    """Return the synonyms for each clause; the longest phrase takes its words first."""
    extra: dict[int, list[Alternative]] = {}
    for run in _runs(clauses):
        at = 0
        while at < len(run):
            taken = _longest(run, at, synonyms)
            for part in run[at : at + taken]:
                key = tuple(one.key for one in run[at : at + taken])
                extra.setdefault(part.clause, []).extend(synonyms.of(key))
            at += max(taken, 1)
    return extra


def _longest(run: Sequence[_Part], at: int, synonyms: Synonyms) -> int:
    for size in range(min(synonyms.longest, len(run) - at), 0, -1):
        piece = run[at : at + size]
        if not all(part.stop for part in piece) and synonyms.of(tuple(part.key for part in piece)):
            return size
    return 0


def _runs(clauses: Sequence[Clause]) -> list[list[_Part]]:
    """Return the plain words that stand side by side; phrases and excluded words mean what they say."""
    runs: list[list[_Part]] = [[]]
    for number, clause in enumerate(clauses):
        if clause.phrase or clause.excluded:
            runs.append([])
            continue
        words = _words(clause.text)
        runs[-1].extend(_Part(number, stem(word.folded, Language.EN), is_stop(word)) for word in words)
    return runs
