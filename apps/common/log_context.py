"""What the lines of a log are about: a request, a socket or a job, and what that concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

# What a job is told of whoever asked for it: the same ids, in the lines of another process.
CARRIED: Final = ("request_id",)


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Put ``ids``, and nothing that was there before, into each line of this block.

    Threads are kept: what is noted here ends here.
    """
    before = get_contextvars()
    clear_contextvars()
    bind_contextvars(**{name: value for name, value in ids.items() if value is not None})
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)


def note(**ids: Any) -> None:
    """Add ids of the project's own, never a person's, to the lines until the block ends."""
    bind_contextvars(**ids)


def carried() -> Mapping[str, str]:
    """Return what a job that is owed now is told."""
    ids = get_contextvars()
    return {name: str(ids[name]) for name in CARRIED if name in ids}
