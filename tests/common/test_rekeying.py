"""All that hangs on an older key comes under the first one, beside writers, or is said not to."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import override_settings
from pytest_django import Settings

from apps.bookings.models import Booking, Hotel, ToldCodes
from apps.bookings.services.told_codes import has_other_codes, remember_codes
from apps.common.crypto import EncryptedTextField, keyed_digest
from apps.common.rekeying import BATCH, Outcome, all_rekeyings, walk_column
from apps.locks.models import AccessCode
from apps.seating.proof_storage import keep_file, read_file
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.locks import AccessCodeFactory

pytestmark = pytest.mark.django_db
OLD, NEW, FOREIGN = (f"{name}-key-that-is-long-enough-to-be-one" for name in ("old", "new", "for"))
PASSWORD: Final = "the green door"


def with_keys(*keys: str) -> override_settings:
    return override_settings(FIELD_ENCRYPTION_KEYS=keys)


@pytest.fixture(autouse=True)
def own_proofs(settings: Settings, tmp_path: Path) -> None:
    settings.PROOF_DIR = tmp_path / "proofs"


@pytest.fixture
def rotated() -> Iterator[None]:
    """The new key is in front, as after the second step of the runbook."""
    with with_keys(NEW, OLD):
        yield


def hotels(count: int, *keys: str) -> list[Hotel]:
    with with_keys(*keys):
        return [HotelFactory(wifi_password=PASSWORD) for _ in range(count)]


def reencrypt(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("reencrypt_fields", *arguments)
    return capsys.readouterr().out


def stored(hotel: Hotel) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_password FROM bookings_hotel WHERE id = %s", [hotel.pk])
        return str(cursor.fetchone()[0])


def test_every_encrypted_column_is_known_without_being_named() -> None:
    columns = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
    }
    names = {rekeying.name for rekeying in all_rekeyings()}

    assert len(columns) > 12
    assert names - columns == {
        "bookings.digests_of_told_codes",
        "locks.digests_of_digits",
        "seating.proof_files",
    }
    assert columns <= names


@pytest.mark.usefixtures("rotated")
def test_afterwards_the_new_key_alone_reads_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with with_keys(OLD):
        hotel: Hotel = HotelFactory(wifi_password=PASSWORD)
        code = AccessCodeFactory(digits="4821", digits_digest=keyed_digest("4821"))
        booking: Booking = BookingFactory()
        remember_codes(booking)
        proof = keep_file(b"a picture")

    with pytest.raises(CommandError, match="older key"):
        reencrypt(capsys, "--dry-run")
    assert "values need an older key." in reencrypt(capsys)
    assert reencrypt(capsys, "--dry-run").splitlines()[-1].startswith("0 of ")

    with with_keys(NEW):
        assert Hotel.objects.get(pk=hotel.pk).wifi_password == PASSWORD
        kept = AccessCode.objects.get(pk=code.pk)
        assert (kept.digits, kept.digits_digest) == ("4821", keyed_digest("4821"))
        assert not has_other_codes(booking.pk)
        assert ToldCodes.objects.get(pk=booking.pk).digest == keyed_digest("")
        assert read_file(proof) == b"a picture"


@pytest.mark.usefixtures("rotated")
def test_a_dry_run_writes_nothing() -> None:
    (hotel,) = hotels(1, OLD)
    before = stored(hotel)
    with pytest.raises(CommandError, match=r"\d+ values lie under an older key"):
        call_command("reencrypt_fields", "--dry-run")
    assert stored(hotel) == before


@pytest.mark.usefixtures("rotated")
def test_what_is_current_is_not_written_again() -> None:
    (hotel,) = hotels(1, NEW, OLD)
    before = stored(hotel)
    call_command("reencrypt_fields")
    assert stored(hotel) == before


@pytest.mark.usefixtures("rotated")
def test_a_run_that_was_cut_off_is_begun_again() -> None:
    hotels(5, OLD)
    walk = walk_column(Hotel, "wifi_password", True)
    assert [next(walk), next(walk)] == [Outcome.WRITTEN] * 2
    walk.close()

    again = Counter(walk_column(Hotel, "wifi_password", True))

    assert again == {Outcome.CURRENT: 2, Outcome.WRITTEN: 3}


@pytest.mark.usefixtures("rotated")
def test_rows_beyond_a_batch_are_met_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.common.rekeying.BATCH", 2)
    hotels(5, OLD)
    assert Counter(walk_column(Hotel, "wifi_password", True)) == {Outcome.WRITTEN: 5}
    assert BATCH > 2


@pytest.mark.usefixtures("rotated")
def test_what_a_writer_stored_meanwhile_stays() -> None:
    hotels(1, OLD)
    (later,) = hotels(1, OLD)
    walk = walk_column(Hotel, "wifi_password", True)
    next(walk)  # both rows have been read by now
    Hotel.objects.filter(pk=later.pk).update(wifi_password="the red door")

    assert list(walk) == [Outcome.OLD]
    assert Hotel.objects.get(pk=later.pk).wifi_password == "the red door"


@pytest.mark.usefixtures("rotated")
def test_a_value_under_no_known_key_is_never_called_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (good,) = hotels(1, OLD)
    hotels(1, FOREIGN)
    with pytest.raises(CommandError, match=r"1 under none of the list.*Remove no key"):
        call_command("reencrypt_fields")
    said = capsys.readouterr().out
    assert "need an older key" not in said
    assert "bookings.hotel.wifi_password: 1 written, 1 unreadable" in said
    with with_keys(NEW):
        assert Hotel.objects.get(pk=good.pk).wifi_password == PASSWORD


@pytest.mark.usefixtures("rotated")
def test_no_secret_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    (hotel,) = hotels(1, OLD)
    before = stored(hotel)
    said = reencrypt(capsys)
    assert not any(secret in said for secret in (PASSWORD, before, stored(hotel), OLD, NEW))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("rotated")
def test_beside_a_live_writer_the_last_word_is_the_writers() -> None:
    made = hotels(20, OLD)
    over = threading.Event()
    written: dict[Any, str] = {}

    def write() -> None:
        try:
            for turn in range(4):
                for hotel in made:
                    word = f"door {turn}"
                    Hotel.objects.filter(pk=hotel.pk).update(wifi_password=word)
                    written[hotel.pk] = word
        finally:
            over.set()
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        for _ in walk_column(Hotel, "wifi_password", True):
            pass
    writer.join()
    call_command("reencrypt_fields")

    with with_keys(NEW):
        now = dict(Hotel.objects.values_list("pk", "wifi_password"))
    assert {key: now[key] for key in written} == written
