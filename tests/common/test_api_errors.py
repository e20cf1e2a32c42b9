"""Every error of the REST doors is one envelope, whoever raised it."""

from __future__ import annotations

import errno
import logging
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.urls import path
from rest_framework import exceptions as drf
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.common import errors
from apps.common.api.views import ApiView, read_body
from apps.common.errors import Contact

SECRET = "a secret of the database"


class Line(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1)


class Order(serializers.Serializer[Any]):
    items = Line(many=True)
    note = serializers.CharField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        raise serializers.ValidationError("Nothing of this is on the menu.")


class SeatsGone(errors.Conflict):
    code = "SEATS_GONE"
    rest_fields: ClassVar = {"labels": ["A-1"]}


class Outsider(errors.DomainError):
    """A refusal that forgot to join a family."""


RAISED: dict[str, Exception] = {
    "field": errors.Invalid("Enter a name.", field="full_name"),
    "fields": SeatsGone("A-1 is gone."),
    "missing": Http404(),
    "denied": PermissionDenied(),
    "login": errors.NotAuthenticated(),
    "pending": errors.Pending(),
    "limited": errors.RateLimited(
        retry_after_seconds=90, contact=Contact(phone="+44 20 7946 0100")
    ),
    "throttled": drf.Throttled(wait=1.2),
    "large": errors.TooLarge(),
    "unavailable": errors.Unavailable(),
    "database": OperationalError(SECRET),
    "disk": OSError(errno.ENOSPC, SECRET),
    "bug": KeyError(SECRET),
    "outsider": Outsider("Nobody catches me."),
    "teapot": type("Teapot", (drf.APIException,), {"status_code": 418})(),
}


class Raises(ApiView):
    def get(self, _request: Request, name: str) -> Response:
        raise RAISED[name]


class Takes(ApiView):
    def post(self, request: Request) -> Response:
        return Response(dict(read_body(request, Order)))


urlpatterns = [
    path("api/raises/<str:name>/", Raises.as_view()),
    path("api/takes/", Takes.as_view()),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize(
    ("name", "status", "error", "headers"),
    [
        (
            "field",
            400,
            {
                "code": "VALIDATION_ERROR",
                "message": "Enter a name.",
                "fields": {"full_name": ["Enter a name."]},
            },
            {},
        ),
        (
            "fields",
            409,
            {"code": "SEATS_GONE", "message": "A-1 is gone.", "fields": {"labels": ["A-1"]}},
            {},
        ),
        ("missing", 404, {"code": "NOT_FOUND"}, {}),
        ("denied", 403, {"code": "PERMISSION_DENIED"}, {}),
        ("login", 401, {"code": "NOT_AUTHENTICATED"}, {"WWW-Authenticate": "Bearer"}),
        ("pending", 202, {"code": "PENDING"}, {"Retry-After": "1"}),
        (
            "limited",
            429,
            {
                "code": "RATE_LIMITED",
                "fields": {
                    "contact": {"phone": "+44 20 7946 0100", "email": None, "whatsapp_url": None}
                },
            },
            {"Retry-After": "90"},
        ),
        ("throttled", 429, {"code": "RATE_LIMITED"}, {"Retry-After": "2"}),
        ("large", 413, {"code": "PAYLOAD_TOO_LARGE"}, {}),
        ("unavailable", 503, {"code": "UNAVAILABLE"}, {}),
        ("database", 503, {"code": "UNAVAILABLE"}, {}),
        ("disk", 503, {"code": "UNAVAILABLE"}, {}),
        ("bug", 500, {"code": "INTERNAL_ERROR"}, {}),
        ("outsider", 500, {"code": "INTERNAL_ERROR"}, {}),
        ("teapot", 418, {"code": "VALIDATION_ERROR"}, {}),
    ],
)
def test_whatever_is_raised_becomes_the_envelope_of_its_status(
    name: str, status: int, error: dict[str, Any], headers: dict[str, str]
) -> None:
    response = APIClient().get(f"/api/raises/{name}/")

    assert response.status_code == status
    body = response.json()
    assert list(body) == ["error"]
    assert body["error"] == body["error"] | error
    assert ("fields" in body["error"]) == ("fields" in error)
    assert headers.items() <= dict(response.items()).items()
    assert SECRET not in response.content.decode()


def test_inputs_inside_inputs_are_named_by_their_way() -> None:
    body = {"items": [{"quantity": 2}, {"quantity": 0}, {}, "two"], "note": None}

    error = APIClient().post("/api/takes/", body, format="json").json()["error"]

    assert error["code"] == "VALIDATION_ERROR"
    assert error["message"] == errors.Invalid.sentence
    assert set(error["fields"]) == {"items.1.quantity", "items.2.quantity", "items.3", "note"}
    assert all(isinstance(s, str) for sentences in error["fields"].values() for s in sentences)


def test_what_concerns_no_single_field_is_the_message() -> None:
    body = {"items": [{"quantity": 1}]}

    error = APIClient().post("/api/takes/", body, format="json").json()["error"]

    assert error == {"code": "VALIDATION_ERROR", "message": "Nothing of this is on the menu."}


def test_a_bug_is_logged_with_the_id_of_its_request(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = APIClient().get(
            "/api/raises/bug/", headers={"X-Request-ID": "a-request-of-tests"}
        )

    assert response["X-Request-ID"] == "a-request-of-tests"
    logged = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line["request_id"]) for line in logged] == [
        ("request.failed", "a-request-of-tests")
    ]
