"""Files that draw seats: what they may say, and how they are told what they may not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.seating import map_files
from apps.seating.errors import MapTooLarge, MapUnusable
from apps.seating.map_files import DrawnSeat, read_map_file


def complaints(content: str | bytes) -> list[tuple[int, str]]:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(MapUnusable) as refusal:
        read_map_file(raw)
    return [(line["line"], line["message"]) for line in refusal.value.lines]


def test_the_least_that_a_file_says() -> None:
    one, two = read_map_file(b"row,number,price\nA,1,30\nB,2,12.50\n")

    assert one == DrawnSeat(
        label="A-1",
        section="Main",
        row="A",
        number=1,
        x=1.0,
        y=1.0,
        category="Standard",
        price=Decimal("30.00"),
        is_accessible=False,
        is_companion=False,
    )
    assert (two.label, two.x, two.y, two.price) == ("B-2", 2.0, 2.0, Decimal("12.50"))


def test_all_that_a_file_may_say() -> None:
    text = (
        "\ufeffLabel;Section;Row;Number;X;Y;Category;Price;Accessible;Companion\r\n"
        "Box-1;Loge;L;1;4.5;-2;Box;99.50;yes;no\r\n\r\n"
        "Box-2;Loge;L;2;5.5;-2;Box;99.50;;TRUE\r\n"
    )
    one, two = read_map_file(text.encode())
    assert (one.label, one.section, one.x, one.y) == ("Box-1", "Loge", 4.5, -2.0)
    assert (one.is_accessible, one.is_companion) == (True, False)
    assert (two.is_accessible, two.is_companion) == (False, True)


def test_json_says_the_same() -> None:
    seat = {"row": "A", "number": 1, "price": "30.00", "x": 2, "accessible": True, "label": None}
    (drawn,) = read_map_file(orjson.dumps({"seats": [seat]}))
    assert (drawn.label, drawn.x, drawn.price) == ("A-1", 2.0, Decimal("30.00"))
    assert drawn.is_accessible


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (",1,30", "row is missing"),
        (f"{'A' * 21},1,30", "row may have at most 20"),
        ("A,x,30", "number is a whole number"),
        ("A,-1,30", "number is a whole number"),
        ("A,٣,30", "number is a whole number"),
        ("A,1,", "price is an amount"),
        ("A,1,free", "price is an amount"),
        ("A,1,-1", "price is an amount"),
        ("A,1,1.234", "price is an amount"),
        ("A,1,NaN", "price is an amount"),
        ("A,1,1e12", "price is an amount"),
        ("A\x07,1,30", "all of them visible"),
        ("A,1,30,40", "4 cells"),
        ("B,7,30", "B-7 is there already, in line 2"),
    ],
)
def test_a_wrong_line_is_named(cells: str, message: str) -> None:
    ((line, said),) = complaints(f"row,number,price\nB,7,30\n{cells}\nC,1,30\n")
    assert line == 3
    assert message in said


def test_every_wrong_line_is_named_up_to_a_number() -> None:
    found = complaints("row,number,price\n" + "A,x,30\n" * 50)
    assert [line for line, _ in found] == list(range(2, 2 + map_files.MOST_COMPLAINTS))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"row,number,price\n",
        b"row,number\nA,1\n",
        b"row,number,price,colour\nA,1,30,red\n",
        b"row,row,number,price\nA,A,1,30\n",
        b"\xff\xfe\x00",
        b"{",
        b"[]",
        b'{"seats": {}}',
        b'{"seats": []}',
        b'{"seats": [1]}',
        b'{"seats": [{"row": "A", "number": 1, "price": 1, "colour": "red"}]}',
        b'{"seats": [{"row": "A", "number": 1.5, "price": 1}]}',
        b'{"seats": [{"row": "A", "number": 1, "price": [1]}]}',
        b'{"seats": [{"row": "A", "number": 1, "price": 1, "x": {}}]}',
        b'{"seats": [{"row": "A", "number": 1, "price": 1, "x": 1e300}]}',
        b'{"seats": [{"row": "A", "number": 1, "price": 1, "accessible": 2}]}',
    ],
)
def test_what_draws_no_map(content: bytes) -> None:
    assert complaints(content)


def test_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MapTooLarge):
        read_map_file(b" " * (map_files.MOST_BYTES + 1))
    monkeypatch.setattr(map_files, "MOST_SEATS", 2)
    with pytest.raises(MapTooLarge):
        read_map_file(b"row,number,price\nA,1,30\nA,2,30\nA,3,30\n")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
SEATS = st.dictionaries(st.sampled_from(sorted(map_files.COLUMNS)), JSON)


def judged(raw: bytes) -> Sequence[Any]:
    """Return the seats or the complaints; any other exception is a bug."""
    try:
        return read_map_file(raw)
    except MapUnusable as refusal:
        return refusal.lines


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.lists(SEATS, max_size=3).map(lambda s: str(s).encode()))
def test_any_bytes_are_seats_or_complaints(content: bytes) -> None:
    for raw in (content, b"row,number,price\n" + content):
        assert judged(raw)


@settings(max_examples=300, deadline=None)
@given(st.lists(SEATS, min_size=1, max_size=3))
def test_any_json_is_seats_or_complaints(seats: list[dict[str, Any]]) -> None:
    try:
        raw = orjson.dumps({"seats": seats})
    except TypeError:
        return
    for found in judged(raw):
        assert not isinstance(found, DrawnSeat) or (len(found.label) <= 40 and found.price >= 0)
