"""``/oauth2/token``: password login and refresh."""

from __future__ import annotations

import re
import secrets

from tests.fakes.lockcloud.answers import Answer, Refused
from tests.fakes.lockcloud.envelope import Doorman, Request
from tests.fakes.lockcloud.setup import md5_hex
from tests.fakes.lockcloud.world import Token

_MANY_FAILED_LOGINS = 3
"""10007 is not for retrying; a restart or two may try again without being told off."""


def grant_token(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """Answer the token call. Raises Refused."""
    doorman.check_form(request, now=now)
    if request.method != "POST":
        doorman.complain(request, "a token call that is not a POST", now=now)
    client_id = _check_client(doorman, request)
    if request.fields.get("grant_type") == "refresh_token":
        return _refresh(doorman, request, client_id=client_id, now=now)
    return _log_in(doorman, request, client_id=client_id, now=now)


def _check_client(doorman: Doorman, request: Request) -> str:
    fields, clients = request.fields, doorman.setup.clients
    client_id = fields.get("clientId") or fields.get("client_id") or ""
    if client_id not in clients:
        raise Refused(10000)
    if (fields.get("clientSecret") or fields.get("client_secret")) != clients[client_id]:
        raise Refused(10001)
    return client_id


def _log_in(doorman: Doorman, request: Request, *, client_id: str, now: int) -> Answer:
    fields, accounts = request.fields, doorman.setup.accounts
    password, username = fields.get("password", ""), fields.get("username", "")
    if not re.fullmatch(r"[0-9a-f]{32}", password):
        doorman.complain(request, "password is not MD5 in lower-case hex", now=now)
        raise Refused(30005)
    if username not in accounts or password != md5_hex(accounts[username]):
        _count_failed_login(doorman, request, now=now)
        raise Refused(10007)
    doorman.world.failed_logins = 0
    answer = _new_pair(doorman, client_id=client_id, username=username, now=now)
    return {**answer, "uid": 2_340_001, "openid": 99, "scope": "user,key,room"}


def _count_failed_login(doorman: Doorman, request: Request, *, now: int) -> None:
    doorman.world.failed_logins += 1
    if doorman.world.failed_logins > _MANY_FAILED_LOGINS:
        doorman.complain(request, "logs in again and again after 10007", now=now)


def _refresh(doorman: Doorman, request: Request, *, client_id: str, now: int) -> Answer:
    given = request.fields.get("refresh_token", "")
    old = next((each for each in doorman.world.tokens if each.refresh == given), None)
    if old is None or old.refreshed or old.client_id != client_id:
        raise Refused(10011)
    old.refreshed = old.revoked = True
    return _new_pair(doorman, client_id=client_id, username=old.username, now=now)


def _new_pair(doorman: Doorman, *, client_id: str, username: str, now: int) -> Answer:
    seconds = doorman.setup.token_seconds
    token = Token(
        access=secrets.token_hex(16),
        refresh=secrets.token_hex(16),
        client_id=client_id,
        username=username,
        expires_at=now + seconds * 1000,
    )
    doorman.world.tokens.append(token)
    return {
        "access_token": token.access,
        "refresh_token": token.refresh,
        "expires_in": seconds,
        "token_type": "Bearer",
    }
