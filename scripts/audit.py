"""Ask the package index which of the dependencies are known to be vulnerable.

Usage: python -m scripts.audit UV. Ends with 1 when one is, and with 77 ("not audited") where the
index does not answer or does not know what is asked for: a machine without a network can't hold up
a change.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any, Final

from scripts.dependencies import requirements

SKIPPED: Final = 77
ANSWER_SECONDS: Final = "5"
PATIENCE_SECONDS: Final = 90.0


def main(arguments: Sequence[str]) -> int:
    """Print what was found; return an exit code."""
    try:
        said = ask_index(requirements(arguments[0]))
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        print("not audited: the package index does not answer")
        return SKIPPED
    code, lines = judge(said)
    print("\n".join(lines))
    return code


def ask_index(packages: str) -> Any:
    """Return pip-audit's report. Raises TimeoutExpired; JSONDecodeError where there is none."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write(packages)
        listed.flush()
        exact = ("--disable-pip", "--no-deps", "--requirement", listed.name)
        plain = ("--format", "json", "--progress-spinner", "off", "--timeout", ANSWER_SECONDS)
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *exact, *plain],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    return json.loads(done.stdout)


def judge(said: Any) -> tuple[int, list[str]]:
    """Return the exit code for a report, and what to print. Pure."""
    packages = said["dependencies"]
    vulnerable = [
        f"{package['name']} {package['version']}: {known['id']}, "
        f"mended in {', '.join(known['fix_versions']) or 'no version yet'}"
        for package in packages
        for known in package.get("vulns", ())
    ]
    if vulnerable:
        return 1, vulnerable
    unknown = sum("skip_reason" in package for package in packages)
    if unknown:
        return SKIPPED, [f"not audited: {unknown} of {len(packages)} unknown to the package index"]
    return 0, [f"{len(packages)} packages, none known to be vulnerable"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
