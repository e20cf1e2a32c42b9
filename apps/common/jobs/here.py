"""The name of this process's worker, for the log and for the work that it takes."""

from __future__ import annotations

_state: dict[str, str] = {}


def take_name(name: str) -> None:
    """Say who works here from now on."""
    _state["name"] = name


def name() -> str | None:
    """Return who works here; None where no worker was ever started."""
    return _state.get("name")
