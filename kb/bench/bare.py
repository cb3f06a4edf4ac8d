"""The measure of pages: a bare Flask page of one ORM row and a 9 kB template, uncompressed, under the same server."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa
from sqlalchemy import orm

THREADS = 4
BACKPRESSURE = 64
_PARAGRAPHS = 14
_PARAGRAPH = (
    '<section><h2>{{ row.title }}</h2><p class="lead">{{ row.summary }}</p><p>'
    + "Every page of a site carries its frame, its menu and its words; this one carries nothing else. " * 6
    + "</p></section>\n"
)
_TEMPLATE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ row.title }}</title></head><body><main>\n'
    + _PARAGRAPH * _PARAGRAPHS
    + "<p>Record {{ row.id }}</p></main></body></html>\n"
)


class _Base(orm.DeclarativeBase):
    pass


class Note(_Base):
    """The one row."""

    __tablename__ = "note"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    summary: orm.Mapped[str] = orm.mapped_column(sa.Text)


def make(folder: Path) -> flask.Flask:
    """Return the application on a SQLite file in the folder."""
    engine = sa.create_engine(f"sqlite:///{folder / 'bare.db'}")
    _Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        session.merge(Note(id=1, title="A bare page", summary="One row, read through the ORM."))
        session.commit()
    app = flask.Flask("bare")
    page = app.jinja_env.from_string(_TEMPLATE)

    @app.get("/<int:number>")
    def show(number: int) -> str:
        with orm.Session(engine) as session:
            return page.render(row=session.get_one(Note, number))

    return app


def serve(folder: Path, port: int) -> None:
    """Serve it as the product is served: granian, one worker, four threads."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import MPServer

    server = MPServer(
        "kb.bench.bare",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=BACKPRESSURE,
        log_level=LogLevels.warning,
    )
    loader: Callable[..., Any] = functools.partial(make, folder)
    server.serve(target_loader=loader, wrap_loader=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
