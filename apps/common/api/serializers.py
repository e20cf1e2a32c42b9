"""Shapes that several rooms show."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong."""

    code = serializers.CharField(help_text="Stable, for programs; never translated.")
    message = serializers.CharField(help_text="One sentence for the person.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the contract's name, shadowed below
        child=serializers.JSONField(),
        required=False,
        help_text="Sentences per input at fault, by its name in the body, or what helps further.",
    )


class ErrorEnvelopeSerializer(serializers.Serializer[Any]):
    """The body of every answer that is not a success."""

    error = ErrorSerializer()


class ContactSerializer(serializers.Serializer[Any]):
    """How to reach the hotel's people."""

    phone = serializers.CharField(allow_null=True, help_text="To call.")
    email = serializers.CharField(allow_null=True, help_text="To write to.")
    whatsapp_url = serializers.CharField(allow_null=True, help_text="Opens a chat with them.")
