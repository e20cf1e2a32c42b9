"""What the product needs in order to run, as the lock file says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
NAME: Final = re.compile(r"[A-Za-z0-9._-]+(?===)")


def requirements(uv: str) -> str:
    """Return what is installed without the tools of developers, each at its version, as pip reads
    it; some only on some systems."""
    wanted = ("--no-dev", "--no-emit-project", "--no-hashes", "--no-annotate", "--no-header")
    return subprocess.run(
        [uv, "export", "--quiet", "--frozen", "--no-config", *wanted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def names(uv: str) -> list[str]:
    """Return the packages by name, those of other systems too."""
    found = map(NAME.match, requirements(uv).splitlines())
    return sorted({match[0] for match in found if match})
