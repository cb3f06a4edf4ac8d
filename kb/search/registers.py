"""The values of facets and their names: tags, methods, networks and schools, read again at each change."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cells import DEFAULT_MINIMUM
from kb.evidence.rules import EvidenceLabel
from kb.glossary.models import Term
from kb.items.models import Tag, TagAlias
from kb.items.rules import Vocabulary
from kb.methods.models import Method, MethodVersion
from kb.networks.models import Network
from kb.schools.models import School
from kb.search.columns import DECISIONS, KINDS, LANGUAGES, RESULTS
from kb.search.details import COSTS, MET, SCALES, TIMES, codes
from kb.search.editions import TagIds
from kb.search.terms import Synonyms

FIRST_YEAR, LAST_YEAR = 1990, 2100
LOCALE_CODES = {"1": 1, "2": 2, "3": 3, "4": 4}
VOCABULARIES = {
    "topic": Vocabulary.TOPIC,
    "subject": Vocabulary.SUBJECT,
    "grade": Vocabulary.GRADE,
    "group": Vocabulary.GROUP,
}
TESTED_AT = (1, 2, 3, 5)  # "tested at this many schools or more"
LABELS = codes(EvidenceLabel)
WORDS = {
    "kind": KINDS,
    "result": RESULTS,
    "decision": DECISIONS,
    "language": LANGUAGES,
    "met": MET,
    "tested": {str(schools): schools for schools in TESTED_AT},
    "label": LABELS,
    "scale": SCALES,
    "cost": COSTS,
    "time": TIMES,
    "locale": LOCALE_CODES,
}


@dataclass(frozen=True, slots=True)
class Register:
    """The values of one facet: the code of each value in an address, and value and name of each code."""

    codes: Mapping[str, int]
    names: Mapping[int, str]
    values: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Registers:
    """All registers by facet, the tags of each vocabulary as a bitmap by tag id, and the synonyms.

    ``tag_ids`` knows merged tags by their old names too, and so do the codes of their facets.
    ``minimums`` is the smallest group of students a network tells of, by network id; the last entry is for no network.
    """

    by_facet: Mapping[str, Register]
    tags: Mapping[str, npt.NDArray[np.bool_]]
    tag_ids: TagIds
    synonyms: Synonyms
    minimums: npt.NDArray[np.int32]


def read(session: orm.Session) -> Registers:
    """Return all registers; six queries, whatever the number of items."""
    tags = session.execute(sa.select(Tag.id, Tag.vocabulary, Tag.slug, Tag.label)).all()
    merged = session.execute(sa.select(TagAlias.tag_id, TagAlias.vocabulary, TagAlias.slug)).all()
    by_facet = {
        facet: _register(
            ((tag, slug, label) for tag, vocabulary, slug, label in tags if vocabulary is wanted),
            old={slug: tag for tag, vocabulary, slug in merged if vocabulary is wanted},
        )
        for facet, wanted in VOCABULARIES.items()
    }
    tag_ids = {(facet, slug): tag for facet in VOCABULARIES for slug, tag in by_facet[facet].codes.items()}
    titles = sa.select(Method.id, Method.code, MethodVersion.title).join(MethodVersion).order_by(MethodVersion.id)
    by_facet["method"] = _register(session.execute(titles))
    networks = session.execute(sa.select(Network.id, Network.public_id, Network.name, Network.minimum_group)).all()
    by_facet["network"] = _register((network, value, name) for network, value, name, _ in networks)
    by_facet["school"] = _register(session.execute(sa.select(School.id, School.public_id, School.name)))
    by_facet.update({facet: _plain(words) for facet, words in WORDS.items()})
    by_facet["year"] = _plain({str(year): year for year in range(FIRST_YEAR, LAST_YEAR)})
    size = max((tag for tag, *_ in tags), default=0) + 1
    return Registers(
        by_facet,
        {facet: _bitmap(by_facet[facet], size) for facet in VOCABULARIES},
        tag_ids,
        _synonyms(session),
        _minimums({network: minimum for network, *_, minimum in networks}),
    )


def _register(rows: object, old: Mapping[str, int] | None = None) -> Register:
    found: list[tuple[int, str, str]] = list(rows)  # type: ignore[call-overload]  # rows of a result, or a generator
    return Register(
        codes={**(old or {}), **{value: code for code, value, _ in found}},
        names={code: name for code, _, name in found},
        values={code: value for code, value, _ in found},
    )


def _plain(codes: Mapping[str, int]) -> Register:
    """Return a register whose names are those of the interface."""
    return Register(codes, {}, {code: value for value, code in codes.items()})


def _bitmap(register: Register, size: int) -> npt.NDArray[np.bool_]:
    among = np.zeros(size, np.bool_)
    among[list(register.names)] = True
    return among


def _minimums(minimums: Mapping[int, int]) -> npt.NDArray[np.int32]:
    by_id = np.full(max(minimums, default=0) + 2, DEFAULT_MINIMUM, np.int32)
    by_id[list(minimums)] = list(minimums.values())
    return by_id


def _synonyms(session: orm.Session) -> Synonyms:
    terms = session.execute(sa.select(Term.title, Term.synonyms).order_by(Term.id))
    return Synonyms([title, *synonyms] for title, synonyms in terms)
