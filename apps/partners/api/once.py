"""``Idempotency-Key`` on a partner's POST: asked twice, done once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.models import Booking
from apps.common.idempotency import HEADER, LONGEST_KEY, key_of_request
from apps.partners.api.base import PartnerView
from apps.partners.services.kept_answers import (
    Answer,
    Asked,
    Told,
    answer_by_parts,
    answer_once,
)

P = ParamSpec("P")
V = TypeVar("V", bound=PartnerView)
REPLAYED: Final = "Idempotent-Replayed"
KEPT_HEADERS: Final = ("ETag", "Location")
REFERENCE: Final = "booking_reference"

KEY_PARAMETER: Final = OpenApiParameter(
    name=HEADER,
    location=OpenApiParameter.HEADER,
    type={"type": "string", "maxLength": LONGEST_KEY},
    description=(
        "A key of your own for this request, such as a UUID. Sent again within a day with the "
        f"same body, it is answered as the first time, marked by `{REPLAYED}: true`, and nothing "
        "is done again; a twin that comes meanwhile waits for the first. A refused request leaves "
        "its key free."
    ),
)

Handler = Callable[Concatenate[V, Request, P], Response]
Answering = Callable[Concatenate[V, Request, P], HttpResponse]


class _Refused(Exception):
    """Takes what a handler did back with the transaction, and its answer to the caller."""

    def __init__(self, response: Response) -> None:
        self.response = response


def once(handler: Handler[V, P]) -> Answering[V, P]:
    """Let the method of a view, done in one transaction, answer a key as it did before."""
    return _answering(handler, answer_once)


def once_by_parts(handler: Handler[V, P]) -> Answering[V, P]:
    """The same for a method that may be done twice, in parts with transactions of their own."""
    return _answering(handler, answer_by_parts)


def _answering(
    handler: Handler[V, P], do: Callable[[Asked, Callable[[], Answer]], Told]
) -> Answering[V, P]:
    @wraps(handler)
    def answer(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = key_of_request(request)
        if key is None:
            return handler(view, request, *args, **kwargs)
        fresh: list[Response] = []

        def act() -> Answer:
            response = handler(view, request, *args, **kwargs)
            if response.status_code >= 400:
                raise _Refused(response)
            fresh.append(response)
            return _kept_form(view, response)

        try:
            told = do(_asked(view, request, key), act)
        except _Refused as refused:
            return refused.response
        return _replay(told.answer) if told.is_replayed else fresh[0]

    return answer


def _asked(view: PartnerView, request: Request, key: str) -> Asked:
    said = [sorted(request.query_params.lists()), request.data]
    return Asked(
        partner_id=view.partner.partner_id,
        key=key,
        route=f"{request.method} {request.path}",
        content=json.dumps(said, sort_keys=True),  # however the body was written
    )


def _kept_form(view: PartnerView, response: Response) -> Answer:
    references = set(_references(response.data))
    bookings = Booking.objects.filter(
        hotel_id__in=view.partner.hotel_ids, booking_reference__in=references
    )
    return Answer(
        status=response.status_code,
        body=JSONRenderer().render(response.data).decode(),
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        bookings=list(bookings) if references else (),
    )


def _references(data: Any) -> Iterator[str]:
    """Find the bookings that an answer names, wherever it does."""
    if isinstance(data, dict):
        if isinstance(data.get(REFERENCE), str):
            yield data[REFERENCE]
        for part in data.values():
            yield from _references(part)
    elif isinstance(data, list | tuple):
        for part in data:
            yield from _references(part)


def _replay(answer: Answer) -> HttpResponse:
    headers = {**answer.headers, REPLAYED: "true"}
    return HttpResponse(
        answer.body, status=answer.status, content_type="application/json", headers=headers
    )
