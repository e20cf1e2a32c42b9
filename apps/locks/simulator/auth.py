"""Tokens: login by password, refresh, and the checks every v3 call goes through first.

Source: TTLock open platform, oauth2/token, user/register, and the notes on ``date``.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final

from apps.locks.simulator.entities import Token
from apps.locks.simulator.wire import MINUTE_MS, ErrCode, Fields, Refusal
from apps.locks.simulator.world import World

TOKEN_TTL_SECONDS: Final = 7_776_000  # 90 days
DATE_TOLERANCE_MS: Final = 5 * MINUTE_MS
MD5_HEX: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The one application and account that may log in; what is None may be anything.

    ``password`` in the clear; callers send its MD5.
    """

    client_id: str | None = None
    client_secret: str | None = None
    username: str | None = None
    password: str | None = None


def _client_id(fields: Fields) -> str | None:
    return fields.text("clientId", "client_id")


def check_client(fields: Fields, credentials: Credentials, *, with_secret: bool) -> None:
    """Raises Refusal 10000 for an unknown client, 10001 for a wrong secret."""
    client_id = _client_id(fields)
    if client_id is None or credentials.client_id not in (None, client_id):
        raise Refusal(ErrCode.UNKNOWN_CLIENT)
    if not with_secret:
        return
    secret = fields.text("clientSecret", "client_secret")
    if secret is None or credentials.client_secret not in (None, secret):
        raise Refusal(ErrCode.CLIENT_MISMATCH)


def check_date(fields: Fields, *, now_ms: int) -> None:
    """Raises Refusal 80000 if ``date`` is missing, no number, or over five minutes off."""
    try:
        date = int(fields.text("date") or "")
    except ValueError:
        raise Refusal(ErrCode.DATE_OFF) from None
    if abs(date - now_ms) > DATE_TOLERANCE_MS:
        raise Refusal(ErrCode.DATE_OFF)


def check_token(fields: Fields, world: World, *, now_ms: int) -> Token:
    """Raises Refusal 10003 for an unknown token, 10004 for an expired or revoked one."""
    token = world.tokens.get(fields.text("accessToken", "access_token") or "")
    if token is None:
        raise Refusal(ErrCode.TOKEN_NOT_FOUND)
    if token.revoked or now_ms >= token.expires_ms:
        raise Refusal(ErrCode.TOKEN_EXPIRED)
    return token


def issue_token(
    fields: Fields, world: World, credentials: Credentials, *, now_ms: int, ttl_seconds: int
) -> dict[str, Any]:
    """Answer oauth2/token. ``grant_type`` may be left out, as the vendor's current page does.

    Raises Refusal 10000, 10001, 10007, 10011 or 30005.
    """
    check_client(fields, credentials, with_secret=True)
    grant = fields.text("grant_type")
    by_refresh = fields.has("refresh_token") and not fields.has("username")
    if grant == "refresh_token" or (grant is None and by_refresh):
        return _refresh(fields, world, now_ms=now_ms, ttl_seconds=ttl_seconds)
    return _log_in(fields, world, credentials, now_ms=now_ms, ttl_seconds=ttl_seconds)


def _log_in(
    fields: Fields, world: World, credentials: Credentials, *, now_ms: int, ttl_seconds: int
) -> dict[str, Any]:
    username, password = fields.text("username"), fields.text("password") or ""
    if not MD5_HEX.fullmatch(password):
        raise Refusal(ErrCode.PASSWORD_NOT_MD5)
    if username is None or credentials.username not in (None, username):
        raise Refusal(ErrCode.BAD_LOGIN)
    if credentials.password is not None and password != _md5(credentials.password):
        raise Refusal(ErrCode.BAD_LOGIN)
    uid = int(hashlib.sha256(username.encode()).hexdigest()[:7], 16)
    token = _new_token(world, uid=uid, now_ms=now_ms, ttl_seconds=ttl_seconds)
    return {"uid": uid, "scope": "user,key,room", **_granted(token, ttl_seconds)}


def _refresh(fields: Fields, world: World, *, now_ms: int, ttl_seconds: int) -> dict[str, Any]:
    """The old pair dies at once: the vendor leaves it open, and this asks most of a caller."""
    presented = fields.text("refresh_token")
    old = next((held for held in world.tokens.values() if held.refresh_token == presented), None)
    if old is None or old.refresh_revoked:
        raise Refusal(ErrCode.BAD_REFRESH_TOKEN)
    old.revoked = old.refresh_revoked = True
    world.save(old)
    token = _new_token(world, uid=old.uid, now_ms=now_ms, ttl_seconds=ttl_seconds)
    return _granted(token, ttl_seconds)


def _new_token(world: World, *, uid: int, now_ms: int, ttl_seconds: int) -> Token:
    token = Token(
        access_token=secrets.token_hex(16),
        refresh_token=secrets.token_hex(16),
        uid=uid,
        expires_ms=now_ms + ttl_seconds * 1000,
    )
    world.save(token)
    return token


def _granted(token: Token, ttl_seconds: int) -> dict[str, Any]:
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token,
        "expires_in": ttl_seconds,
        "token_type": "Bearer",
    }


def revoke_tokens(world: World, *, refresh_too: bool) -> int:
    """Make every access token answer 10004 from now on; gives how many."""
    for token in world.tokens.values():
        token.revoked = True
        token.refresh_revoked = token.refresh_revoked or refresh_too
        world.save(token)
    return len(world.tokens)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
