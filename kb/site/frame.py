"""What is the same on every page, drawn by its template once for each part of the site and language."""

import functools
from typing import Any

import flask
from markupsafe import Markup

from kb.site import words
from kb.web import context

TEMPLATE = "components/frame.html"


def frame(part: str) -> Markup:
    """Return a part of the frame of a page: a macro of the template."""
    request = flask.request
    here = request.path.split("/", 2)[1]
    name = context.services().settings.site_name
    return _drawn(part, here, request.path == f"/{here}", request.root_path, name, words.language())


@functools.lru_cache(maxsize=256)  # 40 words and addresses: a tenth of the time of a page
def _drawn(part: str, here: str, exact: bool, _root: str, name: str, _language: str) -> Markup:  # noqa: FBT001 - private
    template: Any = flask.current_app.jinja_env.get_template(TEMPLATE).module
    drawn: Markup = getattr(template, part)(here, exact, name)
    return drawn
