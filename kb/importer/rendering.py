"""Makes stored HTML again where an older renderer made it."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, markup
from kb.following.comments.models import Comment
from kb.glossary.models import Term
from kb.importer.stored import READERS
from kb.items.actions import render
from kb.items.models import Item
from kb.methods.models import MethodVersion
from kb.networks.models import Network
from kb.schools.models import School

_REGISTERS = (
    (Term, "definition", "definition_html"),
    (MethodVersion, "body", "body_html"),
    (Network, "about", "about_html"),
    (School, "about", "about_html"),
    (Comment, "text", "html"),
)
_BATCH = 200


def render_outdated(session: orm.Session) -> int:
    """Render texts of items whose HTML is of an older renderer, of registers and comments; return how many changed.

    Does not commit.
    """
    count = 0
    old = sa.select(Item).where(Item.renderer != markup.RENDERER).order_by(Item.kind, Item.id)
    items = session.scalars(old).all()
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        for kind, read in READERS.items():
            documents = read(session, [item for item in batch if item.kind == kind])
            for item in batch:
                if item.id in documents:
                    item.html, item.renderer = render(documents[item.id]), markup.RENDERER
                    count += 1
        feed.touch(session, [item.id for item in batch])
    for table, source, target in _REGISTERS:
        for row in session.scalars(sa.select(table)):
            made = markup.render(getattr(row, source))
            if made != getattr(row, target):
                setattr(row, target, made)
                count += 1
    if count:
        feed.touch(session)
    return count
