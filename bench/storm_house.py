"""The rows of the lock storm: doors, guests, and what is wrong with them. Needs Django set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.locks.models import AccessCode, AccessGrant, Gateway, Lock, LockAccount
from apps.locks.services.grants import AccessRequest, grant_access, revoke_access
from apps.locks.states import LIVE, CodeKind, CodeState, GrantState

GATEWAYS: Final = 8
ROOMS_PER_GATEWAY: Final = 15
FIRST_FRONT_DOOR: Final = 5_000_000
FIRST_ROOM: Final = 5_100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A front door and its rooms, all on one gateway."""

    account: LockAccount
    front_door: Lock
    rooms: Sequence[Lock]


def build_houses() -> list[House]:
    """Make eight houses of one account, a gateway each."""
    account = LockAccount.objects.create(name="Storm")
    return [_build(account, number) for number in range(1, GATEWAYS + 1)]


def _build(account: LockAccount, number: int) -> House:
    gateway = Gateway.objects.create(
        account=account, vendor_gateway_id=number, name=f"Gateway {number}"
    )
    door = Lock(vendor_lock_id=FIRST_FRONT_DOOR + number, name=f"House {number}")
    door.is_front_door = True
    rooms = [
        Lock(vendor_lock_id=FIRST_ROOM + 100 * number + room, name=f"Room {number}{room:02}")
        for room in range(ROOMS_PER_GATEWAY)
    ]
    for lock in (door, *rooms):
        lock.account = account
        lock.save()
        lock.gateways.set([gateway])
    return House(account=account, front_door=door, rooms=rooms)


def doors_of(houses: Sequence[House]) -> list[dict[str, object]]:
    """Return the locks as ``POST /_sim/locks`` takes them."""
    return [
        {"lock_id": lock.vendor_lock_id, "alias": lock.name, "gateway_ids": [number]}
        for number, house in enumerate(houses, start=1)
        for lock in (house.front_door, *house.rooms)
    ]


def invite(houses: Sequence[House], *, guests: int, party: str) -> None:
    """Ask for a front door and a room for each guest."""
    starts_at = timezone.now().replace(second=0, microsecond=0)
    for guest in range(guests):
        house = houses[guest % len(houses)]
        room = house.rooms[guest // len(houses) % len(house.rooms)]
        request = AccessRequest(
            account=house.account,
            locks=[house.front_door, room],
            holder=f"{party}:{guest}",
            label=f"BK-{guest}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=2),
            pin_length=5,
        )
        grant_access(request, actor="bench", reason="A storm is coming.")


def send_home(*, guests: int, party: str) -> None:
    """Take everybody's access back."""
    for guest in range(guests):
        revoke_access(holder=f"{party}:{guest}", actor="bench", reason="The storm is over.")


def waiting_for_ready(party: str) -> int:
    """Return how many guests do not have a code on every door."""
    grants = AccessGrant.objects.filter(holder__startswith=f"{party}:")
    return grants.exclude(state=GrantState.READY).count()


def waiting_for_setting(party: str) -> int:
    """Return how many live codes are not on their locks, computed ones left aside."""
    codes = AccessCode.objects.filter(grant__holder__startswith=f"{party}:", state__in=LIVE)
    return codes.exclude(state=CodeState.SET).exclude(kind=CodeKind.OFFLINE).count()


def waiting_for_removal(party: str) -> int:
    """Return how many codes are not off their locks."""
    codes = AccessCode.objects.filter(grant__holder__startswith=f"{party}:")
    return codes.filter(state__in=LIVE, is_unrecallable=False).count()


def seconds_to_set(party: str) -> list[float]:
    """Return how long each guest's chosen code took from asked to set."""
    codes = AccessCode.objects.filter(grant__holder__startswith=f"{party}:", state=CodeState.SET)
    return [
        (code.accepted_at - code.grant.asked_at).total_seconds()
        for code in codes.select_related("grant")
        if code.accepted_at is not None
    ]


def doubles() -> int:
    """Return how many live custom codes a guest has beside the first one of a door."""
    codes = AccessCode.objects.filter(state__in=LIVE, kind=CodeKind.CUSTOM)
    counted = Counter(codes.values_list("grant_id", "lock_id"))
    return sum(count - 1 for count in counted.values())


def orphans(memories: Mapping[int, Sequence[str]]) -> int:
    """Return how many remembered codes no live row knows, and rows whose lock knows nothing."""
    return sum(1 for _ in _differences(memories))


def _differences(memories: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str]]:
    rows = AccessCode.objects.filter(state=CodeState.SET).exclude(kind=CodeKind.OFFLINE)
    known = {(code.lock.vendor_lock_id, code.digits) for code in rows.select_related("lock")}
    held = {(lock, digits) for lock, memory in memories.items() for digits in memory}
    yield from known ^ held
