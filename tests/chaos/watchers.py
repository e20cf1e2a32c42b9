"""Live clients: each keeps a picture of its own from what it is told, and comes back when cut off.

In the end every picture must be what the database says. Nobody refreshes: what was missed must
come by itself, after the number or the version that was seen last.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from backend.demo import documents
from tests.chaos.load.documents import EVENTS
from tests.chaos.sockets import BROKEN_LINES, plain_frames, subscription
from tests.chaos.world import House, World

PAUSE_SECONDS: Final = 1.0
Picture = Mapping[str, Any]


class Watcher(ABC):
    """One client. ``position`` is the last number or version that it has seen."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.position = 0
        self.lines = 0
        self.faults: list[str] = []
        self._world = world
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ending.set()
        self._thread.join(10)

    @abstractmethod
    def _news(self) -> Iterator[Any]:
        """Open a line and yield what comes, and None while it is quiet."""

    @abstractmethod
    def _take(self, news: Any) -> None:
        """Add to the picture."""

    def _run(self) -> None:
        while not self._ending.wait(PAUSE_SECONDS if self.lines else 0):
            self.lines += 1
            try:
                for news in self._news():
                    if news is not None:
                        self._take(news)
                    if self._ending.is_set():
                        return
            except BROKEN_LINES:
                continue

    def _expect(self, number: int) -> None:
        """Note a number that does not follow the last one."""
        if number != self.position + 1:
            self.faults.append(f"{self.name}: {number} came after {self.position}")
        self.position = number


class Dashboard(Watcher):
    """Staff who watch a hotel by the plain socket, whose frames have no numbers: it counts."""

    def __init__(self, world: World, house: House) -> None:
        super().__init__(world, f"dashboard of {house.slug}")
        self.house = house
        self.seen: list[tuple[str, str]] = []

    def _news(self) -> Iterator[Any]:
        path = f"/ws/hotels/{self.house.slug}/?token={self.house.token}&after={self.position}"
        return plain_frames(self._world.ws_address, path)

    def _take(self, news: Any) -> None:
        if news["event"] == "resync":
            self.faults.append(f"{self.name}: told to read all anew, and nothing was forgotten")
        self.position += 1
        self.seen.append((news["event"], news["data"].get("booking_id") or ""))


class EventReader(Dashboard):
    """The same by GraphQL, where each event has its number."""

    def __init__(self, world: World, house: House) -> None:
        super().__init__(world, house)
        self.name = f"reader of {house.slug}"

    def _news(self) -> Iterator[Any]:
        return subscription(
            *(self._world.ws_address, EVENTS),
            login=self.house.token,
            slug=self.house.slug,
            after=str(self.position),
        )

    def _take(self, news: Any) -> None:
        self._expect(int(news["id"]))
        self.seen.append((news["name"], news["bookingId"] or ""))


class SeatViewer(Watcher):
    """Somebody who looks at an event's seats."""

    def __init__(self, world: World, house: House) -> None:
        super().__init__(world, f"viewer of {house.event}")
        self.event = house.event
        self.states = dict.fromkeys(house.seats, "AVAILABLE")
        self.position = house.map_version

    def _news(self) -> Iterator[Any]:
        return subscription(
            *(self._world.ws_address, documents.SEAT_UPDATES),
            eventSlug=self.event,
            afterVersion=self.position,
        )

    def _take(self, news: Any) -> None:
        if news["resync"]:
            self.faults.append(f"{self.name}: told to read all anew, and nothing was forgotten")
        self._expect(news["version"])
        self.states |= {seat["label"]: seat["status"] for seat in news["seats"]}


class Watchers:
    """All live clients of a run."""

    def __init__(self, world: World, *, of_each: int) -> None:
        self.dashboards: Sequence[Dashboard] = [
            kind(world, house)
            for house in world.houses
            for kind in (Dashboard, EventReader)
            for _ in range(of_each)
        ]
        self.viewers = [SeatViewer(world, house) for house in world.houses for _ in range(of_each)]

    @property
    def all(self) -> Sequence[Watcher]:
        return [*self.dashboards, *self.viewers]

    def start(self) -> None:
        """Let everybody begin to watch."""
        for watcher in self.all:
            watcher.start()

    def end(self) -> None:
        """Let everybody stop."""
        for watcher in self.all:
            watcher.end()
