"""The rows of the partners room."""

from apps.partners.models.kept_answers import KeptAnswer
from apps.partners.models.keys import ApiKey, ApiKeyRecord, Partner
from apps.partners.models.told_codes import ToldCode
from apps.partners.models.webhooks import (
    DeliveryState,
    DisabledBecause,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
    WebhookTry,
)

__all__ = [
    "ApiKey",
    "ApiKeyRecord",
    "DeliveryState",
    "DisabledBecause",
    "KeptAnswer",
    "Partner",
    "ToldCode",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookSource",
    "WebhookTry",
]
