"""One notice to one person."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from apps.common.crypto import EncryptedTextField
from apps.common.jobs.rows import WorkRow
from apps.common.languages import Language


class Channel(models.TextChoices):
    """By what a notice travels."""

    EMAIL = "EMAIL", "e-mail"
    SMS = "SMS", "text message"
    PUSH = "PUSH", "push message"


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    PENDING = "PENDING", "to be sent"
    SENT = "SENT", "sent"
    FAILED = "FAILED", "could not be sent"
    SKIPPED = "SKIPPED", "not sent: nothing is set up that sends such notices"


class Notice(WorkRow):
    """A promise to tell somebody something. It owes its sending, and later its own erasure.

    ``recipient`` is an e-mail address, a phone number in E.164 or a device's push token;
    ``context`` is a JSON object of texts. Both are empty once erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    scope = models.CharField(max_length=60, help_text="Whose alerts tell of a failure.")
    subject = models.CharField(
        max_length=80, blank=True, help_text="What it is about, for staff: a booking's id."
    )
    channel = models.CharField(max_length=5, choices=Channel.choices)
    recipient = EncryptedTextField(blank=True, editable=False)
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=Language.choices)
    context = EncryptedTextField(blank=True, editable=False)
    dedupe_key = models.CharField(max_length=120, unique=True, editable=False)
    state = models.CharField(
        max_length=7, choices=NoticeState.choices, default=NoticeState.PENDING, editable=False
    )
    last_error = models.CharField(
        max_length=80, blank=True, editable=False, help_text="The kind of failure, never its text."
    )
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=NoticeState.SENT) | Q(sent_at__isnull=False),
                name="common_sent_notice_has_instant",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="common_notice_due"),
            models.Index(fields=["asked_at"], name="common_notice_age"),
            models.Index(fields=["scope", "asked_at"], name="common_notice_list"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
