"""What may be attached: kinds, limits, names, and addresses in a text. Pure."""

import enum
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kb.ids import PUBLIC_ID, slugify

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_EACH = 40  # files of one record
NAME_LENGTH = 80
ALT_LENGTH = 500


class FileKind(enum.StrEnum):
    """What a file is, told by its content."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """What browsers call it."""
        return _MEDIA_TYPES[self]

    @property
    def is_image(self) -> bool:
        """Whether it is shown in the page and not offered for download."""
        return self in (FileKind.PNG, FileKind.JPEG, FileKind.WEBP)

    @property
    def suffix(self) -> str:
        """The end of its name."""
        return ".jpg" if self is FileKind.JPEG else f".{self.value}"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.WEBP: "image/webp",
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
}
ACCEPTED = ".png,.jpg,.jpeg,.webp,.gif,.pdf,.docx,.xlsx,.csv"  # for the file box of a form

_ADDRESS = re.compile(rf"/attachments/({PUBLIC_ID.pattern})/")
_IMAGE = re.compile(
    rf"!\[([^\]\n]{{0,{ALT_LENGTH}}})\]\(\s{{0,9}}<?(/attachments/{PUBLIC_ID.pattern}/[^)\s>]{{1,200}})"
)


def clean_name(name: str, kind: FileKind) -> str:
    """Return a name for downloads and addresses: small ASCII letters, digits, hyphens, and the end of its kind.

    What a browser or a hostile client sent as a name is never used as it is: no folder, no control sign, no quote.
    """
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = stem.rpartition(".")[0] or stem
    return f"{slugify(stem) or 'file'}{kind.suffix}"


def named_in(text: str) -> set[str]:
    """Return the public ids of the attachments that a text (Markdown or HTML) points at."""
    return set(_ADDRESS.findall(text))


def images_without_words(text: str) -> Iterator[str]:
    """Yield the address of each picture in a Markdown text that does not say what it shows."""
    return (address for alt, address in _IMAGE.findall(text) if not alt.strip())


def markdown_for(name: str, url: str, alt: str, kind: FileKind) -> str:
    """Return what to write in a text to show the picture, or to offer the file."""
    words = " ".join(re.sub(r"[\[\]\\]", " ", alt).split())
    return f"![{words}]({url})" if kind.is_image else f"[{words or name}]({url})"
