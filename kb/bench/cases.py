"""Seeded case studies: nine sections, citing cycles of their school and the ideas these tested."""

import datetime as dt
from collections.abc import Iterator

from kb.bench.bulk import Bulk
from kb.bench.chance import chance
from kb.bench.cycles import Tested
from kb.bench.items import Edge, Items, Sheet
from kb.bench.places import TODAY, World
from kb.bench.prose import Prose
from kb.bench.topics import TOPICS
from kb.cases.models import CaseSection
from kb.cases.rules import Section
from kb.items.rules import Kind, LinkType, Vocabulary

_SECTION = 47  # words
_CITED = 4  # cycles


def write(
    bulk: Bulk, items: Items, prose: Prose, world: World, seed: int, cycles: list[Tested], count: int
) -> Iterator[int]:
    """Write the cases, giving the id of each as it is written."""
    draw = chance(seed, "cases")
    at_school: dict[int, list[Tested]] = {}
    for cycle in cycles:
        at_school.setdefault(cycle.place_id, []).append(cycle)
    for _ in range(count):
        place = world.places[int(draw.random() * len(world.places))]
        pool = at_school.get(place.id, cycles)
        cited = draw.sample(pool, min(_CITED, len(pool)))
        targets = list(dict.fromkeys([cycle.id for cycle in cited] + [cycle.idea.id for cycle in cited]))
        topic = cited[0].idea.topic if cited else int(draw.random() * len(TOPICS))
        label = TOPICS[topic].label
        opening = f"{place.name} set out to change {label.lower()} and learned more from what failed."
        texts = {section.value: prose.text(topic, _SECTION) for section in Section}
        texts[Section.PROBLEM] = prose.text(topic, _SECTION, opening)
        created = TODAY - dt.timedelta(days=60 + int(draw.random() * 900))
        tags = [(Vocabulary.TOPIC, label), *[(Vocabulary.GRADE, band.value) for band in place.bands]]
        links = [Edge(target, LinkType.CITES) for target in targets]
        item_id = items.number()
        title = f"How {place.name} worked on {label[0].lower() + label[1:]}"
        items.write(item_id, Sheet(Kind.CASE, place, title, opening, created, texts, tags, {}, links))
        for section in Section:
            bulk.add(CaseSection, item_id=item_id, section=section, text=texts[section].markdown)
        yield item_id
