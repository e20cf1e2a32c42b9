"""Partners' doors to their webhook endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.pagination import PAGE_PARAMETERS, page_body
from apps.common.api.views import read_body
from apps.common.errors import Invalid
from apps.common.idempotency import IdempotencyConflict
from apps.partners.api import webhook_documentation as shown
from apps.partners.api.base import PartnerView
from apps.partners.api.documentation import partner_refusals, rate_headers
from apps.partners.api.once import KEY_PARAMETER, once
from apps.partners.api.webhook_documentation import ENDPOINT_ID, TAGS
from apps.partners.api.webhook_serializers import (
    ChangeEndpointSerializer,
    CreateEndpointSerializer,
    DeliverySerializer,
    EndpointPageSerializer,
    EndpointSerializer,
    IssuedEndpointSerializer,
    RedeliveredSerializer,
    RedeliverRangeSerializer,
    ReplaceEndpointSerializer,
)
from apps.partners.errors import EndpointDisabled, EndpointNotFound, TooManyEndpoints
from apps.partners.scopes import Scope
from apps.partners.services.webhook_endpoints import (
    EndpointChange,
    IssuedEndpoint,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    rotate_secret,
    send_test,
)
from apps.partners.services.webhook_redelivery import Range, redeliver_range
from apps.partners.webhook_selectors import get_endpoint, list_endpoints
from apps.partners.webhooks.targets import require_reachable_target

MANAGE: Final = Scope.MANAGE_WEBHOOKS


class EndpointsView(PartnerView):
    """``webhook-endpoints/``."""

    needs: ClassVar = {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(
        operation_id="partner_webhook_endpoints_list",
        tags=TAGS,
        summary="List webhook endpoints",
        description="Those of the partner at hotels that the key is for, the newest first.",
        parameters=[*PAGE_PARAMETERS, *rate_headers(200)],
        responses={200: EndpointPageSerializer, **partner_refusals(Invalid)},
        examples=[shown.ENDPOINTS],
    )
    def get(self, request: Request) -> Response:
        """Show a page of them."""
        body = page_body(
            request,
            list_endpoints(self.partner),
            order_by="-created_at",
            show=_show,
        )
        return Response(body)

    @extend_schema(
        operation_id="partner_webhook_endpoints_create",
        tags=TAGS,
        summary="Set up a webhook endpoint",
        description=(
            "It is told of what happens from now on. The answer alone carries the `secret`; "
            "nothing is sent to the address: ask for a test."
        ),
        parameters=[KEY_PARAMETER, *rate_headers(201)],
        request=CreateEndpointSerializer,
        responses={
            201: IssuedEndpointSerializer,
            **partner_refusals(TooManyEndpoints, IdempotencyConflict, has_body=True),
        },
        examples=[shown.WANTED, shown.CREATED],
    )
    def post(self, request: Request) -> HttpResponse:
        """Set it up."""
        body = read_body(request, CreateEndpointSerializer)
        require_reachable_target(body["url"])  # a resolver may be slow: before any transaction
        return self._create(request, body)

    @once
    def _create(self, _request: Request, body: Mapping[str, Any]) -> Response:
        issued = create_endpoint(partner=self.partner, **body)
        return Response(_issued(issued), status=status.HTTP_201_CREATED)


class EndpointView(PartnerView):
    """``webhook-endpoints/{id}/``."""

    needs: ClassVar = {"GET": MANAGE, "PUT": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(
        operation_id="partner_webhook_endpoints_read",
        tags=TAGS,
        summary="Show a webhook endpoint",
        description="Its settings and how it is doing; never its secret.",
        parameters=[ENDPOINT_ID, *rate_headers(200)],
        responses={200: EndpointSerializer, **partner_refusals(EndpointNotFound)},
        examples=[shown.ENDPOINT],
    )
    def get(self, _request: Request, endpoint_id: str) -> Response:
        """Show it."""
        return Response(EndpointSerializer(get_endpoint(self.partner, endpoint_id)).data)

    @extend_schema(
        operation_id="partner_webhook_endpoints_replace",
        tags=TAGS,
        summary="Replace what a webhook endpoint is told of, and where",
        description="Its secret and its hotels stay.",
        parameters=[ENDPOINT_ID, *rate_headers(200)],
        request=ReplaceEndpointSerializer,
        responses={200: EndpointSerializer, **partner_refusals(EndpointNotFound, has_body=True)},
        examples=[shown.REPLACED, shown.ENDPOINT],
    )
    def put(self, request: Request, endpoint_id: str) -> Response:
        """Replace it."""
        return self._change(endpoint_id, read_body(request, ReplaceEndpointSerializer))

    @extend_schema(
        operation_id="partner_webhook_endpoints_change",
        tags=TAGS,
        summary="Change a webhook endpoint, or switch it off and on",
        description=(
            "Absent leaves as it is. Switched on again, it goes on where it was left. Other types "
            "hold for what happens from then on."
        ),
        parameters=[ENDPOINT_ID, *rate_headers(200)],
        request=ChangeEndpointSerializer,
        responses={200: EndpointSerializer, **partner_refusals(EndpointNotFound, has_body=True)},
        examples=[shown.SWITCHED, shown.ENDPOINT],
    )
    def patch(self, request: Request, endpoint_id: str) -> Response:
        """Change it."""
        return self._change(endpoint_id, read_body(request, ChangeEndpointSerializer))

    @extend_schema(
        operation_id="partner_webhook_endpoints_delete",
        tags=TAGS,
        summary="Delete a webhook endpoint",
        description="Its deliveries go with it, the pending ones too.",
        parameters=[ENDPOINT_ID, *rate_headers(204)],
        responses={204: None, **partner_refusals(EndpointNotFound)},
    )
    def delete(self, _request: Request, endpoint_id: str) -> Response:
        """Delete it."""
        delete_endpoint(partner=self.partner, endpoint_id=endpoint_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, endpoint_id: str, body: Any) -> Response:
        changed = change_endpoint(
            partner=self.partner, endpoint_id=endpoint_id, change=EndpointChange(**body)
        )
        return Response(EndpointSerializer(changed).data)


class RotateSecretView(PartnerView):
    """``webhook-endpoints/{id}/rotate-secret/``."""

    needs: ClassVar = {"POST": MANAGE}

    @extend_schema(
        operation_id="partner_webhook_endpoints_rotate_secret",
        tags=TAGS,
        summary="Make another secret",
        description=(
            "The answer alone carries it. For 24 hours webhooks are signed with both, so the "
            "receiver can change over meanwhile."
        ),
        parameters=[ENDPOINT_ID, KEY_PARAMETER, *rate_headers(200)],
        request=None,
        responses={
            200: IssuedEndpointSerializer,
            **partner_refusals(Invalid, EndpointNotFound, IdempotencyConflict),
        },
        examples=[shown.ROTATED],
    )
    @once
    def post(self, _request: Request, endpoint_id: str) -> Response:
        """Make it."""
        return Response(_issued(rotate_secret(partner=self.partner, endpoint_id=endpoint_id)))


class TestView(PartnerView):
    """``webhook-endpoints/{id}/test/``."""

    needs: ClassVar = {"POST": MANAGE}

    @extend_schema(
        operation_id="partner_webhook_endpoints_test",
        tags=TAGS,
        summary="Send a test webhook",
        description="Of type `webhook.test`, within seconds; the delivery tells what came back.",
        parameters=[ENDPOINT_ID, KEY_PARAMETER, *rate_headers(202)],
        request=None,
        responses={
            202: DeliverySerializer,
            **partner_refusals(Invalid, EndpointNotFound, EndpointDisabled, IdempotencyConflict),
        },
        examples=[shown.TEST],
    )
    @once
    def post(self, _request: Request, endpoint_id: str) -> Response:
        """Owe it."""
        delivery = send_test(partner=self.partner, endpoint_id=endpoint_id)
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class RedeliverRangeView(PartnerView):
    """``webhook-endpoints/{id}/redeliver/``."""

    needs: ClassVar = {"POST": MANAGE}

    @extend_schema(
        operation_id="partner_webhook_endpoints_redeliver",
        tags=TAGS,
        summary="Send what happened in a time again",
        description=(
            "Under the same message ids. Also what happened before the endpoint was set up, as far "
            "as the log goes."
        ),
        parameters=[ENDPOINT_ID, KEY_PARAMETER, *rate_headers(202)],
        request=RedeliverRangeSerializer,
        responses={
            202: RedeliveredSerializer,
            **partner_refusals(
                EndpointNotFound, EndpointDisabled, IdempotencyConflict, has_body=True
            ),
        },
        examples=[shown.RANGE, shown.COUNT],
    )
    @once
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Owe them."""
        wanted = Range(**read_body(request, RedeliverRangeSerializer))
        count = redeliver_range(partner=self.partner, endpoint_id=endpoint_id, wanted=wanted)
        return Response({"count": count}, status=status.HTTP_202_ACCEPTED)


def _show(endpoints: Any) -> Any:
    return EndpointSerializer(endpoints, many=True).data


def _issued(issued: IssuedEndpoint) -> Any:
    return {**EndpointSerializer(issued.endpoint).data, "secret": issued.secret}
