"""Names that are guessed at from one address are locked out there, by rows of django-axes.

Rows hold where a restart or a broken Redis would forget. What somebody typed for a name may have
been a password, so a row has its digest; and the library is shown an address alone, never the
request, of which it would keep what was sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from apps.common.addresses import address_of_request
from apps.common.crypto import keyed_digest, keyed_digests
from apps.common.maintenance import delete_portion

NO_WAIT: Final = timedelta(0)


def try_from(client_address: str) -> HttpRequest:
    """Return what the library counts a try by; ``authenticate`` hands it on."""
    request = HttpRequest()
    request.META |= {"REMOTE_ADDR": _plain(client_address), "HTTP_USER_AGENT": ""}
    return request


def digest_of_name(_request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return what stands for a name. The library asks for it."""
    return keyed_digest(str((credentials or {}).get("username", "")))


def address_of_try(request: HttpRequest) -> str | None:
    """Return where a try comes from. The library asks for it."""
    return _plain(address_of_request(request)) or None


def time_locked_out(username: str, client_address: str) -> timedelta:
    """Return how long the name may not be tried from there any more."""
    tried, credentials = try_from(client_address), {"username": username}
    if AxesProxyHandler.is_allowed(tried, credentials):
        return NO_WAIT
    last = _tries(username, client_address).order_by("-attempt_time").first()
    until = last.attempt_time + settings.AXES_COOLOFF_TIME if last else timezone.now()
    return max(until - timezone.now(), NO_WAIT)


def count_wrong_try(username: str, client_address: str) -> bool:
    """Count something wrong besides a password; return whether the name is locked out there now."""
    tried = try_from(client_address)
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials={"username": username}, request=tried
    )
    return bool(getattr(tried, "axes_locked_out", False))


def is_locked_out(username: str) -> bool:
    """Answer whether the name is locked out from anywhere."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    tries = AccessAttempt.objects.filter(username__in=keyed_digests(username))
    return bool(
        tries.filter(
            attempt_time__gte=since, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
        ).exists()
    )


def forget_tries(username: str, client_address: str | None = None) -> None:
    """Let the name be tried anew, from there or from everywhere."""
    _tries(username, client_address).delete()


def purge_tries(now: datetime) -> bool:
    """Delete some tries that count no more; return whether any may be left."""
    old = AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME)
    return delete_portion(old, oldest_by="attempt_time")


def _tries(username: str, client_address: str | None) -> Any:
    tries = AccessAttempt.objects.filter(username__in=keyed_digests(username))
    if client_address is None:
        return tries
    return tries.filter(ip_address=_plain(client_address) or None)


def _plain(client_address: str) -> str:
    """Return an address for a column of addresses: a network is named by its first one."""
    return client_address.partition("/")[0]
