"""Shapes of seat maps. What answers them are plain columns and dicts: maps are large and many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson
from rest_framework import serializers

from apps.seating.api.serializers import MONEY, SeatingEventSerializer
from apps.seating.models import SeatingEvent
from apps.seating.seat_map import Availability, Chart, SeatMap
from apps.seating.states import SeatStatus
from apps.seating.suggestions import Suggestion


class ChartedSeatSerializer(serializers.Serializer[Any]):
    """What never changes of a seat."""

    id = serializers.CharField(help_text="The seat's own.")
    label = serializers.CharField(  # type: ignore[assignment]  # the name shadows an attribute
        help_text="What selections name it by."
    )
    section = serializers.CharField(help_text="The part of the house.")
    row = serializers.CharField(help_text="The row's name.")
    number = serializers.IntegerField(help_text="The place in the row.")
    x = serializers.FloatField(help_text="On the map, to the right.")
    y = serializers.FloatField(help_text="On the map, away from the stage.")
    category = serializers.CharField(help_text="The price category.")
    price = serializers.DecimalField(**MONEY, help_text="In the event's currency.")
    is_accessible = serializers.BooleanField(help_text="A place for a wheelchair.")
    is_companion = serializers.BooleanField(help_text="Beside a place for a wheelchair.")


class SeatSerializer(ChartedSeatSerializer):
    """A seat. Nobody learns whose it is."""

    status = serializers.ChoiceField(SeatStatus.choices, help_text="Whether it can be had.")


class SeatMapSerializer(serializers.Serializer[Any]):
    """All seats of an event, unpaged."""

    event = SeatingEventSerializer()
    version = serializers.IntegerField(help_text="The seats are at least as new as this.")
    seats = SeatSerializer(many=True)


class ChartSerializer(serializers.Serializer[Any]):
    """All seats of an event without their states."""

    event_slug = serializers.CharField(help_text="The event.")
    chart_version = serializers.IntegerField(help_text="Rises when the seats themselves change.")
    currency = serializers.CharField(help_text="ISO 4217.")
    seats = ChartedSeatSerializer(many=True)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """The seats that can't be had; all others can."""

    event_slug = serializers.CharField(help_text="The event.")
    version = serializers.IntegerField(help_text="The states are at least as new as this.")
    chart_version = serializers.IntegerField(help_text="The chart that the labels belong to.")
    seats = serializers.DictField(
        child=serializers.ChoiceField(SeatStatus.choices), help_text="Their states by labels."
    )


def map_body(shown: SeatMap) -> dict[str, Any]:
    """Return the body that shows all seats."""
    context = {"zone": shown.event.hotel.zone}
    return {
        "event": SeatingEventSerializer(shown.event, context=context).data,
        "version": shown.version,
        "seats": orjson.Fragment(_seats_with_states(shown)),
    }


STATES: Final = {status: b'"%b"}' % status.encode() for status in SeatStatus}


def _seats_with_states(shown: SeatMap) -> bytes:
    """Return the list of seats in JSON: only a seat's state is worded anew each time."""
    seats = zip(_worded(shown.drawn), shown.statuses, strict=True)
    return b"[%b]" % b",".join([seat + STATES[status] for seat, status in seats])


@lru_cache(maxsize=16)
def _worded(drawn: Chart) -> Sequence[bytes]:
    """Return each seat in JSON, up to the value of its state."""
    return [orjson.dumps(seat)[:-1] + b',"status":' for seat in _rows(drawn.columns)]


def chart_body(event: SeatingEvent, chart: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return the body that shows the seats without their states."""
    return {
        "event_slug": event.slug,
        "chart_version": event.chart_version,
        "currency": event.currency,
        "seats": _rows(chart),
    }


def availability_body(shown: Availability) -> dict[str, Any]:
    """Return the body that shows what can't be had."""
    return {
        "event_slug": shown.event.slug,
        "version": shown.event.seq,
        "chart_version": shown.event.chart_version,
        "seats": shown.taken,
    }


def suggestion_body(found: Suggestion) -> dict[str, Any]:
    """Return the body that shows the best seats."""
    columns = {**found.shown.chart, "status": found.shown.statuses}
    picked = {name: [values[place] for place in found.places] for name, values in columns.items()}
    return {"seats": _rows(picked), "is_gap_waived": found.is_gap_waived}


def _rows(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    shown = {
        **columns,
        "id": list(map(str, columns["id"])),
        "price": list(map(str, columns["price"])),
    }
    names = tuple(shown)
    return [dict(zip(names, seat, strict=True)) for seat in zip(*shown.values(), strict=True)]
