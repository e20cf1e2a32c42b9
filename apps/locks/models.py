"""Accounts, gateways, locks, grants of access and the codes that make them real."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.common.crypto import EncryptedTextField
from apps.common.jobs import WorkRow
from apps.locks.errors import CodeTransitionNotAllowed
from apps.locks.states import LIVE, WANTED, CodeKind, CodeState, GrantState, can_move


class LockAccount(WorkRow):
    """An account at the lock cloud. Empty credentials: the environment's.

    As a ``WorkRow`` it owes a look at its list of locks and gateways.
    """

    name = models.CharField(max_length=120)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        help_text="Where the doors are: whose hours offline codes count.",
    )
    client_id = models.CharField(max_length=120, blank=True)
    client_secret = EncryptedTextField(blank=True, editable=False)
    username = models.CharField(max_length=120, blank=True)
    password = EncryptedTextField(blank=True, editable=False)
    access_token = EncryptedTextField(blank=True, editable=False)
    refresh_token = EncryptedTextField(blank=True, editable=False)
    token_obtained_at = models.DateTimeField(null=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, editable=False)
    token_renewing_until = models.DateTimeField(null=True, editable=False)
    monthly_call_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Calls a month that the vendor allows; empty: not known."
    )
    counted_month = models.CharField(max_length=7, blank=True, editable=False)
    calls_this_month = models.PositiveIntegerField(default=0, editable=False)
    blocked_until = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_because = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = "lock account"

    def __str__(self) -> str:
        return self.name

    @property
    def alert_scope(self) -> str:
        """Whose alerts the account's are."""
        return f"locks:{self.pk}"


class Gateway(models.Model):
    """A box that carries commands to locks, one at a time.

    ``failures`` and ``shut_until`` are its circuit breaker: while shut, nothing is sent through
    it; the first command afterwards finds out whether it is back.
    """

    account = models.ForeignKey(LockAccount, on_delete=models.CASCADE, related_name="gateways")
    vendor_gateway_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=120)
    is_online = models.BooleanField(default=True)
    busy_until = models.DateTimeField(null=True, editable=False)
    busy_with = models.CharField(max_length=64, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    shut_until = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Lock(WorkRow):
    """A door's lock. A vendor id belongs to one account only: no hotel can bind another's door.

    As a ``WorkRow`` it owes a look at the codes it lists and at its records.
    """

    account = models.ForeignKey(LockAccount, on_delete=models.PROTECT, related_name="locks")
    vendor_lock_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=120)
    is_front_door = models.BooleanField(default=False)
    keypad_digits = models.CharField(
        max_length=10, default="0123456789", help_text="The keys that the keypad has."
    )
    gateways = models.ManyToManyField(Gateway, related_name="locks", blank=True)
    battery_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    records_wanted_since = models.DateTimeField(null=True, blank=True, editable=False)
    looked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its list was last compared."
    )

    def __str__(self) -> str:
        return self.name


