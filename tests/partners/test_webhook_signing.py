"""Signatures are those of the Standard Webhooks specification; tries follow a schedule."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from apps.partners.webhooks.schedule import (
    LONGEST_WISH,
    MOST_TRIES,
    PAUSES,
    pause_after_failure,
)
from apps.partners.webhooks.signing import PREFIX, new_secret, signed_headers

BODY = '{"type":"booking.checked_out","data":{"name":"\u00e9"}}'


def test_a_secret_is_of_the_size_and_form_that_the_specification_asks_for() -> None:
    secret = new_secret()
    assert secret.startswith(PREFIX)
    assert 24 <= len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) <= 64
    assert new_secret() != secret


def test_a_signature_is_what_the_specification_says_by_hand() -> None:
    secret, at = new_secret(), datetime(2026, 11, 20, 15, 0, 0, 900_000, tzinfo=UTC)
    headers = signed_headers(message_id="evt_1_2", at=at, body=BODY, live_secrets=[secret])
    assert headers["webhook-timestamp"] == "1795186800"
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"evt_1_2.1795186800.{BODY}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_both_live_secrets_verify_and_no_other() -> None:
    old, new = new_secret(), new_secret()
    headers = dict(
        signed_headers(message_id="evt_1", at=timezone.now(), body=BODY, live_secrets=[new, old])
    )
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)["type"] == "booking.checked_out"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY.replace("out", "in"), headers)


def test_first_retries_come_soon_and_the_last_after_about_a_day() -> None:
    pauses = [pause_after_failure(tries) for tries in range(1, MOST_TRIES)]
    assert None not in pauses
    for pause, planned in zip(pauses, PAUSES, strict=True):
        assert pause is not None
        assert planned * 0.9 <= pause <= planned * 1.2
    assert timedelta(hours=20) < sum(PAUSES, timedelta()) < timedelta(hours=28)
    assert pause_after_failure(MOST_TRIES) is None


def test_a_wish_makes_a_pause_longer_within_reason() -> None:
    assert pause_after_failure(1, wished=timedelta(minutes=7)) == timedelta(minutes=7)
    assert pause_after_failure(1, wished=timedelta(days=9)) == LONGEST_WISH
    shortened = pause_after_failure(3, wished=timedelta(0))
    assert shortened is not None
    assert shortened >= PAUSES[2] * 0.9
