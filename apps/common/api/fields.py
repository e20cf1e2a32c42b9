"""Fields that parse types and leave the rules to the services."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any, Final

from django.core.validators import ProhibitNullCharactersValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LONGEST_TEXT: Final = 10_000  # far above every rule; what is longer is no answer to any question
NO_TEXT: Final = "Send a text."
NO_BOOLEAN: Final = "Send true or false."
NO_HOUR: Final = "Send a time of day without an offset, such as 14:00."
HOUR: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"


class TextField(serializers.CharField):
    """A JSON string, exactly as sent: neither trimmed nor made from a number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "trim_whitespace": False,
            "allow_blank": True,
            "max_length": LONGEST_TEXT,
        } | kwargs
        super().__init__(**kwargs)
        # A character that no name or number can hold is for the rule of that name to refuse.
        self.validators = [
            check
            for check in self.validators
            if not isinstance(check, ProhibitNullCharactersValidator)
        ]

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError."""
        if not isinstance(data, str):
            raise serializers.ValidationError(NO_TEXT)
        return data


class TrueOrFalseField(serializers.BooleanField):
    """A JSON boolean; neither ``"yes"`` nor ``1``."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the answer. Raises ValidationError."""
        if not isinstance(data, bool):
            raise serializers.ValidationError(NO_BOOLEAN)
        return data


@extend_schema_field({"type": "string", "pattern": HOUR})
class HourField(serializers.TimeField):
    """A time of day in the hotel's zone: an offset would be lost, and is refused.

    OpenAPI's own ``time`` is that of RFC 3339, which asks for an offset.
    """

    def to_internal_value(self, value: Any) -> time:
        """Return the time. Raises ValidationError."""
        if not isinstance(value, str) or not re.fullmatch(HOUR, value):
            raise serializers.ValidationError(NO_HOUR)
        return super().to_internal_value(value)


@extend_schema_field(OpenApiTypes.DATETIME)
class HotelTimeField(serializers.Field[datetime, Any, str, datetime]):
    """An instant with the hotel's offset; the serializer's context holds the ``zone``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"read_only": True} | kwargs))

    def to_representation(self, value: datetime) -> str:
        """Return ISO 8601."""
        return value.astimezone(self.context["zone"]).isoformat()
