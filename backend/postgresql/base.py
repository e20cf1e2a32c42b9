"""The database engine that the settings name for PostgreSQL."""

from __future__ import annotations

import time
from typing import Final

from django.db.backends.postgresql import base

TRUSTED_SECONDS: Final = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a kept connection whether it still works once a second at most.

    Django asks before every request and every job, which is one more round trip for each. A server
    that is restarted takes about as long as a connection is trusted; whoever meets with an error
    after all makes Django ask before the next use.
    """

    _trusted_until = 0.0

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it works no more."""
        if time.monotonic() < self._trusted_until:
            self.health_check_done = True
        if self.health_check_done:
            return
        super().close_if_health_check_failed()
        self._trusted_until = time.monotonic() + TRUSTED_SECONDS
