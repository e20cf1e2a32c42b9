"""``/readyz`` and ``/metrics``."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from apps.common.addresses import address_of_request
from apps.common.health import Health, examine, overall
from apps.common.metrics import DatabaseFigures

OWN_NETWORKS: Final = [
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
]
LIVE_FILE: Final = re.compile(r"gauge_live\w*_(?P<pid>\d+)\.db")


@never_cache
@require_safe
def readiness(_request: HttpRequest) -> HttpResponse:
    """Tell whether this process can serve: 503 without the database alone.

    ``{"status": "ok|degraded|unavailable", "checks": {name: {"status", "reason"?}}}``. What is
    degraded waits as rows until it is back, and everything else goes on.
    """
    findings = examine()
    worst = overall(findings)
    checks = {
        name: {"status": found.health} | ({"reason": found.reason} if found.reason else {})
        for name, found in findings.items()
    }
    status = 503 if worst == Health.UNAVAILABLE else 200
    return JsonResponse({"status": worst, "checks": checks}, status=status)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus what was counted and what the database knows.

    For who has the ``METRICS_TOKEN``; without such a token, for callers of the own network.
    """
    if not _may_read(request):
        raise Http404
    counted = generate_latest(_counts())
    known = CollectorRegistry()
    known.register(DatabaseFigures())
    return HttpResponse(counted + generate_latest(known), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
    try:
        caller = ip_address(address_of_request(request))
    except ValueError:  # a socket file has no address
        return True
    return any(caller in network for network in OWN_NETWORKS)


def _counts() -> CollectorRegistry:
    """Return this process's counts, or those of all that share its directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    _forget_the_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def _forget_the_dead(directory: Path) -> None:
    """Let what a killed process had open, such as sockets, not count for ever."""
    names = (LIVE_FILE.fullmatch(path.name) for path in directory.glob("gauge_live*.db"))
    for pid in {int(name["pid"]) for name in names if name}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:  # somebody else's, so not dead
            pass
