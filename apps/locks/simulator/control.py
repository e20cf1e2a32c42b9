"""``/_sim/``: faults, provisioning, the keypad, and the whole state to read. JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.locks.simulator import auth, keypad, state
from apps.locks.simulator.entities import Lock
from apps.locks.simulator.fault_plan import FaultPlanError
from apps.locks.simulator.passcodes import Verdict
from apps.locks.simulator.provisioning import provision
from apps.locks.simulator.simulator import Simulator
from apps.locks.simulator.wire import Refusal

REVOKE = "revoke_tokens"
REVOKE_REFRESH = "revoke_refresh_tokens"


class ControlError(Exception):
    """A control request that cannot be followed: ``problems`` by key."""

    def __init__(self, status: int, problems: Mapping[str, str]) -> None:
        super().__init__(str(dict(problems)))
        self.status = status
        self.problems = dict(problems)


Handler = Callable[[Simulator, Request], Awaitable[Any]]


async def _json(request: Request) -> Any:
    body = await request.body()
    try:
        return json.loads(body) if body else {}
    except ValueError:
        raise ControlError(400, {"body": "must be JSON"}) from None


async def _object(request: Request, *, known: tuple[str, ...]) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise ControlError(400, {"body": "must be a JSON object"})
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise ControlError(400, dict.fromkeys(unknown, "unknown; known: " + ", ".join(known)))
    return body


def _lock(simulator: Simulator, lock_id: object) -> Lock:
    if isinstance(lock_id, bool) or not isinstance(lock_id, int):
        raise ControlError(400, {"lock_id": "must be an integer"})
    try:
        return simulator.world.lock(lock_id, now_ms=simulator.now_ms())
    except Refusal:
        raise ControlError(404, {"lock_id": "no such lock"}) from None


def _instant_ms(value: object) -> int:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        raise ControlError(400, {"at": "must be an ISO 8601 instant"}) from None
    if instant.tzinfo is None:
        raise ControlError(400, {"at": "must have a UTC offset"})
    return int(instant.astimezone(UTC).timestamp() * 1000)


async def read_faults(simulator: Simulator, _request: Request) -> Any:
    return simulator.faults.plan.described()


async def change_faults(simulator: Simulator, request: Request) -> Any:
    """Merge faults. ``revoke_tokens`` and ``revoke_refresh_tokens`` act once and are not kept."""
    body = await _json(request)
    if not isinstance(body, dict):
        raise ControlError(400, {"body": "must be a JSON object"})
    revoke, refresh_too = body.pop(REVOKE, False), body.pop(REVOKE_REFRESH, False)
    for key, value in ((REVOKE, revoke), (REVOKE_REFRESH, refresh_too)):
        if not isinstance(value, bool):
            raise ControlError(400, {key: "must be true or false"})
    simulator.faults.merge(body, now_ms=simulator.now_ms())
    if revoke or refresh_too:
        auth.revoke_tokens(simulator.world, refresh_too=refresh_too)
    simulator.settle()  # a gateway may be back, with records that waited for it
    return simulator.faults.plan.described()


async def reset_faults(simulator: Simulator, _request: Request) -> Any:
    simulator.faults.reset(now_ms=simulator.now_ms())
    simulator.settle()
    return simulator.faults.plan.described()


async def read_state(simulator: Simulator, request: Request) -> Any:
    asked = request.query_params.get("lock_id")
    if asked is not None and not asked.isdigit():
        raise ControlError(400, {"lock_id": "must be an integer"})
    return state.snapshot(simulator, lock_id=None if asked is None else int(asked))


async def reset_all(simulator: Simulator, _request: Request) -> Any:
    simulator.clear()
    return {"reset": True}


async def put_locks(simulator: Simulator, request: Request) -> Any:
    """Provision one lock or a list of them; again with the same id changes what is given."""
    body = await _json(request)
    try:
        locks = provision(simulator.world, body, now_ms=simulator.now_ms())
    except ValueError as error:
        raise ControlError(400, {"locks": str(error)}) from None
    simulator.settle()
    return {"locks": [state.lock_state(simulator, lock) for lock in locks]}


async def remove_lock(simulator: Simulator, request: Request) -> Any:
    lock_id = request.path_params["lock_id"]
    simulator.world.remove_lock(lock_id)
    simulator.settle()
    return {"removed": lock_id}


async def enter(simulator: Simulator, request: Request) -> Any:
    body = await _object(request, known=("lock_id", "code", "at"))
    lock = _lock(simulator, body.get("lock_id"))
    code = body.get("code")
    if not isinstance(code, str) or not code.isdigit():
        raise ControlError(400, {"code": "must be a string of digits"})
    at = body.get("at")
    at_ms = simulator.now_ms() if at is None else _instant_ms(at)
    verdict = keypad.enter_code(simulator, lock=lock, code=code, at_ms=at_ms)
    return {"opened": verdict is Verdict.OPENED, "reason": verdict.value}


async def notify(simulator: Simulator, request: Request) -> Any:
    """Send an event of a lock (battery, tamper) or gateway (gateway_offline, gateway_online)."""
    body = await _object(request, known=("event", "lock_id", "gateway_id", "battery"))
    event, battery = body.get("event"), body.get("battery")
    if event in keypad.GATEWAY_EVENTS:
        gateway_id = body.get("gateway_id")
        if gateway_id not in simulator.world.gateway_ids():
            raise ControlError(404, {"gateway_id": "no such gateway"})
        keypad.report_gateway_event(simulator, gateway_id=gateway_id, event=event)
    elif event in keypad.LOCK_EVENTS:
        lock = _lock(simulator, body.get("lock_id"))
        if battery is not None and (not isinstance(battery, int) or not 0 <= battery <= 100):
            raise ControlError(400, {"battery": "must be per cent, 0 to 100"})
        keypad.report_lock_event(simulator, lock=lock, event=event, battery=battery)
    else:
        known = [*keypad.LOCK_EVENTS, *keypad.GATEWAY_EVENTS]
        raise ControlError(400, {"event": "must be one of " + ", ".join(known)})
    return {"sent": event}


async def set_callback(simulator: Simulator, request: Request) -> Any:
    """Replace the callback URLs by ``url`` (null: none) or ``urls``."""
    body = await _object(request, known=("url", "urls"))
    urls = body.get("urls", [body["url"]] if body.get("url") else [])
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise ControlError(400, {"urls": "must be a list of URLs"})
    try:
        simulator.callbacks.configure(urls)
    except ValueError as error:
        raise ControlError(400, {"url": str(error)}) from None
    return {"urls": len(simulator.callbacks.urls)}


def control_routes(simulator: Simulator) -> list[Route]:
    """The routes under ``/_sim/``."""

    def door(path: str, method: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return JSONResponse(await handler(simulator, request))
            except ControlError as error:
                return _refusal(error.status, error.problems)
            except FaultPlanError as error:
                return _refusal(400, error.problems)

        return Route("/_sim" + path, endpoint, methods=[method])

    return [
        door("/faults", "GET", read_faults),
        door("/faults", "POST", change_faults),
        door("/faults", "DELETE", reset_faults),
        door("/state", "GET", read_state),
        door("/reset", "POST", reset_all),
        door("/locks", "POST", put_locks),
        door("/locks/{lock_id:int}", "DELETE", remove_lock),
        door("/enter", "POST", enter),
        door("/notify", "POST", notify),
        door("/callback", "POST", set_callback),
    ]


def _refusal(status: int, problems: Mapping[str, str]) -> Response:
    return JSONResponse({"errors": dict(problems)}, status_code=status)
