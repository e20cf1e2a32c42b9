"""What guests and staff write to each other, made fit to keep and to show. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from apps.common.errors import Invalid

LONGEST_MESSAGE: Final = 2_000
LONGEST_NOTE: Final = 500
# Controls and halves of characters. What is merely unknown stays: it may be a newer emoji.
UNSHOWABLE: Final = frozenset({"Cc", "Cs"})
# These turn the direction of whatever is shown after the text, and so of other people's words.
DIRECTION_MARKS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_END: Final = re.compile(r"\r\n?|\u2028|\u2029")
BLANK_LINES: Final = re.compile(r"\n{3,}")


def clean_message(text: str) -> str:
    """Return the message, composed and without what can't be shown. Raises Invalid."""
    cleaned = _clean(text, longest=LONGEST_MESSAGE, field="body")
    if not cleaned:
        raise Invalid("Write something first.", field="body")
    return cleaned


def clean_note(text: str | None) -> str:
    """Return the note to an order, "" for none. Raises Invalid."""
    return _clean(text or "", longest=LONGEST_NOTE, field="note")


def _clean(text: str, *, longest: int, field: str) -> str:
    if len(text) > longest * 2:  # far too long to be worth the work
        raise _too_long(longest, field)
    lines = LINE_END.sub("\n", unicodedata.normalize("NFC", text))
    shown = "".join(char for char in lines if _is_showable(char)).strip()
    cleaned = BLANK_LINES.sub("\n\n", shown)
    if len(cleaned) > longest:
        raise _too_long(longest, field)
    return cleaned


def _is_showable(char: str) -> bool:
    if char in "\n\t":
        return True
    return unicodedata.category(char) not in UNSHOWABLE and char not in DIRECTION_MARKS


def _too_long(longest: int, field: str) -> Invalid:
    return Invalid(f"Write at most {longest} characters.", field=field)
