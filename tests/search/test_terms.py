"""Words to tokens: compounds, accents, two languages, synonyms."""

import pytest

from kb.items.rules import Language
from kb.search.analysis import clean, tokens
from kb.search.engine import Term
from kb.search.terms import SYNONYM_WEIGHT, Synonyms, build
from tests.search.world import ask

SYNONYMS = Synonyms(
    [
        ["Chronic absence", "chronic absenteeism", "chronically absent"],
        ["Multilingual learner", "ELL", "EL", "English learner"],
        ["D/F rate", "DF rate", "D and F rate", "Ds and Fs"],
        ["Free or reduced-price lunch", "F/R lunch", "FRL"],
        ["Tardy", "late"],
        ["Late work", "late assignment"],
        ["One, five, twenty-five", "1-5-25", "1:5:25"],
    ]
)


def _terms(text: str) -> list[Term]:
    return build(ask(q=text).clauses, SYNONYMS)


def _holds(term: Term, text: str, language: Language = Language.EN) -> bool:
    """Say whether a text matches a term: a plain matcher, to judge tokens and terms together."""
    places: dict[str, set[int]] = {}
    for token, position in tokens(clean(text), language):
        places.setdefault(token, set()).add(position)
    for way in term.alternatives:
        for start in places.get(way.tokens[0], ()):
            if all(start + off in places.get(token, ()) for token, off in zip(way.tokens, way.offsets, strict=True)):
                return True
    return False


def _finds(typed: str, text: str, language: Language = Language.EN) -> bool:
    terms = _terms(typed)
    return bool(terms) and all(_holds(term, text, language) for term in terms)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("9th-grade", "the 9th grade team"),
        ("9th grade", "a 9th-grade team"),
        ("9thgrade", "a 9th-grade team"),
        ("D/F", "our D/F rate"),
        ("df", "our D/F rate"),
        ("D/F rate", "the DF rate"),
        ("DF rate", "how the D and F rate fell"),
        ("1-5-25", "the 1-5-25 rule"),
        ("1:5:25", "the 1-5-25 rule"),
        ("check-in", "a weekly check-in"),
        ("checkin", "a weekly check-in"),
        ("F/R lunch", "share of FRL students"),
        ("FRL", "students with F/R lunch"),
        ("improving", "it improved"),
        ("teacher", "the teacher’s own"),
        ("O'Brien", "Ms. OBrien"),
        ("resume", "a résumé"),
        ("RÉSUMÉ", "a resume"),
        ("ﬁle", "file it"),
        ("chronic absence", "chronically absent students"),
        ("chronic absence", "chronic absenteeism"),
        ("tardy", "came late"),
        ("late work", "a late assignment policy"),
        ('"exit tickets"', "an exit ticket"),
        ("EL", "English learners"),
        ("EL students", "multilingual learner and student"),
        ("ell", "EL groups"),
        ("IT team", "the IT team"),
        ("2024–25", "in 2024-25"),
        ("school year 2024/25", "school year 2024-25"),
    ],
)
def test_it_finds(typed: str, text: str) -> None:
    assert _finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("rate", "two rats", Language.EN),
        ('"exit ticket"', "ticket exit", Language.EN),
        ('"exit ticket"', "exit the ticket", Language.EN),
        ("late work", "tardy students at work", Language.EN),  # the longest phrase takes its words
        ("EL", "el ausentismo", Language.ES),
        ("EL", "english learner", Language.ES),
        ("el ausentismo", "multilingual learner", Language.EN),
        ("EL AUSENTISMO", "multilingual learner", Language.EN),
        ("-ELL", "nothing", Language.EN),
        ('"ELL"', "english learner", Language.EN),
        ("A-G", "a group g", Language.EN),
    ],
)
def test_it_does_not_find(typed: str, text: str, language: Language) -> None:
    terms = [term for term in _terms(typed) if not term.excluded]
    assert not terms or not all(_holds(term, text, language) for term in terms)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("evaluacion", "la evaluación"), ("evaluaciones", "una evaluación"), ("niños", "el nino"), ("FAFSA", "la FAFSA")],
)
def test_spanish_records(typed: str, text: str) -> None:
    assert _finds(typed, text, Language.ES)


def test_common_words_give_no_term() -> None:
    assert _terms("the of el la") == []
    assert [term.text for term in _terms("how do we get families to file")] == ["get", "families", "file"]


def test_a_word_typed_twice_counts_twice() -> None:
    (term,) = _terms("retake retake")
    assert term.weight == 2


def test_synonyms_are_weaker_and_not_for_phrases_or_minus() -> None:
    tardy = _terms("tardy")[0]
    assert {way.weight for way in tardy.alternatives} == {1.0, SYNONYM_WEIGHT}
    assert {way.weight for way in _terms('"tardy"')[0].alternatives} == {1.0}
    assert {way.weight for way in _terms("-tardy")[0].alternatives} == {1.0}


def test_a_phrase_does_not_run_from_one_text_into_the_next() -> None:
    from kb.search.documents import Source, analyse

    document = analyse(Source(1, 1, Language.EN, ((3.0, "exit"), (1.0, "ticket"))))
    assert document.places["ticket"][0] - document.places["exit"][0] > 1
    assert document.words["exit"] == 3.0
