"""What every scene of the demo's story shares: a server, a console, steps with their times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import requests
from rich.console import Console

from backend.demo.client import Answer, StoryFailed

GLANCE_SECONDS: Final = 0.2


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where the story plays. ``simulator_url`` None: a foreign lock cloud is in use."""

    base_url: str
    simulator_url: str | None
    hotel_slug: str
    staff_token: str = field(repr=False)
    console: Console = field(default_factory=Console)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print the step with its time once it has ended well."""
        started = time.perf_counter()
        yield
        took = (time.perf_counter() - started) * 1000
        self.console.print(f"[green]✓[/] {title} [dim]{took:,.0f} ms[/]")

    def lock_memory(self) -> set[tuple[str, str]]:
        """Return (lock, digits) of every code in the simulated locks' own memory.

        That is what opens doors, whatever the database believes.
        """
        session = requests.Session()
        session.trust_env = False
        state = session.get(f"{self.simulator_url}/_sim/state", timeout=10).json()
        return {
            (lock["alias"], entry["code"]) for lock in state["locks"] for entry in lock["memory"]
        }


def require(is_right: bool, complaint: str) -> None:
    """Raises StoryFailed."""
    if not is_right:
        raise StoryFailed(complaint)


def expect(answer: Answer, kind: str) -> Answer:
    """Return the answer if it is of that type. Raises StoryFailed with the problem's sentence."""
    if answer["__typename"] != kind:
        raise StoryFailed(answer.get("message") or f"Got {answer['__typename']}, not {kind}.")
    return answer


def wait_until(is_so: Callable[[], bool], *, seconds: float, complaint: str) -> None:
    """Raises StoryFailed when it is not so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise StoryFailed(complaint)
        time.sleep(GLANCE_SECONDS)
