"""Compare the codes that a lock lists with the rows of the database. Pure.

A listing is taken at an instant; rows that changed since are left to the next one. Codes that
nobody here made are reported and never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from apps.locks.models import AccessCode
from apps.locks.states import CodeKind, CodeState
from apps.locks.ttlock.answers import Passcode, PasscodeStatus
from apps.locks.ttlock.wire import ceil_minute, floor_minute

TAG: Final = re.compile(r".* ([0-9a-f]{12})")


class Difference(StrEnum):
    """How the list and the row disagree; VERIFIED is agreement seen for the first time."""

    VERIFIED = "verified"
    MISSING = "missing on the lock"
    WINDOW_DIFFERS = "another window on the lock"
    DIGITS_DIFFER = "other digits on the lock"
    NEVER_WRITTEN = "listed, but never written"
    STILL_LISTED = "still on the lock"
    UNKNOWN = "not made here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference: ``code`` None for what is not made here, ``listed`` for what is missing."""

    difference: Difference
    code: AccessCode | None
    listed: Passcode | None


def tag_of(name: str) -> str | None:
    """Return the part of a listed name that points to a row, or None."""
    found = TAG.fullmatch(name)
    return found[1] if found else None


def compare(
    codes: Sequence[AccessCode], listed: Sequence[Passcode], *, taken_at: datetime
) -> Iterator[Finding]:
    """Yield every finding. ``taken_at``: when the listing began."""
    by_id = {code.vendor_code_id: code for code in codes if code.vendor_code_id is not None}
    by_tag = {code.tag: code for code in codes}
    seen: set[str] = set()
    for passcode in listed:
        code = by_id.get(passcode.passcode_id) or by_tag.get(tag_of(passcode.name) or "")
        if code is None:
            yield Finding(difference=Difference.UNKNOWN, code=None, listed=passcode)
            continue
        seen.add(str(code.pk))
        yield from _judge_listed(code, passcode, taken_at)
    for code in codes:
        if str(code.pk) not in seen and _should_be_listed(code, taken_at):
            yield Finding(difference=Difference.MISSING, code=code, listed=None)


def _judge_listed(code: AccessCode, passcode: Passcode, taken_at: datetime) -> Iterator[Finding]:
    difference = None
    if code.state == CodeState.REMOVED:
        difference = Difference.STILL_LISTED if _should_be_gone(code, taken_at) else None
    elif _is_settled(code, taken_at):
        difference = _difference(code, passcode)
    if difference is not None:
        yield Finding(difference=difference, code=code, listed=passcode)


def _difference(code: AccessCode, passcode: Passcode) -> Difference | None:
    if passcode.status == PasscodeStatus.ADD_FAILED:
        return Difference.NEVER_WRITTEN
    if passcode.status == PasscodeStatus.ADDING:
        return None  # the next listing tells how it ended
    if code.digits != passcode.code:
        return Difference.DIGITS_DIFFER
    if code.kind != CodeKind.OFFLINE and not _has_window(passcode, code):
        return Difference.WINDOW_DIFFERS
    return Difference.VERIFIED if code.verified_at is None else None


def _should_be_gone(code: AccessCode, taken_at: datetime) -> bool:
    """An ended custom code still fills the lock's memory; an offline one is arithmetic."""
    was_gone = code.removed_at is not None and code.removed_at < taken_at
    return was_gone and (code.kind != CodeKind.OFFLINE or code.ends_at > taken_at)


def _should_be_listed(code: AccessCode, taken_at: datetime) -> bool:
    """Offline codes work by arithmetic, whatever a list says; ended codes may be tidied away."""
    return _is_settled(code, taken_at) and code.kind != CodeKind.OFFLINE and code.ends_at > taken_at


def _is_settled(code: AccessCode, taken_at: datetime) -> bool:
    """Answer whether the row stood still since before the listing."""
    return (
        code.state == CodeState.SET
        and code.leased_until is None
        and code.accepted_at is not None
        and code.accepted_at < taken_at
    )


def _has_window(passcode: Passcode, code: AccessCode) -> bool:
    """Answer whether the lock has the row's window, which it keeps in whole minutes."""
    window = floor_minute(code.starts_at), ceil_minute(code.ends_at)
    return (passcode.starts_at, passcode.ends_at) == window


def summary(findings: Sequence[Finding]) -> Mapping[Difference, int]:
    """Count the findings by difference, leaving out what is not there."""
    return {
        difference: count
        for difference in Difference
        if (count := sum(finding.difference == difference for finding in findings))
    }
