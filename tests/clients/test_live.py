"""The clients of both WebSocket protocols watch, break off, come back and miss nothing."""

from __future__ import annotations

from pathlib import Path

from tests.clients.node import Node
from tests.factories.seating import SeatingEventFactory


def test_viewers_of_both_protocols_see_every_version(
    node: Node, server: str, tmp_path: Path
) -> None:
    event = SeatingEventFactory(seats=4, exclusive=True)

    seen = node.play("live.mjs", tmp_path, url=server, slug=event.slug)

    assert seen["versions"] == [1, 2]
    assert seen["states"] == {"A-1": "AVAILABLE", "A-2": "HELD"}
    assert len(seen["closed"]) == 2, "the broken line, and the farewell"
    assert seen["refused"] == "VALIDATION_ERROR"
    assert seen["forbidden"] == 4403
    assert seen["replayed"] == [1, 2]
