"""The calls of the TTLock Open API that this project makes.

Source: TTLock open platform, the page of each call: reads are GET, writes are POST.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verb(StrEnum):
    """How the fields travel: in the query of a GET, or as the form of a POST."""

    GET = "GET"
    POST = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call. ``changes`` is the question that decides what an unclear answer means."""

    name: str
    path: str
    verb: Verb
    changes: bool


def _read(name: str) -> Endpoint:
    return Endpoint(name=name, path=f"/v3/{name}", verb=Verb.GET, changes=False)


def _write(name: str) -> Endpoint:
    return Endpoint(name=name, path=f"/v3/{name}", verb=Verb.POST, changes=True)


LOCK_LIST: Final = _read("lock/list")
LOCK_DETAIL: Final = _read("lock/detail")
LOCK_OPEN_STATE: Final = _read("lock/queryOpenState")
LOCK_BATTERY: Final = _read("lock/queryElectricQuantity")
LOCK_CLOCK: Final = _read("lock/queryDate")
LOCK_CLOCK_SET: Final = _write("lock/updateDate")
GATEWAY_LIST: Final = _read("gateway/list")
GATEWAYS_OF_LOCK: Final = _read("gateway/listByLock")
LOCKS_OF_GATEWAY: Final = _read("gateway/listLock")
PASSCODE_LIST: Final = _read("lock/listKeyboardPwd")
PASSCODE_ADD: Final = _write("keyboardPwd/add")
PASSCODE_CHANGE: Final = _write("keyboardPwd/change")
PASSCODE_DELETE: Final = _write("keyboardPwd/delete")
PASSCODE_OFFLINE: Final = _write("keyboardPwd/get")
RECORD_LIST: Final = _read("lockRecord/list")

# A login changes nothing on a lock and may simply be made again.
TOKEN: Final = Endpoint(name="oauth2/token", path="/oauth2/token", verb=Verb.POST, changes=False)

# Outside /v3, and it takes the application's secret, which belongs in no query.
# Source: https://euopen.ttlock.com/document-pages/en/cloud/getAppMonthRequestCount
MONTH_REQUEST_COUNT: Final = Endpoint(
    name="app/getMonthRequestCount",
    path="/app/getMonthRequestCount",
    verb=Verb.POST,
    changes=False,
)
