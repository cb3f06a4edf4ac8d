"""The verbs of networks: their own rows; drivers are written by ``drivers.actions``."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb import markup
from kb.errors import InvalidError
from kb.ids import slugify
from kb.networks.document import Aim, NetworkDocument
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.schools.models import School


def write(session: orm.Session, document: NetworkDocument) -> Network:
    """Write a network's row, questions and members."""
    row = session.scalar(
        sa.select(Network).where(Network.public_id == document.id).options(orm.selectinload(Network.questions))
    )
    if row is None:
        row = Network(public_id=document.id)
        session.add(row)
    _fill(row, document)
    session.flush()
    _replace_members(session, row, document)
    return row


def _fill(row: Network, document: NetworkDocument) -> None:
    for name in ("name", "hub", "minimum_group", "review_required", "fictional"):
        setattr(row, name, getattr(document, name))
    row.slug = slugify(document.name)
    row.labels = dict(document.labels)
    row.about = document.body
    row.about_html = markup.render(document.body)
    aim = document.aim or Aim()
    row.aim_what, row.aim_whom, row.aim_how_much, row.aim_by = aim.what, aim.whom, aim.how_much, aim.by
    questions = {question.position: question for question in row.questions}
    row.questions = [
        _question(questions.get(position) or OpenQuestion(position=position), text)
        for position, text in enumerate(document.questions)
    ]


def _question(row: OpenQuestion, text: str) -> OpenQuestion:
    row.text = text
    return row


def _replace_members(session: orm.Session, network: Network, document: NetworkDocument) -> None:
    wanted = {member.school for member in document.members}
    ids = dict(session.execute(sa.select(School.public_id, School.id).where(School.public_id.in_(wanted))).all())
    missing = sorted(wanted - set(ids))
    if missing:
        message = f"There is no school {missing[0]}."
        raise InvalidError(message, field="members")
    session.execute(sa.delete(SchoolNetwork).where(SchoolNetwork.network_id == network.id))
    session.add_all(
        SchoolNetwork(school_id=ids[member.school], network_id=network.id, joined_on=member.from_, left_on=member.to)
        for member in document.members
    )
