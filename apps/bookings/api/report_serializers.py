"""The shape of the turnover report."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.bookings.turnover_report import TurnoverReport


class DayRangeSerializer(serializers.Serializer[Any]):
    """The days of a report, in the hotel's zone, at most 366."""

    since = serializers.DateField(default=None, help_text="The first day; 30 days by default.")
    until = serializers.DateField(default=None, help_text="The last day; today by default.")


class StepTimesSerializer(serializers.Serializer[Any]):
    """How often a step was done, and how long it took; null: never done."""

    count = serializers.IntegerField(help_text="How often it was done.")
    median_seconds = serializers.FloatField(allow_null=True, help_text="Half took no longer.")
    p90_seconds = serializers.FloatField(allow_null=True, help_text="Nine of ten took no longer.")


class TurnoverFiguresSerializer(serializers.Serializer[Any]):
    """The turnovers of rooms that were vacated on the days in question."""

    vacated = serializers.IntegerField(help_text="Rooms that guests left.")
    ready = serializers.IntegerField(help_text="Of these, made ready again.")
    waiting = StepTimesSerializer(help_text="From vacated to cleaning begun.")
    cleaning = StepTimesSerializer(help_text="From cleaning begun to cleaned.")
    inspection = StepTimesSerializer(help_text="From cleaned to ready, or back to cleaning.")
    turnover = StepTimesSerializer(help_text="From vacated to ready.")


class TurnoverDaySerializer(serializers.Serializer[Any]):
    """The rooms that were vacated on one day."""

    day = serializers.DateField(help_text="In the hotel's zone.")
    figures = TurnoverFiguresSerializer(help_text="Its figures.")


class TurnoverReportSerializer(serializers.Serializer[Any]):
    """How long rooms take to turn over, step by step."""

    since = serializers.DateField(help_text="The first day, included.")
    until = serializers.DateField(help_text="The last day, included.")
    total = TurnoverFiguresSerializer(help_text="Over all days.")
    days = TurnoverDaySerializer(many=True, help_text="Every day, in order.")


class TurnoverReportEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"analytics": {…}}``."""

    analytics = TurnoverReportSerializer()


def report_body(report: TurnoverReport) -> dict[str, Any]:
    """Return the body that shows a report."""
    return dict(TurnoverReportEnvelopeSerializer({"analytics": report}).data)
