"""Long answers, shorter on their way.

Whoever can choose a part of an answer and see its compressed length can guess the rest of it, if
they can have it asked for again and again (BREACH). Here nobody else can: partners come with a key
in a header, never with a cookie, so no page can make a browser ask for them. Doors whose answers
hold digits or secrets stay as they are all the same, and a few random bytes blur every length.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import decorator_from_middleware, method_decorator

SHORTEST: Final = 1_400  # what fits a packet anyway


class _LongAnswers(GZipMiddleware):
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and len(response.content) < SHORTEST:
            return response
        return super().process_response(request, response)


compressed: Final = method_decorator(decorator_from_middleware(_LongAnswers), name="dispatch")
