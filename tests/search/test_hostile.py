"""Ten thousand hostile searches: strings that break programs, random signs of all scripts, walls, nested quotes."""

import random
import time
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from kb.db import Database
from kb.search.query import FACETS
from kb.search.service import Search
from tests.search.test_query import NAUGHTY
from tests.search.world import WORDS, make_world

ROUNDS = [60, pytest.param(10_000, marks=pytest.mark.slow)]
SIGNS = "\"'()[]{}*?~^-+|&!:/\\<>,;.=#%_@`$\u00ad\u200b\u202e\ufeff\u0301\u0000\ud7ff"
LAST_SIGN = 0x10FFFF


def _hostile(dice: random.Random) -> Iterator[str]:
    """Yield texts without end."""
    while True:
        naughty, word = dice.choice(NAUGHTY), dice.choice(WORDS)
        anything = "".join(chr(dice.randrange(1, LAST_SIGN)) for _ in range(dice.randrange(1, 200)))
        yield naughty
        yield f"{word} {naughty} {dice.choice(NAUGHTY)}"
        yield anything.encode("utf-8", "replace").decode()
        yield "".join(dice.choice([word, " ", *SIGNS]) for _ in range(dice.randrange(1, 250)))
        yield dice.choice(['"', "(", '"(', "-", "-(", '-"', "*", "'", "\u0301", word[0]]) * dice.randrange(1, 260)
        yield " ".join(dice.choices(WORDS, k=dice.randrange(1, 60)))
        yield " ".join(f'{dice.choice(["-", "", "+"])}"{one} {word}"' for one in dice.choices(WORDS, k=20))
        yield " ".join(one[: dice.randrange(1, 4)] + dice.choice("*?~") for one in dice.choices(WORDS, k=30))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_no_search_breaks_the_page(
    client: FlaskClient, sqlite_database: Database, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    with sqlite_database.writing() as session:
        make_world(session, 1, size=200)
    held: Search = client.application.extensions["kb.search"]
    held.rebuild()
    held.read_words()
    dice, longest = random.Random(rounds), (0.0, "")
    for number, text in zip(range(rounds), _hostile(dice), strict=False):
        other = {dice.choice([*FACETS, "sort", "page", "like", "fragment", "started_from", "like_school"]): text}
        began = time.thread_time()
        if number % 5:
            answer = client.get("/search", query_string={"q": text, **(other if number % 3 else {})})
        else:
            answer = client.get("/search/suggestions", query_string={"q": text})
        longest = max(longest, (time.thread_time() - began, text))
        assert answer.status_code in {200, 400}, ascii(text)
        assert "<script>alert" not in answer.text
    record_property("longest_search_cpu_ms", f"{1000 * longest[0]:.0f}: {longest[1]!a}")
