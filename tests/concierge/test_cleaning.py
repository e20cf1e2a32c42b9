"""What may be written, and what is left out of it."""

from __future__ import annotations

import pytest

from apps.common.errors import Invalid
from apps.concierge.cleaning import LONGEST_MESSAGE, LONGEST_NOTE, clean_message, clean_note


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Hello \n", "Hello"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("Se\u0301amus", "Séamus"),
        ("bell\x07 nul\x00 esc\x1b[0m", "bell nul esc[0m"),
        ("half \ud83d character", "half  character"),
        ("turned \u202eround", "turned round"),
        ("👩\u200d🍳 and \U0001fae9", "👩\u200d🍳 and \U0001fae9"),
    ],
)
def test_a_message_is_kept_as_it_can_be_shown(typed: str, kept: str) -> None:
    assert clean_message(typed) == kept


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\x00\x07", "\u202e"])
def test_a_message_says_something(nothing: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_message(nothing)
    assert refused.value.field == "body"


def test_the_longest_message_is_kept_and_one_character_more_is_refused() -> None:
    assert len(clean_message("x" * LONGEST_MESSAGE)) == LONGEST_MESSAGE
    with pytest.raises(Invalid):
        clean_message("x" * (LONGEST_MESSAGE + 1))


def test_a_note_may_be_left_out_but_not_be_long() -> None:
    assert (clean_note(None), clean_note(" \n")) == ("", "")
    with pytest.raises(Invalid) as refused:
        clean_note("x" * (LONGEST_NOTE + 1))
    assert refused.value.field == "note"
