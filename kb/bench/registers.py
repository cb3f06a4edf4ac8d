"""Registers that seeded records point at: tags, and small methods where the database has none."""

from dataclasses import dataclass

import sqlalchemy as sa

from kb.bench.bulk import Bulk
from kb.bench.topics import TOPICS
from kb.ids import slugify
from kb.items.models import Tag
from kb.items.rules import GradeBand, Vocabulary
from kb.methods.models import Core, Method, MethodQuestion, MethodStep, MethodVersion, Phase

SUBJECTS = ("Mathematics", "English language arts", "Science", "Social studies", "Arts", "Physical education")
GROUPS = ("Multilingual learners", "Students with disabilities", "Students in foster care", "First-generation students")
ASKED = 6  # questions a seeded cycle answers
_METHODS = {"pdsa": "PDSA", "dmaic": "DMAIC", "roci": "ROCI"}
_STEPS = (
    (Phase.PLAN, "plan.learn", None, "What do we want to learn?"),
    (Phase.PLAN, "plan.tasks", None, "Who does what, and when?"),
    (Phase.TRY, "do.did", Core.DID, "What did we do?"),
    (Phase.LEARN, "study.happened", Core.HAPPENED, "What happened?"),
    (Phase.LEARN, "study.learned", Core.LEARNED, "What did we learn?"),
    (Phase.DECIDE, "act.next", None, "What will we do next?"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A method version and the questions that a seeded cycle answers: (id, code) in reading order."""

    version_id: int
    code: str
    version: str
    questions: tuple[tuple[int, str], ...]


Tags = dict[tuple[Vocabulary, str], int]


def tags(bulk: Bulk) -> Tags:
    """Write the tags; return their ids by vocabulary and label."""
    labels = {
        Vocabulary.TOPIC: [topic.label for topic in TOPICS],
        Vocabulary.SUBJECT: list(SUBJECTS),
        Vocabulary.GROUP: list(GROUPS),
        Vocabulary.GRADE: [band.value for band in GradeBand],
    }
    ids: Tags = {}
    for vocabulary, words in labels.items():
        for label in words:
            ids[vocabulary, label] = len(ids) + 1
            bulk.add(Tag, id=len(ids), vocabulary=vocabulary, slug=slugify(label), label=label)
    return ids


def ways(connection: sa.Connection, bulk: Bulk) -> list[Way]:
    """Return what cycles need of the methods; small ones are written first where the database has none."""
    if connection.scalar(sa.select(sa.func.count()).select_from(Method)) == 0:
        _small_methods(bulk)
        bulk.flush()
    versions = connection.execute(
        sa.select(MethodVersion.id, Method.code, MethodVersion.version).join(Method).order_by(Method.code)
    ).all()
    return [Way(row.id, row.code, row.version, _questions(connection, row.id)) for row in versions]


def _questions(connection: sa.Connection, version_id: int) -> tuple[tuple[int, str], ...]:
    """Choose the core questions and the first others, in reading order."""
    rows = connection.execute(
        sa.select(MethodQuestion.id, MethodQuestion.code, MethodQuestion.core)
        .join(MethodStep)
        .where(MethodStep.version_id == version_id)
        .order_by(MethodStep.position, MethodQuestion.position)
    ).all()
    others = [row.id for row in rows if row.core is None]
    chosen = {row.id for row in rows if row.core is not None} | set(others[: ASKED - len(Core)])
    return tuple((row.id, row.code) for row in rows if row.id in chosen)


def _small_methods(bulk: Bulk) -> None:
    step_id = 0
    for version_id, (code, title) in enumerate(_METHODS.items(), start=1):
        bulk.add(Method, id=version_id, code=code)
        bulk.add(MethodVersion, id=version_id, method_id=version_id, version="1", title=title, summary=title)
        for position, (phase, question, core, text) in enumerate(_STEPS):
            step_id += 1
            where = {"id": step_id, "position": position}
            bulk.add(
                MethodStep, version_id=version_id, code=f"step-{position}", title=phase.title(), phase=phase, **where
            )
            bulk.add(MethodQuestion, step_id=step_id, code=question, text=text, core=core, **where)
