"""Shapes of webhook endpoints, deliveries and events."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from apps.common.api.fields import TextField, TrueOrFalseField
from apps.common.api.pagination import PageSerializer
from apps.partners.models import DeliveryState, DisabledBecause, WebhookDelivery, WebhookEndpoint
from apps.partners.webhooks.event_types import EVENT_TYPES, TEST_TYPE
from apps.partners.webhooks.sending import Problem

PROBLEMS: Final = [(problem.value, problem.value) for problem in Problem]


def _types(**kwargs: Any) -> serializers.ListField:
    child = serializers.ChoiceField(choices=EVENT_TYPES)
    return serializers.ListField(
        child=child, allow_empty=False, max_length=100, help_text="What to be told of.", **kwargs
    )


def _url(**kwargs: Any) -> TextField:
    return TextField(help_text="Where to POST to: https, a host on the public internet.", **kwargs)


class ReplaceEndpointSerializer(serializers.Serializer[Any]):
    """An endpoint as it is to be."""

    url = _url()
    event_types = _types()
    description = TextField(default="", help_text="For people; 120 characters at most.")
    is_enabled = TrueOrFalseField(default=True, help_text="Whether anything is sent.")


class CreateEndpointSerializer(serializers.Serializer[Any]):
    """An endpoint that is wanted."""

    url = _url()
    event_types = _types()
    description = TextField(default="", help_text="For people; 120 characters at most.")
    hotel_slugs = serializers.ListField(
        child=TextField(max_length=100),
        required=False,
        max_length=1000,
        help_text="Whose events; absent: of all hotels that the key is for.",
    )


class ChangeEndpointSerializer(serializers.Serializer[Any]):
    """What of an endpoint is to change; absent leaves as it is."""

    url = _url(required=False)
    event_types = _types(required=False)
    description = TextField(required=False, help_text="For people; 120 characters at most.")
    is_enabled = TrueOrFalseField(
        required=False, help_text="True goes on where it was left, false stops the sending."
    )


class EndpointSerializer(serializers.Serializer[Any]):
    """An address that is told of events, and how it is doing."""

    id = serializers.UUIDField(help_text="The endpoint.")
    url = serializers.CharField(help_text="Where webhooks are sent.")
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_TYPES), help_text="What it is told of."
    )
    description = serializers.CharField(help_text="For people.")
    hotel_slugs = serializers.SerializerMethodField(help_text="Whose events it is told of.")
    is_enabled = serializers.BooleanField(help_text="Whether anything is sent.")
    disabled_because = serializers.SerializerMethodField(help_text="Null: it is enabled.")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failure since something was last taken."
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="So long the secret before the present one signs too."
    )
    created_at = serializers.DateTimeField(help_text="When it was set up.")

    def get_hotel_slugs(self, endpoint: WebhookEndpoint) -> list[str]:
        """Return the hotels' names in addresses."""
        return sorted(source.hotel.slug for source in endpoint.sources.all())

    def get_disabled_because(self, endpoint: WebhookEndpoint) -> DisabledBecause | None:
        """Return the reason, if it is disabled."""
        return DisabledBecause(endpoint.disabled_because) if endpoint.disabled_because else None


class IssuedEndpointSerializer(EndpointSerializer):
    """An endpoint with the secret that was just made."""

    secret = serializers.CharField(
        help_text="`whsec_…`, to verify webhooks with. It is shown this once."
    )


class EndpointPageSerializer(PageSerializer):
    """A page of endpoints."""

    results = EndpointSerializer(many=True)


class DeliverySerializer(serializers.Serializer[Any]):
    """One message to one endpoint."""

    id = serializers.IntegerField(source="pk", help_text="The delivery.")
    endpoint_id = serializers.UUIDField(help_text="Where it goes.")
    message_id = serializers.CharField(help_text="The header `webhook-id`, and the event's id.")
    type = serializers.CharField(help_text="As in the body.")
    state = serializers.ChoiceField(choices=DeliveryState.choices, help_text="Where it stands.")
    tries = serializers.IntegerField(help_text="Since it was last asked for.")
    next_try_at = serializers.SerializerMethodField(help_text="Not before; null: it has ended.")
    created_at = serializers.DateTimeField(help_text="When the event was read from the log.")
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was taken or given up."
    )

    def get_next_try_at(self, delivery: WebhookDelivery) -> str | None:
        """Return when it is tried next."""
        if delivery.state != DeliveryState.PENDING:
            return None
        return str(serializers.DateTimeField().to_representation(delivery.due_at))


