#!/usr/bin/env python3
"""Run Doorstep on a machine with Python 3.11 or newer, pip, and nothing else.

Usage: python3 run.py COMMAND [ARGUMENT ...]

  demo [--once] [--port N]   install what is missing, then run the whole system with its story
  test [--only postgres|embedded] [PYTEST ARGUMENT ...]
                             the suite on a real PostgreSQL and Valkey, then on the embedded default
  bench NAME [--save]        measure the running product; bench/README.md lists the benches,
                             and NAME may be all
  chaos [--seconds N] [--seed S] [--rounds R]
                             a whole deployment under load while its parts are taken away
  gate                       format, lint, types, imports, migrations, schemas, lock file,
                             licences, known vulnerabilities
  screenshots                take the pictures of the pages anew, in the Chromium that is installed
  sync                       only install or update .venv

Everything lands in this directory: the environment in .venv, the installer in .tools.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
WINDOWS = os.name == "nt"
ENVIRONMENT = ROOT / ".venv"
ENVIRONMENT_PYTHON = ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")

MINIMUM_PYTHON = (3, 11)
UV_VERSION = "0.13.8"
MINIMUM_UV = (0, 13)
QUIET_SECONDS = 1.0  # an installation that takes longer says so
LAST_WORDS = 6  # lines of a failed installation that are worth showing
INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended

# The demo leaves a developer's extra packages alone: --inexact removes nothing.
FOR_USE = ("--no-dev", "--inexact")
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # command: (arguments of `uv sync`, arguments of Python)
    "demo": (FOR_USE, ("manage.py", "demo")),
    "test": ((), ("scripts/run_tests.py",)),
    "bench": ((), ("-m", "bench")),
    "chaos": ((), ("-m", "tests.chaos")),
    "gate": ((), ("scripts/gate.py",)),
    "screenshots": ((), ("-m", "scripts.screenshots")),
    "sync": ((), ()),
}


class CannotRun(Exception):
    """Something outside the project is missing; the message says what to do, in one line."""


def main(arguments: Sequence[str]) -> int:
    """Prepare the environment and become the command; return an exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    sync_arguments, command = COMMANDS[arguments[0]]
    try:
        require_python()
        environ = environment_variables()
        environ["UV"] = find_uv(environ) or install_uv(environ)
        sync(environ, sync_arguments)
    except CannotRun as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        return 1
    if not command:
        say(f"The environment is ready: {ENVIRONMENT_PYTHON.relative_to(ROOT)}")
        return 0
    return become([str(ENVIRONMENT_PYTHON), *command, *arguments[1:]], environ)


def require_python() -> None:
    """Raise CannotRun on a Python that is too old."""
    if sys.version_info < MINIMUM_PYTHON:
        needed = ".".join(map(str, MINIMUM_PYTHON))
        raise CannotRun(
            f"this is Python {sys.version.split()[0]}, and {needed} or newer is needed; "
            f"if it is installed, say: python{needed} run.py"
        )


def environment_variables() -> dict[str, str]:
    """Return the environment for uv and the command: one place, no downloads of Python."""
    environ = dict(os.environ)
    environ.pop("VIRTUAL_ENV", None)  # another project's; uv would only warn about it
    environ["UV_PROJECT_ENVIRONMENT"] = str(ENVIRONMENT)
    environ["UV_PYTHON_DOWNLOADS"] = "never"
    if not can_cache_at_home(environ):
        environ["UV_CACHE_DIR"] = str(TOOLS / "cache")
    if has_system_certificates():
        # As pip does: a company's own certificate authority is known to the system only.
        environ.setdefault("UV_SYSTEM_CERTS", "true")
    return environ


def can_cache_at_home(environ: dict[str, str]) -> bool:
    """Tell whether uv's own choice of a cache directory will do."""
    if WINDOWS or environ.get("UV_CACHE_DIR") or environ.get("XDG_CACHE_HOME"):
        return True
    home = environ.get("HOME", "")
    return Path(home).is_absolute() and os.access(home, os.W_OK | os.X_OK)


def has_system_certificates() -> bool:
    """Tell whether the system knows any certificate authority."""
    paths = ssl.get_default_verify_paths()
    directory = Path(paths.capath) if paths.capath else None
    return bool(paths.cafile) or bool(directory and any(directory.iterdir()))


def find_uv(environ: dict[str, str]) -> str | None:
    """Return the first uv that is new enough: the one on the PATH, then the one in .tools."""
    for candidate in (shutil.which("uv"), str(own_uv())):
        if candidate and uv_version(candidate, environ) >= MINIMUM_UV:
            return candidate
    return None


def own_uv() -> Path:
    """Where ``install_uv`` puts uv."""
    return TOOLS / "uv" / "bin" / ("uv.exe" if WINDOWS else "uv")


def uv_version(uv: str, environ: dict[str, str]) -> tuple[int, ...]:
    """Return the version, or an empty tuple for a uv that does not run."""
    try:
        done = subprocess.run([uv, "--version"], capture_output=True, text=True, env=environ)
    except OSError:
        return ()
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found and done.returncode == 0 else ()


def install_uv(environ: dict[str, str]) -> str:
    """Install uv into .tools with pip and return its path. Raises CannotRun."""
    if importlib.util.find_spec("pip") is None:
        raise CannotRun(
            f"{sys.executable} has no pip (Debian: apt install python3-pip; elsewhere: "
            "python3 -m ensurepip --user); an installed uv would do as well"
        )
    draft = TOOLS / f"uv.{os.getpid()}"  # renamed when complete, so that two runs can't collide
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(draft)),
        *(
            "--only-binary",
            ":all:",
            "--no-cache-dir",
            "--retries",
            "2",
            "--disable-pip-version-check",
            "--no-input",
        ),
        f"uv=={UV_VERSION}",
    ]
    # Settings of a person's pip that contradict --target.
    options = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        run_installer(command, {**environ, **options}, "uv, the installer")
        shutil.rmtree(TOOLS / "uv", ignore_errors=True)
        draft.rename(TOOLS / "uv")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return str(own_uv())


def sync(environ: dict[str, str], arguments: Sequence[str]) -> None:
    """Bring .venv to what uv.lock says. Raises CannotRun."""
    command = [environ["UV"], "sync", "--frozen", "--quiet", *arguments]
    if not runs(ENVIRONMENT_PYTHON):
        command += ["--python", base_python()]
    run_installer(command, environ, "the dependencies")


def runs(python: Path) -> bool:
    """Tell whether ``python`` is there and starts; its own Python may have been removed since."""
    try:
        return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def base_python() -> str:
    """Return this interpreter, or the one its virtual environment was made from."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def run_installer(command: list[str], environ: dict[str, str], what: str) -> None:
    """Run ``command``, with a word when it takes long. Raises CannotRun."""
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=QUIET_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"Installing {what} (once; up to a few minutes) …")
            _, errors = process.communicate()
            if process.returncode == 0:
                say(f"Installed {what} in {time.monotonic() - started:.0f} s.")
    if process.returncode != 0:
        say("\n".join(errors.strip().splitlines()[-LAST_WORDS:]))
        raise CannotRun(
            f"could not install {what}, for the reason above; if that is the network: pypi.org "
            "and files.pythonhosted.org must be reachable (HTTPS_PROXY names a proxy), once"
        )


def become(command: list[str], environ: dict[str, str]) -> int:
    """Replace this process by ``command``, where the system can; else return its exit code."""
    os.chdir(ROOT)
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, environ)
    return subprocess.run(command, env=environ).returncode


def say(line: str) -> None:
    """Tell the person at the terminal; standard output belongs to the command."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
