"""What all callers together experienced: every answer by its kind, and what they were promised."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GRACE_SECONDS: Final = 15.0  # processes start, proxies and pools find each other again


class Outcome(StrEnum):
    """What became of a request."""

    DONE = "done"
    REFUSED = "refused"  # by a code that the caller expected in its place
    SURPRISE = "unexpected refusal"
    UNAVAILABLE = "503 with a code"
    PROXY = "502 or 504 of the proxy"
    NO_ANSWER = "no answer"
    BROKEN = "500 or no envelope"


# These are right while something is taken away, and wrong at any other time.
OF_FAULTS: Final = frozenset({Outcome.UNAVAILABLE, Outcome.PROXY, Outcome.NO_ANSWER})
NEVER: Final = frozenset({Outcome.BROKEN, Outcome.SURPRISE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An answer that nobody should get, or not at that time."""

    kind: str
    outcome: Outcome
    detail: str


class Ledger:
    """Counts from all threads; what a caller was promised last is what must be stored."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, Outcome]] = Counter()
        self.complaints: list[Complaint] = []
        self.promises: dict[tuple[str, str], str] = {}
        self._faults: list[tuple[float, float]] = []
        self._open_faults = 0
        self._began_at = time.monotonic()
        self._lock = threading.Lock()

    def note(self, kind: str, outcome: Outcome, *, asked_at: float, detail: str = "") -> None:
        """Count an answer to what was asked at that moment of the monotonic clock."""
        with self._lock:
            self.counts[kind, outcome] += 1
            is_wrong = outcome in NEVER or (
                outcome in OF_FAULTS and not self._was_fault_on(asked_at, time.monotonic())
            )
            if is_wrong:
                after = f"{asked_at - self._began_at:.1f} s after the beginning"
                complaint = Complaint(kind=kind, outcome=outcome, detail=f"{detail} ({after})")
                self.complaints.append(complaint)

    def promise(self, what: str, key: str, value: str) -> None:
        """Keep what the product confirmed: it must be so until it is asked for otherwise."""
        with self._lock:
            self.promises[what, key] = value

    def reopen(self, what: str, key: str) -> None:
        """Forget a promise before asking for something else."""
        with self._lock:
            self.promises.pop((what, key), None)

    @contextmanager
    def fault(self) -> Iterator[None]:
        """Remember that something is taken away meanwhile."""
        began_at = time.monotonic()
        with self._lock:
            self._open_faults += 1
        try:
            yield
        finally:
            with self._lock:
                self._open_faults -= 1
                self._faults.append((began_at, time.monotonic() + GRACE_SECONDS))

    def by_kind(self) -> Mapping[str, Mapping[Outcome, int]]:
        """Return the counts, by kind and outcome."""
        kinds: dict[str, dict[Outcome, int]] = {}
        for (kind, outcome), count in sorted(self.counts.items()):
            kinds.setdefault(kind, {})[outcome] = count
        return kinds

    def _was_fault_on(self, asked_at: float, answered_at: float) -> bool:
        if self._open_faults:
            return True
        return any(began < answered_at and asked_at < ended for began, ended in self._faults)
