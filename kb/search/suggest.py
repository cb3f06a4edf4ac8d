"""Did you mean: a query with the words corrected that no record holds. Pure."""

from collections.abc import Container, Sequence
from dataclasses import replace

from kb.search.analysis import Word, clean, compounds, is_stop
from kb.search.query import Clause
from kb.search.vocabulary import Vocabulary


def corrected(clauses: Sequence[Clause], words: Vocabulary, *, matched: Container[str]) -> tuple[Clause, ...] | None:
    """Return the clauses with every unknown word corrected that has a likely correction, None if none has.

    A clause whose text is ``matched`` was found as it is, and a word that is left out on purpose stays as it is.
    """
    better = tuple(
        clause if clause.excluded or clause.text in matched else _corrected(clause, words) for clause in clauses
    )
    return better if better != tuple(clauses) else None


def _corrected(clause: Clause, words: Vocabulary) -> Clause:
    parts, at = [], 0
    for word in _words(clause.text):
        other = None if is_known(word, words) else words.correct(word.folded)
        if other is not None:
            parts += [clause.text[at : word.start], other]
            at = word.end
    return replace(clause, text="".join([*parts, clause.text[at:]]))


def is_known(word: Word, words: Vocabulary) -> bool:
    """Say whether a word needs no correction: a public record holds it, or it is too common."""
    return is_stop(word) or words.known(word.folded) is not None


def _words(text: str) -> list[Word]:
    return [word for compound in compounds(clean(text)) for word in compound.parts]
