"""A second lock cloud, written from the vendor's fact sheet alone.

The product has a client for the TTLock Open API and ships a simulator of it. Tests that only let
those two talk prove that they agree with each other. This cloud is written by another hand, reads
nothing of either, and is stricter and less tidy on purpose: ids come as numbers and as strings,
data answers carry no ``errcode``, unknown fields and secrets are in the answers, and whatever a
caller does against the sheet is written down in ``complaints``.

In one process::

    with LockCloud(locks={7001: "Room 12"}, gateways={7001: 1, 0: 2}) as cloud:
        settings.TTLOCK_API_URL = cloud.url  # credentials: CLIENT_ID, CLIENT_SECRET, ...
        cloud.fault("late", call="keyboardPwd/add", lock=7001, seconds=3)
        cloud.fault("errcode", errcode=-3003, call="keyboardPwd/*", rate=0.2, times=None)
        ...
        assert set(cloud.memory(7001)) == {"4821"}  # what the lock itself accepts
        assert cloud.enter(7001, "4821", at=arrival)  # somebody types it at the door
        assert cloud.overlaps == [] and cloud.complaints == []

As a process of its own, which outlives the product's and can itself be killed and started again::

    with LockCloudProcess(state=tmp_path / "cloud.json") as cloud:  # the same methods
        cloud.fault("late", call="keyboardPwd/add", seconds=2)
        ...
        cloud.kill()
        cloud.start()  # same port, same codes; a late command still lands when its time comes

or ``python -m tests.fakes.lockcloud --port 8099 --state FILE`` and ``RemoteLockCloud(url)``; each
method is one ``POST /_control {"do": "memory", "lock": 7001}``; ``GET /_control/state`` tells all.

Kinds of fault (``times=1`` unless given; ``times=None`` lasts until ``clear_faults()``; ``after``
skips the first so many; ``rate`` is drawn from the seed, the lock and its count of calls, so other
locks' traffic does not change it):

==========  =========================================================================
latency     ``seconds`` more; on commands the gateway is busy for that long
timeout     no answer; ``applied`` says whether it was done all the same
late        no answer; done ``seconds`` later (``busy=True``: gateway taken until then)
errcode     answers ``errcode``; ``applied`` says whether it was done all the same
http        ``status`` with a page of HTML; ``applied`` as above
garbage     200 with ``body``, which need not be JSON; ``applied`` as above
reset       the connection breaks in the middle of the answer; ``applied`` as above
revoke      every token so far is revoked, and the call answers 10004
phantom     answers success and is not done: a delete leaves all as it is; a change only
            reaches the cloud's list; an add is listed as being added (4) and ``seconds``
            later as failed (5), and never reaches the lock
==========  =========================================================================

Where the sheet is silent, this cloud chooses the harder reading: a refresh ends the old pair of
tokens at once; deleting a code that is gone answers 0 and -2009 in turn; a gateway without power
stays in ``gateway/listByLock`` for half an hour; window bounds are cut to the minute in the list
and in the lock; the lock's own memory, expired codes included, decides about -3007.
Algorithmic codes are offered in types 1, 2 and 3 only; other types answer -3.
In ``caller`` is somebody who calls it and keeps to the sheet.
"""

from __future__ import annotations

from tests.fakes.lockcloud.inspection import OnLock, RemoteLockCloud
from tests.fakes.lockcloud.process import LockCloudProcess
from tests.fakes.lockcloud.server import LockCloud
from tests.fakes.lockcloud.setup import CLIENT_ID, CLIENT_SECRET, PASSWORD, SECRET_MARK, USERNAME

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "PASSWORD",
    "SECRET_MARK",
    "USERNAME",
    "LockCloud",
    "LockCloudProcess",
    "OnLock",
    "RemoteLockCloud",
]
