"""Packed postings equal a plain picture of them, whatever is put in and taken out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.postgres import packing
from kb.search.postgres.packing import NOTHING, PLACE_BITS

NUMBERS = st.integers(0, 2**packing.BLOCK_BITS - 1)
PLACES = st.lists(st.integers(0, 2**PLACE_BITS - 1), max_size=5, unique=True)
Rows = dict[int, tuple[float, list[int]]]
ENTRIES = st.dictionaries(NUMBERS, st.tuples(st.integers(1, 40).map(lambda half: half / 2), PLACES), max_size=8)


@given(st.lists(st.tuples(ENTRIES, st.sets(NUMBERS, max_size=4)), max_size=5), st.integers(0, 3_000))
def test_changes_equal_those_of_a_dictionary(changes: list[tuple[Rows, set[int]]], block: int) -> None:
    packed = NOTHING
    plain: Rows = {}
    for entries, removed in changes:
        gone = removed | entries.keys()
        rows = [(number, weight, places) for number, (weight, places) in entries.items()]
        packed = packing.changed(packed, gone, rows)
        plain = {number: row for number, row in plain.items() if number not in gone} | entries
    first = block << packing.BLOCK_BITS
    items, weights = packing.postings({block: (packed.documents, packed.weights)})
    assert items.tolist() == [first + number for number in sorted(plain)]
    assert weights.tolist() == [plain[number][0] for number in sorted(plain)]
    occurrences = sorted(((first + number) << PLACE_BITS) + place for number in plain for place in plain[number][1])
    assert packing.occurrences({block: packed.places}).tolist() == occurrences


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_keys_come_back_as_they_went_in(keys: list[bytes]) -> None:
    assert packing.parted(packing.joined(keys)) == keys


@given(st.lists(st.text(max_size=300), unique=True, max_size=10))
def test_each_token_has_a_short_key_of_its_own(tokens: list[str]) -> None:
    keys = [packing.key(token) for token in tokens]
    assert len(set(keys)) == len(tokens)
    assert max(map(len, keys), default=0) <= 200


def test_every_item_has_a_place_in_a_block() -> None:
    for item in (0, 1, 1023, 1024, 2**31 - 1):
        assert (packing.block_of(item) << packing.BLOCK_BITS) + packing.number_of(item) == item


def test_a_place_that_cannot_be_packed_is_left_out() -> None:
    packed = packing.changed(NOTHING, (), [(3, 1.0, [7, 2**PLACE_BITS, 2**40])])
    assert packing.occurrences({0: packed.places}).tolist() == [(3 << PLACE_BITS) + 7]


def test_nothing_is_nothing() -> None:
    items, weights = packing.postings({})
    assert len(items) == len(weights) == len(packing.occurrences({})) == 0
    assert packing.changed(packing.changed(NOTHING, (), [(3, 1.0, [7])]), {3}, []) == NOTHING


def test_a_missing_weight_is_an_error() -> None:
    with pytest.raises(ValueError, match="weight is missing"):
        packing.postings({0: (np.arange(2, dtype="<u2").tobytes(), np.ones(1, "<f4").tobytes())})
