"""The published order of the best seats, against the same order written the long way round."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.seating.picking import Focus, Pick, Place, Wish, lone_places, pick_best, runs_of

FOR_ALL = ".P"


def house(*rows: str) -> list[Place]:
    """Draw a house, front row first: ``.`` free, ``P`` free and Premium, ``x`` taken, ``W`` for a
    wheelchair, ``w`` the same and taken, ``c`` a companion's; a blank is an aisle."""
    return [
        Place(
            id=row * 100 + column,
            label=f"{chr(ord('A') + row)}-{column + 1}",
            section="Stalls",
            row=chr(ord("A") + row),
            number=column + 1,
            x=column,
            y=row + 1,
            category="Premium" if mark == "P" else "Standard",
            is_accessible=mark in "Ww",
            is_companion=mark == "c",
            is_free=mark not in "xw",
        )
        for row, marks in enumerate(rows)
        for column, mark in enumerate(marks)
        if mark != " "
    ]


def labels_of(pick: Pick | None) -> list[str]:
    return [place.label for place in pick.places] if pick else []


@pytest.mark.parametrize(
    ("rows", "wish", "labels"),
    [
        (["......."], Wish(quantity=1), ["A-4"]),
        (["......."], Wish(quantity=3), ["A-3", "A-4", "A-5"]),
        (["xxxxxxx", "......."], Wish(quantity=3), ["B-3", "B-4", "B-5"]),
        (["...", ".."], Wish(quantity=2), ["B-1", "B-2"]),
        (["..x...x"], Wish(quantity=2), ["A-1", "A-2"]),
        ([".. ...."], Wish(quantity=4), ["A-4", "A-5", "A-6", "A-7"]),
        ([".. .."], Wish(quantity=3), []),
        (["..PP..."], Wish(quantity=2, category="Premium"), ["A-3", "A-4"]),
        (["PP....."], Wish(quantity=3), ["A-3", "A-4", "A-5"]),
        (["PP"], Wish(quantity=2, category="Standard"), []),
        (["..Wc..."], Wish(quantity=2), ["A-1", "A-2"]),
        (["..Wc..."], Wish(quantity=2, accessible=1), ["A-3", "A-4"]),
        (["..Wc.Wc"], Wish(quantity=3, accessible=1), ["A-3", "A-4", "A-5"]),
        (["..wc..."], Wish(quantity=2, accessible=1), []),
        (["WcW"], Wish(quantity=3, accessible=2), ["A-1", "A-2", "A-3"]),
        (["cW"], Wish(quantity=1), []),
        (["......."], Wish(quantity=8), []),
        (["..."], Wish(quantity=0), []),
        ([], Wish(quantity=1), []),
    ],
)
def test_examples(rows: list[str], wish: Wish, labels: list[str]) -> None:
    pick = pick_best(house(*rows), wish)
    assert labels_of(pick) == labels
    assert pick is None or not pick.is_gap_waived


@pytest.mark.parametrize(
    ("rows", "labels"), [(["Wc.", "..."], ["B-1", "B-2"]), ([".. x..."], ["A-1", "A-2"])]
)
def test_the_rule_is_waived_only_where_no_choice_keeps_it(
    rows: list[str], labels: list[str]
) -> None:
    pick = pick_best(house(*rows), Wish(quantity=2))
    assert pick is not None
    assert labels_of(pick) == labels
    assert pick.is_gap_waived is (rows == ["Wc.", "..."])


def test_near_to_a_focal_point() -> None:
    hall = house(".......", ".......", ".......")
    assert labels_of(pick_best(hall, Wish(quantity=2), Focus(x=6, y=3))) == ["C-6", "C-7"]


def test_a_house_without_a_map_goes_by_rows_and_numbers() -> None:
    hall = [
        Place(
            id=10 * row + number,
            label=f"{row}{number}",
            section="",
            row=str(row),
            number=number,
            x=0,
            y=0,
            category="",
            is_free=row > 0 or number < 3,
        )
        for row in range(3)
        for number in (1, 2, 3, 5, 6, 7)
    ]
    assert [len(run) for run in runs_of(hall)] == [3, 3] * 3
    assert labels_of(pick_best(hall, Wish(quantity=3))) == ["11", "12", "13"]


