"""Every number of the vendor's list has its class, and every class its advice."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from apps.locks.ttlock import errors
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errcodes import ERRCODES, class_for, error_for, quota_reset_after
from apps.locks.ttlock.errors import LockCloudError
from tests.locks.ttlock.scripted_cloud import ScriptedCloud

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

# What a command's caller has to know of each number, from the vendor's list and field reports.
EXPECTED: dict[type[LockCloudError], list[int]] = {
    errors.OutcomeUnknown: [1, 90000],
    errors.TokenRejected: [10003, 10004],
    errors.RefreshTokenRejected: [10011],
    errors.BadCredentials: [10007],
    errors.GatewayBusy: [-3003, -3037],
    errors.GatewayOffline: [-3002, -2012, -3036],
    errors.RateLimited: [30006],
    errors.QuotaUsedUp: [30007],
    errors.DuplicateCode: [-3007],
    errors.NeverUsedYet: [-3008],
    errors.PasscodeGone: [-2009],
    errors.LockFull: [-3009, -4056],
    errors.CodeNotAccepted: [-2032, -3006],
    errors.WindowAlreadyIssued: [-1026],
    errors.ClockSkewed: [80000],
    errors.FixRequest: [-3, 30002, 30003, 30004, 30005, 80002],
    errors.LockFrozen: [-2025],
    errors.RemoteUnlockOff: [-4043],
    errors.PasscodeKeysMissing: [-1007],
    errors.NeedsHuman: [20002, -3034, -3035, -3039, -3046],
    errors.WrongRegion: [30008],
    errors.LockUnknown: [-1003],
    errors.NeverWorks: [
        *(10000, 10001, 10002, 10005, 10006, 10008, 10009, 10010),
        *(20001, 20003, 20004, 20005, 20006, 20007, 20008, 30001),
        *(-1008, -2018, -3011, -3016, -4037, -4063, -4064, -4067, -4082),
    ],
}
PAIRS = [(number, kind) for kind, numbers in EXPECTED.items() for number in numbers]
TOKEN_NUMBERS = {10003, 10004, 10011}


def all_classes(kind: type[LockCloudError] = LockCloudError) -> Iterator[type[LockCloudError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from all_classes(child)


def test_the_table_and_the_vendors_list_name_the_same_numbers() -> None:
    assert set(ERRCODES) == {number for number, _ in PAIRS}


@pytest.mark.parametrize(("number", "kind"), PAIRS)
def test_each_number_over_the_wire_raises_its_class(
    number: int, kind: type[LockCloudError], client: TTLockClient, cloud: ScriptedCloud
) -> None:
    answer = {"errcode": number, "errmsg": "no", "description": "不行"}
    cloud.say(*[answer] * (2 if number in TOKEN_NUMBERS else 1))
    with pytest.raises(LockCloudError) as caught:
        client.delete_passcode(lock_id=1, passcode_id=2)
    assert type(caught.value) is kind
    assert caught.value.errcode == number
    assert caught.value.call == "keyboardPwd/delete"
    assert caught.value.errmsg == "no / 不行"


def test_an_unclear_answer_to_a_question_is_only_late() -> None:
    assert class_for(1, changes=False) is errors.LockNotResponding
    assert class_for(90000, changes=False) is errors.CloudUnavailable
    assert class_for(-3002, changes=False) is errors.GatewayOffline


def test_a_number_nobody_described_may_be_tried_again() -> None:
    error = error_for(-99999, errmsg="?", call="lock/list", changes=True, now=NOON)
    assert type(error) is errors.UnknownErrcode
    assert isinstance(error, errors.RetryLater)


def test_what_may_have_happened_is_not_offered_for_a_plain_retry() -> None:
    for kind in (errors.OutcomeUnknown, errors.DuplicateCode, errors.NeverWorks):
        assert not issubclass(kind, errors.RetryLater)


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        (datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 30, 16, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), datetime(2027, 1, 31, 16, tzinfo=UTC)),
    ],
)
def test_the_quota_comes_back_on_the_first_in_beijing(now: datetime, reset: datetime) -> None:
    assert quota_reset_after(now) == reset


def test_a_used_up_quota_says_when_it_comes_back(
    client: TTLockClient, cloud: ScriptedCloud
) -> None:
    cloud.say({"errcode": 30007, "errmsg": "quota"})
    with pytest.raises(errors.QuotaUsedUp) as caught:
        client.battery(lock_id=1)
    assert caught.value.resets_at == datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_every_class_has_a_sentence_of_its_own_for_staff() -> None:
    sentences = [kind.__dict__.get("staff_advice", "") for kind in all_classes()]
    own = [sentence for sentence in sentences if sentence]
    assert len(own) == len(set(own))
    silent = {kind for kind in all_classes() if "staff_advice" not in kind.__dict__}
    assert silent == {errors.RefreshTokenRejected}  # handled within, never seen by staff


def test_errors_survive_a_copy() -> None:
    error = error_for(30007, errmsg="quota", call="lock/list", changes=False, now=NOON)
    again = copy.copy(error)
    assert type(again) is errors.QuotaUsedUp
    assert (str(again), vars(again)) == (str(error), vars(error))
