"""The lock simulator as a process of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.locks.simulator import Simulator, SimulatorSettings
from apps.locks.simulator.auth import Credentials
from apps.locks.simulator.fault_plan import FaultPlan, FaultPlanError, parse_faults
from apps.locks.simulator.server import listen, serve_forever
from apps.locks.simulator.store import StoreInUseError

IN_MEMORY = ":memory:"


class Command(BaseCommand):
    """Runs the simulator until interrupted."""

    help = "Run the TTLock simulator: the lock cloud's API, with locks and faults that can be set."
    requires_system_checks = ()  # it needs neither database nor models

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Flags; the faults among them can be changed later by POST /_sim/faults."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
        parser.add_argument("--gateways", type=int, default=2, help="numbered from 1")
        parser.add_argument("--strict", action="store_true", help="only provisioned locks exist")
        parser.add_argument("--latency-ms", type=int, default=0)
        parser.add_argument("--jitter-ms", type=int, default=0)
        parser.add_argument("--fail-rate", type=float, default=0.0, help="0 to 1")
        parser.add_argument(
            "--timeout-rate",
            type=float,
            default=0.0,
            help="0 to 1: calls that time out, half of them applied all the same",
        )
        parser.add_argument("--offline", type=int, nargs="+", default=[], metavar="GATEWAY")
        parser.add_argument(
            "--seed", type=int, default=1, help="of the faults, so that runs repeat"
        )
        parser.add_argument("--callback-url", action="append", default=[])
        parser.add_argument("--client-id", help="any, unless given; so the other three")
        parser.add_argument("--client-secret")
        parser.add_argument("--username")
        parser.add_argument("--password")
        parser.add_argument(
            "--state", help=f"SQLite file that outlives the process, or {IN_MEMORY}"
        )
        parser.add_argument("--reset", action="store_true", help="forget the kept state first")

    def handle(self, **options: Any) -> None:
        """Listen, say where, and serve."""
        try:
            listening = listen(options["host"], options["port"])
            simulator = Simulator(_simulator_settings(options))
        except (OSError, StoreInUseError, FaultPlanError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["reset"]:
            simulator.clear()
        port = listening.getsockname()[1]
        self.stdout.write(f"TTLock simulator on http://{options['host']}:{port}")
        self.stdout.write(f"State: http://{options['host']}:{port}/_sim/state")
        self.stdout.flush()
        serve_forever(simulator, listening)


def _simulator_settings(options: dict[str, Any]) -> SimulatorSettings:
    half = options["timeout_rate"] / 2
    faults = parse_faults(
        {
            "latency_ms": options["latency_ms"],
            "jitter_ms": options["jitter_ms"],
            "fail_rate": options["fail_rate"],
            "timeout_before_rate": half,
            "timeout_after_rate": half,
            "offline_gateways": options["offline"],
            "seed": options["seed"],
        }
    )
    return SimulatorSettings(
        gateways=options["gateways"],
        strict=options["strict"],
        faults=FaultPlan(**faults),
        credentials=Credentials(
            client_id=options["client_id"],
            client_secret=options["client_secret"],
            username=options["username"],
            password=options["password"],
        ),
        callback_urls=tuple(options["callback_url"]),
        state_path=_state_path(options["state"]),
    )


def _state_path(given: str | None) -> Path | None:
    if given == IN_MEMORY:
        return None
    return Path(given) if given else Path(settings.BASE_DIR) / "var" / "ttlock-simulator.sqlite3"
