"""The word diff tells both texts, whole, and is readable."""

from hypothesis import given
from hypothesis import strategies as st

from kb.writing.diff import Change, Piece, changes, pieces, shortened

WORDS = st.lists(
    st.sampled_from(["we", "call", "home", "first", "\n", "\n\n", ", ", " ", "é", "3", ".", "日本"]), max_size=40
)


def _side(found: list[Piece], left_out: Change) -> str:
    return "".join(piece.text for piece in found if piece.change is not left_out)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_it(one: list[str], other: list[str]) -> None:
    before, after = "".join(one), "".join(other)
    found = pieces(before, after)
    assert _side(found, Change.ADDED) == before
    assert _side(found, Change.REMOVED) == after
    assert all(piece.text for piece in found)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text(before: str, after: str) -> None:
    found = pieces(before, after)
    assert (_side(found, Change.ADDED), _side(found, Change.REMOVED)) == (before, after)


def test_words_and_not_letters() -> None:
    assert pieces("We call on Monday.", "We visit on Tuesday.") == [
        Piece(Change.SAME, "We "),
        Piece(Change.REMOVED, "call on Monday"),
        Piece(Change.ADDED, "visit on Tuesday"),
        Piece(Change.SAME, "."),
    ]


def test_only_the_line_that_changed() -> None:
    found = pieces("One.\nTwo.\nThree.\n", "One.\nTwo and a half.\nThree.\n")
    assert [piece.text for piece in found if piece.change is not Change.SAME] == [" and a half"]


def test_a_long_text_is_not_compared_word_by_word() -> None:
    before = " ".join(f"word{number}" for number in range(20_000))
    after = " ".join(f"word{number}" for number in range(20_000, 40_000))
    assert [piece.change for piece in pieces(before, after)] == [Change.REMOVED, Change.ADDED]


def test_fields_of_every_shape() -> None:
    before = {"title": "Same", "drivers": ["a"], "gone": "x", "credits": [{"role": "teacher", "name": "Ann"}]}
    after = {"title": "Same", "drivers": ["a", "b"], "new": True, "credits": [{"role": "teacher"}]}
    assert {change.field: _side(change.pieces, Change.REMOVED) for change in changes(before, after)} == {
        "drivers": "a\nb",
        "new": "yes",
        "credits": "role: teacher",
        "gone": "",
    }


def test_long_stretches_that_stayed_are_cut() -> None:
    same = "word " * 200
    cut = shortened(pieces(same + "a", same + "b"))
    assert cut[0] is None
    assert len(cut) == 4
    assert cut[1] == Piece(Change.SAME, same[-156:])
