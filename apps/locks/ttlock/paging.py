"""Walking through the lock cloud's numbered pages, one request at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from apps.locks.ttlock.wire import Row, UnreadableAnswer, find_int, get_rows

T = TypeVar("T")

# No lock, account or month has this many; a server that forgets to count must not hold a
# worker for ever.
MAX_PAGES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page. ``is_last`` as the server counts, None when it does not say."""

    rows: list[T]
    is_last: bool | None


def page_reader(read_row: Callable[[Row], T], *, number: int) -> Callable[[Row], Page[T]]:
    """A reader of page ``number`` (from 1), for answers with list, pageNo, pages and total.

    The reader raises UnreadableAnswer when there are more pages than MAX_PAGES: a list cut
    short in silence would read as codes that are not there.
    """

    def read(answer: Row) -> Page[T]:
        rows = [read_row(row) for row in get_rows(answer)]
        pages = find_int(answer, "pages")
        is_last = not rows or (None if pages is None else number >= pages)
        if number >= MAX_PAGES and not is_last:
            raise UnreadableAnswer(f"more than {MAX_PAGES} pages")
        return Page(rows=rows, is_last=is_last)

    return read


def walk(fetch: Callable[[int], Page[T]]) -> Iterator[T]:
    """All rows of all pages, each page fetched when its first row is wanted.

    Without a count of pages the walk ends at the first empty page: the server may give
    smaller pages than it was asked for.
    """
    number = 1
    while True:
        page = fetch(number)
        yield from page.rows
        if page.is_last:
            return
        number += 1
