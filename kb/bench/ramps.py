"""Which idea is tested at which school, and when: ramps of one to four cycles. Pure."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from kb.bench.descent import popular
from kb.bench.ideas import Idea
from kb.bench.places import TODAY, Place, World

_GOES_ON = 0.45  # a cycle is followed by another on the same ramp
_LONGEST = 4
_OWN, _NETWORK, _ANY = 0.5, 0.75, 0.95  # whose idea a school tests; the rest are popular ones
_LENGTH = (7, 60)  # days of a test
_PAUSE = (3, 30)


@dataclass(frozen=True, slots=True)
class Test:
    """One cycle to be written: of which idea, where, when, and whether it goes on from the cycle before it."""

    idea: Idea
    place: Place
    goes_on: bool
    started: dt.date
    ended: dt.date


def tests(ideas: list[Idea], world: World, count: int, draw: random.Random) -> Iterator[Test]:
    """Give that many tests, ramp by ramp."""
    near = _by_place(ideas)
    made = 0
    while made < count:
        place = world.places[int(draw.random() * len(world.places))]
        idea = _choose(ideas, near, place, draw)
        span = (TODAY - idea.created).days
        started = idea.created.date() + dt.timedelta(days=7 + int(draw.random() * span))
        for step in range(min(_LONGEST, count - made)):
            if step and draw.random() >= _GOES_ON:
                break
            ended = started + dt.timedelta(days=draw.randint(*_LENGTH))
            yield Test(idea, place, step > 0, started, ended)
            made += 1
            if ended > TODAY.date():
                break
            started = ended + dt.timedelta(days=draw.randint(*_PAUSE))


def _by_place(ideas: list[Idea]) -> tuple[dict[int, list[Idea]], dict[int, list[Idea]]]:
    schools: dict[int, list[Idea]] = {}
    networks: dict[int, list[Idea]] = {}
    for idea in ideas:
        schools.setdefault(idea.place.id, []).append(idea)
        networks.setdefault(idea.place.network_id, []).append(idea)
    return schools, networks


def _choose(
    ideas: list[Idea],
    near: tuple[dict[int, list[Idea]], dict[int, list[Idea]]],
    place: Place,
    draw: random.Random,
) -> Idea:
    share = draw.random()
    if share < _OWN:
        pool = near[0].get(place.id, ideas)
    elif share < _NETWORK:
        pool = near[1].get(place.network_id, ideas)
    else:
        pool = ideas if share < _ANY else ideas[: popular(len(ideas))]
    return pool[int(draw.random() * len(pool))]
