"""What can go wrong between this house and the lock cloud, sorted by what can help.

The vendor has some sixty error numbers; a caller has about six things it can do. The classes
are those six, with children where staff need to hear something else. The advice is this
project's own judgement, not the vendor's.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar


class LockCloudError(Exception):
    """A call to the lock cloud that did not end well.

    ``errcode`` is the vendor's number, None when no number was received; ``errmsg`` is the
    vendor's sentence with everything secret masked, fit for logs; ``call`` is the vendor's
    name of the call, such as ``keyboardPwd/add``. ``staff_advice`` says who must act and how.
    """

    staff_advice: ClassVar[str] = "The lock cloud refused a command. Look at the lock's history."

    def __init__(self, *, call: str, errmsg: str, errcode: int | None = None) -> None:
        number = "" if errcode is None else f" [{errcode}]"
        super().__init__(f"{call}{number}: {errmsg}")
        self.call = call
        self.errmsg = errmsg
        self.errcode = errcode

    def __reduce__(self) -> tuple[Callable[..., "LockCloudError"], tuple[object, ...]]:
        # The keyword-only arguments keep Exception's own way of copying from working.
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(
    kind: type[LockCloudError], args: tuple[object, ...], state: dict[str, object]
) -> LockCloudError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


# Time helps.


class RetryLater(LockCloudError):
    """The command was not carried out; the same command may succeed later."""

    staff_advice = "Nothing to do yet: the system tries again by itself."


class CloudUnavailable(RetryLater):
    """The lock cloud was not reached, or could not answer. Nothing was changed."""

    staff_advice = (
        "The lock cloud can't be reached. The system keeps trying; if this lasts, check the "
        "hotel server's internet connection."
    )


class LockNotResponding(RetryLater):
    """A question reached the cloud, but the lock did not answer it."""

    staff_advice = "The lock did not answer. If this lasts, check its batteries and its gateway."


class GatewayBusy(RetryLater):
    """The gateway or the lock is at work on another command; seconds help."""

    staff_advice = "The gateway is busy. The system tries again within seconds."


class GatewayOffline(RetryLater):
    """No gateway can reach the lock now. An offline passcode needs none."""

    staff_advice = (
        "The lock's gateway is offline. Check its power and its network; the system keeps "
        "trying and uses offline codes meanwhile."
    )


class RateLimited(RetryLater):
    """Too many calls in a short time. ``retry_after`` is the server's wish, if it said one."""

    staff_advice = "The lock cloud asks for fewer calls. The system waits before it goes on."
    retry_after: timedelta | None = None


class QuotaUsedUp(RetryLater):
    """The month's calls are used up; no call works before ``resets_at`` (UTC)."""

    staff_advice = (
        "The TTLock account has used up its calls for this month. Raise the quota in the "
        "TTLock developer portal, or hand out keys until it resets on the 1st."
    )

    def __init__(
        self, *, call: str, errmsg: str, errcode: int | None = None, resets_at: datetime
    ) -> None:
        super().__init__(call=call, errmsg=errmsg, errcode=errcode)
        self.resets_at = resets_at


class TokenRejected(RetryLater):
    """The access token was refused, and so was the one that replaced it."""

    staff_advice = (
        "The lock cloud refuses this hotel's session. The system signs in again by itself; if "
        "this lasts, check the hotel's TTLock account."
    )


class RefreshTokenRejected(TokenRejected):
    """The refresh token is spent or unknown; the password is needed. Handled while renewing."""


class UnknownErrcode(RetryLater):
    """A number nobody has described: worth a few tries, then a person."""

    staff_advice = (
        "The lock cloud answered with an unknown error. If it repeats, send the error number "
        "to TTLock support."
    )


# Reading helps.


class OutcomeUnknown(LockCloudError):
    """The command was sent and may have been carried out: list the lock's codes, then decide."""

    staff_advice = (
        "The lock cloud did not confirm a command. The system reads the lock's codes and mends "
        "the difference; nothing to do yet."
    )


class DuplicateCode(LockCloudError):
    """The lock has these digits already, ours or somebody else's: list them before deciding."""

    staff_advice = (
        "The lock already holds this code. The system checks whose it is and picks another one "
        "if need be."
    )


# Another request helps.


class FixRequest(LockCloudError):
    """The request itself is at fault; the same one never works."""

    staff_advice = "The lock cloud refused the request as it was made. Report this as a fault."


class CodeNotAccepted(FixRequest):
    """These digits are too simple, too short or too long: pick others."""

    staff_advice = "The lock refuses this code as too simple or of a wrong length; reissue it."


class WindowAlreadyIssued(FixRequest):
    """The offline code of exactly this window was issued and deleted: take another hour."""

    staff_advice = "The offline code for these hours was used up; the system takes another hour."


class LockFull(FixRequest):
    """The lock's memory for codes is full: delete old ones, then again."""

    staff_advice = "The lock's code memory is full. Delete old codes from it, then retry."


class ClockSkewed(FixRequest):
    """This machine's clock is more than five minutes off the vendor's."""

    staff_advice = "The server's clock is wrong. Switch time synchronisation (NTP) on."


# Something else has to happen first, or has happened already.


class NeverUsedYet(LockCloudError):
    """An offline code can't be changed or deleted before its first use at the lock."""

    staff_advice = (
        "This offline code can't be recalled before it is used once at the lock. It ends by "
        "itself at the end of its hours."
    )


class PasscodeGone(LockCloudError):
    """The cloud has no such passcode. Believe a removal only after a read of the list."""

    staff_advice = "The code is no longer on the lock. If the guest is in house, reissue it."


# People help.


class NeedsHuman(LockCloudError):
    """Somebody has to act on site or in the TTLock app."""

    staff_advice = (
        "The lock needs attention in the TTLock app: check that it is not frozen, that Remote "
        "Unlock is on, that its Wi-Fi is set up and that the hotel's account administers it."
    )


class LockFrozen(NeedsHuman):
    """The lock is frozen."""

    staff_advice = "The lock is frozen. Unfreeze it in the TTLock app."


class RemoteUnlockOff(NeedsHuman):
    """The lock does not take remote commands; in practice Remote Unlock is off."""

    staff_advice = "Switch Remote Unlock on for this lock in the TTLock app, standing at the door."


class PasscodeKeysMissing(NeedsHuman):
    """The cloud lacks the lock's passcode key data."""

    staff_advice = "Reset the lock's passcodes once in the TTLock app, standing at the door."


# Only another configuration helps.


class NeverWorks(LockCloudError):
    """No retry helps: the account, the application or the lock's set-up has to change."""

    staff_advice = (
        "The TTLock set-up of this hotel does not allow this. Check the account, the "
        "application's id and secret and the server address."
    )


class BadCredentials(NeverWorks):
    """The cloud refuses the account's name or password. Each try counts against the account."""

    staff_advice = (
        "TTLock refuses the account's name or password. Enter the TTLock app account that "
        "added the locks, not the developer portal's."
    )


class WrongRegion(NeverWorks):
    """The account lives on another of the vendor's hosts."""

    staff_advice = "The TTLock account belongs to another region. Change the server address."


class LockUnknown(NeverWorks):
    """The account has no such lock; a replaced lock gets a new id."""

    staff_advice = (
        "TTLock does not know this lock in the hotel's account. If it was replaced, enter the "
        "new lock's id."
    )
