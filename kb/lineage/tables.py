"""The family as tables for a spreadsheet: one row for each idea, and one for each idea at each school. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from kb.lineage.family import Change, Family, Idea, Test
from kb.lineage.matrix import matrix
from kb.sheets import csv_of

LINEAGE = (
    "id", "title", "url", "parent_ids", "relation", "reason",
    "kept", "changed", "added", "removed", "why", "school", "date",
)  # fmt: skip
TESTED_WHERE = ("idea_id", "idea", "school_id", "school", "cycles", "latest_result", "latest_decision", "latest_url")
_BETWEEN = " | "  # several parents in one cell, always in the same order

UrlOf = Callable[[Idea | Test], str]


def lineage(family: Family, changes: Iterable[Change], url_of: UrlOf) -> str:
    """Return the CSV of all ideas of the family, older before younger. A withdrawn idea has only an id and a date."""
    of_child: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        of_child[change.child].append(change)
    ideas = sorted(family.ideas.values(), key=lambda idea: (idea.born, idea.ref.public_id))
    return csv_of(LINEAGE, (_lineage_row(family, idea, of_child[idea.id], url_of) for idea in ideas))


def tested_where(family: Family, url_of: UrlOf) -> str:
    """Return the CSV of every idea at every school that tested it."""
    where = matrix(list(family.ideas.values()), family.tests)
    return csv_of(
        TESTED_WHERE,
        (
            (
                idea.ref.public_id,
                idea.title,
                school.ref.public_id,
                school.name,
                str(len(cell.tests)),
                cell.latest.result or cell.latest.stage,
                cell.latest.decision or "",
                url_of(cell.latest),
            )
            for idea, cells in where.rows
            for school, cell in zip(where.columns, cells, strict=True)
            if cell is not None
        ),
    )


def _lineage_row(family: Family, idea: Idea, changes: Sequence[Change], url_of: UrlOf) -> Sequence[str]:
    if idea.withdrawn:
        return idea.ref.public_id, *[""] * (len(LINEAGE) - 2), idea.born.isoformat()
    return (
        idea.ref.public_id,
        idea.title,
        url_of(idea),
        _BETWEEN.join(family.named(change.parent).ref.public_id for change in changes),
        _BETWEEN.join(change.type for change in changes),
        *(_joined(changes, field) for field in ("reason", "kept", "changed", "added", "removed", "why")),
        idea.school_name,
        idea.born.isoformat(),
    )


def _joined(changes: Sequence[Change], field: str) -> str:
    texts = [getattr(change, field) for change in changes]
    return _BETWEEN.join(texts) if any(texts) else ""
