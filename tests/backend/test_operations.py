"""Does it live, is it ready, how is it doing: what those who run the product are told."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from apps.common import health
from apps.common.health import Check, Unwell, register_check
from apps.common.jobs.presence import FORGOTTEN_AFTER, THERE_FOR, Presence
from apps.common.models import WorkerPresence
from apps.locks import health as lock_health
from backend.operations.liveness import Liveness, LivenessWsgi
from tests.backend.serving import HOST, serving
from tests.common.processes import ROOT
from tests.factories.bookings import BookingFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, LockAccountFactory
from tests.services.process import free_port

NOBODY_THERE = "It can't be reached."


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test found is not what this one finds."""
    monkeypatch.setattr(health, "_last", None)
    monkeypatch.setattr(health, "_asking", {})
    monkeypatch.setattr(health, "_checks", dict(health._checks))
    monkeypatch.setattr(lock_health, "_looked", None)


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


# -- /healthz ------------------------------------------------------------------------------------


async def test_a_process_lives_whatever_happens_within() -> None:
    async def broken(*_: Any) -> None:
        raise AssertionError("asked")

    scope = {"type": "http", "method": "GET", "path": "/healthz"}
    asked = ApplicationCommunicator(Liveness(broken), scope)
    await asked.send_input({"type": "http.request"})

    assert (await asked.receive_output())["status"] == 200
    assert (await asked.receive_output())["body"] == b'{"status":"ok"}'


@pytest.mark.parametrize(("method", "body"), [("GET", b'{"status":"ok"}'), ("HEAD", b"")])
def test_under_wsgi_as_well(method: str, body: bytes) -> None:
    def broken(*_: Any) -> list[bytes]:
        raise AssertionError("asked")

    said: list[Any] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": "/healthz"}

    assert LivenessWsgi(broken)(environ, lambda *told: said.append(told)) == [body]
    assert said[0][0] == "200 OK"


# -- /readyz -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_with_a_worker_there_everything_is_well(client: Client) -> None:
    Presence().beat()

    status, found = ready(client)

    assert (status, found["status"]) == (200, "ok"), found
    assert {"database", "channel_layer", "workers", "lock_cloud"} <= set(found["checks"])
    assert all(check == {"status": "ok"} for check in found["checks"].values())


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_it_is_ready_and_says_what_waits(client: Client) -> None:
    status, found = ready(client)

    assert (status, found["status"]) == (200, "degraded")
    assert "No worker is there" in found["checks"]["workers"]["reason"]


@pytest.mark.django_db(transaction=True)
def test_a_lock_cloud_that_is_gone_is_said_and_does_not_stop_the_house(
    client: Client, settings: Settings
) -> None:
    Presence().beat()
    LockAccountFactory()
    settings.TTLOCK_API_URL = f"http://{HOST}:{free_port()}"

    status, found = ready(client)

    assert (status, found["status"]) == (200, "degraded")
    assert "can't be reached" in found["checks"]["lock_cloud"]["reason"]


@pytest.mark.django_db(transaction=True)
def test_a_lock_cloud_that_answers_is_well(client: Client, lock_cloud: object) -> None:
    LockAccountFactory()

    assert ready(client)[1]["checks"]["lock_cloud"] == {"status": "ok"}


def test_without_its_database_a_process_lives_and_is_not_ready(
    bare: dict[str, str], tmp_path: Path
) -> None:
    """At a real server, where PostgreSQL and Redis answer at no port."""
    environ = {
        **bare,
        "SECRET_KEY": "x" * 50,
        "FIELD_ENCRYPTION_KEY": "y" * 50,
        "TTLOCK_CALLBACK_SECRET": "z" * 50,
        "DATABASE_URL": f"postgres://nobody@{HOST}:{free_port()}/none",
        "REDIS_URL": f"redis://{HOST}:{free_port()}/0",
        "ALLOWED_HOSTS": HOST,
    }
    with serving(environ=environ, log=tmp_path / "log") as served:
        assert ask(f"http://{HOST}:{served.port}/healthz")[0] == 200
        status, found = ask(f"http://{HOST}:{served.port}/readyz")

    assert (status, found["status"]) == (503, "unavailable"), served.said
    assert found["checks"]["database"]["status"] == "unavailable"
    assert found["checks"]["redis"] == {"status": "degraded", "reason": NOBODY_THERE}
    assert found["checks"]["channel_layer"]["status"] == "degraded"


def ask(address: str) -> tuple[int, Any]:
    answer = requests.get(address, timeout=20)
    return answer.status_code, answer.json()


def test_what_hangs_is_told_and_not_asked_a_second_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    goes_on, times = threading.Event(), []
    hang = Check(name="hanging", ask=lambda: times.append(goes_on.wait(20)), is_vital=False)
    monkeypatch.setattr(health, "_checks", {"hanging": hang})
    try:
        for _ in range(3):
            _, found = ready(client)
            assert "No answer" in found["checks"]["hanging"]["reason"]
    finally:
        goes_on.set()
    health._asking["hanging"].result(20)
    assert len(times) == 1


