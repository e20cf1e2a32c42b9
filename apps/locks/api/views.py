"""The door for the lock cloud's callback."""

from __future__ import annotations

import hmac

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from apps.locks.services.callbacks import take_hint

log = structlog.get_logger(__name__)

EXPECTED_ANSWER = "success"  # Source: TTLock open platform, lock record notify


@method_decorator(csrf_exempt, name="dispatch")
class TTLockCallbackView(View):
    """Takes the vendor's form posts as hints. Its path holds a secret: nothing is signed."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Answer at once; what the hint points at is read later, by an authenticated call."""
        expected = settings.TTLOCK_CALLBACK_SECRET
        if not expected or not hmac.compare_digest(secret.encode(), expected.encode()):
            raise Http404
        try:
            form = {name: str(value) for name, value in request.POST.items()}
        except (
            RawPostDataException,
            RequestDataTooBig,
            TooManyFieldsSent,
            TooManyFilesSent,
            MultiPartParserError,
            UnicodeDecodeError,
            OSError,
        ) as error:
            log.warning("lock_callback.unreadable", problem=type(error).__name__)
            form = {}
        if form:
            take_hint(form)
        return HttpResponse(EXPECTED_ANSWER, content_type="text/plain")
