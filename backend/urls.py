"""Where every door hangs."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.decorators.http import conditional_page

from apps.common.api.document_view import DocumentView
from apps.pages.views import api_docs
from back_office.site import site as back_office
from backend.operations.views import metrics, readiness
from graphql_schema.views import graphql_view

urlpatterns = [
    path("admin/", back_office.urls),
    path("", include("apps.pages.urls")),
    path("graphql/", graphql_view),
    path("api/auth/", include("apps.staff.api.urls")),
    path("api/checkin/", include("apps.checkin.api.urls")),
    path("api/", include("apps.concierge.api.urls")),
    path("api/staff/hotel/<str:hotel_slug>/", include("apps.bookings.api.bulk_urls")),
    path("api/staff/hotels/<str:hotel_slug>/", include("apps.bookings.api.desk_urls")),
    path("api/staff/hotels/<str:hotel_slug>/", include("apps.concierge.api.desk_urls")),
    path("api/staff/hotels/<str:hotel_slug>/", include("apps.checkin.api.desk_urls")),
    path("api/staff/hotels/<str:hotel_slug>/", include("apps.seating.api.desk_urls")),
    path("api/seating/", include("apps.seating.api.urls")),
    path("api/partner/v1/", include("apps.partners.api.urls")),
    path("api/locks/", include("apps.locks.api.urls")),
    re_path("^readyz/?$", readiness, name="readiness"),
    re_path("^metrics/?$", metrics, name="metrics"),
    path("api/schema/", conditional_page(DocumentView.as_view()), name="schema"),
    path("api/docs/", api_docs, name="docs"),
]
