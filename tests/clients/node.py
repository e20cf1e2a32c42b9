"""Node and the packages that the clients come from, installed once.

The packages are those of ``package-lock.json``, in ``var/clients/`` under the lock file's digest.
Another test of a client needs the fixture ``node``, which skips where they can't be had, and a
script beside this file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent.parent
MANIFESTS: Final = ("package.json", "package-lock.json", ".npmrc")
OLDEST_NODE: Final = 20  # has fetch, FormData and File
INSTALL_SECONDS: Final = 120  # a generous end that comes before the one of a test
FORGIVEN_AFTER_SECONDS: Final = 600
RUN_SECONDS: Final = 100


class NoNode(Exception):
    """The clients can't be had here; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Node:
    """A directory with the packages."""

    packages: Path

    def play(self, script: str, room: Path, **given: Any) -> Any:
        """Run a script of this directory, and return what it prints as JSON.

        ``room`` is an empty directory; ``given`` reaches the script as the variable ``GIVEN``.
        """
        shutil.copy(HERE / script, room / script)
        return json.loads(self.run("node", script, room=room, environ={"GIVEN": json.dumps(given)}))

    def run(self, *command: str, room: Path, environ: Mapping[str, str] | None = None) -> str:
        """Run a command in ``room``, with the packages in reach; return what it says."""
        link = room / "node_modules"
        if not link.exists():
            link.symlink_to(self.packages / "node_modules")
        path = f"{link / '.bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=room,
            env={**os.environ, **(environ or {}), "PATH": path, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


def installed() -> Node:
    """Return the packages, installed now if they are not there yet. Raises NoNode."""
    _check_node()
    content = b"".join((HERE / name).read_bytes() for name in MANIFESTS)
    home = ROOT / "var" / "clients" / hashlib.sha256(content).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes of a run share what one of them installs
        if not (home / "done").exists():
            _install_once(home)
    return Node(home)


def _install_once(home: Path) -> None:
    """Install, unless that has just failed in another process of the run. Raises NoNode."""
    failure = home / "failed"
    if failure.exists() and time.time() - failure.stat().st_mtime < FORGIVEN_AFTER_SECONDS:
        raise NoNode(failure.read_text())
    try:
        _install(home)
    except NoNode as reason:
        failure.write_text(str(reason))
        raise
    (home / "done").touch()


def _check_node() -> None:
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        raise NoNode("Node and npm are not installed")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = version.stdout.strip().lstrip("v").partition(".")[0]
    if not major.isdecimal() or int(major) < OLDEST_NODE:
        raise NoNode(f"Node is older than {OLDEST_NODE}")


def _install(home: Path) -> None:
    for name in MANIFESTS:
        shutil.copy(HERE / name, home / name)
    try:
        done = subprocess.run(
            [str(shutil.which("npm")), "ci", "--prefer-offline", "--fetch-retries=1"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoNode(f"npm took longer than {INSTALL_SECONDS} s") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line]
        raise NoNode(f"npm could not install the clients: {said[0] if said else '?'}")
