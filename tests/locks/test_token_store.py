"""One token for all processes, in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from apps.locks.models import LockAccount
from apps.locks.services import cloud
from apps.locks.services.cloud import client_for
from apps.locks.services.tokens import DatabaseTokenStore
from apps.locks.ttlock.answers import TokenGrant
from apps.locks.ttlock.auth import StoredToken
from tests.background import at_once
from tests.factories.locks import LockAccountFactory
from tests.fakes.lock_cloud import LockCloud

LOGIN = "oauth2/token"
GRANT = TokenGrant(access_token="one", refresh_token="r", expires_in=timedelta(days=90))


@pytest.fixture
def account() -> LockAccount:
    made: LockAccount = LockAccountFactory()
    return made


@pytest.mark.django_db(transaction=True)
def test_ten_threads_log_in_once(lock_cloud: LockCloud, account: LockAccount) -> None:
    def call() -> list[object]:
        cloud._client.cache_clear()  # each thread stands for a process with a client of its own
        return list(client_for(account).list_locks())

    results = at_once(*[call] * 10)

    assert [error for error in results if isinstance(error, Exception)] == []
    assert lock_cloud.calls(LOGIN) == 1


@pytest.mark.django_db(transaction=True)
def test_a_token_that_was_refused_is_replaced_once(
    lock_cloud: LockCloud, account: LockAccount
) -> None:
    list(client_for(account).list_locks())
    lock_cloud.faults(revoke_tokens=True)

    results = at_once(*[lambda: list(client_for(account).list_locks())] * 10)

    assert [error for error in results if isinstance(error, Exception)] == []
    assert lock_cloud.calls(LOGIN) == 2


@pytest.mark.django_db
def test_the_token_lies_encrypted(lock_cloud: LockCloud, account: LockAccount) -> None:
    list(client_for(account).list_locks())
    account.refresh_from_db()

    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM locks_lockaccount")
        stored = cursor.fetchone()

    assert account.access_token
    assert account.access_token not in stored
    assert account.refresh_token not in stored


@pytest.mark.django_db
def test_a_failed_renewal_leaves_the_door_open_for_the_next(account: LockAccount) -> None:
    store = DatabaseTokenStore(account.pk)

    def fail(_stored: StoredToken | None) -> TokenGrant:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.renew(None, fail)

    assert store.renew(None, lambda _stored: GRANT).access_token == "one"


@pytest.mark.django_db
def test_who_overran_its_lease_does_not_end_the_next_ones_turn(account: LockAccount) -> None:
    store = DatabaseTokenStore(account.pk)

    def overrun(_stored: StoredToken | None) -> TokenGrant:
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            assert store._take_turn() is not None
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.renew(None, overrun)

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert store._take_turn() is None
