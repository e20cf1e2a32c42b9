"""What the doors for partners have in common: a key, its scope, its rate, one envelope."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.views import SecretView
from apps.common.errors import NotAuthenticated, RateLimited
from apps.common.limits.checking import take
from apps.common.limits.windows import Standing
from apps.partners.api.authentication import SHOWN_SCHEME, ApiKeyAuthentication
from apps.partners.identity import PartnerIdentity
from apps.partners.scopes import Scope

LIMIT: Final = "partner"


class PartnerView(SecretView):
    """A door below ``/api/partner/v1/``.

    ``needs`` names the scope that each method asks for, None where any key will do.
    ``partner`` is who calls: what a door shows or changes lies within ``partner.hotels``, and what
    lies elsewhere reads like what does not exist.
    """

    authentication_classes = (ApiKeyAuthentication,)
    needs: ClassVar[Mapping[str, Scope | None]]
    partner: PartnerIdentity
    standing: Standing | None = None

    def check_permissions(self, request: Request) -> None:
        """Ask for a key, count the request, ask for the scope: the one place that does.

        Raises NotAuthenticated, RateLimited, Forbidden.
        """
        if not isinstance(request.user, PartnerIdentity):
            raise NotAuthenticated
        self.partner = request.user
        self._count()
        method = "GET" if request.method == "HEAD" else request.method
        scope = self.needs.get(method or "")  # what is not there has no handler: 405 comes next
        if scope is not None:
            self.partner.require(scope)

    def _count(self) -> None:
        self.standing = take(LIMIT, settings.RATE_LIMIT_PARTNER, str(self.partner.key_id))
        if self.standing is not None and self.standing.wait_seconds > 0:
            raise RateLimited(
                "Too many requests with this key; wait a little, then go on.",
                retry_after_seconds=math.ceil(self.standing.wait_seconds),
            )

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Tell how much of the rate is left, and how to come in."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.standing is not None:
            final["RateLimit-Policy"] = f"{self.standing.limit};w={self.standing.window_seconds}"
            final["RateLimit-Limit"] = str(self.standing.limit)
            final["RateLimit-Remaining"] = str(self.standing.remaining)
            final["RateLimit-Reset"] = str(math.ceil(self.standing.reset_seconds))
        if final.status_code == 401:
            final["WWW-Authenticate"] = SHOWN_SCHEME
        return final
