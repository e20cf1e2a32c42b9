"""A client that somebody else made for the real TTLock API works against the simulator.

Only the host in its addresses is changed. It calls everything by GET with the fields in the URL,
sends the older spelling ``client_id``, and logs in at ``oauth2/token`` by POST without a body: the
other half of what callers of the vendor do, besides this product's own client.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import ttlockwrapper.ttlock as theirs
from django.utils import timezone
from ttlockwrapper import TTLock, TTlockAPIError

from tests.fakes.lock_cloud import LockCloud

THEIR_HOST = "https://euapi.ttlock.com"
APP, SECRET = "their-app", "their-secret"
LOCK = 1_000_002
CODE = "4741"


@pytest.fixture
def their_client(lock_cloud: LockCloud, monkeypatch: pytest.MonkeyPatch) -> TTLock:
    """The client as it is, with a user that it registered and a token that it got itself."""
    for name in ("API_URI", "TOKEN_CREATE_URL", "TOKEN_REFRESH_URL"):
        address = getattr(theirs, name).replace(THEIR_HOST, lock_cloud.url)
        monkeypatch.setattr(theirs, name, address)
    user = TTLock.create_user(APP, SECRET, "hotel", "a password")
    answer = TTLock.get_token(APP, SECRET, user["username"], "a password", "")
    lock_cloud._caller.add(CODE, lock=LOCK, **_today())  # a lock exists once it was mentioned
    return TTLock(APP, answer["access_token"])


def _today() -> dict[str, Any]:
    now = timezone.now()
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=1)
    return {
        name: int(at.timestamp() * 1000) for name, at in (("startDate", begins), ("endDate", ends))
    }


def test_it_finds_the_gateways_and_their_locks(their_client: TTLock) -> None:
    gateways = list(their_client.get_gateway_generator(pageSize=1))
    locks = [
        lock["lockId"]
        for gateway in gateways
        for lock in their_client.get_locks_per_gateway_generator(gateway["gatewayId"])
    ]

    assert len(gateways) == 2, "one on each page"
    assert LOCK in locks


def test_it_opens_and_shuts_the_door(their_client: TTLock) -> None:
    their_client.unlock(LOCK)
    opened = their_client.lock_state(LOCK)
    their_client.lock(LOCK)

    assert (opened, their_client.lock_state(LOCK)) == (1, 0)
    assert 0 < their_client.lock_electric_quantity(LOCK) <= 100


def test_it_reads_who_came_in(their_client: TTLock, lock_cloud: LockCloud) -> None:
    lock_cloud._caller.enter(CODE, lock=LOCK)

    records = list(their_client.get_lock_records_generator(LOCK, pageSize=1))

    typed = [each for each in records if each["keyboardPwd"] == CODE]
    assert [(each["recordType"], each["success"]) for each in typed] == [(4, 1)]
    assert theirs.UNLOCK_CODES[typed[0]["recordType"]] == "passcode unlock"


def test_it_is_told_of_a_revoked_token_and_gets_a_new_one(
    their_client: TTLock, lock_cloud: LockCloud
) -> None:
    user = TTLock.create_user(APP, SECRET, "other", "a password")
    pair = TTLock.get_token(APP, SECRET, user["username"], "a password", "")
    lock_cloud.faults(revoke_tokens=True)
    with pytest.raises(TTlockAPIError) as refusal:
        their_client.lock_state(LOCK)
    assert refusal.value.error_code == 10004

    fresh = TTLock.refresh_token(APP, SECRET, pair["refresh_token"], "")
    assert TTLock(APP, fresh["access_token"]).lock_state(LOCK) in {0, 1, 2}
