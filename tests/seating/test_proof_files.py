"""What is taken for a proof, and what is made of it before it is kept."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from apps.seating import errors
from apps.seating.proof_files import MOST_PAGES, CheckedFile, check_file
from tests.factories.seating import picture

MOST = 200_000


def check(content: bytes) -> CheckedFile:
    return check_file(io.BytesIO(content), most_bytes=MOST)


def document(*, pages: int = 1, script: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": "Nora Quinn"})
    if script:
        writer.add_js(script)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge, and is a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")],
)
def test_pictures_are_known_by_their_content(kind: str, media_type: str) -> None:
    checked = check(picture(kind=kind, size=(1, 1)).getvalue())

    assert checked.media_type == media_type
    assert Image.open(io.BytesIO(checked.content)).size == (1, 1)


def test_a_pdf_is_copied_without_what_is_said_about_it() -> None:
    checked = check(document())

    assert checked.media_type == "application/pdf"
    assert len(PdfReader(io.BytesIO(checked.content)).pages) == 1
    assert b"Nora" not in checked.content


def test_what_a_picture_says_about_its_maker_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken by Nora"
    note = PngInfo()
    note.add_text("Comment", "written by Nora")
    for kind, more in (
        ("JPEG", {"exif": exif, "comment": b"from Nora"}),
        ("PNG", {"pnginfo": note, "exif": exif}),
        ("WEBP", {"exif": exif}),
    ):
        file = io.BytesIO()
        Image.new("RGB", (4, 4)).save(file, format=kind, **more)  # type: ignore[arg-type]
        assert b"Nora" in file.getvalue()
        assert b"Nora" not in check(file.getvalue()).content


def test_what_follows_the_picture_is_not_kept() -> None:
    assert b"<script>" not in check(picture().getvalue() + b"<script>alert(1)</script>").content


def test_a_turned_photograph_is_kept_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, format="JPEG", exif=exif)

    assert Image.open(io.BytesIO(check(file.getvalue()).content)).size == (4, 8)


def test_the_hash_is_of_what_was_sent() -> None:
    sent = picture().getvalue()
    assert check(sent).content_hash == check(sent).content_hash
    assert check(sent).content_hash != check(picture(shade=8).getvalue()).content_hash


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"%PDF-1.7\nnothing more",
        b"\x89PNG\r\n\x1a\n",
        picture(size=(64, 64)).getvalue()[:-40],
        picture(size=(64, 64), kind="JPEG").getvalue()[:300],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        bomb(30_000, 30_000),
        bomb(8_000, 8_000),
        bomb(100, 100),
        document(script="app.alert(1)"),
        document(pages=MOST_PAGES + 1),
        document()[:200],
        b"%PDF-1.7\n" + b"1 0 obj\n<<" * 5_000,
    ],
    ids=lambda content: f"{content[:12]!r} of {len(content)}",
)
def test_hostile_and_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(errors.InvalidFile):
        check(content)


def test_a_locked_pdf_is_refused() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(document()))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)

    with pytest.raises(errors.InvalidFile):
        check(file.getvalue())


def test_a_large_file_is_read_no_further_than_its_limit() -> None:
    file = io.BytesIO(b"\x89PNG" + b"\x00" * (MOST * 5))

    with pytest.raises(errors.FileTooLarge):
        check_file(file, most_bytes=MOST)
    assert file.tell() == MOST + 1