class TrySerializer(serializers.Serializer[Any]):
    """One try, and what came back."""

    tried_at = serializers.DateTimeField(help_text="When; the header `webhook-timestamp`.")
    milliseconds = serializers.IntegerField(help_text="How long it took.")
    problem = serializers.SerializerMethodField(help_text="Null: it was taken.")
    status = serializers.IntegerField(allow_null=True, help_text="Null: there was no answer.")
    response = serializers.CharField(
        help_text="What the answer began with; what looks like a secret is masked."
    )

    def get_problem(self, attempt: Any) -> Problem | None:
        """Return what went wrong."""
        return Problem(attempt.problem) if attempt.problem else None


class DeliveryDetailSerializer(DeliverySerializer):
    """A delivery with what was sent and every try."""

    body = serializers.CharField(help_text="What is sent, byte by byte.")
    attempts = TrySerializer(many=True, help_text="The oldest first.")


class DeliveryPageSerializer(PageSerializer):
    """A page of deliveries."""

    results = DeliverySerializer(many=True)


class DeliveryFilterSerializer(serializers.Serializer[Any]):
    """Which deliveries to list."""

    endpoint_id = serializers.UUIDField(required=False, help_text="Of this endpoint.")
    state = serializers.ChoiceField(
        choices=DeliveryState.choices, required=False, help_text="In this state."
    )
    type = serializers.ChoiceField(
        choices=(*EVENT_TYPES, TEST_TYPE), required=False, help_text="Of this type."
    )
    message_id = TextField(required=False, help_text="Of this event.")
    since = serializers.DateTimeField(required=False, help_text="Made at this instant or later.")
    until = serializers.DateTimeField(required=False, help_text="Made before this instant.")


class RedeliverRangeSerializer(serializers.Serializer[Any]):
    """What is to be sent again."""

    since = serializers.DateTimeField(help_text="What happened at this instant or later.")
    until = serializers.DateTimeField(
        default=None, allow_null=True, help_text="Before this one; absent: until now."
    )
    only_missing = TrueOrFalseField(
        default=True, help_text="Leave out what the endpoint has taken."
    )


class RedeliveredSerializer(serializers.Serializer[Any]):
    """What is being sent again."""

    count = serializers.IntegerField(help_text="How many.")


class EventFilterSerializer(serializers.Serializer[Any]):
    """From where on to list events."""

    after = TextField(
        default="", help_text="An event's `id` or `sequence`; absent: the log's beginning."
    )
    hotel_slug = TextField(
        default="", help_text="Needed of a key for several hotels, unless `after` is an id."
    )
    limit = serializers.IntegerField(
        default=50, min_value=1, max_value=100, help_text="Events a page: 50, 100 at most."
    )


class EventSerializer(serializers.Serializer[Any]):
    """An event: the body of a webhook, with its id."""

    id = serializers.CharField(help_text="The header `webhook-id`.")
    type = serializers.ChoiceField(choices=EVENT_TYPES, help_text="What happened.")
    timestamp = serializers.DateTimeField(help_text="When.")
    data = serializers.DictField(  # type: ignore[assignment]  # the contract's name
        child=serializers.JSONField(), help_text="Ids and states, and a `sequence`."
    )


class EventPageSerializer(PageSerializer):
    """Events after a place, the oldest first."""

    results = EventSerializer(many=True)
    last = serializers.CharField(help_text="Ask for what comes `after` this the next time.")
    is_incomplete = serializers.BooleanField(
        help_text="The log has forgotten some of what followed: fetch the present state."
    )
