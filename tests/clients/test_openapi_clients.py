"""Clients that generators make of ``openapi.yaml`` compile, and speak with the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from apps.partners.scopes import Scope
from tests.clients.node import HERE, ROOT, Node
from tests.factories.bookings import BookingFactory
from tests.factories.partners import key_for

pytestmark = pytest.mark.once("embedded")

DOCUMENT: Final = ROOT / "openapi.yaml"
PATIENCE: Final = 100  # a generous end, never an expectation
PACKAGE: Final = "doorstep_client"
# The generator knows pictures as bytes alone; with that said, it may leave nothing out.
SETTINGS: Final = {
    "post_hooks": [],
    "content_type_overrides": dict.fromkeys(
        ("image/svg+xml", "image/*"), "application/octet-stream"
    ),
}
STRICT: Final = {
    "strict": True,
    "target": "es2022",
    "lib": ["es2022", "dom"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": [],
}


@pytest.fixture
def given(url: str) -> dict[str, Any]:
    """What the clients are told: a booking that can be checked in, and a partner's key."""
    booking = BookingFactory(with_room=True, on_file=True)
    key = key_for(booking.hotel, scopes=[Scope.READ_ROOMS])
    return {
        "url": url.removesuffix("/graphql/"),
        "reference": booking.booking_reference,
        "key": key.secret,
    }


def _expect_what_happened(seen: dict[str, Any]) -> None:
    assert seen == {"step": 1, "refusal": "BOOKING_NOT_FOUND", "scopes": ["rooms:read"]}


def test_the_types_for_typescript_compile_and_work(
    node: Node, given: dict[str, Any], tmp_path: Path
) -> None:
    _write_typescript(node, tmp_path, (HERE / "rest.ts").read_text())

    node.run("tsc", room=tmp_path)
    told = node.run("node", "rest.js", room=tmp_path, environ={"GIVEN": json.dumps(given)})

    _expect_what_happened(json.loads(told))


def test_a_body_without_what_the_document_asks_for_does_not_compile(
    node: Node, tmp_path: Path
) -> None:
    text = (HERE / "rest.ts").read_text().replace("booking_reference:", "reference:")
    _write_typescript(node, tmp_path, text)

    with pytest.raises(AssertionError, match="booking_reference"):
        node.run("tsc", room=tmp_path)


def _write_typescript(node: Node, room: Path, text: str) -> None:
    (room / "package.json").write_text('{"type": "module"}')
    (room / "rest.ts").write_text(text)
    settings = {"compilerOptions": STRICT, "files": ["rest.ts", "openapi.d.ts"]}
    (room / "tsconfig.json").write_text(json.dumps(settings))
    node.run("openapi-typescript", str(DOCUMENT), "--output", "openapi.d.ts", room=room)


def test_the_package_for_python_compiles_and_works(given: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    _run(
        Path(sys.executable).parent / "openapi-python-client",
        *("generate", "--path", DOCUMENT, "--meta", "none", "--fail-on-warning"),
        *("--config", tmp_path / "settings.json", "--output-path", tmp_path / PACKAGE),
    )
    _run(sys.executable, "-m", "compileall", "-q", tmp_path / PACKAGE)

    told = _run(
        sys.executable, HERE / "rest_client.py", PYTHONPATH=tmp_path, GIVEN=json.dumps(given)
    )

    _expect_what_happened(json.loads(told))


def _run(*command: Any, **environ: Any) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **{name: str(value) for name, value in environ.items()}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
