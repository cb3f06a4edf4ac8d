"""What is taken and what is refused, by content: pictures drawn anew, bombs, polyglots and programs kept out."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kb.attachments.contents import accept
from kb.attachments.packages import MAX_PARTS
from kb.attachments.rules import MAX_BYTES, FileKind, clean_name, images_without_words, markdown_for, named_in
from kb.errors import InvalidError
from tests.attachments.files import SCRIPT, office, pdf, photo_with_notes, picture, pixel_bomb

EXCEL = "<?xml version='1.0'?><Types><Override ContentType='x'/></Types>"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (picture("PNG"), "a.png", FileKind.PNG),
        (picture("JPEG"), "a.jpg", FileKind.JPEG),
        (picture("WEBP"), "a.webp", FileKind.WEBP),
        (picture("GIF"), "a.gif", FileKind.PNG),
        (picture("PNG"), "photo.pdf", FileKind.PNG),
        (pdf(), "a.pdf", FileKind.PDF),
        (pdf(begin=b"%PDF-1.7\r\n"), "a", FileKind.PDF),
        (office(), "a.docx", FileKind.DOCX),
        (
            office({"xl/printerSettings/printerSettings1.bin": b"x"}, main="xl/workbook.xml", types=EXCEL),
            "a",
            FileKind.XLSX,
        ),
        ("﻿week,turns\n1,12\n2,-3\n".encode(), "a.csv", FileKind.CSV),
        (b"grade,count\nK,< 10\n", "A.CSV", FileKind.CSV),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, name: str, kind: FileKind) -> None:
    assert accept(data, name).kind is kind


def test_only_pixels_are_kept_of_a_photo() -> None:
    photo = photo_with_notes()
    assert all(word in photo for word in (b"SecretPhone", b"secret comment", b"secret profile"))
    kept = accept(photo, "IMG_1.JPG").data
    assert b"ecret" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert image.size == (300, 400)  # upright
        red = image.convert("RGB").getpixel((150, 20))
        assert isinstance(red, tuple)
        assert red[0] > 200 > red[2]


def test_a_large_picture_gets_a_sensible_size() -> None:
    for kind in ("PNG", "JPEG"):
        with Image.open(io.BytesIO(accept(picture(kind, (3000, 1500)), "a").data)) as image:
            assert image.size == (2000, 1000)


def test_transparency_stays() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(clear, "PNG")
    with Image.open(io.BytesIO(accept(clear.getvalue(), "a").data)) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("tail", [SCRIPT, office(), b"*/=1;alert(1)"])
def test_what_hides_behind_a_picture_is_gone(kind: str, tail: bytes) -> None:
    kept = accept(picture(kind) + tail, "a.gif").data
    assert tail not in kept
    assert b"script" not in kept


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.png", "empty"),
        (pixel_bomb(), "a.png", "million pixels"),
        (b"GIF89a/*\x00\x00*/=1;alert(1)//", "a.gif", "no picture"),
        (picture("JPEG")[:200], "a.jpg", "no picture"),
        (b"\x89PNG\r\n\x1a\n" + SCRIPT, "a.png", "no picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg", "SVG"),
        (b'<?xml version="1.0"?><!-- x --><svg/>', "a.png", "SVG"),
        (b"<!DOCTYPE html>" + SCRIPT, "a.png", "SVG"),
        (SCRIPT, "a.csv", "more than a table"),
        (b"name,value\n<!-- x -->,1\n", "a.csv", "more than a table"),
        (b"name\n\x00\n", "a.csv", "more than a table"),
        (b"name\n=HYPERLINK(1)\n", "a.csv", "Line 2 holds a formula"),
        (b'name\n"+1+cmd|x"\n', "a.csv", "formula"),
        (b"name\n@SUM(1)\n", "a.csv", "formula"),
        ("año\n".encode("latin-1"), "a.csv", "UTF-8"),
        (b'a,"b\n', "a.csv", "no table"),
        (b"a,b\n1,2\n", "a.txt", "Save it as one of these"),
        (b"MZ\x90\x00", "a.pdf", "Save it as one of these"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "IMG_2.HEIC", "iPhone"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "old Word"),
        (SCRIPT + pdf(), "a.pdf", "Save it as one of these"),
        (pdf(begin=b"%PDF-1.4\n%<script>alert(1)</script>\n"), "a.pdf", "something else"),
        (pdf(begin=b"%PDF-1.4<html>\n"), "a.pdf", "something else"),
        (pdf(after=office()), "a.pdf", "something else"),
        (pdf(after=b"\n" + SCRIPT), "a.pdf", "something else"),
        (pdf()[:-8], "a.pdf", "damaged"),
        (pdf(inside=b"<< /S /JavaScript /JS (app.alert(1)) >>"), "a.pdf", "program"),
        (pdf(inside=b"<< /S /Launch >>"), "a.pdf", "program"),
        (office() + b"\x00", "a.docx", "damaged"),
        (office() + picture(), "a.docx", "damaged"),
        (b"PK\x03\x04" + picture() + office(), "a.docx", "damaged"),
        (office(main="document.xml"), "a.docx", "damaged"),
        (office({"../../evil": b"x"}), "a.docx", "damaged"),
        (office({"/etc/passwd": b"x"}), "a.docx", "damaged"),
        (office({"word\\..\\..\\evil": b"x"}), "a.docx", "damaged"),
        (office({"xl/workbook.xml": b"x"}), "a.docx", "damaged"),
        (office({"word/vbaProject.bin": b"x"}), "a.docx", "program"),
        (office({"word/activeX/activeX1.xml": b"x"}), "a.docx", "program"),
        (office({"word/embeddings/oleObject1.bin": b"x"}), "a.docx", "program"),
        (office({"x.html": SCRIPT}), "a.docx", "program"),
        (
            office(types='<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled"/></Types>'),
            "a",
            "macros",
        ),
        (office(types='<!DOCTYPE x [<!ENTITY a "b">]><Types/>'), "a", "damaged"),
        (office(types="<Types>"), "a", "damaged"),
        (
            office({"word/_rels/settings.xml.rels": b'<R Type="x/attachedTemplate" TargetMode="External"/>'}),
            "a.docx",
            "template",
        ),
        (office({"word/media/a.bmp": b"\x00" * 5_000_000}), "a.docx", "unpacks"),
    ],
)
def test_what_is_not_taken_is_refused_in_words(data: bytes, name: str, said: str) -> None:
    with pytest.raises(InvalidError, match=said) as refused:
        accept(data, name)
    assert refused.value.facts["field"] == "file"


def test_a_size_that_an_archive_lies_about_is_found_out() -> None:
    honest = office({"word/media/a.bmp": bytes(3_000_000)})
    place = honest.rindex(b"PK\x01\x02")
    lying = bytearray(honest)
    struct.pack_into("<I", lying, place + 24, 10)  # "unpacked: 10 bytes"
    with pytest.raises(InvalidError):
        accept(bytes(lying), "a.docx")


def test_many_parts_are_refused() -> None:
    with pytest.raises(InvalidError, match="parts"):
        accept(office({f"word/{number}.xml": b"" for number in range(MAX_PARTS)}), "a.docx")


def test_too_large_is_refused() -> None:
    with pytest.raises(InvalidError, match="20 MB"):
        accept(b"%PDF-1.4" + bytes(MAX_BYTES), "a.pdf")


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"PK\x03\x04", b"%PDF-1.4\n"]),
)
def test_any_bytes_are_taken_or_refused_in_words(data: bytes, head: bytes) -> None:
    with suppress(InvalidError):
        assert accept(head + data, "a.csv").data


@given(st.binary(min_size=1, max_size=8), st.integers(0, 400))
def test_a_damaged_file_is_taken_or_refused_in_words(noise: bytes, place: int) -> None:
    for whole in (picture("PNG"), office()):
        broken = bytearray(whole)
        broken[place % len(whole) : place % len(whole) + len(noise)] = noise
        with suppress(InvalidError):
            assert accept(bytes(broken), "a").data


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("Wall chart.PNG", FileKind.PNG, "wall-chart.png"),
        ("../../etc/passwd", FileKind.PDF, "passwd.pdf"),
        ("C:\\Users\\me\\Tabla ñ.csv", FileKind.CSV, "tabla-n.csv"),
        ('a"\r\nSet-Cookie: x=1.png', FileKind.PNG, "a-set-cookie-x-1.png"),
        ("...", FileKind.JPEG, "file.jpg"),
        ("", FileKind.DOCX, "file.docx"),
        ("\u202egnp.exe", FileKind.PNG, "gnp.png"),
        ("x" * 500 + ".xlsx", FileKind.XLSX, "file.xlsx"),
    ],
)
def test_names_are_made_clean(name: str, kind: FileKind, clean: str) -> None:
    assert clean_name(name, kind) == clean


@given(st.text(max_size=200))
def test_any_name_becomes_a_plain_one(name: str) -> None:
    assert clean_name(name, FileKind.PNG).removesuffix(".png").replace("-", "").isalnum()


def test_addresses_in_a_text() -> None:
    text = "![A wall](/attachments/3f7k2m9a/a.png) and [table](/attachments/4t8v2x6z/b.csv), not /attachments/x/y"
    assert named_in(text) == {"3f7k2m9a", "4t8v2x6z"}
    bare = "![](/attachments/3f7k2m9a/a.png) ![ ](</attachments/4t8v2x6z/b.png>)"
    assert list(images_without_words(text)) == []
    assert list(images_without_words(bare)) == ["/attachments/3f7k2m9a/a.png", "/attachments/4t8v2x6z/b.png"]


def test_the_line_for_a_text_cannot_be_broken_by_words() -> None:
    assert markdown_for("a.png", "/x", "A ] wall ![", FileKind.PNG) == "![A wall !](/x)"
    assert markdown_for("a.csv", "/x", "", FileKind.CSV) == "[a.csv](/x)"
