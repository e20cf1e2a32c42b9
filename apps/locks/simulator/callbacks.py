"""The vendor's callbacks, posted to the application in the background.

Source: TTLock open platform, callback notifications: form fields, and the bare answer ``success``.
Retry and order are not documented there; the few retries here are this simulator's own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.locks.simulator.entities import Lock, LockRecord
from apps.locks.simulator.faults import Faults
from apps.locks.simulator.lock_calls import gateway_identity
from apps.locks.simulator.records import callback_row
from apps.locks.simulator.work import ADMIN

logger = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 5.0
WAITS_SECONDS: Final = (0.0, 0.3, 1.0, 3.0)  # before each attempt
LOCK_RECORDS: Final = 1
GATEWAY_STATE: Final = 2


def records_form(lock: Lock, records: Sequence[LockRecord]) -> dict[str, str]:
    """notifyType 1: ``records`` is a string that holds a JSON list."""
    rows = [callback_row(record, lock_mac=lock.mac) for record in records]
    return {
        "notifyType": str(LOCK_RECORDS),
        "lockId": str(lock.lock_id),
        "lockMac": lock.mac,
        "admin": ADMIN,
        "records": json.dumps(rows),
    }


def gateway_form(gateway_id: int, *, is_online: bool) -> dict[str, str]:
    """notifyType 2: a gateway came or went."""
    identity = {key: str(value) for key, value in gateway_identity(gateway_id).items()}
    return {"notifyType": str(GATEWAY_STATE), **identity, "isOnline": str(int(is_online))}


class Callbacks:
    """Posts forms to every configured URL without keeping anyone waiting.

    The log names the host only: the path is a secret, and the form holds codes.
    """

    def __init__(self, urls: Sequence[str], faults: Faults) -> None:
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self.urls: tuple[str, ...] = ()
        self.configure(urls)

    def configure(self, urls: Sequence[str]) -> None:
        """Replace the URLs. Raises ValueError for one that is not http or https."""
        for url in urls:
            parts = urllib.parse.urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("a callback URL starts with http:// or https://")
        self.urls = tuple(urls)

    def post(self, form: Mapping[str, str]) -> None:
        """Start delivering; the faults may delay, drop or repeat it."""
        plan = self._faults.plan
        if self.urls and self._faults.chance(plan.callback_drop_rate):
            return
        for url in self.urls * plan.callback_repeat:
            task = asyncio.get_running_loop().create_task(
                self._deliver(url, form, delay=plan.callback_delay_ms / 1000)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, url: str, form: Mapping[str, str], *, delay: float) -> None:
        host = urllib.parse.urlsplit(url).netloc
        await asyncio.sleep(delay)
        for wait in WAITS_SECONDS:
            await asyncio.sleep(wait)
            if await asyncio.to_thread(_post, url, form):
                logger.info("callback of type %s delivered to %s", form["notifyType"], host)
                return
        logger.warning("callback of type %s not accepted by %s", form["notifyType"], host)

    def stop(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()


def _post(url: str, form: Mapping[str, str]) -> bool:
    """Whether the receiver answered ``success``."""
    body = urllib.parse.urlencode(form).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - checked above
    # No proxy from the environment: receivers are near, most often on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            content: Any = answer.read(64)
            return bytes(content).strip() == b"success"
    except (OSError, urllib.error.URLError, ValueError):
        return False
