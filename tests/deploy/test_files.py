"""What the shipped files of a deployment set is what the product reads."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
import yaml

from backend.environment import MAY_BE_FILES
from tests.common.processes import ROOT

ROW: Final = re.compile(r"^\| `(?P<name>[A-Z_]+)` \|", re.MULTILINE)
KNOWN: Final = {row["name"] for row in ROW.finditer((ROOT / "docs" / "settings.md").read_text())}
FILES: Final = {f"{name}_FILE" for name in MAY_BE_FILES}


def _compose() -> set[str]:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return {name for part in ("web", "ws", "worker") for name in services[part]["environment"]}


def _systemd() -> set[str]:
    text = (ROOT / "deploy" / "systemd" / "environment.example").read_text()
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def _kubernetes() -> set[str]:
    parts: list[Any] = list(
        yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "doorstep.yaml").read_text())
    )
    (settings,) = [part["data"] for part in parts if part["kind"] == "ConfigMap"]
    return set(settings)


@pytest.mark.parametrize("read", [_compose, _systemd, _kubernetes])
def test_only_settings_that_exist_are_set(read: Any) -> None:
    named = read()

    assert named
    assert named <= KNOWN | FILES


@pytest.mark.parametrize("file", ["prometheus/alerts.yaml", "grafana/doorstep.json"])
def test_alerts_and_charts_ask_for_figures_that_are_told(file: str) -> None:
    rules = (ROOT / "deploy" / file).read_text()
    page = (ROOT / "docs" / "guides" / "operations.md").read_text()
    asked = {re.sub("_(count|bucket)$", "", name) for name in re.findall(r"doorstep_\w+", rules)}

    assert asked
    assert asked <= set(re.findall(r"doorstep_\w+", page))
