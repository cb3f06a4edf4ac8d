"""Two people's changes: nothing of mine is lost, nothing of theirs is lost without a question."""

from hypothesis import given
from hypothesis import strategies as st

from kb.writing.merge import flat, merge, nested

NAMES = st.sampled_from(["title", "summary", "drivers", "texts.a", "texts.b", "texts.do.did"])
VALUES = st.one_of(st.text(min_size=1, max_size=3), st.lists(st.integers(0, 3), min_size=1, max_size=2))
FORMS = st.dictionaries(NAMES, VALUES, max_size=6)


@given(FORMS, FORMS, FORMS)
def test_each_field_is_one_of_the_two(
    base: dict[str, object], mine: dict[str, object], theirs: dict[str, object]
) -> None:
    merged = merge(base, mine, theirs)
    asked = {conflict.field for conflict in merged.conflicts}
    for name in {*base, *mine, *theirs}:
        before, one, other = base.get(name), mine.get(name), theirs.get(name)
        if one == other:
            assert merged.values.get(name) == one
            assert name not in asked
        elif one == before:
            assert merged.values.get(name) == other
            assert name in merged.taken
        elif other == before:
            assert merged.values.get(name) == one
            assert name not in asked
        else:
            assert merged.values.get(name) == one
            assert name in asked


@given(FORMS, FORMS)
def test_without_a_base_every_difference_is_asked(mine: dict[str, object], theirs: dict[str, object]) -> None:
    merged = merge(None, mine, theirs)
    assert {conflict.field for conflict in merged.conflicts} == {
        name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)
    }
    assert {name: value for name, value in merged.values.items() if name in mine} == mine


@given(FORMS, FORMS)
def test_one_side_alone(base: dict[str, object], changed: dict[str, object]) -> None:
    assert merge(base, changed, base).values == changed
    assert merge(base, base, changed).values == changed
    assert merge(base, changed, changed).conflicts == []


@given(FORMS)
def test_flat_and_back(form: dict[str, object]) -> None:
    assert flat(nested(form)) == form
