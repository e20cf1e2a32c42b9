from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.locks.ttlock.auth import Credentials, InMemoryTokenStore, StoredToken
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.transport import build_session
from tests.locks.ttlock.scripted_cloud import ScriptedCloud, scripted_cloud

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

CREDENTIALS = Credentials(
    client_id="application-1",
    client_secret="application-secret",
    username="desk@example.com",
    password="correct horse",
)


def signed_in() -> InMemoryTokenStore:
    """A store whose token has months to live, so that no login goes before the call."""
    token = StoredToken(
        access_token="access-0",
        refresh_token="refresh-0",
        obtained_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )
    return InMemoryTokenStore(token, clock=lambda: NOW)


@pytest.fixture
def cloud() -> Iterator[ScriptedCloud]:
    with scripted_cloud() as cloud:
        yield cloud


@pytest.fixture
def make_client(cloud: ScriptedCloud) -> Iterator[Callable[..., TTLockClient]]:
    """A client of the scripted cloud, at an instant that stands still unless told otherwise."""
    sessions = []

    def make(**overrides: Any) -> TTLockClient:
        session = build_session()
        sessions.append(session)
        arguments: dict[str, Any] = {
            "base_url": cloud.base_url,
            "credentials": CREDENTIALS,
            "tokens": InMemoryTokenStore(clock=lambda: NOW),
            "timeout_seconds": 5,
            "session": session,
            "clock": lambda: NOW,
        }
        return TTLockClient(**{**arguments, **overrides})

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def client(make_client: Callable[..., TTLockClient]) -> TTLockClient:
    return make_client()
