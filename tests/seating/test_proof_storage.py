"""A file that can't be stored books nothing; one that may have been booked for is never dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from apps.common.errors import Unavailable
from apps.seating.models import PaymentProof, SeatingEvent
from apps.seating.proof_storage import keep_file, read_file
from apps.seating.services.payments import submit_payment_proof
from apps.seating.states import OrderStatus
from tests.factories.seating import SeatingEventFactory, choose, picture

CountFiles = Callable[[], int]
FULL_AT = 64  # bytes: less than any stored file


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond some bytes, so that a write ends half done."""
    resource = pytest.importorskip("resource")  # Windows has no such limit
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_nothing(kept_files: CountFiles) -> None:
    with full_disk(), pytest.raises(Unavailable):
        keep_file(b"x" * 10 * FULL_AT)

    assert kept_files() == 0


@pytest.mark.django_db
def test_a_proof_that_cannot_be_stored_can_be_sent_again(
    settings: Settings, proof_dir: Path
) -> None:
    event: SeatingEvent = SeatingEventFactory(seats=12)
    opened = choose(event, "A-1")
    settings.PROOF_DIR = proof_dir.with_name("no-directory")
    settings.PROOF_DIR.write_bytes(b"")

    with pytest.raises(Unavailable):
        submit_payment_proof(order_token=opened.token, file=picture())
    opened.order.refresh_from_db()
    assert opened.order.status == OrderStatus.PENDING

    settings.PROOF_DIR = proof_dir
    done = submit_payment_proof(order_token=opened.token, file=picture())
    assert done.order.status == OrderStatus.AWAITING_REVIEW


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_is_lost_keeps_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    event: SeatingEvent = SeatingEventFactory(seats=12)
    opened = choose(event, "A-1")
    commit = connection.commit

    def commit_and_be_cut_off() -> None:
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "commit", commit_and_be_cut_off)
        with pytest.raises(OperationalError):
            submit_payment_proof(order_token=opened.token, file=picture())

    opened.order.refresh_from_db()
    assert opened.order.status == OrderStatus.AWAITING_REVIEW
    assert read_file(PaymentProof.objects.get().file_name)
