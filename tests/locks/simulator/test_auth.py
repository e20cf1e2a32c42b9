"""Who may call: tokens, refresh, and the time a request must carry."""

from __future__ import annotations

from typing import Any

import pytest

from apps.locks.simulator import SimulatorServer, SimulatorSettings
from apps.locks.simulator.auth import Credentials
from tests.locks.simulator.driver import Caller, Clock, millis


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({}, 0),
        ({"grant_type": ""}, 0),
        ({"client_id": "", "clientId": "app", "client_secret": "", "clientSecret": "s3cret"}, 0),
        ({"client_id": "stranger"}, 10000),
        ({"client_secret": "wrong"}, 10001),
        ({"username": "somebody"}, 10007),
        ({"password": "0" * 32}, 10007),
        ({"password": "correct horse"}, 30005),
        ({"password": "A" * 32}, 30005),
    ],
)
def test_given_credentials_are_the_only_ones_that_log_in(
    clock: Clock, fields: dict[str, Any], errcode: int
) -> None:
    only = Credentials(
        client_id="app", client_secret="s3cret", username="hotel", password="correct horse"
    )
    with SimulatorServer(SimulatorSettings(now=clock, credentials=only)) as server:
        reply = Caller(server.url, clock).log_in(**({"client_secret": "s3cret"} | fields))
    assert reply.get("errcode", 0) == errcode
    assert ("access_token" in reply) == (errcode == 0)


def test_without_given_credentials_any_account_logs_in(caller: Caller) -> None:
    reply = caller.log_in(client_id="whoever", username="whoever")
    assert reply["expires_in"] == 7_776_000
    assert {"access_token", "refresh_token", "uid"} <= set(reply)


def test_a_refresh_gives_a_new_pair_and_ends_the_old_one(caller: Caller) -> None:
    first = caller.log_in()
    second = caller.refresh(first["refresh_token"])
    assert "uid" not in second
    caller.access_token = first["access_token"]
    assert caller.errcode("lock/list") == 10004
    caller.access_token = second["access_token"]
    assert caller.errcode("lock/list") == 0
    assert caller.refresh(first["refresh_token"])["errcode"] == 10011


def test_an_unknown_token_and_an_expired_one_are_told_apart(caller: Caller, clock: Clock) -> None:
    caller.auth()
    assert caller.errcode("lock/list", accessToken="never-issued") == 10003
    assert caller.errcode("lock/list", accessToken=None) == 10003
    clock.advance(days=91)
    assert caller.errcode("lock/list") == 10004


def test_revoked_tokens_can_be_refreshed_until_those_are_revoked_too(caller: Caller) -> None:
    pair = caller.log_in()
    caller.access_token = pair["access_token"]
    caller.faults(revoke_tokens=True)
    assert caller.errcode("lock/list") == 10004
    caller.access_token = caller.refresh(pair["refresh_token"])["access_token"]
    assert caller.errcode("lock/list") == 0
    latest = caller.log_in()
    caller.faults(revoke_refresh_tokens=True)
    assert caller.refresh(latest["refresh_token"])["errcode"] == 10011
    caller.access_token = ""
    assert caller.errcode("lock/list") == 0


@pytest.mark.parametrize(
    ("off_by_ms", "errcode"),
    [(0, 0), (300_000, 0), (-300_000, 0), (300_001, 80000), (-300_001, 80000)],
)
def test_a_request_tells_the_time_within_five_minutes(
    caller: Caller, clock: Clock, off_by_ms: int, errcode: int
) -> None:
    assert caller.errcode("lock/list", date=millis(clock.now) + off_by_ms) == errcode


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_request_without_a_usable_date_is_refused(caller: Caller, date: str | None) -> None:
    assert caller.errcode("lock/list", date=date) == 80000