# -- the long way round ----------------------------------------------------------------------------

ROWS = st.lists(st.text(".....PxWwc ", min_size=1, max_size=9), min_size=1, max_size=4)
WISHES = st.builds(
    Wish,
    quantity=st.integers(1, 5),
    category=st.sampled_from([None, None, "Standard", "Premium"]),
    accessible=st.sampled_from([0, 0, 0, 1, 2]),
)
CATEGORY = {"P": "Premium"}
Window = tuple[int, int]  # a row and a first column


def windows(rows: list[str], wish: Wish) -> Iterator[Window]:
    """Every choice that fits, read off the drawing."""
    for row, marks in enumerate(rows):
        for start in range(len(marks) - wish.quantity + 1):
            chosen = marks[start : start + wish.quantity]
            if set(chosen) & set("xw ") or chosen.count("W") != wish.accessible:
                continue
            if any(wish.category not in (None, CATEGORY.get(m, "Standard")) for m in chosen):
                continue
            padded = f" {chosen} "
            lonely = [
                i for i, m in enumerate(padded) if m == "c" and "W" not in padded[i - 1 : i + 2]
            ]
            if not lonely:
                yield row, start


def leaves_one_alone(marks: str, start: int, count: int) -> bool:
    after = f"{marks[:start]}{'x' * count}{marks[start + count :]}"
    return any(is_alone(after, i) and not is_alone(marks, i) for i in range(len(marks)))


def is_alone(marks: str, place: int) -> bool:
    beside = [marks[i] for i in (place - 1, place + 1) if 0 <= i < len(marks)]
    return marks[place] in FOR_ALL and not any(mark in FOR_ALL for mark in beside)


def rank(rows: list[str], wish: Wish, window: Window) -> tuple[float, ...]:
    row, start = window
    chosen = rows[row][start : start + wish.quantity]
    columns = [i for marks in rows for i, mark in enumerate(marks) if mark != " "]
    return (
        leaves_one_alone(rows[row], start, wish.quantity),
        len({CATEGORY.get(mark, "Standard") for mark in chosen}),
        sum(mark in FOR_ALL for mark in chosen) if wish.accessible else 0,
        row,
        abs(start + (wish.quantity - 1) / 2 - (min(columns) + max(columns)) / 2),
        start,
    )


@settings(max_examples=500, deadline=None)
@given(ROWS, WISHES, st.randoms(use_true_random=False))
def test_the_pick_is_the_first_of_the_published_order(
    rows: list[str], wish: Wish, shuffling: random.Random
) -> None:
    rows = [*rows, "xx"]  # says how close seats are, where every row has aisles only
    places = house(*rows)
    shuffling.shuffle(places)

    pick = pick_best(places, wish)

    best = min(windows(rows, wish), key=lambda window: rank(rows, wish, window), default=None)
    if best is None or pick is None:
        assert (best, pick) == (None, None)
        return
    row, start = best
    assert labels_of(pick) == [
        f"{chr(ord('A') + row)}-{start + i + 1}" for i in range(wish.quantity)
    ]
    assert pick.is_gap_waived is leaves_one_alone(rows[row], start, wish.quantity)


@settings(max_examples=300, deadline=None)
@given(st.text(".....PxWc ", min_size=1, max_size=12), st.sets(st.integers(0, 11)))
def test_who_is_left_alone_by_any_choice(marks: str, columns: set[int]) -> None:
    """The same function judges choices that nobody picked, side by side or not."""
    marks, rows = f"{marks} xx", []
    places = house(marks)
    chosen = {place.id for place in places if place.id in columns and place.is_free}
    after = "".join("x" if i in chosen else mark for i, mark in enumerate(marks))

    for run in runs_of(places):
        rows += [place.id for place in lone_places(run, chosen)]

    assert sorted(rows) == [
        i for i in range(len(marks)) if is_alone(after, i) and not is_alone(marks, i)
    ]
