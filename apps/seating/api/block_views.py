"""Taking seats off sale and drawing seat maps, for the hotel's people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.documentation import refusals
from apps.common.api.fields import TextField
from apps.common.api.views import read_body
from apps.common.errors import Forbidden, Invalid, NotAuthenticated
from apps.seating import errors
from apps.seating.api import examples
from apps.seating.api.desk import EventDeskView
from apps.seating.api.serializers import LabelsField
from apps.seating.changes import current_version
from apps.seating.map_files import MOST_BYTES, read_map_file
from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.seating.services.seat_import import import_seats
from apps.staff.roles import Permission

TAGS = ["Desk: seats"]
STAFF = (NotAuthenticated, Forbidden, errors.EventNotFound)


class UnblockSeatsSerializer(serializers.Serializer[Any]):
    """Seats by their labels."""

    labels = LabelsField(help_text="The seats, such as A-1.")


class BlockSeatsSerializer(UnblockSeatsSerializer):
    """Seats by their labels, and why."""

    reason = TextField(help_text="Why they are not for sale; guests don't see it.")


class BlockedSeatsSerializer(serializers.Serializer[Any]):
    """What was done."""

    labels = serializers.ListField(child=serializers.CharField(), help_text="The seats.")
    version = serializers.IntegerField(help_text="Of the event's seats, afterwards.")


class MapUploadSerializer(serializers.Serializer[Any]):
    """A CSV or JSON file that draws the seats."""

    file = serializers.FileField(help_text="By its content, whatever its name says.")
    dry_run = serializers.BooleanField(default=False, help_text="Say what would change.")


class ImportResultSerializer(serializers.Serializer[Any]):
    """What has changed, or would."""

    added = serializers.IntegerField(help_text="Seats that are new.")
    changed = serializers.IntegerField(help_text="Seats that are drawn otherwise.")
    removed = serializers.IntegerField(help_text="Seats that are gone.")
    is_dry_run = serializers.BooleanField(help_text="Nothing was changed.")
    version = serializers.IntegerField(help_text="Of the event's seats.")
    chart_version = serializers.IntegerField(help_text="Of the chart.")


class BlockSeatsView(EventDeskView):
    """Seats that are not for sale."""

    needs = Permission.BLOCK_SEATS

    @extend_schema(
        operation_id="staff_seats_block",
        tags=TAGS,
        summary="Take seats off sale",
        description="All of them or none; blocked already is the same success.",
        request=BlockSeatsSerializer,
        responses={
            200: BlockedSeatsSerializer,
            **refusals(*STAFF, errors.SeatNotFound, errors.SeatsTaken, Invalid, has_body=True),
        },
        examples=[examples.BLOCKING, examples.BLOCKED],
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Block them."""
        body = read_body(request, BlockSeatsSerializer)
        return self.changed(block_seats, labels=body["labels"], reason=body["reason"])

    def changed(self, command: Callable[[BlockRequest], list[str]], **words: Any) -> Response:
        """Return what a command did, and the version it led to."""
        done = command(BlockRequest(event=self.event, performed_by=self.staff.actor, **words))
        return Response({"labels": done, "version": current_version(self.event.pk)})


class UnblockSeatsView(BlockSeatsView):
    """Seats that are for sale again."""

    @extend_schema(
        operation_id="staff_seats_unblock",
        tags=TAGS,
        summary="Put seats back on sale",
        description="All of them or none; on sale already is the same success.",
        request=UnblockSeatsSerializer,
        responses={
            200: BlockedSeatsSerializer,
            **refusals(*STAFF, errors.SeatNotFound, Invalid, has_body=True),
        },
        examples=[examples.UNBLOCKING, examples.BLOCKED],
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Unblock them."""
        return self.changed(
            unblock_seats, labels=read_body(request, UnblockSeatsSerializer)["labels"]
        )


class SeatMapImportView(EventDeskView):
    """The seats of an event, drawn anew."""

    needs = Permission.DRAW_SEATS
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="staff_seat_map_import",
        tags=TAGS,
        summary="Draw the seats of an event from a file",
        description=(
            'CSV with a header, or JSON `{"seats": [{…}]}`: `row`, `number`, `price`, and where '
            "wanted `label`, `section`, `x`, `y`, `category`, `accessible`, `companion`. The event "
            "has these seats afterwards and no others; a seat that is held or booked can't go "
            "(409 `SEATS_TAKEN`). What can't be used is told line by line in `fields.lines`."
        ),
        request={"multipart/form-data": MapUploadSerializer},
        responses={
            200: ImportResultSerializer,
            **refusals(
                *STAFF, errors.MapUnusable, errors.SeatsInUse, errors.MapTooLarge, has_body=True
            ),
        },
        examples=[examples.IMPORTED],
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Draw them."""
        body = read_body(request, MapUploadSerializer)
        content: bytes = body["file"].read(MOST_BYTES + 1)
        done = import_seats(
            self.event,
            read_map_file(content),
            performed_by=self.staff.actor,
            is_dry_run=body["dry_run"],
        )
        return Response(ImportResultSerializer(done).data)
