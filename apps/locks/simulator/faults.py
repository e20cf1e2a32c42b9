"""The faults in force: one plan, and seeded draws from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from apps.locks.simulator.fault_plan import FaultPlan, FaultPlanError, ForcedError, parse_faults
from apps.locks.simulator.wire import ErrCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What befalls one call, drawn whole at its arrival so that the nth call has the nth fate."""

    delay_ms: float
    busy: bool
    timeout_before: bool
    timeout_after: bool
    failure: int | None


class Faults:
    """The plan in force and the one seeded source of chance."""

    def __init__(self, initial: FaultPlan, *, calls: frozenset[str]) -> None:
        """``calls`` are the names that a plan may speak of."""
        self._initial = initial
        self._calls = calls
        self.plan = initial
        self._random = Random(initial.seed)  # noqa: S311 - repeatable faults, no secrets
        self._served: dict[str, int] = {}
        self._offline_since: dict[int, int] = {}
        self._clocks_set: set[int] = set()
        self._all_offline_since(0)

    def merge(self, body: Mapping[str, object], *, now_ms: int) -> None:
        """Change the keys in ``body``, or none of them. Raises FaultPlanError."""
        parsed = parse_faults(body)
        self._refuse_unknown_calls(parsed)
        self.plan = replace(self.plan, **parsed)
        if "seed" in parsed:
            self._random.seed(self.plan.seed)
        if "error_codes" in parsed:
            self._served = {}
        if "clock_skew_seconds" in parsed:
            self._clocks_set = set()
        self._all_offline_since(now_ms)

    def _refuse_unknown_calls(self, parsed: Mapping[str, Any]) -> None:
        problems: dict[str, str] = {}
        for key in ("error_codes", "only_calls"):
            unknown = sorted(set(parsed.get(key, ())) - self._calls)
            if unknown:
                problems[key] = "no such call: " + ", ".join(unknown)
        if problems:
            raise FaultPlanError(problems)

    def reset(self, *, now_ms: int) -> None:
        """Back to the plan the simulator started with, and to the first draw."""
        self.plan = self._initial
        self._random.seed(self.plan.seed)
        self._served = {}
        self._clocks_set = set()
        self._all_offline_since(now_ms)

    def draw(self, call: str, lock_id: int | None) -> Fate:
        """The fate of one call. Always the same number of draws, whatever the rates are."""
        plan = self.plan
        chances = [self._random.random() for _ in range(6)]
        concerned = plan.concerns(call, lock_id)
        hits = [
            concerned and chance < rate
            for chance, rate in zip(
                chances,
                (
                    plan.busy_rate,
                    plan.timeout_before_rate,
                    plan.timeout_after_rate,
                    plan.fail_rate,
                ),
                strict=False,
            )
        ]
        failure = ErrCode.FAILED if chances[4] < 0.5 else ErrCode.SERVER_ERROR
        return Fate(
            delay_ms=max(0.0, plan.latency_ms + (2 * chances[5] - 1) * plan.jitter_ms),
            busy=hits[0],
            timeout_before=hits[1],
            timeout_after=hits[2],
            failure=int(failure) if hits[3] else None,
        )

    def chance(self, rate: float) -> bool:
        """One draw outside of calls, for deliveries."""
        return self._random.random() < rate

    def forced_error(self, call: str, lock_id: int | None) -> ForcedError | None:
        """The error this call is forced to answer now; counts it as served."""
        forced = self.plan.error_codes.get(call)
        if forced is None or (forced.lock_ids and lock_id not in forced.lock_ids):
            return None
        served = self._served.get(call, 0)
        if forced.count is not None and served >= forced.count:
            return None
        self._served[call] = served + 1
        return forced

    def is_online(self, gateway_id: int) -> bool:
        """Whether commands get through this gateway."""
        return gateway_id not in self.plan.offline_gateways

    def is_believed_online(self, gateway_id: int, *, now_ms: int) -> bool:
        """Whether the cloud still lists this gateway as online; it hears of a loss late."""
        if self.is_online(gateway_id):
            return True
        away_ms = now_ms - self._offline_since.get(gateway_id, now_ms)
        return away_ms < self.plan.offline_notice_seconds * 1000

    def lock_clock_ms(self, lock_id: int, *, now_ms: int) -> int:
        """What the lock's own clock shows."""
        return now_ms + (0 if lock_id in self._clocks_set else self.plan.clock_skew_ms(lock_id))

    def set_lock_clock(self, lock_id: int) -> None:
        """The lock's clock was set right; it stays so until a new skew is ordered."""
        self._clocks_set.add(lock_id)

    def _all_offline_since(self, now_ms: int) -> None:
        self._offline_since = {
            gateway: self._offline_since.get(gateway, now_ms)
            for gateway in self.plan.offline_gateways
        }
