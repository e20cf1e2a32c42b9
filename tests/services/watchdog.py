"""Outlive the process that runs a server, just long enough to stop it and remove its files.

Run as ``python watchdog.py PARENT_PID DIRECTORY PID_FILE`` as the leader of a process group that
the server joins. The parent holds the other end of standard input: when it closes that, or dies in
whatever way, the group is asked to stop and, once the
pid file is gone or the grace is over, SIGKILL. A group can't be mistaken for another one, as a
process id could.
"""

import os
import select
import shutil
import signal
import sys
import time
from pathlib import Path

STOP_SIGNAL = signal.SIGINT  # an orderly stop that does not wait for clients, in both servers
GRACE_SECONDS = 5.0
# Standard input alone would tell; a child forked by the parent may hold it open, though.
LOOK_SECONDS = 1.0


def wait_for_the_end(parent: int) -> None:
    """Return when standard input ends or ``parent`` is no longer the parent."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if readable:
            return


def stop_group(pid_file: Path) -> None:
    """Ask the group to stop and wait until the server says goodbye by removing ``pid_file``."""
    os.killpg(0, STOP_SIGNAL)
    deadline = time.monotonic() + GRACE_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def main() -> None:
    """Wait, stop, tidy up, and end with the group."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    parent, directory, pid_file = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    wait_for_the_end(parent)
    stop_group(pid_file)
    shutil.rmtree(directory, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