def test_what_a_driver_says_of_itself_stays_within(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("secret-host refused user nora")

    monkeypatch.setattr(health, "_checks", {})
    register_check(Check(name="thing", ask=fail))

    assert ready(client)[1]["checks"]["thing"] == {"status": "degraded", "reason": NOBODY_THERE}


def test_many_probes_ask_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[None] = []
    monkeypatch.setattr(health, "FRESH_SECONDS", 60.0)
    monkeypatch.setattr(health, "_checks", {})
    register_check(Check(name="thing", ask=lambda: times.append(None)))

    for _ in range(5):
        ready(client)

    assert len(times) == 1


# -- who is there --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_there_from_its_start_to_its_stop() -> None:
    presence = Presence(interval=0.01)
    presence.start()
    while not WorkerPresence.objects.filter(name=presence.name).exists():
        pass
    presence.stop()

    assert not WorkerPresence.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "counts"), [(0 * THERE_FOR, True), (2 * THERE_FOR, False)], ids=["now", "long ago"]
)
def test_who_was_not_heard_of_for_a_while_is_not_there(age: Any, counts: bool) -> None:
    seen = timezone.now() - age
    WorkerPresence.objects.create(name="worker", started_at=seen, seen_at=seen)
    checks = health._checks["workers"]

    if counts:
        checks.ask()
    else:
        with pytest.raises(Unwell):
            checks.ask()


@pytest.mark.django_db
def test_workers_that_were_killed_are_forgotten_after_a_day() -> None:
    seen = timezone.now() - 2 * FORGOTTEN_AFTER
    WorkerPresence.objects.create(name="killed", started_at=seen, seen_at=seen)
    presence = Presence()

    presence.beat()

    assert [row.name for row in WorkerPresence.objects.all()] == [presence.name]


# -- /metrics ------------------------------------------------------------------------------------


@pytest.fixture
def figures(client: Client) -> Iterator[Callable[..., dict[tuple[Any, ...], float]]]:
    """Reads /metrics: values by name and sorted labels."""

    def read(**headers: Any) -> dict[tuple[Any, ...], float]:
        answer = client.get("/metrics", **headers)
        assert answer.status_code == 200
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return read


@pytest.mark.django_db
def test_codes_and_work_are_told_as_the_database_has_them(figures: Any) -> None:
    grant = AccessGrantFactory(holder=BookingFactory(with_doors=True).lock_holder)
    code = AccessCodeFactory(grant=grant, on_the_lock=True)
    AccessCodeFactory(grant=grant, due_at=timezone.now() - THERE_FOR)

    told = figures()

    assert told["doorstep_access_codes", "SET"] == 1
    assert told["doorstep_work_due", "locks.AccessCode"] == 1
    assert told["doorstep_work_overdue_seconds", "locks.AccessCode"] >= THERE_FOR.total_seconds()
    assert told["doorstep_workers",] == 0
    labels = {label for key in told for label in key[1:]}
    assert not any(code.grant.pin in label for label in labels)


@pytest.mark.django_db
def test_requests_are_told_by_their_routes_and_never_by_what_strangers_send(
    client: Client, figures: Any
) -> None:
    client.get("/api/checkin/some-secret-token/")
    client.get("/no/such/page-of-mine/")

    told = figures()

    routes = {key for key in told if key[0] == "doorstep_request_seconds_count"}
    assert ("doorstep_request_seconds_count", "404", "GET", "none") in routes
    assert ("doorstep_request_seconds_count", "404", "GET", "api/checkin/<str:token>/") in routes
    labels = " ".join(label for key in told for label in key[1:])
    assert not any(said in labels for said in ("some-secret-token", "page-of-mine"))


@pytest.mark.django_db
def test_figures_that_can_t_be_read_leave_the_others(
    figures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise LookupError

    monkeypatch.setattr("apps.common.metrics._figures", {"broken": fail})

    assert figures()["doorstep_figures_unreadable", "broken"] == 1


@pytest.mark.django_db
def test_every_figure_is_described_where_operators_look(figures: Any) -> None:
    page = (ROOT / "docs" / "guides" / "operations.md").read_text()
    told = {re.sub("_(count|bucket|sum|created)$", "", name) for name, *_ in figures()}

    own = {name for name in told if name.startswith("doorstep_")}
    assert "doorstep_fan_out_seconds" in own
    assert ("doorstep_database_connections" in own) == (connection.vendor == "postgresql")
    assert {name for name in own if not re.search(rf"`{name}(_total)?[`{{]", page)} == set()


@pytest.mark.django_db
def test_metrics_are_for_the_own_network_or_for_who_has_the_token(
    client: Client, settings: Settings
) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 200

    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    for token, status in (("a-long-token", 200), ("another", 404)):
        answer = client.get(
            "/metrics", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR="203.0.113.7"
        )
        assert answer.status_code == status
