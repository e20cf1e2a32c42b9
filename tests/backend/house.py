"""A running house with a guest who checks in, for tests of what is told about it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from pytest_django import Settings

from apps.bookings.models import Booking
from backend.worker import Worker
from tests.common.errands import wait_until
from tests.graphql.socket_client import talking
from tests.graphql.test_checkin import CONFIRM, DETAILS, PARKING, START

NAME: Final = "Zebedee Quillfeather"
DIALLED: Final = "020 7946 0654"
PHONE: Final = "+442079460654"
EMAIL: Final = "zebedee.quillfeather@guests.example.com"
GUEST: Final = {"fullName": NAME, "phoneNumber": DIALLED, "phoneRegion": "GB", "email": EMAIL}
PERSON: Final = ("Quillfeather", "Zebedee", "quillfeather", "7946 0654", "79460654")
FOLLOW: Final = "subscription($token: String!) { checkInFlow(token: $token) { fullName } }"


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """Workers for the server: with Redis they are processes of their own."""
    worker = None if settings.EMBEDDED else Worker()
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        if worker is not None:
            worker.stop()


class House:
    """Calls the running server as everybody does."""

    def __init__(self, address: str) -> None:
        self.root = address.removeprefix("ws://").removesuffix("/graphql/")
        self.secrets: dict[str, str] = {}

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        headers = {"Connection": "close", **headers}
        return requests.post(f"http://{self.root}{path}", json=body, headers=headers, timeout=30)

    def ask(self, document: str, **fields: Any) -> dict[str, Any]:
        body = {"query": document, "variables": {"input": fields}}
        (answer,) = self.post("/graphql/", body).json()["data"].values()
        found: dict[str, Any] = answer
        return found

    def check_in(self, booking: Booking) -> None:
        """The four steps, with a lock that takes the code."""
        token = self.ask(START, bookingReference=booking.booking_reference)["token"]
        self.secrets["flow token"] = token
        self.ask(DETAILS, token=token, **GUEST)
        self.ask(PARKING, token=token, hasCar=False)
        stay: list[dict[str, Any]] = []

        def is_there() -> bool:
            stay[:] = [self.ask(CONFIRM, token=token)]
            return "pin" in stay[0]

        wait_until(is_there)
        self.secrets |= {"PIN": stay[0]["pin"], "stay token": stay[0]["token"]}
        self.post(f"/api/stays/{stay[0]['token']}/no-such-thing/", {})

    async def follow(self) -> None:
        """A flow's key in an operation, and a login that is none."""
        token = self.secrets["flow token"]
        async with talking(f"ws://{self.root}/graphql/") as talk:
            await talk.subscribe(FOLLOW, token=token)
            await talk.hear()
        params = {"authorization": f"Bearer {self.secrets['flow token']}"}
        async with talking(f"ws://{self.root}/graphql/", init=False) as talk:
            await talk.say({"type": "connection_init", "payload": params})
            await talk.code()
