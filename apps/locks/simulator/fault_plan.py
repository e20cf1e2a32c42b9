"""The plan of what goes wrong: its keys, and the checks a plan from outside must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final


class FaultPlanError(ValueError):
    """A fault plan that cannot be taken as it is; ``problems`` names each wrong key and why."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedError:
    """An error that a call answers whatever it asks. ``count`` None: until taken out of the plan.

    ``applied``: the command takes effect all the same. Empty ``lock_ids``: on every lock.
    """

    errcode: int
    count: int | None = None
    lock_ids: tuple[int, ...] = ()
    applied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """The faults in force. Rates are probabilities per call, from 0 to 1.

    ``latency_ms`` ± ``jitter_ms``: a command through a gateway; ``cloud_latency_ms``: other calls.
    ``fail_rate``: not applied, and answered 1 or 90000 (90000 alone where no lock takes part).
    ``busy_rate``: answered -3003 although the gateway is free.
    ``timeout_before_rate`` / ``timeout_after_rate``: not applied / applied, then silence for
    ``hang_seconds``, then the connection drops. ``late_apply``: a call that timed out unapplied
    takes effect this many seconds later; 0: never.
    The four rates touch /v3 calls, or only ``only_calls`` and ``only_lock_ids`` where given.
    ``error_codes``: forced per call. ``full_memory``: locks without room for a custom code.
    ``clock_skew_seconds``: how far a lock's clock is ahead: one number for all, or per lock id.
    ``offline_notice_seconds``: how long the cloud still believes in a gateway that went offline
    (30 minutes at the vendor). ``delete_unknown_ok``: deleting an unknown passcode answers 0
    instead of -2009. ``callback_*``: deliveries that come late, get lost, or come more than once.
    """

    latency_ms: int = 0
    jitter_ms: int = 0
    cloud_latency_ms: int = 0
    fail_rate: float = 0.0
    busy_rate: float = 0.0
    timeout_before_rate: float = 0.0
    timeout_after_rate: float = 0.0
    hang_seconds: float = 60.0
    late_apply: float = 0.0
    only_calls: tuple[str, ...] = ()
    only_lock_ids: tuple[int, ...] = ()
    offline_gateways: tuple[int, ...] = ()
    offline_notice_seconds: float = 1800.0
    error_codes: Mapping[str, ForcedError] = field(default_factory=dict)
    full_memory: tuple[int, ...] = ()
    clock_skew_seconds: float | Mapping[int, float] = 0.0
    rate_limit: bool = False
    quota: bool = False
    delete_unknown_ok: bool = False
    callback_delay_ms: int = 0
    callback_drop_rate: float = 0.0
    callback_repeat: int = 1
    seed: int = 1

    def clock_skew_ms(self, lock_id: int) -> int:
        """How far this lock's clock is ahead of the true time."""
        skew = self.clock_skew_seconds
        seconds = skew.get(lock_id, 0.0) if isinstance(skew, Mapping) else skew
        return round(seconds * 1000)

    def concerns(self, call: str, lock_id: int | None) -> bool:
        """Whether the rates touch this call."""
        return (not self.only_calls or call in self.only_calls) and (
            not self.only_lock_ids or lock_id in self.only_lock_ids
        )

    def described(self) -> dict[str, Any]:
        """As JSON shows it."""
        return asdict(self)


def _refuse(why: str) -> Any:
    raise ValueError(why)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        _refuse("a whole number from 0")
    return int(str(value))


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse("an integer")
    return int(str(value))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return float(_refuse("a number"))
    return float(value)


def _seconds(value: object) -> float:
    number = _number(value)
    return number if number >= 0 else float(_refuse("seconds from 0"))


def _rate(value: object) -> float:
    number = _number(value)
    return number if 0 <= number <= 1 else float(_refuse("a rate from 0 to 1"))


def _switch(value: object) -> bool:
    return value if isinstance(value, bool) else bool(_refuse("true or false"))


def _ids(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        _refuse("a list of integers")
        return ()
    return tuple(_integer(item) for item in value)


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        _refuse('a list of calls such as "keyboardPwd/add"')
        return ()
    return tuple(value)


def _skew(value: object) -> float | dict[int, float]:
    if not isinstance(value, dict):
        return _number(value)
    if not all(str(lock_id).isdigit() for lock_id in value):
        _refuse("seconds, or an object of lock id and seconds")
    return {int(lock_id): _number(seconds) for lock_id, seconds in value.items()}


def _forced(value: object) -> ForcedError:
    if not isinstance(value, dict):
        return ForcedError(errcode=_integer(value))
    unknown = set(value) - {"errcode", "count", "lock_ids", "applied"}
    if unknown or "errcode" not in value:
        _refuse("an integer, or {errcode, count?, lock_ids?, applied?}")
    return ForcedError(
        errcode=_integer(value["errcode"]),
        count=None if value.get("count") is None else _whole(value["count"]),
        lock_ids=_ids(value.get("lock_ids", [])),
        applied=_switch(value.get("applied", False)),
    )


def _forced_by_call(value: object) -> dict[str, ForcedError]:
    if not isinstance(value, dict):
        _refuse("an object of call and error code")
        return {}
    return {str(call): _forced(forced) for call, forced in value.items()}


PARSERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "latency_ms": _whole,
    "jitter_ms": _whole,
    "cloud_latency_ms": _whole,
    "fail_rate": _rate,
    "busy_rate": _rate,
    "timeout_before_rate": _rate,
    "timeout_after_rate": _rate,
    "hang_seconds": _seconds,
    "late_apply": _seconds,
    "only_calls": _names,
    "only_lock_ids": _ids,
    "offline_gateways": _ids,
    "offline_notice_seconds": _seconds,
    "error_codes": _forced_by_call,
    "full_memory": _ids,
    "clock_skew_seconds": _skew,
    "rate_limit": _switch,
    "quota": _switch,
    "delete_unknown_ok": _switch,
    "callback_delay_ms": _whole,
    "callback_drop_rate": _rate,
    "callback_repeat": _whole,
    "seed": _integer,
}


def parse_faults(body: Mapping[str, object]) -> dict[str, Any]:
    """Check a JSON body of faults. Raises FaultPlanError that names every wrong key."""
    parsed: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for key, value in body.items():
        if key not in PARSERS:
            problems[key] = "no such fault; known: " + ", ".join(sorted(PARSERS))
            continue
        try:
            parsed[key] = PARSERS[key](value)
        except ValueError as error:
            problems[key] = f"must be {error}"
    if problems:
        raise FaultPlanError(problems)
    return parsed
