"""Child processes of tests: on the test's own database, and never outliving it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.db import connection

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PATIENCE: Final = 60.0


def environ_on_test_database() -> dict[str, str]:
    """Return the environment of a process that shares this test's database and queue."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {**os.environ, "DATABASE_URL": url}


@contextmanager
def child(
    *arguments: str, environ: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with ``arguments``; whatever happens, it is gone afterwards.

    Its standard input stays open as long as the test's process lives; its output is in ``log``.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        if process.stdin is not None:
            process.stdin.close()


def run(*arguments: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with ``arguments`` to its end; return its exit code and what it said."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
