"""Rows that every room may need."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.common.jobs import WorkRow
from apps.common.notices.models import Notice as Notice  # Django looks for models here


class Alert(models.Model):
    """Something that a person should look at, open until it is right again.

    ``scope`` says whose it is (``locks:3`` for a lock account, ``hotel:7`` for a hotel), ``kind``
    and ``subject`` what it is about; while it is open, saying it again adds nothing.
    """

    scope = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    message = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope", "kind", "subject"],
                condition=Q(closed_at__isnull=True),
                name="common_one_open_alert_per_subject",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["scope", "closed_at"], name="common_alert_scope"),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False),
                name="common_alert_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class EventStream(models.Model):
    """The numbering of one stream of events; a hotel has one. Its row is the stream's lock."""

    name = models.CharField(max_length=60, unique=True)
    last_number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened: ids and states, never names, PINs or tokens.

    Numbers of a stream are taken under the stream's row lock, which is held until the commit: a
    reader who has seen a number has seen every smaller one.
    """

    stream = models.ForeignKey(EventStream, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveBigIntegerField()
    name = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "number"], name="common_event_number")
        ]
        indexes: ClassVar = [models.Index(fields=["happened_at"], name="common_event_age")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Duty(WorkRow):
    """A periodic duty, by its name in the code; as a ``WorkRow`` it owes the next run."""

    name = models.CharField(max_length=60, unique=True)
    done_at = models.DateTimeField(null=True, editable=False, help_text="The end of the last run.")

    class Meta:
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return self.name


class WorkerPresence(models.Model):
    """A worker that is there; it says so every few seconds, and goodbye when it stops."""

    name = models.CharField(max_length=120, unique=True, help_text="Machine, process, and a sign.")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
