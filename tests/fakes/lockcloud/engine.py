"""One request from its envelope to its answer, and commands on their way through gateways."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from tests.fakes.lockcloud import passcodes, reads
from tests.fakes.lockcloud.accounts import grant_token
from tests.fakes.lockcloud.answers import Answer, Refused, error, untidy
from tests.fakes.lockcloud.effects import apply_effect, phantom
from tests.fakes.lockcloud.envelope import CALLS, Doorman, Request
from tests.fakes.lockcloud.faults import Mishap, Target, choose
from tests.fakes.lockcloud.setup import Setup, now_ms
from tests.fakes.lockcloud.world import Command, Effect, Fault, Pending, World

TOKEN_CALL: Final = "oauth2/token"
HELD_SECONDS: Final = 120.0
"""How long an unanswered connection stays open when the caller does not give up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back over the wire, and how."""

    status: int = 200
    content_type: str = "application/json;charset=UTF-8"
    body: bytes = b""
    manner: Literal["whole", "held", "broken"] = "whole"
    held_seconds: float = HELD_SECONDS


def _through_gateway(do: str) -> Callable[..., Effect]:
    def ask(doorman: Doorman, request: Request, *, now: int) -> Effect:
        return Effect(do=do, lock_id=request.number("lockId"))

    return ask


_HANDLERS: Final[dict[str, Callable[..., Answer | Effect]]] = {
    TOKEN_CALL: grant_token,
    "lock/list": reads.list_locks,
    "lock/detail": reads.tell_lock,
    "lock/queryElectricQuantity": _through_gateway("battery"),
    "lock/queryDate": _through_gateway("clock"),
    "lock/listKeyboardPwd": reads.list_passcodes,
    "lockRecord/list": reads.list_entries,
    "gateway/list": reads.list_gateways,
    "gateway/listByLock": reads.list_gateways_of_lock,
    "gateway/listLock": reads.list_locks_of_gateway,
    "keyboardPwd/add": passcodes.add,
    "keyboardPwd/get": passcodes.get,
    "keyboardPwd/delete": passcodes.delete,
    "keyboardPwd/change": passcodes.change,
    "app/getMonthRequestCount": reads.count_month,
}


class Engine:
    """The cloud without its sockets. ``serve`` may be called from many threads at once."""

    def __init__(self, setup: Setup, *, state: Path | None = None) -> None:
        self.setup = setup
        self.closing = threading.Event()
        self._state = state
        self._mutex = threading.RLock()
        self._start(World())
        if state is not None and state.exists():
            self._start(World.from_json(json.loads(state.read_text())))

    def _start(self, world: World) -> None:
        self.world = world
        self.doorman = Doorman(self.setup, world)

    def forget_everything(self) -> None:
        """Begin again with an empty world."""
        with self.turn():
            self._start(World())

    @contextmanager
    def turn(self) -> Iterator[int]:
        """Hold the world alone, with late commands landed; yields now, saves at the end."""
        with self._mutex:
            now = now_ms()
            self.land(until=now)
            try:
                yield now
            finally:
                self._save()

    def _save(self) -> None:
        if self._state is None:
            return
        beside = self._state.with_suffix(".new")
        beside.write_text(json.dumps(self.world.to_json()))
        beside.replace(self._state)

    def land(self, *, until: int | None) -> None:
        """Carry out the late commands due at ``until``; None: all of them, now."""
        world = self.world
        due = [each for each in world.pending if until is None or each.due <= until]
        for waiting in sorted(due, key=lambda each: each.due):
            world.pending.remove(waiting)
            moment = waiting.due if until is not None else now_ms()
            command = next(each for each in world.commands if each.number == waiting.command)
            command.landed_at = moment
            try:
                apply_effect(self.doorman, waiting.effect, now=moment)
                command.result = 0
            except Refused as refusal:
                command.result = refusal.errcode

    def serve(self, request: Request) -> Reply:
        """Answer one request; sleeps for as long as it takes."""
        with self.turn() as now:
            if request.call not in _HANDLERS:
                self.doorman.complain(request, "no such call", now=now)
                return _page(404, "Not Found")
            self._count(request)
            try:
                if request.call != TOKEN_CALL:
                    self.doorman.admit(request, now=now)
                    self._check_lock(request)
            except Refused as refusal:
                return self._whole(refusal.answer())
            mishap = choose(self.world, self._target(request), seed=self.setup.seed)
        answer = self._carry_out(request, mishap)
        return self._reply(answer, mishap.fault)

    def _count(self, request: Request) -> None:
        world = self.world
        world.calls[request.call] = world.calls.get(request.call, 0) + 1
        world.month_requests += request.call != TOKEN_CALL

    def _check_lock(self, request: Request) -> None:
        if "lockId" not in CALLS[request.call].needs:
            return
        lock_id = request.number("lockId")
        if not self.setup.has_lock(lock_id):
            raise Refused(-1003)
        if lock_id not in self.world.seen_locks:
            self.world.seen_locks.append(lock_id)

    def _target(self, request: Request) -> Target:
        text = request.fields.get("lockId", "")
        lock = int(text) if text.isdigit() else None
        key = f"{request.call}@{lock}"
        nth = self.world.calls[key] = self.world.calls.get(key, 0) + 1
        return Target(
            call=request.call,
            lock=lock,
            gateways=self.setup.gateways_of(lock) if lock is not None else (),
            digits=self._digits_of(request),
            nth=nth,
        )

    def _digits_of(self, request: Request) -> str | None:
        """The code that a call is about: named by its digits, or by its id."""
        named = request.fields.get("keyboardPwd")
        passcode_id = request.fields.get("keyboardPwdId")
        rows = [row for row in self.world.passcodes if str(row.passcode_id) == passcode_id]
        return rows[0].digits if rows else named

    def _carry_out(self, request: Request, mishap: Mishap) -> Answer:
        fault = mishap.fault
        if mishap.is_skipped:
            self.closing.wait(mishap.delay)
            return {}
        try:
            with self.turn() as now:
                effect = _HANDLERS[request.call](self.doorman, request, now=now)
                command = None
                if isinstance(effect, Effect):
                    command = self._begin(request.call, effect, now=now)
            if command is None or not isinstance(effect, Effect):
                self.closing.wait(mishap.delay)
                return dict(effect) if isinstance(effect, dict) else {}
            self.closing.wait(self.setup.command_seconds + mishap.delay)
            with self.turn() as now:
                return self._finish(command, effect, fault, now=now)
        except Refused as refusal:
            return refusal.answer()

    def _begin(self, call: str, effect: Effect, *, now: int) -> Command:
        """Take the strongest gateway that is online. Raises Refused when it or the lock is busy."""
        near = self.setup.gateways_of(effect.lock_id)
        online = [each for each in near if self.world.outage_of(each) is None]
        if not online:
            raise Refused(-3002 if near else -2012)
        number = self.world.number()
        command = Command(
            number=number,
            call=call,
            lock_id=effect.lock_id,
            gateway_id=online[0],
            started_at=now,
            began=number,
        )
        refusal = self._busy(command)
        self.world.commands.append(command)
        if refusal:
            self._end(command, refusal, now=now)
            raise Refused(refusal)
        return command

    def _busy(self, command: Command) -> int:
        """-3003, -3037 or 0."""
        running = [each for each in self.world.commands if each.ended is None and not each.lost]
        held = [each.gateway_id for each in self.world.pending if each.busy]
        if command.gateway_id in [each.gateway_id for each in running] + held:
            return -3003
        return -3037 if command.lock_id in [each.lock_id for each in running] else 0

    def _finish(self, command: Command, effect: Effect, fault: Fault | None, *, now: int) -> Answer:
        kind = fault.kind if fault is not None else ""
        try:
            if fault is not None and kind == "late":
                self._postpone(command, effect, fault, now=now)
                answer: Answer = {}
            elif fault is not None and kind == "phantom":
                answer = phantom(self.doorman, effect, now=now, seconds=fault.seconds)
            else:
                answer = apply_effect(self.doorman, effect, now=now)
        except Refused as refusal:
            self._end(command, refusal.errcode, now=now)
            raise
        self._end(command, None if kind == "late" else 0, now=now)
        return answer

    def _postpone(self, command: Command, effect: Effect, fault: Fault, *, now: int) -> None:
        self.world.pending.append(
            Pending(
                due=now + int(fault.seconds * 1000),
                effect=effect,
                command=command.number,
                gateway_id=command.gateway_id,
                busy=fault.busy,
            )
        )

    def _end(self, command: Command, result: int | None, *, now: int) -> None:
        command.ended_at, command.ended, command.result = now, self.world.number(), result

    def _reply(self, answer: Answer, fault: Fault | None) -> Reply:
        if fault is None or fault.kind == "phantom":
            return self._whole(answer)
        return _FACES[fault.kind](self, answer, fault)

    def _whole(self, answer: Answer) -> Reply:
        with self._mutex:
            turn = self.world.calls["answers"] = self.world.calls.get("answers", 0) + 1
        return Reply(body=json.dumps(untidy(answer, turn=turn), ensure_ascii=False).encode())

    def _held(self, answer: Answer, fault: Fault) -> Reply:
        limit = fault.seconds if fault.kind == "timeout" else 0.0
        return Reply(manner="held", held_seconds=limit or HELD_SECONDS)

    def _errcode(self, answer: Answer, fault: Fault) -> Reply:
        return self._whole(error(fault.errcode))

    def _html(self, answer: Answer, fault: Fault) -> Reply:
        return _page(fault.status, "Bad Gateway")

    def _garbage(self, answer: Answer, fault: Fault) -> Reply:
        return Reply(body=fault.body.encode())

    def _broken(self, answer: Answer, fault: Fault) -> Reply:
        whole = self._whole(answer)
        return Reply(body=whole.body, manner="broken")

    def _revoked(self, answer: Answer, fault: Fault) -> Reply:
        self.revoke_tokens()
        return self._whole(error(10004))

    def revoke_tokens(self, *, refresh_too: bool = False) -> None:
        """End every access token, and the refresh tokens as well when told so."""
        with self.turn():
            for token in self.world.tokens:
                token.revoked = True
                token.refreshed = token.refreshed or refresh_too

    def state(self) -> dict[str, Any]:
        """All that changes, as JSON values."""
        with self.turn():
            return self.world.to_json()


_FACES: Final[dict[str, Callable[[Engine, Answer, Fault], Reply]]] = {
    "timeout": Engine._held,
    "late": Engine._held,
    "errcode": Engine._errcode,
    "http": Engine._html,
    "garbage": Engine._garbage,
    "reset": Engine._broken,
    "revoke": Engine._revoked,
}


def _page(status: int, title: str) -> Reply:
    body = f"<html><head><title>{status} {title}</title></head><body>nginx</body></html>"
    return Reply(status=status, content_type="text/html", body=body.encode())
