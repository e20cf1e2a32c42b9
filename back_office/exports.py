"""Lists as files: the rows of a list as it is filtered, of one's own hotels."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Final

import structlog
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path
from django.utils import timezone

from apps.staff.roles import Permission
from back_office.access import UTC, staff_of
from back_office.cells import csv_cell
from back_office.tenancy import TenantAdmin

log = structlog.get_logger(__name__)

BATCH: Final = 500
Column = tuple[str, Callable[[Any], Any]]


class ExportingAdmin(TenantAdmin):
    """Pages whose list can be had as a file. What is secret is in no column."""

    export_columns: ClassVar[Sequence[Column]] = ()
    change_list_template = "back_office/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Return the address of the file before those of the rows."""
        own = path(
            "export/",
            self.admin_site.admin_view(self.export_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_export",
        )
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the list, with a link to the same rows as a file."""
        extra = {"can_export": self.may_export(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def may_export(self, request: HttpRequest) -> bool:
        """Answer whether there is a file and this person may have it."""
        return bool(self.export_columns) and self.may(request, Permission.EXPORT_LISTS)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send the rows, in the order of their keys, while they are read."""
        if not (self.may_export(request) and self.has_view_permission(request)):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # the list itself says what is wrong with the address
            return HttpResponseRedirect("../?e=1")
        staff = staff_of(request)
        if not staff.is_superuser:
            rows = self.within(
                rows,
                [
                    key
                    for key in staff.roles
                    if staff.may(Permission.EXPORT_LISTS, hotel_id=key)
                    and staff.may(self.views, hotel_id=key)
                ],
            )
        log.info("office.exported", kind=self.opts.label_lower, user_id=staff.user_id)
        name = f"{self.opts.verbose_name_plural}-{timezone.localdate():%Y-%m-%d}.csv"
        response = StreamingHttpResponse(self._lines(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name.replace(" ", "-")}"'
        return response

    def _lines(self, rows: Any) -> Iterator[str]:
        """Return the file in portions. Each is a query of its own: the server may ask for the next
        one from another thread, whose connection is another."""
        writer = csv.writer(_Echo())
        yield "\ufeff"  # spreadsheets take the file for UTF-8 by it
        yield writer.writerow([header for header, _ in self.export_columns])
        ordered = rows.order_by("pk")
        batch = list(ordered[:BATCH])
        while batch:
            yield "".join(writer.writerow(self._cells(row)) for row in batch)
            batch = list(ordered.filter(pk__gt=batch[-1].pk)[:BATCH]) if len(batch) == BATCH else []

    def _cells(self, row: Any) -> list[Any]:
        hotel = self.hotel_of(row)
        zone = UTC if hotel is None else hotel.zone
        return [csv_cell(read(row), zone) for _, read in self.export_columns]


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text
