"""The cloud as a whole: it takes a call, lets the faults have their way, and answers."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from apps.locks.simulator import auth, lock_calls, passcode_calls
from apps.locks.simulator.callbacks import Callbacks, records_form
from apps.locks.simulator.entities import Lock
from apps.locks.simulator.fault_plan import FaultPlan, ForcedError
from apps.locks.simulator.faults import Fate, Faults
from apps.locks.simulator.records import LockLog
from apps.locks.simulator.store import open_store
from apps.locks.simulator.wire import ErrCode, Fields, Refusal
from apps.locks.simulator.work import Call, Desk, Work
from apps.locks.simulator.world import World, by_signal

logger = logging.getLogger(__name__)

BEIJING: Final = timedelta(hours=8)  # the vendor counts its months there
OFFLINE_SHARE: Final = 0.25  # of a command's time: how soon a gateway is known not to answer

CALLS: Final[Mapping[str, Call]] = {
    "lock/list": lock_calls.list_locks,
    "lock/detail": lock_calls.lock_detail,
    "lock/queryOpenState": lock_calls.query_open_state,
    "lock/unlock": lock_calls.unlock,
    "lock/lock": lock_calls.lock_door,
    "lock/queryElectricQuantity": lock_calls.query_battery,
    "lock/queryDate": lock_calls.query_date,
    "lock/updateDate": lock_calls.update_date,
    "lock/listKeyboardPwd": passcode_calls.list_codes,
    "keyboardPwd/add": passcode_calls.add,
    "keyboardPwd/get": passcode_calls.get,
    "keyboardPwd/change": passcode_calls.change,
    "keyboardPwd/delete": passcode_calls.delete,
    "keyboardPwd/deleteByCode": passcode_calls.delete_by_code,
    "gateway/list": lock_calls.list_gateways,
    "gateway/listByLock": lock_calls.list_gateways_of_lock,
    "gateway/listLock": lock_calls.list_locks_of_gateway,
    "lockRecord/list": lock_calls.list_records,
}
TOKEN_CALL: Final = "oauth2/token"  # noqa: S105 - the name of a call
REGISTER_CALL: Final = "user/register"
COUNT_CALL: Final = "app/getMonthRequestCount"
ALL_CALLS: Final = frozenset({*CALLS, TOKEN_CALL, REGISTER_CALL, COUNT_CALL})


def utc_now() -> datetime:
    """The true time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """How a simulator starts.

    ``gateways`` are numbered from 1. ``strict``: no lock exists before it was provisioned.
    ``state_path`` None: the state lives and dies with the process. ``faults`` are those a reset
    returns to.
    """

    gateways: int = 2
    strict: bool = False
    faults: FaultPlan = field(default_factory=FaultPlan)
    credentials: auth.Credentials = field(default_factory=auth.Credentials)
    token_ttl_seconds: int = auth.TOKEN_TTL_SECONDS
    callback_urls: tuple[str, ...] = ()
    state_path: Path | None = None
    now: Callable[[], datetime] = utc_now


