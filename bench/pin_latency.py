"""From details answered to PIN ready: how much the product adds to what the locks take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Final

from apps.locks.ttlock.auth import Credentials, InMemoryTokenStore
from apps.locks.ttlock.client import TTLockClient
from backend.demo import documents
from backend.demo.client import GuestApp
from bench import guests
from bench.common import (
    Aim,
    BenchFailed,
    EmbeddedHouse,
    Figure,
    Floor,
    LockCloud,
    Report,
    Row,
    new_directory,
    timed,
)

GUESTS: Final = 20
LOCK_LATENCY_MS: Final = 800
MOST_OF_LATENCY: Final = 1.25
AIM: Final = Aim(seconds=MOST_OF_LATENCY * LOCK_LATENCY_MS / 1000)
POLL_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 30.0
# Doors of no hotel; by the simulator's numbering one hangs on each gateway.
BARE_LOCKS: Final = (3_000_000, 3_000_001)


def measure(count: int | None) -> Report:
    """Let guests give their details one after the other, by turns watching and polling."""
    wanted = count or GUESTS
    with new_directory() as directory, LockCloud(directory, latency_ms=LOCK_LATENCY_MS) as cloud:
        house = EmbeddedHouse(directory, cloud.url)
        references = iter(guests.references(house, 2 * wanted + 1))
        bare = _BareLocks(cloud.url)
        with house:
            app = GuestApp(house.url)
            cloud.wait_until_quiet()
            _by_polling(app, next(references))  # the first one warms everything up
            watched, polled = [], []
            for _ in range(wanted):
                watched.append(_by_subscription(app, next(references)))
                bare.open_both()
                polled.append(_by_polling(app, next(references)))
                bare.open_both()
    floor = Floor(name="keyboardPwd/add on both gateways side by side", samples=bare.seconds)
    row = partial(Row, floor=floor)
    return Report(
        bench="pin_latency",
        title=f"Details answered to PIN ready, with locks that take {LOCK_LATENCY_MS} ms",
        rows=[
            row(name="told by the subscription", samples=watched, aim=AIM),
            row(name=f"polled every {POLL_SECONDS * 1000:.0f} ms", samples=polled, aim=AIM),
            row(name=f"floor: {floor.name}", samples=floor.samples),
        ],
        figures=[
            Figure(
                name="details answered to PIN ready ÷ what the locks take, median",
                value=median([*watched, *polled]) / (LOCK_LATENCY_MS / 1000),
                unit="×",
                aim=MOST_OF_LATENCY,
                beside=f"bare calls {median(bare.seconds) / (LOCK_LATENCY_MS / 1000):.2f} ×",
            )
        ],
    )


def _by_subscription(app: GuestApp, reference: str) -> float:
    """Return the seconds until the subscription, open since before step 2, says READY."""
    token = guests.start(app, reference)
    is_open, ready_at = threading.Event(), list[float]()

    def watch() -> None:
        for flow in app.watch(documents.WATCH, token=token):
            is_open.set()
            if flow["pinStatus"] == "READY":
                ready_at.append(time.perf_counter())
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    if not is_open.wait(PATIENCE_SECONDS):
        raise BenchFailed("The subscription did not open.")
    guests.give_details(app, token)
    answered_at = time.perf_counter()
    watcher.join(PATIENCE_SECONDS)
    if not ready_at:
        raise BenchFailed("The subscription did not tell of a ready PIN.")
    return ready_at[0] - answered_at


def _by_polling(app: GuestApp, reference: str) -> float:
    """Return the seconds until a query, asked every ``POLL_SECONDS``, says READY."""
    token = guests.start(app, reference)
    guests.give_details(app, token)
    answered_at = time.perf_counter()
    for turn in range(int(PATIENCE_SECONDS / POLL_SECONDS)):
        if app.ask(guests.POLL, token=token)["pinStatus"] == "READY":
            return time.perf_counter() - answered_at
        next_turn = answered_at + (turn + 1) * POLL_SECONDS
        time.sleep(max(0.0, next_turn - time.perf_counter()))
    raise BenchFailed("The query did not show a ready PIN.")


class _BareLocks:
    """The floor: the two calls alone, through the product's client, with its token at hand."""

    def __init__(self, url: str) -> None:
        self.seconds: list[float] = []
        self._client = TTLockClient(
            base_url=url,
            credentials=Credentials(
                client_id="bench",
                client_secret="bench",  # noqa: S106  # the simulator takes any
                username="bench",
                password="bench",  # noqa: S106  # the simulator takes any
            ),
            tokens=InMemoryTokenStore(),
            timeout_seconds=10,
        )
        self._starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        self._calls = ThreadPoolExecutor(len(BARE_LOCKS))
        self._all(self._login)

    def open_both(self) -> None:
        """Add a code on both locks at once and note how long that took."""
        digits = f"{7000 + len(self.seconds)}"
        _, seconds = timed(lambda: self._all(partial(self._add, digits)))
        self.seconds.append(seconds)

    def _all(self, call: Callable[[int], object]) -> Sequence[object]:
        return list(self._calls.map(call, BARE_LOCKS))

    def _login(self, lock_id: int) -> None:
        """Get the token, and a connection for each thread."""
        list(self._client.list_passcodes(lock_id=lock_id))

    def _add(self, digits: str, lock_id: int) -> int:
        return self._client.add_passcode(
            lock_id=lock_id,
            code=digits,
            name="bench",
            starts_at=self._starts_at,
            ends_at=self._starts_at + timedelta(days=1),
        )
