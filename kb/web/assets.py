"""Style sheets and scripts: addressed by the hash of their content, so that browsers may keep them for a year."""

import hashlib
from pathlib import Path

import flask

from kb.config import bundled

STYLE_ORDER = ("tokens", "base")  # the rest follows by name
YEAR = "public, max-age=31536000, immutable"


class Assets:
    """The one style sheet (all files of ``static/css`` joined) and the hashes of all other files."""

    def __init__(self, folder: Path) -> None:
        names = {path.stem: path for path in (folder / "css").glob("*.css")}
        ordered = [*STYLE_ORDER, *sorted(set(names) - set(STYLE_ORDER))]
        self.style = "\n".join(names[name].read_text() for name in ordered if name in names)
        self._hashes = {
            path.relative_to(folder).as_posix(): _hash(path.read_bytes())
            for path in folder.rglob("*")
            if path.is_file()
        }
        self._style_hash = _hash(self.style.encode())

    def style_url(self) -> str:
        """Return the address of the style sheet."""
        return flask.url_for("site.style", v=self._style_hash)

    def url(self, filename: str) -> str:
        """Return the address of a file below ``static/``."""
        return flask.url_for("static", filename=filename, v=self._hashes.get(filename, ""))


def make() -> Assets:
    """Return the assets that ship with the product."""
    return Assets(bundled("static"))


def keep(response: flask.Response) -> flask.Response:
    """Let browsers keep an asset whose address carries its hash."""
    if flask.request.endpoint in {"static", "site.style"} and flask.request.args.get("v"):
        response.headers["Cache-Control"] = YEAR
    return response


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=6).hexdigest()
