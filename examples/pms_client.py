"""A property system in miniature, in step with Doorstep in both directions.

What it shows, and what to copy from it:

- ``push``: reservations of its own that changed go out by ``PUT``, which is safe to send again.
- ``pull``: what changed at Doorstep comes in by ``updated_since``; the answer says where to go on.
- ``hear``: webhooks are verified by their signature before they are believed, repeats are left out
  by their id, and what they are about is read anew: they carry ids and states alone.
- ``catch_up``: what was missed while nobody listened is read from ``events/``.

Run it beside a server in development, with the key that ``manage.py seed_demo --json`` prints::

    DOORSTEP_KEY=dsk_… .venv/bin/python examples/pms_client.py http://127.0.0.1:8000

It needs the packages ``requests`` and ``standardwebhooks``.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from standardwebhooks import Webhook, WebhookVerificationError

log = logging.getLogger("pms")

Reservation = dict[str, Any]
TYPES = [
    "booking.created",
    "booking.updated",
    "booking.cancelled",
    "booking.no_show",
    "booking.checked_in",
    "booking.checked_out",
    "booking.check_out_undone",
]
TIMEOUT_SECONDS = 15
PULL_EVERY_SECONDS = 30
LONGEST_BODY = 1_000_000


class Doorstep:
    """The partner API. Every call raises ``requests.HTTPError`` for a refusal."""

    def __init__(self, url: str, key: str) -> None:
        self._base = f"{url.rstrip('/')}/api/partner/v1/"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Api-Key {key}"

    def put(self, reference: str, reservation: Mapping[str, Any]) -> Reservation:
        """Make the reservation, or change what is said of it; sending it again does nothing."""
        put: Reservation = self._call("PUT", f"reservations/{reference}/", json=reservation)
        return put

    def get(self, reference: str) -> Reservation:
        """Return the reservation as it is now."""
        found: Reservation = self._call("GET", f"reservations/{reference}/")
        return found

    def changed(self, since: str | None) -> Iterator[tuple[list[Reservation], str]]:
        """Yield pages of what changed since then, each with the ``since`` of the next time."""
        page = self._call("GET", "reservations/", params={"updated_since": since} if since else {})
        while True:
            yield page["results"], page["next_updated_since"]
            if page["next"] is None:
                return
            page = self._call("GET", page["next"])

    def events(self, after: str | None) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """Yield pages of events after that one, each with the ``after`` of the next time."""
        while True:
            page = self._call("GET", "events/", params={"after": after} if after else {})
            after = str(page["last"])
            yield page["results"], after
            if page["next"] is None:
                return

    def listen_at(self, url: str) -> tuple[str, str]:
        """Set up a webhook endpoint; return its id and the secret, which is never shown again."""
        body = {"url": url, "event_types": TYPES, "description": "Property system"}
        made = self._call("POST", "webhook-endpoints/", json=body)
        return made["id"], made["secret"]

    def stop_listening(self, endpoint_id: str) -> None:
        """Delete the webhook endpoint."""
        self._call("DELETE", f"webhook-endpoints/{endpoint_id}/")

    def _call(self, method: str, path: str, **options: Any) -> Any:
        url = path if path.startswith("http") else self._base + path
        answer = self._session.request(method, url, timeout=TIMEOUT_SECONDS, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@dataclass(slots=True)
class Ledger:
    """The property system's own books. A real one keeps all of this in its database."""

    reservations: dict[str, Reservation] = field(default_factory=dict)
    to_push: set[str] = field(default_factory=set)
    since: str | None = None
    after: str | None = None
    heard: set[str] = field(default_factory=set)  # ids of webhooks, kept for some days

    def write(self, reference: str, **changes: Any) -> None:
        """Change a reservation here, to be pushed."""
        self.reservations.setdefault(reference, {}).update(changes)
        self.to_push.add(reference)


class Sync:
    """Keeps a ledger in step."""

    def __init__(self, doorstep: Doorstep, ledger: Ledger) -> None:
        self._doorstep, self._ledger = doorstep, ledger
        self._lock = threading.RLock()  # webhooks come in threads of their own

    def push(self) -> None:
        """Send what was changed here."""
        with self._lock:
            for reference in sorted(self._ledger.to_push):
                sent = self._ledger.reservations[reference]
                self._ledger.reservations[reference] = self._doorstep.put(reference, sent)
                self._ledger.to_push.discard(reference)

    def pull(self) -> None:
        """Take over what was changed there. Where both sides changed it, ours goes out next."""
        with self._lock:
            for page, since in self._doorstep.changed(self._ledger.since):
                for reservation in page:
                    self._take_over(reservation)
                self._ledger.since = since

    def catch_up(self) -> None:
        """Read the events that no webhook told of."""
        with self._lock:
            for page, after in self._doorstep.events(self._ledger.after):
                for event in page:
                    self.act_on(event["id"], event)
                self._ledger.after = after

    def act_on(self, event_id: str, event: Mapping[str, Any]) -> None:
        """Follow an event, once."""
        with self._lock:
            reference = event["data"].get("booking_reference")
            if event_id in self._ledger.heard or event["type"] not in TYPES or not reference:
                return
            # Read anew, so the order in which events come does not matter.
            self._take_over(self._doorstep.get(reference))
            self._ledger.heard.add(event_id)
            log.info("%s: %s", event["type"], reference)

    def _take_over(self, reservation: Reservation) -> None:
        reference = reservation["booking_reference"]
        if reference not in self._ledger.to_push:
            self._ledger.reservations[reference] = reservation


class Listener:
    """A small HTTP server for webhooks. Behind TLS in real life."""

    def __init__(self, sync: Sync, port: int = 0) -> None:
        self.secret = ""
        self._sync = sync
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where webhooks are to be sent."""
        return f"http://127.0.0.1:{self._server.server_port}/doorstep"

    def __enter__(self) -> Listener:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def hear(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status to answer with. Anything but 2xx is sent again later."""
        try:
            event = Webhook(self.secret).verify(body, dict(headers))
        except WebhookVerificationError:
            return 401
        try:
            # A busier system notes the event here, answers at once, and works on it afterwards.
            self._sync.act_on(
                {name.lower(): headers[name] for name in headers}["webhook-id"], event
            )
        except requests.RequestException:
            return 503
        return 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the base class names it
                length = min(int(self.headers.get("Content-Length", "0")), LONGEST_BODY)
                status = listener.hear(self.rfile.read(length), dict(self.headers))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing: addresses may hold keys."""

        return Handler


def main() -> None:
    """Keep an empty ledger in step until Ctrl-C, and say what happens."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    doorstep, ledger = Doorstep(sys.argv[1], os.environ["DOORSTEP_KEY"]), Ledger()
    sync = Sync(doorstep, ledger)
    with Listener(sync) as listener:
        endpoint_id, listener.secret = doorstep.listen_at(listener.url)
        try:
            while True:
                sync.push()
                sync.pull()
                log.info("in step: %d reservations", len(ledger.reservations))
                time.sleep(PULL_EVERY_SECONDS)
        except KeyboardInterrupt:
            doorstep.stop_listening(endpoint_id)


if __name__ == "__main__":
    main()
