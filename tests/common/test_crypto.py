"""Secrets at rest: encrypted under a key that can be changed, or digested under another one."""

from __future__ import annotations

import base64
import re
import traceback

import pytest
from django.db import connection, models
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from apps.common import crypto
from apps.common.crypto import (
    EncryptedTextField,
    UndecryptableValue,
    decrypt,
    encrypt,
    keyed_digest,
    keyed_digests,
    new_token,
    token_digest,
)

OLD, NEW, FOREIGN = (f"{name}-key-that-is-long-enough-to-be-one" for name in ("old", "new", "for"))
SECRET = "an invented door code: 4821"


class Envelope(models.Model):
    """A row with a secret; its label names no installed app, as in ``errands``."""

    secret = EncryptedTextField(null=True)

    class Meta:
        app_label = "tests_common"

    def __str__(self) -> str:
        return f"Envelope {self.pk}"


def with_keys(*keys: str) -> override_settings:
    return override_settings(FIELD_ENCRYPTION_KEYS=keys)


@given(text=st.text())
def test_what_was_encrypted_reads_the_same(text: str) -> None:
    assert decrypt(encrypt(text)) == text


def test_ciphertext_shows_nothing_not_even_that_two_secrets_are_equal() -> None:
    assert SECRET not in encrypt(SECRET)
    assert encrypt(SECRET) != encrypt(SECRET)


def test_every_key_decrypts_after_a_rotation() -> None:
    with with_keys(OLD):
        before = encrypt(SECRET)
    with with_keys(NEW, OLD):
        assert decrypt(before) == SECRET


def test_the_first_key_encrypts() -> None:
    with with_keys(NEW, OLD):
        after = encrypt(SECRET)
    with with_keys(NEW):
        assert decrypt(after) == SECRET
    with with_keys(OLD), pytest.raises(UndecryptableValue):
        decrypt(after)


@pytest.mark.parametrize("damage", [lambda text: text[:-4], lambda text: "x" + text, lambda _: "é"])
def test_damaged_ciphertext_is_refused(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(UndecryptableValue):
        decrypt(damage(encrypt(SECRET)))


def test_a_missing_key_is_told_without_the_secret_its_ciphertext_or_the_keys() -> None:
    with with_keys(OLD):
        ciphertext = encrypt(SECRET)
    with with_keys(FOREIGN), pytest.raises(UndecryptableValue) as refusal:
        decrypt(ciphertext)
    told = "".join(traceback.format_exception(refusal.value))
    assert "FIELD_ENCRYPTION_KEY" in told
    for hidden in (SECRET, ciphertext, OLD, FOREIGN):
        assert hidden not in told


def test_digests_differ_by_key_and_come_first_key_first() -> None:
    with with_keys(OLD):
        old = keyed_digest("4821")
    with with_keys(NEW):
        new = keyed_digest("4821")
    assert old != new
    with with_keys(NEW, OLD):
        assert keyed_digest("4821") == new
        assert keyed_digests("4821") == [new, old]


def test_equal_secrets_have_equal_digests_and_others_others() -> None:
    assert keyed_digest("4821") == keyed_digest("4821")
    assert len({keyed_digest(f"{code:04}") for code in range(1000)}) == 1000


def test_the_key_of_digests_is_not_the_key_of_ciphertexts() -> None:
    purposes = [crypto._derive(OLD, purpose) for purpose in (b"encrypt", b"digest")]
    assert len({*purposes, OLD.encode()}) == 3
    with with_keys(OLD):
        fernet_key = base64.urlsafe_b64encode(purposes[0])
        assert crypto.Fernet(fernet_key).decrypt(encrypt(SECRET).encode()) == SECRET.encode()
        assert crypto._digest_key(OLD) == purposes[1]


def test_tokens_hold_256_bits_go_into_a_path_and_never_repeat() -> None:
    tokens = [new_token() for _ in range(1000)]
    assert len(set(tokens)) == len(tokens)
    for token in tokens:
        assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
        assert len(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) * 8 >= 256


def test_the_digest_of_a_token_is_stable_and_does_not_hold_it() -> None:
    token = new_token()
    with with_keys(OLD):
        digest = token_digest(token)
    with with_keys(NEW):
        assert token_digest(token) == digest
    assert token not in digest


@pytest.fixture
def envelope_table(transactional_db: None) -> object:
    with connection.schema_editor() as editor:
        editor.create_model(Envelope)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Envelope)


def column(envelope: Envelope) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT secret FROM {Envelope._meta.db_table}")  # noqa: S608  # no input
        (value,) = cursor.fetchone()
        return value  # type: ignore[no-any-return]


@pytest.mark.usefixtures("envelope_table")
def test_the_column_holds_ciphertext() -> None:
    envelope = Envelope.objects.create(secret=SECRET)
    stored = column(envelope)
    assert stored is not None
    assert SECRET not in stored
    assert decrypt(stored) == SECRET
    assert Envelope.objects.get().secret == SECRET


@pytest.mark.usefixtures("envelope_table")
def test_an_update_encrypts_too() -> None:
    envelope = Envelope.objects.create(secret="something else")
    Envelope.objects.update(secret=SECRET)
    assert SECRET not in (column(envelope) or "")
    assert Envelope.objects.get().secret == SECRET


@pytest.mark.usefixtures("envelope_table")
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_stored_as_nothing(nothing: str | None) -> None:
    envelope = Envelope.objects.create(secret=nothing)
    assert column(envelope) == nothing
    assert Envelope.objects.get().secret == nothing


@pytest.mark.usefixtures("envelope_table")
def test_a_row_outlives_the_rotation_of_keys() -> None:
    with with_keys(OLD):
        envelope = Envelope.objects.create(secret=SECRET)
    with with_keys(NEW, OLD):
        envelope = Envelope.objects.get()
        envelope.save()
    with with_keys(NEW):
        assert Envelope.objects.get().secret == SECRET


@pytest.mark.usefixtures("envelope_table")
def test_secrets_can_not_be_searched_by_their_column() -> None:
    Envelope.objects.create(secret=SECRET)
    assert not Envelope.objects.filter(secret=SECRET).exists()
