"""What is done with locks: the accounts' credentials, and which room a lock is the door of."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.bookings.services.room_doors import choose_locks
from apps.locks.models import Lock
from apps.locks.services.accounts import NewCredentials, store_credentials
from apps.staff.roles import Permission
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm


class CredentialsForm(DeedForm):
    """What the lock cloud knows the account by."""

    client_id = inputs.line("Client id", longest=120)
    client_secret = inputs.secret("Client secret", required=False, hint="Empty: as it is.")
    username = inputs.line("Username", longest=120)
    password = inputs.secret("Password", required=False, hint="Empty: as it is.")

    def prepare(self) -> None:
        """Begin with what is no secret."""
        self.fields["client_id"].initial = self.row.client_id
        self.fields["username"].initial = self.row.username


def _store(ask: Ask) -> None:
    store_credentials(ask.row, NewCredentials(**ask.data))


ACCOUNT_DEEDS = (
    Deed(
        name="store-credentials",
        label="Store credentials",
        icon="key",
        needs=None,
        tells=lambda _account: (
            "The lock cloud is called with these from now on; what is stored is never shown.",
            "The account's locks and gateways are looked at anew.",
        ),
        does=_store,
        form=CredentialsForm,
    ),
)


class LocksForm(DeedForm):
    """Which locks are the room's own."""

    locks = forms.ModelMultipleChoiceField(
        Lock.objects.none(),
        required=False,
        help_text="Front doors open for every guest anyway.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    def prepare(self) -> None:
        """Offer the locks of the hotel's account."""
        account = self.row.hotel.lock_account_id
        locks = Lock.objects.filter(account_id=account, is_front_door=False).order_by("name", "pk")
        self.fields["locks"].queryset = locks  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["locks"].initial = self.row.locks.all()


def _choose(ask: Ask) -> None:
    choose_locks(
        room=ask.row,
        lock_ids=[lock.pk for lock in ask.data["locks"]],
        performed_by=ask.staff.actor,
    )


CHOOSE_LOCKS = Deed(
    name="choose-locks",
    label="Choose its locks",
    icon="lock",
    needs=Permission.MANAGE_HOTEL,
    tells=lambda room: (
        f"These locks are the doors of {room}.",
        "Codes of stays in the room are set on new ones and taken off those that it loses.",
    ),
    does=_choose,
    form=LocksForm,
)
