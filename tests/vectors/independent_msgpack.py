"""The types of msgpack that records use, for the readers beside it; nothing of the toolkit is imported."""

import struct
from typing import Any


def msgpack(data: bytes, at: int = 0) -> tuple[Any, int]:  # the types that records use: (value, end)
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    if first >= 0xE0:
        return first - 0x100, at
    if 0x80 <= first < 0xA0:
        return _items(data, at, first & 15, mapping=first < 0x90)
    if 0xA0 <= first < 0xC0:
        return data[at : at + (first & 31)].decode(), at + (first & 31)
    if first in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[first], at
    if first in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB):
        size = 1 << (first - 0xC4 if first < 0xD0 else first - 0xD9)
        length = int.from_bytes(data[at : at + size], "big")
        raw = data[at + size : at + size + length]
        return (raw if first < 0xD0 else raw.decode()), at + size + length
    if first in (0xC7, 0xD6, 0xD7):
        at += first == 0xC7  # its length, which is 12
        size = {0xC7: 12, 0xD6: 4, 0xD7: 8}[first]
        return _moment(data[at], data[at + 1 : at + 1 + size]), at + 1 + size
    if first == 0xCB:
        return struct.unpack_from(">d", data, at)[0], at + 8
    if 0xCC <= first <= 0xD3:
        size = 1 << (first - 0xCC & 3)
        return int.from_bytes(data[at : at + size], "big", signed=first >= 0xD0), at + size
    if 0xDC <= first <= 0xDF:
        size = 2 if first in (0xDC, 0xDE) else 4
        return _items(data, at + size, int.from_bytes(data[at : at + size], "big"), mapping=first >= 0xDE)
    raise ValueError("a msgpack type that records do not use")


def _items(data: bytes, at: int, count: int, *, mapping: bool) -> tuple[Any, int]:
    values = []
    for _ in range(count * (2 if mapping else 1)):
        value, at = msgpack(data, at)
        values.append(value)
    return (dict(zip(values[::2], values[1::2], strict=True)) if mapping else values), at


def _moment(kind: int, raw: bytes) -> int:  # msgpack's timestamp, as microseconds since 1970 in UTC
    number = int.from_bytes(raw, "big")
    if kind != 0xFF:
        raise ValueError("an extension that records do not use")
    nano, seconds = struct.unpack(">Iq", raw) if len(raw) == 12 else divmod(number, 1 << 34)
    return number * 10**6 if len(raw) == 4 else seconds * 10**6 + nano // 1000


def decoded(body: bytes) -> Any:
    value, end = msgpack(body)
    if end != len(body):
        raise ValueError("bytes after the end of a body")
    return value
