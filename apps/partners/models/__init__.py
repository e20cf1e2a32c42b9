"""The rows of the partners room."""

from apps.partners.models.keys import ApiKey, ApiKeyRecord, Partner

__all__ = ["ApiKey", "ApiKeyRecord", "Partner"]