class AccessGrant(WorkRow):
    """Who may open which locks, and when. ``holder`` says for whom, in the caller's own words.

    As a ``WorkRow`` it owes the news of its last change to those who listen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(LockAccount, on_delete=models.PROTECT, related_name="grants")
    holder = models.CharField(max_length=120)
    label = models.CharField(max_length=40, help_text="Shown by the lock cloud beside the code.")
    locks = models.ManyToManyField(Lock, related_name="grants")
    pin = EncryptedTextField(editable=False)
    pin_length = models.PositiveSmallIntegerField()
    own_numbers = EncryptedTextField(
        blank=True, editable=False, help_text="The holder's own numbers, which no PIN may repeat."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=GrantState.choices, default=GrantState.WAITING)
    code_kind = models.CharField(
        max_length=8, choices=CodeKind.choices, default=CodeKind.CUSTOM, editable=False
    )
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    is_given_up = models.BooleanField(
        default=False, help_text="A lock can't be mended from here: a person has to act."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    revealed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a showing was last written down."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["holder"],
                condition=~Q(state=GrantState.ENDED),
                name="locks_one_live_grant_per_holder",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="locks_grant_window_forwards"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="locks_grant_due"),
            models.Index(fields=["holder", "asked_at"], name="locks_grants_of_holder"),
            models.Index(
                fields=["ended_at"],
                condition=Q(state=GrantState.ENDED),
                name="locks_ended_grants",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.state}"


class AccessCode(WorkRow):
    """One code on one lock: the state that the database promises and the worker brings about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(AccessGrant, on_delete=models.PROTECT, related_name="codes")
    lock = models.ForeignKey(Lock, on_delete=models.PROTECT, related_name="codes")
    kind = models.CharField(max_length=8, choices=CodeKind.choices, default=CodeKind.CUSTOM)
    state = models.CharField(max_length=16, choices=CodeState.choices, default=CodeState.PENDING)
    digits = EncryptedTextField(blank=True, editable=False)
    digits_digest = models.CharField(
        max_length=64,
        null=True,
        editable=False,
        help_text="Keyed, so that the database can refuse equal digits; null while unknown.",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    vendor_code_id = models.BigIntegerField(null=True, blank=True, editable=False)
    is_outcome_unknown = models.BooleanField(
        default=False, help_text="A call was sent and its answer lost: read the lock before acting."
    )
    is_out_of_reach = models.BooleanField(
        default=False, help_text="No gateway gets through: another kind of code is needed."
    )
    is_unrecallable = models.BooleanField(
        default=False, help_text="An offline code before its first use: it ends by its own hours."
    )
    is_spared = models.BooleanField(
        default=False, help_text="Another code has its place, but the guest may know it by now."
    )
    is_stand_in = models.BooleanField(
        default=False, help_text="Given instead of a code that the guest said does not work."
    )
    last_problem = models.CharField(max_length=200, blank=True, editable=False)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When a writing call was last begun."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    first_used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lock", "digits_digest"],
                condition=Q(state__in=sorted(LIVE)),
                name="locks_live_digits_unique_per_lock",
            ),
            models.UniqueConstraint(
                fields=["grant", "lock"],
                condition=Q(kind=CodeKind.CUSTOM, state__in=sorted(WANTED)),
                name="locks_one_wanted_custom_code_per_grant_and_lock",
            ),
            models.CheckConstraint(
                condition=~Q(state=CodeState.SET)
                | Q(vendor_code_id__isnull=False)
                | Q(kind=CodeKind.OFFLINE),
                name="locks_set_code_has_vendor_id",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="locks_code_window_forwards"
            ),
            models.CheckConstraint(
                condition=Q(is_unrecallable=False) | Q(kind=CodeKind.OFFLINE),
                name="locks_only_offline_codes_cant_be_recalled",
            ),
            models.CheckConstraint(
                condition=Q(is_spared=False)
                | Q(state=CodeState.REMOVAL_FAILED, is_unrecallable=True),
                name="locks_spared_code_is_left_to_its_hours",
            ),
            # The lock cloud issues the offline code of a window once, even after its deletion.
            models.UniqueConstraint(
                fields=["lock", "starts_at", "ends_at"],
                condition=Q(kind=CodeKind.OFFLINE),
                name="locks_one_offline_code_per_window",
            ),
            models.UniqueConstraint(
                fields=["grant", "lock"],
                condition=Q(kind=CodeKind.OFFLINE, state__in=sorted(WANTED)),
                name="locks_one_current_offline_code_per_grant_and_lock",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="locks_code_due"),
            models.Index(fields=["lock", "state"], name="locks_code_lock_state"),
            models.Index(
                fields=["state"], condition=Q(state__in=sorted(LIVE)), name="locks_live_codes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lock} {self.state}"

    @property
    def name_tag(self) -> str:
        """The name that the lock cloud keeps beside the code: how it is known to be this row's."""
        return f"{self.grant.label} {self.tag}"

    @property
    def tag(self) -> str:
        """The part of the name that is this row's alone: holders of a backup code change."""
        return self.id.hex[:12]

    @property
    def shown_digits(self) -> str | None:
        """The digits once they are on the lock; before that they open nothing."""
        return self.digits if self.state == CodeState.SET else None

    def move_to(self, target: CodeState) -> None:
        """Change ``state`` in memory; the caller holds the row and saves.

        Raises CodeTransitionNotAllowed.
        """
        current = CodeState(self.state)
        if not can_move(current, target):
            raise CodeTransitionNotAllowed(current=current.label, target=target.label)
        self.state = target


class LockUse(models.Model):
    """A code opened a door, as the lock's own records say. Never the digits."""

    lock = models.ForeignKey(Lock, on_delete=models.CASCADE, related_name="uses")
    code = models.ForeignKey(AccessCode, on_delete=models.CASCADE, related_name="uses")
    happened_at = models.DateTimeField()
    vendor_record_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lock", "code", "happened_at"], name="locks_use_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lock} {self.happened_at:%Y-%m-%d %H:%M}"


class AccessHistory(models.Model):
    """What happened to a grant or a code, when, by whom and why. Never the digits."""

    grant = models.ForeignKey(AccessGrant, on_delete=models.PROTECT, related_name="history")
    code = models.ForeignKey(
        AccessCode, on_delete=models.PROTECT, null=True, blank=True, related_name="history"
    )
    happened_at = models.DateTimeField()
    event = models.CharField(max_length=40)
    actor = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "access history"

    def __str__(self) -> str:
        return f"{self.event} {self.happened_at:%Y-%m-%d %H:%M}"
