"""All that the checks judge: the database, the locks, and what everybody outside was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.facts import Facts
from tests.chaos.ledger import Complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPicture:
    """What a live client heard of a hotel: names and bookings of events, in order."""

    watcher: str
    hotel: str
    seen: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPicture:
    """An event's seats as a live client believes them to be."""

    watcher: str
    event: str
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """``memories``: the codes that each lock accepts; ``webhooks``: the ids of those that were
    taken, in order; ``promises``: what callers were last told, by subject and key."""

    facts: Facts
    memories: Mapping[int, Sequence[str]] = field(default_factory=dict)
    webhooks: Sequence[str] = ()
    log_pictures: Sequence[LogPicture] = ()
    seat_pictures: Sequence[SeatPicture] = ()
    promises: Mapping[tuple[str, str], str] = field(default_factory=dict)
    complaints: Sequence[Complaint] = ()
    troubles: Sequence[str] = ()
    unsettled: Sequence[str] = ()
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found: how much it looked at, and what is wrong."""

    name: str
    looked_at: int
    violations: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.violations
