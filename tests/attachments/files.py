"""Makes files for tests: good ones, and ones that are not what they seem."""

import io
import struct
import zipfile
import zlib

from PIL import Image

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
SCRIPT = b"<script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **save: object) -> bytes:
    """Return a picture, red on the left and blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    written = io.BytesIO()
    image.save(written, kind, **save)
    return written.getvalue()


def photo_with_notes() -> bytes:
    """Return a JPEG as a phone makes it: lying on its side, with place, device, preview and a colour profile."""
    exif = Image.Exif()
    exif[0x0110] = "SecretPhone 12"
    exif[0x0112] = 6  # turn right to see it upright
    exif.get_ifd(0x8825)[2] = (38.0, 53.0, 23.0)
    return picture("JPEG", (400, 300), exif=exif, comment=b"secret comment", icc_profile=b"secret profile " * 20)


def pixel_bomb(side: int = 30_000) -> bytes:
    """Return a PNG of a few kilobytes that claims to have side × side pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def office(parts: dict[str, bytes] | None = None, *, main: str = "word/document.xml", types: str = TYPES) -> bytes:
    """Return a Word file; ``parts`` are further parts by name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, "<document>Seven talk moves</document>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return written.getvalue()


def pdf(begin: bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", inside: bytes = b"", after: bytes = b"\n") -> bytes:
    """Return a PDF of one empty page."""
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    )
    return begin + body + inside + b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF" + after
