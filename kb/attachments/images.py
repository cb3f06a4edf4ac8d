"""Pictures are drawn anew: what is kept holds pixels and nothing else. The only file that imports pillow.

The camera's notes (where, when, which phone), previews, comments, colour profiles and whatever hides behind the last
pixel are gone, because only the pixels are written again. A moving GIF becomes its first frame: nothing on a page may
move by itself.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from kb.attachments.rules import FileKind
from kb.errors import InvalidError

MAX_PIXELS = 40_000_000  # more than any phone's 5:4 at 24 megapixels, and 160 MB in memory
MAX_SIDE = 2_000  # as large as a page shows it on a sharp screen
QUALITY = 84
OPENED = ("PNG", "JPEG", "WEBP", "GIF")
_FORMATS = {
    "PNG": FileKind.PNG,
    "JPEG": FileKind.JPEG,
    "MPO": FileKind.JPEG,
    "WEBP": FileKind.WEBP,
    "GIF": FileKind.PNG,
}
_FAULTS = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError, IndexError, OverflowError)
_HARMLESS = frozenset(  # what pillow tells of the format itself
    (
        *("jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"),
        *("transparency", "loop", "background", "timestamp", "duration"),
    )
)
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}
_TOO_LARGE = f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels. Save a smaller copy and add that."
_NOT_A_PICTURE = "This picture is damaged or is no picture. Open it, save it again as JPEG or PNG, and add that."


def redraw(data: bytes) -> tuple[bytes, FileKind]:
    """Return the picture drawn anew and upright, at most 2,000 pixels a side; InvalidError if it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the limits below are ours
            with Image.open(io.BytesIO(data), formats=OPENED) as opened:
                _refuse_bomb(opened.size)
                kind = _FORMATS[str(opened.format)]
                return _drawn(opened, kind), kind
    except InvalidError:
        raise
    except Image.DecompressionBombError as error:
        raise InvalidError(_TOO_LARGE, field="file") from error
    except _FAULTS as error:
        raise InvalidError(_NOT_A_PICTURE, field="file") from error


def is_bare(data: bytes) -> bool:
    """Say whether a picture that ``redraw`` took holds pixels and nothing else, and is no larger than a page shows."""
    with Image.open(io.BytesIO(data), formats=OPENED) as image:
        bare = set(image.info) <= _HARMLESS and not dict(image.getexif()) and max(image.size) <= MAX_SIDE
        return bare and image.format != "GIF" and data.endswith(_ENDS.get(str(image.format), b""))


def _refuse_bomb(size: tuple[int, int]) -> None:
    """The size stands in the head of the file, so a picture that is too large is never unpacked."""
    if size[0] * size[1] > MAX_PIXELS:
        raise InvalidError(_TOO_LARGE, field="file")


def _drawn(opened: Image.Image, kind: FileKind) -> bytes:
    opened.draft("RGB", (MAX_SIDE * 2, MAX_SIDE * 2))  # a JPEG is read at a smaller scale at once
    upright = ImageOps.exif_transpose(opened)
    small = upright.convert("RGB" if kind is FileKind.JPEG else _mode(upright))
    small.thumbnail((MAX_SIDE, MAX_SIDE))
    pixels = Image.new(small.mode, small.size)
    pixels.paste(small)
    written = io.BytesIO()
    if kind is FileKind.PNG:
        pixels.save(written, "PNG")
    elif kind is FileKind.JPEG:
        pixels.save(written, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    else:
        pixels.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


def _mode(image: Image.Image) -> str:
    """Return how pixels are kept: with transparency only where there is some."""
    if image.mode in ("L", "RGB", "RGBA"):
        return image.mode
    return "RGBA" if image.mode in ("LA", "PA", "RGBa", "La") or "transparency" in image.info else "RGB"
