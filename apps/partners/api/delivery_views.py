"""Partners' doors to the log of deliveries, and to the events themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.common.api.pagination import PAGE_PARAMETERS, page_body
from apps.common.api.views import read_query
from apps.common.errors import Invalid
from apps.common.idempotency import IdempotencyConflict
from apps.partners.api import webhook_documentation as shown
from apps.partners.api.base import PartnerView
from apps.partners.api.documentation import partner_refusals, rate_headers
from apps.partners.api.once import KEY_PARAMETER, once
from apps.partners.api.webhook_documentation import DELIVERY_ID, TAGS
from apps.partners.api.webhook_serializers import (
    DeliveryDetailSerializer,
    DeliveryFilterSerializer,
    DeliveryPageSerializer,
    DeliverySerializer,
    EventFilterSerializer,
    EventPageSerializer,
)
from apps.partners.errors import DeliveryNotFound, EndpointDisabled
from apps.partners.event_list import events_after_place, place_of
from apps.partners.models import WebhookDelivery
from apps.partners.scopes import Scope
from apps.partners.services.webhook_redelivery import redeliver
from apps.partners.webhook_selectors import get_delivery, list_deliveries

COLUMNS: Final = {"since": "created_at__gte", "until": "created_at__lt"}


class DeliveriesView(PartnerView):
    """``webhook-deliveries/``."""

    needs: ClassVar = {"GET": Scope.MANAGE_WEBHOOKS}

    @extend_schema(
        operation_id="partner_webhook_deliveries_list",
        tags=TAGS,
        summary="List deliveries",
        description="What was, or is to be, sent to the endpoints; the newest first, for 30 days.",
        parameters=[DeliveryFilterSerializer, *PAGE_PARAMETERS, *rate_headers(200)],
        responses={200: DeliveryPageSerializer, **partner_refusals(Invalid)},
        examples=[shown.DELIVERIES],
    )
    def get(self, request: Request) -> Response:
        """Show a page of them."""
        wanted = read_query(request, DeliveryFilterSerializer)
        body = page_body(
            request,
            _narrowed(list_deliveries(self.partner), wanted),
            order_by="-pk",
            show=_show,
        )
        return Response(body)


def _show(deliveries: Any) -> Any:
    return DeliverySerializer(deliveries, many=True).data


def _narrowed(
    deliveries: QuerySet[WebhookDelivery], wanted: Mapping[str, Any]
) -> QuerySet[WebhookDelivery]:
    return deliveries.filter(**{COLUMNS.get(name, name): value for name, value in wanted.items()})


class DeliveryView(PartnerView):
    """``webhook-deliveries/{id}/``."""

    needs: ClassVar = {"GET": Scope.MANAGE_WEBHOOKS}

    @extend_schema(
        operation_id="partner_webhook_deliveries_read",
        tags=TAGS,
        summary="Show a delivery with every try",
        description=(
            "What was sent and what came back: the first thousand characters of the answer, with "
            "what looks like a secret masked."
        ),
        parameters=[DELIVERY_ID, *rate_headers(200)],
        responses={200: DeliveryDetailSerializer, **partner_refusals(DeliveryNotFound)},
        examples=[shown.DELIVERY],
    )
    def get(self, _request: Request, delivery_id: str) -> Response:
        """Show it."""
        return Response(DeliveryDetailSerializer(get_delivery(self.partner, delivery_id)).data)


class RedeliverView(PartnerView):
    """``webhook-deliveries/{id}/redeliver/``."""

    needs: ClassVar = {"POST": Scope.MANAGE_WEBHOOKS}

    @extend_schema(
        operation_id="partner_webhook_deliveries_redeliver",
        tags=TAGS,
        summary="Send a delivery again",
        description=(
            "Within seconds, with a new delivery's tries, under the same message id: a receiver "
            "that leaves repeats out by it must forget that one first."
        ),
        parameters=[DELIVERY_ID, KEY_PARAMETER, *rate_headers(202)],
        request=None,
        responses={
            202: DeliverySerializer,
            **partner_refusals(Invalid, DeliveryNotFound, EndpointDisabled, IdempotencyConflict),
        },
        examples=[shown.OWED_AGAIN],
    )
    @once
    def post(self, _request: Request, delivery_id: str) -> Response:
        """Owe it again."""
        delivery = redeliver(partner=self.partner, delivery_id=delivery_id)
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class EventsView(PartnerView):
    """``events/``."""

    needs: ClassVar = {"GET": Scope.MANAGE_WEBHOOKS}

    @extend_schema(
        operation_id="partner_events_list",
        tags=TAGS,
        summary="List what happened after a place in the log",
        description=(
            "The bodies of webhooks, oldest first, for whoever missed some or takes none. Keep "
            "`last` and ask for what comes `after` it the next time: nothing is passed over, also "
            "not what is committed late."
        ),
        parameters=[EventFilterSerializer, *rate_headers(200)],
        responses={200: EventPageSerializer, **partner_refusals(Invalid)},
        examples=[shown.EVENTS],
    )
    def get(self, request: Request) -> Response:
        """Show a page of it."""
        wanted = read_query(request, EventFilterSerializer)
        place = place_of(self.partner, after=wanted["after"], hotel_slug=wanted["hotel_slug"])
        page = events_after_place(place, limit=wanted["limit"])
        here = request.build_absolute_uri()
        return Response(
            {
                "results": page.events,
                "next": replace_query_param(here, "after", page.last) if page.has_more else None,
                "previous": None,
                "last": page.last,
                "is_incomplete": page.is_incomplete,
            }
        )
