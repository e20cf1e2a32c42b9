"""Second steps of logging in: codes of an authenticator app, and recovery codes.

A code is taken once, by a row that is locked meanwhile. Wrong ones count where they were typed, as
wrong passwords do, and besides at the row: who knows a password and comes from everywhere has to
wait longer and longer.
"""

from __future__ import annotations

import base64
import math
import re
import secrets
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

import pyotp
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from apps.common.crypto import token_digest
from apps.common.errors import RateLimited
from apps.staff.errors import AlreadySetUp, OtpInvalid, OtpNotSetUp, OtpRequired
from apps.staff.models import Authenticator, Membership, RecoveryCode
from apps.staff.roles import Role

ISSUER: Final = "Doorstep"
STEP_SECONDS: Final = 30
STEPS_AROUND: Final = 1  # clocks of phones differ, and people type slowly
DIGITS: Final = re.compile(r"\d{6}", re.ASCII)
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10  # 80 bits: what is stored of them can't be searched
WRONG_BEFORE_WAITING: Final = 10
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)


class _Verdict(Enum):
    RIGHT = auto()
    WRONG = auto()
    WAITING = auto()


def is_set_up(user: User) -> bool:
    """Answer whether the person logs in with codes."""
    return _confirmed(user) is not None


def must_set_up(user: User) -> bool:
    """Answer whether the house asks for codes, and the person has none yet."""
    asked: str = settings.STAFF_TOTP
    if asked == "optional":
        return False
    if asked == "managers" and not _is_manager(user):
        return False
    return not is_set_up(user)


def require_set_up(user: User) -> None:
    """Raises OtpNotSetUp."""
    if must_set_up(user):
        raise OtpNotSetUp


def begin(user: User) -> str:
    """Return the address that an app reads from a picture; an earlier one is forgotten.

    Raises AlreadySetUp.
    """
    secret = pyotp.random_base32()
    with transaction.atomic():
        row, _ = Authenticator.objects.select_for_update().get_or_create(
            user=user, defaults={"secret": secret}
        )
        if row.confirmed_at is not None:
            raise AlreadySetUp
        row.secret = secret
        row.save(update_fields=["secret"])
    return pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name=ISSUER)


def pending_address(user: User) -> str | None:
    """Return the address that was begun with and is not confirmed, if there is one."""
    row = Authenticator.objects.filter(user=user, confirmed_at=None).first()
    if row is None:
        return None
    return pyotp.TOTP(row.secret).provisioning_uri(name=user.get_username(), issuer_name=ISSUER)


def confirm(user: User, otp: str) -> list[str]:
    """Ask for codes from now on; return the recovery codes, which are known at this moment alone.

    Raises AlreadySetUp, OtpInvalid.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(user=user).first()
        if row is not None and row.confirmed_at is not None:
            raise AlreadySetUp
        step = _step_of(row, otp, now) if row else None
        if row is None or step is None:
            raise OtpInvalid
        row.confirmed_at, row.last_step = now, step
        row.save(update_fields=["confirmed_at", "last_step"])
        codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(
            RecoveryCode(authenticator=row, digest=token_digest(_plain(code))) for code in codes
        )
    return codes


def prove(user: User, otp: str) -> None:
    """Let through whoever needs no code or has a right one, which is used up by that.

    Raises OtpRequired, OtpInvalid, RateLimited.
    """
    row = _confirmed(user)
    if row is None:
        return
    if not otp.strip():
        raise OtpRequired
    verdict, wait = _judge(row.pk, _plain(otp), timezone.now())
    if verdict is _Verdict.WAITING:
        raise RateLimited(retry_after_seconds=wait)
    if verdict is _Verdict.WRONG:
        raise OtpInvalid


def remove(user: User) -> None:
    """Forget the person's app and recovery codes."""
    Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def _judge(key: int, otp: str, now: datetime) -> tuple[_Verdict, int]:
    """Return what becomes of a code, and how many seconds to wait; a count is kept with it."""
    row = Authenticator.objects.select_for_update().filter(pk=key).first()
    if row is None:  # removed just now
        return _Verdict.RIGHT, 0
    if row.tries_again_at is not None and row.tries_again_at > now:
        return _Verdict.WAITING, math.ceil((row.tries_again_at - now).total_seconds())
    step = _step_of(row, otp, now)
    if step is None and not _take_recovery_code(row, otp):
        row.wrong_in_a_row += 1
        row.tries_again_at = _waits_until(row.wrong_in_a_row, now)
        row.save(update_fields=["wrong_in_a_row", "tries_again_at"])
        return _Verdict.WRONG, 0
    row.wrong_in_a_row, row.tries_again_at = 0, None
    row.last_step = step or row.last_step
    row.save(update_fields=["wrong_in_a_row", "tries_again_at", "last_step"])
    return _Verdict.RIGHT, 0


def _step_of(row: Authenticator, otp: str, now: datetime) -> int | None:
    """Return the time step that ``otp`` is the code of; None: of none that may be used."""
    if not DIGITS.fullmatch(otp):
        return None
    here = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.TOTP(row.secret)
    for step in range(here - STEPS_AROUND, here + STEPS_AROUND + 1):
        if step > row.last_step and secrets.compare_digest(codes.generate_otp(step), otp):
            return step
    return None


def _take_recovery_code(row: Authenticator, otp: str) -> bool:
    deleted, _ = row.recovery_codes.filter(digest=token_digest(otp)).delete()
    return deleted == 1


def _waits_until(wrong: int, now: datetime) -> datetime | None:
    if wrong < WRONG_BEFORE_WAITING:
        return None
    doubled = min(wrong - WRONG_BEFORE_WAITING, 10)
    wait: timedelta = min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)
    return now + wait


def _confirmed(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, confirmed_at__isnull=False).first()


def _is_manager(user: User) -> bool:
    manages = Membership.objects.filter(user=user, role=Role.MANAGER)
    return user.is_superuser or bool(manages.exists())


def _new_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _plain(otp: str) -> str:
    """Return what was typed without the gaps that help to read it."""
    return re.sub(r"[\s-]", "", otp).lower()
