"""A member of staff as doors and services know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.common.errors import Forbidden
from apps.staff.roles import Permission, Role, may


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIdentity:
    """Somebody who has logged in. ``roles`` maps hotel keys to roles; a superuser needs none.

    ``token_digest`` names the login that was used, so that its end can be noticed.
    """

    user_id: int
    username: str
    display_name: str
    is_superuser: bool
    roles: Mapping[int, Role]
    expires_at: datetime | None = None
    token_digest: str = field(default="", repr=False)

    @property
    def actor(self) -> str:
        """How audit trails name this person."""
        return f"staff:{self.username}"

    def may(self, permission: Permission, *, hotel_id: int) -> bool:
        """Answer whether this person may do that at that hotel."""
        if self.is_superuser:
            return True
        role = self.roles.get(hotel_id)
        return role is not None and may(role, permission)

    def require(self, permission: Permission, *, hotel_id: int) -> None:
        """Raises Forbidden."""
        if not self.may(permission, hotel_id=hotel_id):
            raise Forbidden
