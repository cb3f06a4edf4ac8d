"""Seeded change ideas with their texts, drivers, and the links to the ideas they descend from."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from kb.bench.bulk import Bulk
from kb.bench.chance import chance
from kb.bench.descent import Descent, descents, popular
from kb.bench.items import Edge, Items, Sheet
from kb.bench.places import BEGIN, TODAY, Place, World
from kb.bench.prose import Prose
from kb.bench.registers import GROUPS, SUBJECTS
from kb.bench.topics import TOPICS, Topic
from kb.drivers.models import DriverIdea
from kb.ideas.models import ChangeIdea
from kb.ideas.rules import Cost, Target
from kb.items.rules import CoreConsistency, Kind, LinkType, Planned, Vocabulary

SPAN = TODAY - BEGIN - dt.timedelta(days=45)
_LENGTHS = {"hypothesis": 45, "how_to_try": 190}  # words
_POINTS = {"core_parts": 4, "adaptable_parts": 4, "materials": 4}  # sentences of a list
_SUBJECT, _GROUP, _SECOND_DRIVER = 0.6, 0.25, 0.3
_TITLES = (
    "{phrase} in the first five minutes",
    "Weekly {phrase} with a partner",
    "{phrase} led by students",
    "One {phrase} before the bell",
    "{phrase} for every {word}",
    "{word} board beside the {phrase}",
    "Two-minute {phrase} at the door",
    "{phrase} with a {word} card",
)
_HYPOTHESES = (
    "If we start each week with a {phrase}, then {word} will improve because students know what comes next.",
    "If every student has a {phrase} by Friday, then fewer will fall behind in {word} because help arrives early.",
    "If two adults share the {phrase}, then {word} will grow because nobody waits for the other.",
    "If students lead the {phrase}, then more of them speak about {word} because the question is theirs.",
)
_WHY = ("fit our schedule", "reach families at work", "use what we had", "serve newcomers", "save time")


@dataclass(frozen=True, slots=True)
class Idea:
    """What cycles and cases need of an idea."""

    id: int
    topic: int
    title: str
    place: Place
    created: dt.datetime
    quality: float
    subjects: tuple[str, ...]


def write(bulk: Bulk, items: Items, prose: Prose, world: World, seed: int, count: int) -> Iterator[Idea]:
    """Write the ideas from the oldest to the youngest, giving each as it is written."""
    draw = chance(seed, "ideas")
    frequent = popular(count)
    for number, descent in enumerate(descents(count, len(TOPICS), chance(seed, "descent"))):
        place = world.places[int(draw.random() * len(world.places))]
        created = BEGIN + SPAN * ((number + draw.random()) / count)
        title, sheet = _sheet(draw, prose, descent, place, created)
        sheet.for_all = number < frequent
        item_id = items.number()
        drivers = _drivers(draw, world, place)
        sheet.own["drivers"] = sorted(public_id for _, public_id in drivers)
        sheet.links = [_link(draw, parent, kind) for parent, kind in descent.parents]
        items.write(item_id, sheet)
        fields = {name: value for name, value in sheet.own.items() if name != "drivers"}
        bulk.add(ChangeIdea, item_id=item_id, **fields, **{name: text.markdown for name, text in sheet.texts.items()})
        for driver_id, _ in drivers:
            bulk.add(DriverIdea, idea_id=item_id, driver_id=driver_id)
        subjects = tuple(label for vocabulary, label in sheet.tags if vocabulary is Vocabulary.SUBJECT)
        yield Idea(item_id, descent.topic, title, place, created, draw.random(), subjects)


def words_for(draw: random.Random, topic: Topic) -> dict[str, str]:
    """Return a phrase and a word of the topic, for a template."""
    return {"phrase": draw.choice(topic.phrases), "word": draw.choice(topic.words)}


def capital(text: str) -> str:
    """Return the text with a capital first letter and all others as they are."""
    return text[0].upper() + text[1:]


def _sheet(
    draw: random.Random, prose: Prose, descent: Descent, place: Place, created: dt.datetime
) -> tuple[str, Sheet]:
    topic = TOPICS[descent.topic]
    title = capital(draw.choice(_TITLES).format(**words_for(draw, topic)))
    hypothesis = draw.choice(_HYPOTHESES).format(**words_for(draw, topic))
    texts = {name: prose.text(descent.topic, length) for name, length in _LENGTHS.items()}
    texts["hypothesis"] = prose.text(descent.topic, _LENGTHS["hypothesis"], hypothesis)
    texts |= {name: prose.points(descent.topic, count) for name, count in _POINTS.items()}
    own = {
        "population": f"Students new to {topic.words[0]}",
        "cost": draw.choice(tuple(Cost)),
        "staff_time": f"{5 * (1 + int(draw.random() * 12))} minutes a week",
        "duration": f"{2 + int(draw.random() * 9)} weeks",
        "target": draw.choice(tuple(Target)),
        "roles_needed": "One teacher and one counselor",
    }
    tags = [(Vocabulary.TOPIC, topic.label), *[(Vocabulary.GRADE, band.value) for band in place.bands]]
    if draw.random() < _SUBJECT:
        tags.append((Vocabulary.SUBJECT, draw.choice(SUBJECTS)))
    if draw.random() < _GROUP:
        tags.append((Vocabulary.GROUP, draw.choice(GROUPS)))
    summary = capital(draw.choice(_HYPOTHESES).format(**words_for(draw, topic)))
    return title, Sheet(Kind.IDEA, place, title, summary, created, texts, tags, own)


def _drivers(draw: random.Random, world: World, place: Place) -> list[tuple[int, str]]:
    known = world.drivers[place.network_id]
    return draw.sample(known, 2 if draw.random() < _SECOND_DRIVER else 1)


def _link(draw: random.Random, parent: int, kind: LinkType) -> Edge:
    """Return a link to an idea by its number; ideas have the row ids from 1 in the same order."""
    why = draw.choice(_WHY)
    frame = {
        "kept": "The core routine and its time of day.",
        "changed": f"Who leads it, to {why}.",
        "added": "A card that students keep." if draw.random() < 0.5 else "",  # noqa: PLR2004 - every second
        "why": f"To {why}.",
        "planned": draw.choice(tuple(Planned)),
        "decided_by": "The grade team",
        "core": draw.choice(tuple(CoreConsistency)),
    }
    return Edge(parent + 1, kind, f"We changed it to {why}.", frame)
