"""The chaos suite in small: each of the cheap faults once, and every invariant afterwards."""

from __future__ import annotations

import faulthandler
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.__main__ import SHORT
from tests.common.processes import ROOT

PATIENCE_SECONDS: Final = 900  # a generous end: all the processes share a crowded machine
# Each of these comes about however little time there was.
CERTAIN: Final = (
    "every check in settled",
    "no seat is sold twice",
    "logs leave no gap",
    "every webhook arrived in order",
    "live clients heard the whole log",
    "what was confirmed is stored",
)


@pytest.mark.once("postgres")
def test_everything_holds_after_each_cheap_fault(tmp_path: Path) -> None:
    faulthandler.dump_traceback_later(PATIENCE_SECONDS + 60, exit=True)  # not after 3 minutes
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--short", "--logs", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert [kind for kind in SHORT.kinds if kind not in done.stdout] == []
    looked_at = dict(re.findall(r"holds   (.+) \((\d+) looked at\)", done.stdout))
    assert [name for name in CERTAIN if int(looked_at[name]) == 0] == []
