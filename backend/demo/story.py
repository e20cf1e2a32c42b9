"""The story that ``manage.py demo`` plays: each step through the public API, each result checked
against what the simulated locks remember."""

from __future__ import annotations

from dataclasses import dataclass

from backend.demo.arrival_story import Arrival
from backend.demo.departure_story import Departure
from backend.demo.sale_story import Sale
from backend.demo.stage import Stage


@dataclass(slots=True, kw_only=True)
class Story:
    """One guest, from the phone at the door to the desk at departure, and an evening's seats."""

    stage: Stage
    booking_id: str
    booking_reference: str
    event_slug: str

    def play(self) -> None:
        """Tell the whole story. Raises StoryFailed at the first step that ends wrong."""
        stay = Arrival(self.stage, self.booking_reference).play()
        Departure(self.stage, self.booking_id).play(stay)
        Sale(self.stage, self.event_slug).play()
