"""Draws the partner's assets: a small landscape as PNG, out of nothing but the standard library."""

from __future__ import annotations

import colorsys
import math
import struct
import zlib
from functools import lru_cache

WIDTH, HEIGHT = 480, 300
Colour = tuple[int, int, int]


@lru_cache(maxsize=16)
def draw_picture(hue: float) -> bytes:
    """A PNG (W3C PNG, second edition: 8 bits a channel, RGB) of hills under a low sun in shades of ``hue`` (0 to 1)."""
    hills = [_hill_tops(base=HEIGHT * share, seed=hue * 9 + share * 5) for share in (0.62, 0.74, 0.86)]
    shades = [_colour(hue + 0.04 * depth, 0.45 + 0.12 * depth, 0.62 - 0.17 * depth) for depth in range(len(hills))]
    rows = (b"\0" + b"".join(bytes(_pixel(x, y, hue, hills, shades)) for x in range(WIDTH)) for y in range(HEIGHT))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(b"".join(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _pixel(x: int, y: int, hue: float, hills: list[list[float]], shades: list[Colour]) -> Colour:
    for tops, shade in zip(reversed(hills), reversed(shades), strict=True):
        if y >= tops[x]:
            return shade
    if math.hypot(x - WIDTH * 0.7, y - HEIGHT * 0.42) < HEIGHT * 0.14:
        return _colour(hue + 0.5, 0.25, 1.0)
    return _sky(y, hue)


@lru_cache(maxsize=4096)
def _sky(y: int, hue: float) -> Colour:
    share = y / HEIGHT
    return _colour(hue + 0.08 * share, 0.42 - 0.3 * share, 0.86 + 0.12 * share)


def _hill_tops(*, base: float, seed: float) -> list[float]:
    return [base + 16 * math.sin(x / 61 + seed) + 9 * math.sin(x / 23 + seed * 2) for x in range(WIDTH)]


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
