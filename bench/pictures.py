"""Small pictures to prove payments with, each in a shade of its own."""

from __future__ import annotations

import struct
import zlib
from functools import cache

SIDE = 64


@cache
def png(*, shade: int) -> bytes:
    """Return a grey PNG; the shade is a number of 24 bits."""
    colour = shade.to_bytes(3, "big")
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    rows = (b"\x00" + colour * SIDE) * SIDE
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def heavy(picture: bytes) -> bytes:
    """Return the PNG with megabytes in it that no reader looks at, as from a camera."""
    end = _chunk(b"IEND", b"")
    return picture.removesuffix(end) + _chunk(b"dsTp", bytes(3_000_000)) + end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
