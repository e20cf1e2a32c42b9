"""Waiting until everything that was begun is done, once nothing is taken away any more."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from tests.chaos.deployment import Deployment
from tests.chaos.watchers import Watchers

PATIENCE_SECONDS: Final = 300.0  # retries come within a minute; clocks were stepped by less
LOOK_SECONDS: Final = 0.5
CALM_LOOKS: Final = 4  # in a row: work may make further work

# Each counts what is left to be done.
LEFT: Final[Mapping[str, str]] = {
    "codes on their way": """
        SELECT count(*) FROM locks_accesscode
        WHERE state NOT IN ('SET', 'REMOVED') AND NOT is_unrecallable""",
    "grants that wait": """
        SELECT count(*) FROM locks_accessgrant WHERE state IN ('WAITING', 'FAILED')""",
    "codes with work": "SELECT count(*) FROM locks_accesscode WHERE due_at <= now()",
    "grants with news": "SELECT count(*) FROM locks_accessgrant WHERE due_at <= now()",
    "PINs on their way": """
        SELECT count(*) FROM checkin_checkinflow
        WHERE status = 'IN_PROGRESS' AND pin_status = 'GENERATING'""",
    "webhooks to be sent": "SELECT count(*) FROM partners_webhookdelivery WHERE state = 'PENDING'",
    "events to be told": """
        SELECT coalesce(sum(last_number - position), 0) FROM partners_webhooksource
        JOIN common_eventstream ON common_eventstream.id = stream_id""",
}


def left_to_do(deployment: Deployment) -> list[str]:
    """Return what is not done yet, in words."""
    counts = {what: int(deployment.select(query)[0][0]) for what, query in LEFT.items()}
    return [f"{count} {what}" for what, count in counts.items() if count]


def wait_until_settled(deployment: Deployment) -> list[str]:
    """Return what was not done within the patience; nothing where all is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    calm = 0
    while time.monotonic() < deadline:
        left = left_to_do(deployment)
        calm = 0 if left else calm + 1
        if calm == CALM_LOOKS:
            return []
        time.sleep(LOOK_SECONDS)
    return left_to_do(deployment)


def wait_for_watchers(watchers: Watchers, numbers: Mapping[str, int]) -> None:
    """Return when every client has come as far as the logs, or the patience is over: the pictures
    then tell what is missing. ``numbers``: the last ones, by hotel and by event."""
    deadline = time.monotonic() + PATIENCE_SECONDS / 5
    while time.monotonic() < deadline:
        behind = [
            *(one for one in watchers.dashboards if one.position < numbers[one.house.slug]),
            *(one for one in watchers.viewers if one.position < numbers[one.event]),
        ]
        if not behind:
            return
        time.sleep(LOOK_SECONDS)
