"""What a browser says that it runs on. Pure."""

from __future__ import annotations

import re
from typing import Final

from apps.checkin.states import DeviceType

# In this order: a tablet says most of what a mobile says, and an Android tablet is an Android
# without the word Mobile. An iPad that asks for desktop pages can't be told from a Mac.
SIGNS: Final = (
    (re.compile(r"iPad|Tablet|PlayBook|Kindle|Silk/(?!.*Mobile)|Android(?!.*Mobile)"), "TABLET"),
    (re.compile(r"iPhone|iPod|Mobi|Windows Phone"), "MOBILE"),
    (re.compile(r"Windows NT|Macintosh|X11|CrOS"), "DESKTOP"),
)
LONGEST_READ: Final = 512


def device_type_of(user_agent: str) -> DeviceType:
    """Return the kind of device that a ``User-Agent`` header speaks of; OTHER when in doubt."""
    text = user_agent[:LONGEST_READ]
    for sign, device_type in SIGNS:
        if sign.search(text):
            return DeviceType(device_type)
    return DeviceType.OTHER
