"""What managers do with the logins of their people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import password_validation
from django.db import transaction

from apps.common.errors import DomainError, NotFound
from apps.staff.roles import Permission
from apps.staff.services.authenticators import is_set_up, remove
from apps.staff.services.login_limits import let_in_again
from apps.staff.services.logins import log_out_everywhere
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm


class PasswordForm(DeedForm):
    """A new password."""

    password = inputs.secret("New password", hint="Tell it in person.")

    def clean_password(self) -> str:
        """Refuse what is too short or too common."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.row)
        return password


@transaction.atomic
def _set_password(ask: Ask) -> None:
    ask.row.set_password(ask.data["password"])
    ask.row.save(update_fields=["password"])
    log_out_everywhere(ask.row)


def _log_out(ask: Ask) -> None:
    log_out_everywhere(ask.row)


@transaction.atomic
def _remove_app(ask: Ask) -> None:
    remove(ask.row)
    log_out_everywhere(ask.row)


def _has_no_app(user: Any) -> Sequence[DomainError]:
    return () if is_set_up(user) else (NotFound("There is no authenticator app."),)


def _let_in_again(ask: Ask) -> None:
    let_in_again(ask.row.get_username())


PEOPLE_DEEDS = (
    Deed(
        name="set-password",
        label="Set a new password",
        icon="key",
        needs=Permission.MANAGE_STAFF,
        tells=lambda user: (
            f"{user.get_username()} logs in with the new password from now on.",
            "Every login of theirs ends, here and in apps.",
        ),
        does=_set_password,
        form=PasswordForm,
    ),
    Deed(
        name="log-out",
        label="End all logins",
        icon="logout",
        needs=Permission.MANAGE_STAFF,
        tells=lambda user: (
            f"Every app that {user.get_username()} is logged in to asks for the password again.",
        ),
        does=_log_out,
    ),
    Deed(
        name="remove-app",
        label="Remove the authenticator app",
        icon="phonelink_erase",
        needs=Permission.MANAGE_STAFF,
        tells=lambda user: (
            f"{user.get_username()} logs in with the password alone, until a new app is set up.",
            "The recovery codes open nothing any more, and every login of theirs ends.",
        ),
        does=_remove_app,
        against=_has_no_app,
        is_grave=True,
    ),
    Deed(
        name="unlock",
        label="Let log in again",
        icon="lock_open",
        needs=Permission.MANAGE_STAFF,
        tells=lambda user: (
            f"Wrong passwords that were tried for {user.get_username()} are forgotten.",
            "Who was kept waiting can log in at once.",
        ),
        does=_let_in_again,
    ),
)
