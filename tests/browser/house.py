"""The embedded default as people start it: one process with its own data, locks and address."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import requests
from PIL import Image

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 240.0  # generous ends, never expectations
STOP_SECONDS: Final = 30.0
KEPT_VARIABLES: Final = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")
ADDRESS: Final = re.compile(r"GraphiQL\s+(http://127\.0\.0\.1:\d+)/")
STAFF: Final = re.compile(r"Staff login\s+(\S+) / (\S+)")
LOCKS: Final = re.compile(r"Locks\s+(http://\S+)/_sim/state")
HOTEL: Final = "hotel-killarney"
EVENT: Final = "gala-night"


class House:
    """``manage.py dev`` in a process of its own. Use it by ``with``."""

    def __init__(self, directory: Path, **variables: str) -> None:
        """``variables`` are added to the environment of the server."""
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self._environ = {
            **kept,
            "DOORSTEP_VAR_DIR": str(directory / "var"),
            "PYTHONUNBUFFERED": "1",
            "RATE_LIMIT_CHECKIN": "0",  # one address plays everybody
            "RATE_LIMIT_LOGIN": "0",
            **variables,
        }
        self._log = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        self._session.trust_env = False
        # A kept connection may be closed by the server just as it is used again.
        self._session.headers["Connection"] = "close"
        self._token = ""
        self._arrivals: list[str] | None = None
        self.url = ""
        self.locks_url = ""
        self.username = ""
        self.password = ""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._session.close()

    # -- the process ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start, on the port of the last time if there was one; return when it serves."""
        port = self.url.rpartition(":")[2] or "0"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "dev", "--port", port],
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (staff := STAFF.search(self.said)):
            assert self._process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        self.username, self.password = staff.groups()
        self.url = ADDRESS.findall(self.said)[0]
        self.locks_url = LOCKS.findall(self.said)[0]

    def stop(self) -> None:
        """Stop and wait for the end; open sockets get their goodbye."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def said(self) -> str:
        """The server's log so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    # -- what other people do meanwhile ----------------------------------------------------------

    def ask(self, document: str, *, at_desk: bool = False, **variables: Any) -> Any:
        """Return the answer's only field, to a guest or to staff."""
        headers = {"Authorization": f"Bearer {self._log_in()}"} if at_desk else {}
        answer = self._session.post(
            f"{self.url}/graphql/",
            json={"query": document, "variables": variables},
            headers=headers,
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    def next_arrival(self) -> str:
        """Return the reference of a booking that arrives today and that nobody has taken yet."""
        if self._arrivals is None:
            found = self.ask(
                """query Arriving($slug: String!) {
                  bookings(hotelSlug: $slug, status: CONFIRMED, inHouse: false) {
                    edges { node { bookingReference } }
                  }
                }""",
                at_desk=True,
                slug=HOTEL,
            )
            self._arrivals = [edge["node"]["bookingReference"] for edge in found["edges"]]
        return self._arrivals.pop()

    def arrival(self, reference: str) -> Any:
        """Return the booking of that reference, as the desk sees it."""
        found = self.ask(
            """query Find($slug: String!, $reference: String!) {
              bookings(hotelSlug: $slug, search: $reference) {
                edges { node { bookingId checkInDate assignedRoom { number } } }
              }
            }""",
            at_desk=True,
            slug=HOTEL,
            reference=reference,
        )
        return found["edges"][0]["node"]

    def begin(self, reference: str) -> str:
        """Let a guest begin to check in with an app of their own; return the key to it."""
        start = {"bookingReference": reference, "hotelSlug": HOTEL}
        token = self._step("startCheckIn", "StartCheckInInput", start)["token"]
        details = {"token": token, "fullName": "Maeve O'Sullivan", "phoneNumber": "020 913 0130"}
        self._step("submitGuestDetails", "SubmitGuestDetailsInput", details)
        return str(token)

    def finish(self, token: str) -> Any:
        """Let the guest go on to the end; return the stay."""
        parking = {"token": token, "hasCar": False}
        self._step("submitParking", "SubmitParkingInput", parking)
        deadline = time.monotonic() + START_SECONDS
        while True:
            answer = self._step("confirmCheckIn", "ConfirmCheckInInput", {"token": token})
            if answer["__typename"] == "Stay":
                return answer
            assert answer["code"] == "PIN_PENDING", answer
            assert time.monotonic() < deadline, "the PIN never came"
            time.sleep(0.1)

    def _step(self, name: str, kind: str, given: dict[str, Any]) -> Any:
        shown = (
            "... on Stay { pin }" if name == "confirmCheckIn" else "... on CheckInFlow { token }"
        )
        document = f"""mutation Step($given: {kind}!) {{
          {name}(input: $given) {{ __typename {shown} ... on Problem {{ code message }} }}
        }}"""
        return self.ask(document, given=given)

    def upload(self, document: str, **variables: Any) -> Any:
        """Return the answer's only field to an upload of a picture as the variable ``file``."""
        operations = {"query": document, "variables": {**variables, "file": None}}
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        answer = self._session.post(
            f"{self.url}/graphql/",
            data={"operations": json.dumps(operations), "map": '{"0": ["variables.file"]}'},
            files={"0": ("proof.png", picture.getvalue(), "image/png")},
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    def locks(self, **faults: Any) -> None:
        """Let the simulated locks behave so, and no other way, from now on."""
        address = f"{self.locks_url}/_sim/faults"
        self._session.delete(address, timeout=10).raise_for_status()
        self._session.post(address, json=faults, timeout=10).raise_for_status()

    def codes_in_locks(self) -> set[str]:
        """Return the digits that the locks' own memory holds."""
        state = self._session.get(f"{self.locks_url}/_sim/state", timeout=10).json()
        return {held["code"] for lock in state["locks"] for held in lock["memory"]}

    def _log_in(self) -> str:
        if not self._token:
            answer = self._session.post(
                f"{self.url}/api/auth/token/",
                json={"username": self.username, "password": self.password},
                timeout=30,
            ).json()
            self._token = answer["token"]
        return self._token
