"""One token for everybody: fetched once, renewed once, and no stubborn logins."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from apps.locks.ttlock.answers import TokenGrant
from apps.locks.ttlock.auth import (
    PAUSE_AFTER_FAILURE,
    InMemoryTokenStore,
    StoredToken,
)
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import (
    BadCredentials,
    CloudUnavailable,
    LockCloudError,
    TokenRejected,
)
from tests.locks.ttlock.conftest import CREDENTIALS, NOW
from tests.locks.ttlock.scripted_cloud import Scripted, ScriptedCloud

MakeClient = Callable[..., TTLockClient]
BATTERY = {"electricQuantity": 80}
LOGIN_FIELDS = {
    "clientId": "application-1",
    "clientSecret": "application-secret",
    "username": "desk@example.com",
    "password": "3cb4e732631f47e6eb961f34554b7cde",
    "grant_type": "password",
}
REFRESH_FIELDS = {
    "clientId": "application-1",
    "clientSecret": "application-secret",
    "refresh_token": "refresh-0",
    "grant_type": "refresh_token",
}


def stored(*, expires_at: datetime) -> StoredToken:
    return StoredToken(
        access_token="access-0",
        refresh_token="refresh-0",
        obtained_at=expires_at - timedelta(days=90),
        expires_at=expires_at,
    )


def store_with(token: StoredToken | None) -> InMemoryTokenStore:
    return InMemoryTokenStore(token, clock=lambda: NOW)


def run_together(count: int, work: Callable[[], object]) -> list[object]:
    """What ``work`` gave or raised in each of ``count`` threads that start together."""
    barrier = threading.Barrier(count)

    def start(_: int) -> object:
        barrier.wait(10)
        try:
            return work()
        except LockCloudError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def test_the_first_call_logs_in_with_the_md5_of_the_password(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say(BATTERY, BATTERY)
    client.battery(lock_id=7)
    client.battery(lock_id=7)
    [login] = cloud.token_requests
    assert (login.verb, login.path, login.query) == ("POST", "/oauth2/token", {})
    assert login.form == LOGIN_FIELDS
    assert [heard.query["accessToken"] for heard in cloud.calls] == ["access-1", "access-1"]


def test_a_stored_token_is_used_as_it_is(make_client: MakeClient, cloud: ScriptedCloud) -> None:
    cloud.say(BATTERY)
    make_client(tokens=store_with(stored(expires_at=NOW + timedelta(days=10)))).battery(lock_id=7)
    assert cloud.token_requests == []
    assert cloud.calls[0].query["accessToken"] == "access-0"


@pytest.mark.parametrize(
    "left", [timedelta(0), -timedelta(days=1), timedelta(days=9)], ids=["ended", "gone", "due"]
)
def test_a_token_in_the_last_tenth_of_its_life_is_refreshed(
    left: timedelta, make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say(BATTERY)
    tokens = store_with(stored(expires_at=NOW + left))
    make_client(tokens=tokens).battery(lock_id=7)
    assert [heard.form for heard in cloud.token_requests] == [REFRESH_FIELDS]
    assert cloud.calls[0].query["accessToken"] == "access-1"
    current = tokens.current()
    assert current is not None
    assert (current.refresh_token, current.obtained_at) == ("refresh-1", NOW)
    assert current.expires_at == NOW + timedelta(days=90)


def test_a_refresh_that_names_no_new_refresh_token_keeps_the_old_one(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say_to_token_requests({"access_token": "access-9", "expires_in": "7776000"})
    cloud.say(BATTERY)
    tokens = store_with(stored(expires_at=NOW))
    make_client(tokens=tokens).battery(lock_id=7)
    current = tokens.current()
    assert current is not None
    assert (current.access_token, current.refresh_token) == ("access-9", "refresh-0")


@pytest.mark.parametrize("errcode", [10003, 10004])
def test_a_refused_token_is_renewed_and_the_call_made_once_more(
    errcode: int, make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": errcode, "errmsg": "invalid token"}, BATTERY)
    client = make_client(tokens=store_with(stored(expires_at=NOW + timedelta(days=80))))
    assert client.battery(lock_id=7) == 80
    assert [heard.query["accessToken"] for heard in cloud.calls] == ["access-0", "access-1"]
    assert len(cloud.token_requests) == 1


def test_a_token_refused_twice_is_given_up(client: TTLockClient, cloud: ScriptedCloud) -> None:
    cloud.say({"errcode": 10004}, {"errcode": 10004})
    with pytest.raises(TokenRejected):
        client.battery(lock_id=7)
    assert len(cloud.calls) == 2


@pytest.mark.parametrize("errcode", [10011, 10003, -3])
def test_a_refused_refresh_falls_back_to_the_password(
    errcode: int, make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say_to_token_requests({"errcode": errcode, "errmsg": "bad refresh token"})
    cloud.say(BATTERY)
    make_client(tokens=store_with(stored(expires_at=NOW))).battery(lock_id=7)
    assert [heard.form for heard in cloud.token_requests] == [REFRESH_FIELDS, LOGIN_FIELDS]


def test_a_refresh_that_fails_for_now_is_not_followed_by_a_login(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.token_answers.append(Scripted(status=503, body=b""))
    client = make_client(tokens=store_with(stored(expires_at=NOW)))
    with pytest.raises(CloudUnavailable):
        client.battery(lock_id=7)
    assert len(cloud.token_requests) == 1


def test_a_token_that_still_works_is_used_while_its_renewal_fails(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.token_answers.append(Scripted(status=503, body=b""))
    cloud.say(BATTERY, BATTERY, BATTERY)
    now = [NOW]
    client = make_client(
        tokens=store_with(stored(expires_at=NOW + timedelta(days=1))), clock=lambda: now[0]
    )
    client.battery(lock_id=7)
    client.battery(lock_id=7)
    assert len(cloud.token_requests) == 1  # not once per call
    now[0] += PAUSE_AFTER_FAILURE
    client.battery(lock_id=7)
    assert [heard.query["accessToken"] for heard in cloud.calls] == ["access-0"] * 2 + ["access-1"]


def test_a_refused_password_is_not_tried_again_at_once(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say_to_token_requests({"errcode": 10007, "errmsg": "invalid account or password"})
    cloud.say(BATTERY)
    now = [NOW]
    client = make_client(clock=lambda: now[0])
    for _ in range(5):
        with pytest.raises(BadCredentials):
            client.battery(lock_id=7)
    assert len(cloud.token_requests) == 1
    now[0] += PAUSE_AFTER_FAILURE
    assert client.battery(lock_id=7) == 80


@pytest.mark.parametrize(
    "grant",
    [
        {},
        {"access_token": "a"},
        {"access_token": "", "expires_in": 9},
        {"access_token": "a", "expires_in": 0},
        {"access_token": "a", "expires_in": "soon"},
    ],
)
def test_a_grant_that_is_none_is_not_stored(
    grant: dict[str, object], make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say_to_token_requests(grant)
    tokens = store_with(None)
    with pytest.raises(CloudUnavailable):
        make_client(tokens=tokens).battery(lock_id=7)
    assert tokens.current() is None


def test_a_life_beyond_the_calendar_is_cut(make_client: MakeClient, cloud: ScriptedCloud) -> None:
    cloud.say_to_token_requests({"access_token": "a", "expires_in": 2**62})
    cloud.say(BATTERY)
    assert make_client().battery(lock_id=7) == 80


def test_ten_threads_without_a_token_log_in_once(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say(*[BATTERY] * 10)
    assert run_together(10, lambda: client.battery(lock_id=7)) == [80] * 10
    assert len(cloud.token_requests) == 1


def test_ten_threads_with_an_ended_token_refresh_once(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say(*[BATTERY] * 10)
    client = make_client(tokens=store_with(stored(expires_at=NOW)))
    assert run_together(10, lambda: client.battery(lock_id=7)) == [80] * 10
    assert [heard.form for heard in cloud.token_requests] == [REFRESH_FIELDS]


def test_ten_threads_with_a_refused_token_refresh_once(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.refused_tokens.add("access-0")
    cloud.say(*[BATTERY] * 10)
    client = make_client(tokens=store_with(stored(expires_at=NOW + timedelta(days=80))))
    assert run_together(10, lambda: client.battery(lock_id=7)) == [80] * 10
    assert [heard.form for heard in cloud.token_requests] == [REFRESH_FIELDS]


def test_two_clients_of_one_account_share_the_renewal(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    cloud.say(BATTERY, BATTERY)
    tokens = store_with(None)
    make_client(tokens=tokens).battery(lock_id=7)
    make_client(tokens=tokens).battery(lock_id=7)
    assert len(cloud.token_requests) == 1


def test_threads_that_waited_for_a_failing_login_share_its_failure(
    make_client: MakeClient, cloud: ScriptedCloud
) -> None:
    """Ten time-outs one after the other would hold a guest for minutes."""
    all_wait = threading.Barrier(10)

    class Door(InMemoryTokenStore):
        def renew(
            self,
            stale: StoredToken | None,
            obtain: Callable[[StoredToken | None], TokenGrant],
        ) -> StoredToken:
            all_wait.wait(10)
            return super().renew(stale, obtain)

    cloud.token_answers.extend([Scripted(status=503, body=b"")] * 10)
    client = make_client(tokens=Door(clock=lambda: NOW))
    failures = run_together(10, lambda: client.battery(lock_id=7))
    assert all(isinstance(failure, CloudUnavailable) for failure in failures)
    assert len(cloud.token_requests) == 1


def test_the_next_call_after_a_failed_login_tries_again(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.token_answers.append(Scripted(status=503, body=b""))
    cloud.say(BATTERY)
    with pytest.raises(CloudUnavailable):
        client.battery(lock_id=7)
    assert client.battery(lock_id=7) == 80


def test_the_store_returns_a_newer_token_without_asking(cloud: ScriptedCloud) -> None:
    newer = stored(expires_at=NOW + timedelta(days=90))
    older = StoredToken(access_token="older", refresh_token=None, obtained_at=NOW, expires_at=NOW)

    def never(_: StoredToken | None) -> TokenGrant:
        raise AssertionError("asked although somebody else had renewed")

    assert store_with(newer).renew(older, never) is newer
    assert store_with(newer).renew(None, never) is newer


def test_reprs_hide_tokens_and_passwords() -> None:
    grant = TokenGrant(access_token="a-1", refresh_token="r-1", expires_in=timedelta(days=90))
    token = StoredToken.of(grant, obtained_at=NOW)
    shown = repr([grant, token, CREDENTIALS])
    secrets = ("a-1", "r-1", "application-secret", "desk@example.com", "correct horse")
    assert [secret for secret in secrets if secret in shown] == []
