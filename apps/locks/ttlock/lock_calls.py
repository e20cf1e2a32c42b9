"""The calls about locks and gateways, and about what happened at a door."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from apps.locks.ttlock import endpoints
from apps.locks.ttlock.answers import (
    OPEN_STATES,
    GatewayInfo,
    LockGateway,
    LockInfo,
    LockRecord,
    OpenState,
    read_gateway,
    read_link,
    read_lock,
    read_record,
)
from apps.locks.ttlock.caller import ROWS_PER_PAGE, Caller, window_fields
from apps.locks.ttlock.wire import Row, find_instant, from_vendor_millis, get_int, get_rows

LOCKS_PER_PAGE: Final = 200
NEWEST_FIRST: Final = 1


class LockCalls(Caller):
    """What can be asked of locks and gateways."""

    def list_locks(self) -> Iterator[LockInfo]:
        """The locks that the account itself added; for authorised ones there is another list."""
        return self._rows(endpoints.LOCK_LIST, {}, read_lock, page_size=LOCKS_PER_PAGE)

    def lock_detail(self, *, lock_id: int) -> LockInfo:
        """One lock with all that is fit to know of it. Raises LockUnknown."""
        return self._call(endpoints.LOCK_DETAIL, {"lockId": lock_id}, read_lock)

    def open_state(self, *, lock_id: int) -> OpenState:
        """Whether the bolt is out; asks the lock itself. Raises GatewayOffline, GatewayBusy."""
        return self._call(endpoints.LOCK_OPEN_STATE, {"lockId": lock_id}, _read_open_state)

    def battery(self, *, lock_id: int) -> int:
        """The battery in percent; asks the lock itself. Raises GatewayOffline, GatewayBusy."""
        read = partial(get_int, name="electricQuantity")
        return self._call(endpoints.LOCK_BATTERY, {"lockId": lock_id}, read)

    def lock_clock(self, *, lock_id: int) -> datetime:
        """The lock's own clock, by which it judges windows. Raises GatewayOffline, GatewayBusy."""
        return self._call(endpoints.LOCK_CLOCK, {"lockId": lock_id}, _read_date)

    def set_lock_clock(self, *, lock_id: int) -> datetime | None:
        """Set the lock's clock to now; returns what it shows then, if the answer says so.

        There is no other time to set: the call's own ``date`` is the new time.
        """
        read = partial(find_instant, name="date")
        return self._call(endpoints.LOCK_CLOCK_SET, {"lockId": lock_id}, read)

    def list_gateways(self) -> Iterator[GatewayInfo]:
        """The gateways of the account."""
        order = {"orderBy": NEWEST_FIRST}
        return self._rows(endpoints.GATEWAY_LIST, order, read_gateway, page_size=ROWS_PER_PAGE)

    def gateways_of_lock(self, *, lock_id: int) -> list[LockGateway]:
        """The gateways that hear a lock; one that lost power stays listed for half an hour."""

        def read(answer: Row) -> list[LockGateway]:
            return [read_link(row, lock_id=lock_id) for row in get_rows(answer)]

        return self._call(endpoints.GATEWAYS_OF_LOCK, {"lockId": lock_id}, read)

    def locks_of_gateway(self, *, gateway_id: int) -> list[LockGateway]:
        """The locks that a gateway hears."""

        def read(answer: Row) -> list[LockGateway]:
            return [read_link(row, gateway_id=gateway_id) for row in get_rows(answer)]

        return self._call(endpoints.LOCKS_OF_GATEWAY, {"gatewayId": gateway_id}, read)

    def list_records(
        self,
        *,
        lock_id: int,
        since: datetime,
        until: datetime,
        record_type: int | None = None,
    ) -> Iterator[LockRecord]:
        """What happened at a lock, page by page; the cloud keeps six months.

        ``record_type`` is one of RecordType or another of the cloud's numbers.
        """
        fields: dict[str, str | int] = {"lockId": lock_id, **window_fields(since, until)}
        if record_type is not None:
            fields["recordType"] = int(record_type)
        read = partial(read_record, lock_id=lock_id)
        return self._rows(endpoints.RECORD_LIST, fields, read, page_size=ROWS_PER_PAGE)


def _read_date(answer: Row) -> datetime:
    return from_vendor_millis(get_int(answer, "date"))


def _read_open_state(answer: Row) -> OpenState:
    return OPEN_STATES.get(get_int(answer, "state"), OpenState.UNKNOWN)
