"""The text of seeded records: frequencies of real text, topics one can search for, family trees like real ones."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import markup
from kb.bench import words
from kb.bench.descent import DEEP, descents, popular
from kb.bench.prose import MEAN, Prose
from kb.bench.topics import TOPICS


@pytest.fixture(scope="module")
def prose() -> Prose:
    return Prose(3)


def test_the_vocabulary_has_50_000_words_and_the_shares_of_zipf() -> None:
    vocabulary = words.vocabulary()
    assert len(set(vocabulary)) == len(vocabulary) == 50_000
    assert all(word.isascii() for word in vocabulary)
    shares = np.bincount(words.table(words.SIZE, words.TABLE_BITS), minlength=words.SIZE) / 2**words.TABLE_BITS
    assert shares[0] / shares[9] == pytest.approx(10**words.EXPONENT, rel=0.01)
    assert shares.min() > 0


def test_there_are_60_topics_with_tags_and_words_of_their_own() -> None:
    assert len(TOPICS) == len({topic.slug for topic in TOPICS}) == 60
    known = set(words.vocabulary())
    assert all(set(topic.words) <= known and topic.phrases for topic in TOPICS)


def test_a_text_speaks_of_its_topic_and_has_its_length(prose: Prose) -> None:
    text = prose.text(0, 40_000).markdown.lower()
    spoken = Counter(text.replace(".", "").replace(",", "").split())
    assert 0.9 < sum(spoken.values()) / 40_000 < 1.15  # a phrase is one token of two words
    assert "chronic absenteeism" in text
    assert spoken["the"] > 5 * spoken["attendance"] > 0


@settings(deadline=None, max_examples=40)  # rendering is slow, and a busy machine slower
@given(topic=st.integers(0, len(TOPICS) - 1), length=st.integers(1, 200), count=st.integers(1, 9))
def test_html_is_what_the_renderer_makes(prose: Prose, topic: int, length: int, count: int) -> None:
    for text in (prose.text(topic, length), prose.points(topic, count), prose.text(topic, length, "We tried it.")):
        assert text.html == markup.render(text.markdown)
    assert MEAN > 1


@settings(deadline=None, max_examples=40)
@given(ideas=st.integers(1, 3_000), seed=st.integers())
def test_parents_are_older_and_trees_shallow(ideas: int, seed: int) -> None:
    made = descents(ideas, 60, random.Random(seed))
    assert len(made) == ideas
    for number, descent in enumerate(made):
        assert all(0 <= parent < number for parent, _ in descent.parents)
        assert descent.depth == 1 + max((made[parent].depth for parent, _ in descent.parents), default=-1)
        assert len({parent for parent, _ in descent.parents}) == len(descent.parents)
    if ideas > 100:
        deep = sum(descent.depth > DEEP for descent in made)
        assert deep / ideas < 0.05


def test_a_popular_idea_has_hundreds_of_adaptations_in_a_large_database() -> None:
    made = descents(12_000, 60, random.Random(1))
    children = Counter(parent for descent in made for parent, _ in descent.parents)
    assert popular(12_000) == 5
    assert min(children[number] for number in range(5)) > 150