class Simulator:
    """One simulated cloud with its locks. One event loop owns it."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.faults = Faults(settings.faults, calls=ALL_CALLS)
        self.world = World(
            open_store(settings.state_path), gateways=settings.gateways, strict=settings.strict
        )
        self.log = LockLog(self.world)
        self.callbacks = Callbacks(settings.callback_urls, self.faults)
        self.calls: Counter[str] = Counter()
        self.busy_gateways: set[int] = set()
        self._months: Counter[str] = Counter()
        self._desk = Desk(world=self.world, faults=self.faults, log=self.log, now_ms=self.now_ms)
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def now_ms(self) -> int:
        """The true time, in epoch milliseconds."""
        return int(self.settings.now().timestamp() * 1000)

    async def answer(self, call: str, fields: Fields) -> dict[str, Any] | None:
        """The body of the reply, or None: the caller hears nothing and the connection drops."""
        self.calls[call] += 1
        self._months[self._month()] += 1
        try:
            return await self._answer(call, fields)
        except Refusal as refusal:
            return refusal.body()
        finally:
            self.settle()

    async def _answer(self, call: str, fields: Fields) -> dict[str, Any] | None:
        if call in (TOKEN_CALL, REGISTER_CALL, COUNT_CALL):
            await self.pause(self.faults.plan.cloud_latency_ms / 1000)
            self._refuse_forced(self.faults.forced_error(call, None))
            return self._answer_account(call, fields)
        self._admit(fields)
        lock_id = fields.integer("lockId")
        fate = self.faults.draw(call, lock_id)
        forced = self.faults.forced_error(call, lock_id)
        if forced is not None and not forced.applied:
            await self.pause(fate.delay_ms / 1000)
            self._refuse_forced(forced)
        work = CALLS[call](self._desk, fields)
        return await self._carry_out(work, fate, forced)

    def _answer_account(self, call: str, fields: Fields) -> dict[str, Any]:
        credentials = self.settings.credentials
        if call == TOKEN_CALL:
            return auth.issue_token(
                fields,
                self.world,
                credentials,
                now_ms=self.now_ms(),
                ttl_seconds=self.settings.token_ttl_seconds,
            )
        if call == REGISTER_CALL:
            auth.check_client(fields, credentials, with_secret=True)
            return {"username": f"simulated_{fields.required_text('username')}"}
        # The vendor's example sends the secret, its table says token: either will do.
        auth.check_client(fields, credentials, with_secret=not fields.has("accessToken"))
        if fields.has("accessToken"):
            auth.check_token(fields, self.world, now_ms=self.now_ms())
        return {"monthRequestCount": self._months[self._month()]}

    def _admit(self, fields: Fields) -> None:
        """What every v3 call must get past. Raises Refusal."""
        now = self.now_ms()
        auth.check_client(fields, self.settings.credentials, with_secret=False)
        auth.check_date(fields, now_ms=now)
        auth.check_token(fields, self.world, now_ms=now)
        if self.faults.plan.rate_limit:
            raise Refusal(ErrCode.RATE_LIMITED)
        if self.faults.plan.quota:
            raise Refusal(ErrCode.QUOTA_USED_UP)

    async def _carry_out(
        self, work: Work, fate: Fate, forced: ForcedError | None
    ) -> dict[str, Any] | None:
        if work.lock is None:
            await self.pause(self.faults.plan.cloud_latency_ms / 1000)
            body = self._conclude(work, fate, forced)
        else:
            body = await self._through_gateway(work, work.lock, fate, forced)
        if body is None:
            await self.pause(self.faults.plan.hang_seconds)
        return body

    async def _through_gateway(
        self, work: Work, lock: Lock, fate: Fate, forced: ForcedError | None
    ) -> dict[str, Any] | None:
        """One command at a time per gateway; an overlapping one is turned away at once.

        The cloud picks the online gateway with the best signal, not one that happens to be free.
        """
        if not lock.gateway_ids:
            raise Refusal(ErrCode.NO_GATEWAY)
        gateway = next(filter(self.faults.is_online, by_signal(lock)), None)
        if gateway is None:
            await self.pause(fate.delay_ms * OFFLINE_SHARE / 1000)
            raise Refusal(ErrCode.GATEWAY_OFFLINE)
        if fate.busy or gateway in self.busy_gateways:
            raise Refusal(ErrCode.GATEWAY_BUSY)
        self.busy_gateways.add(gateway)
        try:
            await self.pause(fate.delay_ms / 1000)
            return self._conclude(work, fate, forced)
        finally:
            self.busy_gateways.discard(gateway)

    def _conclude(
        self, work: Work, fate: Fate, forced: ForcedError | None
    ) -> dict[str, Any] | None:
        """Take effect or not, as fate has it. None: silence. Raises Refusal."""
        if fate.timeout_before:
            if self.faults.plan.late_apply > 0:
                self.in_background(self._apply_late(work, self.faults.plan.late_apply))
            return None
        if fate.failure is not None:
            raise Refusal(ErrCode.SERVER_ERROR if work.lock is None else fate.failure)
        body = work.answer()
        self.settle()
        self._refuse_forced(forced)
        return None if fate.timeout_after else body

    async def _apply_late(self, work: Work, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with suppress(Refusal):
            work.answer()
        self.settle()

    def _refuse_forced(self, forced: ForcedError | None) -> None:
        if forced is not None:
            raise Refusal(forced.errcode, "forced")

    def settle(self) -> None:
        """Carry records to the cloud, write every change to the store, and send the callbacks."""
        taken = self.log.take_up(self.faults, now_ms=self.now_ms())
        self.world.commit()
        for lock_id, records in taken.items():
            self.callbacks.post(records_form(self.world.locks[lock_id], records))

    def clear(self) -> None:
        """Forget every lock, code, record and token; faults and callbacks as at the start."""
        self.world.clear()
        self.log.forget()
        self.calls.clear()
        self._months.clear()
        self.faults.reset(now_ms=self.now_ms())
        self.callbacks.configure(self.settings.callback_urls)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the calls, until done or the simulator stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, seconds: float) -> None:
        """Sleep, but not past the simulator's end."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    def stop(self) -> None:
        """End every pause and background task. To be called in the event loop."""
        self._stopping.set()
        self.callbacks.stop()
        for task in self._tasks:
            task.cancel()

    def _month(self) -> str:
        return (self.settings.now() + BEIJING).strftime("%Y-%m")
