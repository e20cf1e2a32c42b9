"""The OpenAPI document at its address."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class DocumentView(SpectacularAPIView):
    """The document as YAML or JSON, by the ``Accept`` header; the same for everybody."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *_: Any, **__: Any) -> HttpResponse:
        """Show it."""
        kind = request.accepted_renderer.media_type
        return HttpResponse(_rendered(kind), content_type=f"{kind}; charset=utf-8")


@cache
def _rendered(kind: str) -> str | bytes:
    """Make the document once in a process: it takes half a second, and anybody may ask for it."""
    renderer = next(each for each in DocumentView.renderer_classes if each.media_type == kind)
    document = SchemaGenerator().get_schema(request=None, public=True)
    return renderer().render(document, renderer_context={})
