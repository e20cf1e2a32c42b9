"""What the staff room refuses."""

from __future__ import annotations

from apps.common import errors


class OtpRequired(errors.NotAuthenticated):
    """The password is right; the person also has an authenticator app."""

    code = "OTP_REQUIRED"
    sentence = "Enter the code of your authenticator app, too."


class OtpInvalid(errors.NotAuthenticated):
    code = "OTP_INVALID"
    sentence = "That code is wrong, over or used already; wait for the next one."


class OtpNotSetUp(errors.Forbidden):
    """The house asks for an authenticator app, and this person has none yet."""

    code = "OTP_NOT_SET_UP"
    sentence = "Set up an authenticator app first: log in to the board or the back office."


class AlreadySetUp(errors.Conflict):
    sentence = "There is an authenticator app already; a manager can remove it."
