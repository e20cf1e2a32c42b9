"""What a limit allows. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` events in any ``seconds``; a count of 0 means no limit."""

    count: int
    seconds: int
