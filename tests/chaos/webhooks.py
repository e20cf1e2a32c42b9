"""The partner's receiver: remembers what came, in order, and can refuse for a while."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from tests.partners.receiver import Heard, Receiver, Reply

OVERLOADED: Final = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A webhook that was answered with success."""

    message_id: str
    body: str


class Partner(Receiver):
    """Takes every webhook but while ``is_refusing``."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.is_refusing = False
        self.taken: list[Taken] = []
        self.refused = 0
        self._lock = threading.Lock()

    def _answer(self, heard: Heard) -> Reply:
        headers = {name.lower(): value for name, value in heard.headers.items()}
        with self._lock:
            if self.is_refusing:
                self.refused += 1
                return Reply(status=OVERLOADED)
            self.taken.append(Taken(message_id=headers["webhook-id"], body=heard.body))
        return Reply()
