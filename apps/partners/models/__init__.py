"""The rows of the partners room."""

from apps.partners.models.kept_answers import KeptAnswer
from apps.partners.models.keys import ApiKey, ApiKeyRecord, Partner

__all__ = ["ApiKey", "ApiKeyRecord", "KeptAnswer", "Partner"]
