"""Two devices race through one booking, at real server processes with a real worker.

With Redis there are two web processes, one for each device, and a worker process; in embedded mode
there is one process, as there always is. Each race has a twin at servers without the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from django.conf import settings
from huey.contrib.djhuey import HUEY

from apps.bookings.models import Booking, Guest
from apps.checkin.models import CheckInFlow
from apps.checkin.states import FlowStatus
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import LIVE, GrantState
from tests.backend.serving import HOST, serving
from tests.background import at_once
from tests.common.errands import wait_until
from tests.common.processes import PATIENCE, child, environ_on_test_database
from tests.factories.bookings import PHONE, BookingFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db(transaction=True)

WITHOUT_LOCK: Final = "tests.races.unlocked:application"
TRIES: Final = 10
CONTINUED_ELSEWHERE: Final = {"FLOW_NOT_FOUND", "VERIFICATION_REQUIRED"}
# Two flows for one booking, by PostgreSQL's constraint; two writers at once, by SQLite.
BROKEN: Final = {"INTERNAL_ERROR", "UNAVAILABLE"}


@dataclass(slots=True)
class Device:
    """A guest's app; ``code`` is that of the refusal which it ended with, if it did."""

    address: str
    booking: Booking
    meeting: threading.Barrier
    code: str = ""
    stay: dict[str, Any] | None = None
    session: requests.Session = field(default_factory=requests.Session)

    def walk(self) -> Device:
        """Go through the four steps as far as they are let; both meet before the first two."""
        self.session.trust_env = False
        self.meeting.wait(PATIENCE)
        started = self.ask("start", booking_reference=self.booking.booking_reference)
        self.meeting.wait(PATIENCE)
        if started is None:
            return self
        token = started["flow"]["token"]
        said = self.ask(f"{token}/details", full_name="Mary O'Brien", phone_number=PHONE)
        if said is None or self.ask(f"{token}/parking", has_car=False) is None:
            return self
        wait_until(lambda: self.code or self.is_ready(token))
        confirmed = self.ask(f"{token}/confirm")
        self.stay = confirmed and confirmed["stay"]
        return self

    def is_ready(self, token: str) -> bool:
        answer = self.session.get(f"{self.address}/{token}/pin-status/", timeout=PATIENCE)
        progress = self._read(answer)
        return progress is not None and progress["ready"] is True

    def ask(self, path: str, **body: Any) -> dict[str, Any] | None:
        return self._read(self.session.post(f"{self.address}/{path}/", json=body, timeout=PATIENCE))

    def _read(self, answer: requests.Response) -> dict[str, Any] | None:
        found: dict[str, Any] = answer.json()
        if isinstance(found.get("error"), dict):
            self.code = found["error"]["code"]
            return None
        return found


Race = Callable[[Booking], tuple[Device, Device]]


@contextmanager
def racing(directory: Path, lock_cloud: LockCloud, **options: str) -> Iterator[Race]:
    """Bring the processes up; yield what lets two devices race through a booking."""
    HUEY.flush()
    environ = environ_on_test_database() | {
        "TTLOCK_API_URL": lock_cloud.url,
        "DOORSTEP_VAR_DIR": str(directory / "var"),
    }
    with ExitStack() as running:

        def serve(name: str) -> str:
            log = directory / f"{name}.log"
            served = running.enter_context(serving(environ=environ, log=log, **options))
            return f"http://{HOST}:{served.port}/api/checkin"

        first = serve("first")
        second = first if settings.EMBEDDED else serve("second")
        if not settings.EMBEDDED:
            worker = ("manage.py", "run_huey")
            running.enter_context(child(*worker, environ=environ, log=directory / "worker.log"))

        def race(booking: Booking) -> tuple[Device, Device]:
            meeting = threading.Barrier(2)
            one, other = (Device(address, booking, meeting) for address in (first, second))
            for result in at_once(one.walk, other.walk, timeout=3 * PATIENCE):
                assert isinstance(result, Device), result
            return one, other

        yield race


def arriving() -> Booking:
    booking: Booking = BookingFactory(arriving_today=True, with_doors=True)
    return booking


def test_two_devices_at_once_end_with_one_guest_one_stay_and_one_code_on_each_lock(
    lock_cloud: LockCloud, tmp_path: Path
) -> None:
    bookings = [arriving() for _ in range(3)]
    with racing(tmp_path, lock_cloud) as race:
        ended = [race(booking) for booking in bookings]

    for booking, devices in zip(bookings, ended, strict=True):
        (winner,) = [device for device in devices if device.stay]
        (loser,) = [device for device in devices if device is not winner]
        assert loser.code in CONTINUED_ELSEWHERE
        assert CheckInFlow.objects.get(booking=booking).status == FlowStatus.COMPLETED
        assert Guest.objects.filter(booking=booking).count() == 1
        grants = AccessGrant.objects.filter(holder=booking.lock_holder)
        grant = grants.exclude(state=GrantState.ENDED).get()
        assert winner.stay is not None
        assert winner.stay["pin"] == grant.pin
        for lock in grant.locks.all():
            assert AccessCode.objects.filter(lock=lock, grant=grant, state__in=LIVE).count() == 1
            assert lock_cloud.codes_on(lock).count(grant.pin) == 1


def test_without_the_lock_on_the_booking_two_devices_break_each_other(
    lock_cloud: LockCloud, tmp_path: Path
) -> None:
    """The twin: the servers are the same but for the lock, and one device gets an error."""
    with racing(tmp_path, lock_cloud, application=WITHOUT_LOCK) as race:
        for _ in range(TRIES):
            if BROKEN & {device.code for device in race(arriving())}:
                return
    pytest.fail("the race never happened")
