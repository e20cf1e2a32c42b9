"""What people send as a proof of payment: known by its content, read whole, and rewritten.

A file is never kept as it came. Pictures are decoded and encoded anew, documents are copied page
by page, so what is kept holds no place, no camera, no script and no second file behind the first.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from apps.seating.errors import FileTooLarge, InvalidFile

MOST_PIXELS: Final = 40_000_000  # more than phones take, and 160 MB once decoded
MOST_PAGES: Final = 20
MOST_OBJECTS: Final = 5_000
JPEG_QUALITY: Final = 88
MEDIA_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF_TYPE: Final = "application/pdf"
PDF_HEADER: Final = b"%PDF-"
# What makes a document do something, or carry something besides its pages.
ACTIVE_KEYS: Final = frozenset(
    {
        *("/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/EmbeddedFile", "/EmbeddedFiles"),
        *("/RichMedia", "/XFA", "/SubmitForm", "/ImportData"),
    }
)
ACTIVE_ACTIONS: Final = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"})

UNREADABLE: Final = "The file can't be read as a picture (JPEG, PNG, WebP) or a PDF."
TOO_MANY_PIXELS: Final = "The picture is too large; send one with fewer pixels."
ACTIVE: Final = "The PDF holds scripts, forms or other files; send a plain one or a picture."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file that is what it seems to be. ``content_hash`` is of what was sent, for comparing."""

    content: bytes
    content_hash: str
    media_type: str


def check_file(file: IO[bytes], *, most_bytes: int) -> CheckedFile:
    """Read a file, find out what it is and make it safe to keep.

    Raises FileTooLarge, InvalidFile.
    """
    sent = file.read(most_bytes + 1)
    if len(sent) > most_bytes:
        raise FileTooLarge(most_bytes)
    if not sent:
        raise InvalidFile
    rewrite = _rewritten_pdf if sent.startswith(PDF_HEADER) else _rewritten_picture
    try:
        content, media_type = rewrite(sent)
    except InvalidFile:
        raise
    except Exception:  # parsers of hostile bytes fail in every way there is
        raise InvalidFile(UNREADABLE) from None
    if len(content) > most_bytes:
        raise FileTooLarge(most_bytes)
    return CheckedFile(
        content=content,
        content_hash=hashlib.sha256(sent).hexdigest(),
        media_type=media_type,
    )


def _rewritten_picture(sent: bytes) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(sent), formats=tuple(MEDIA_TYPES)) as picture:
        kind = picture.format or ""
        width, height = picture.size
        if width * height > MOST_PIXELS:  # told by the header, before anything is decoded
            raise InvalidFile(TOO_MANY_PIXELS)
        upright = ImageOps.exif_transpose(picture)
        upright.load()
    upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    kept = io.BytesIO()
    upright.save(kept, format=kind, quality=JPEG_QUALITY)
    return kept.getvalue(), MEDIA_TYPES[kind]


def _rewritten_pdf(sent: bytes) -> tuple[bytes, str]:
    reader = PdfReader(io.BytesIO(sent))
    if reader.is_encrypted:
        raise InvalidFile("The PDF is locked by a password; send one that is not, or a picture.")
    if not 1 <= len(reader.pages) <= MOST_PAGES:
        raise InvalidFile(f"A PDF may have 1 to {MOST_PAGES} pages.")
    if any(_is_active(part) for part in _parts(reader.trailer)):
        raise InvalidFile(ACTIVE)
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    writer.metadata = None
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue(), PDF_TYPE


def _parts(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield every dictionary that the document's root leads to. Raises InvalidFile for too many."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [root]
    count = 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, IndirectObject):
            if (part.idnum, part.generation) in seen:
                continue
            seen.add((part.idnum, part.generation))
            part = part.get_object()
        if isinstance(part, DictionaryObject):
            count += 1
            if count > MOST_OBJECTS:
                raise InvalidFile(ACTIVE)
            yield part
            waiting.extend(part.raw_get(key) for key in part)
        elif isinstance(part, ArrayObject):
            waiting.extend(list.__iter__(part))  # as they stand, without resolving them


def _is_active(part: DictionaryObject) -> bool:
    return not ACTIVE_KEYS.isdisjoint(part.keys()) or part.get("/S") in ACTIVE_ACTIONS
