"""A file that was chosen on a page, taken from its form."""

from typing import NamedTuple

from flask import request

_MAX_NAME_LENGTH = 80


class Upload(NamedTuple):
    """The bytes of a file, and its name for display."""

    data: bytes
    name: str


def take_upload(field: str, *, max_bytes: int) -> Upload | None:
    """The file that was chosen in this field; None if none was.

    Args:
        max_bytes: of a longer file one byte more than this is taken, so that it is seen to be longer.
    """
    uploaded = request.files.get(field)
    data = uploaded.read(max_bytes + 1) if uploaded else b""
    if uploaded is None or not (data or uploaded.filename):
        return None
    return Upload(data, _printable_name(uploaded.filename or ""))


def _printable_name(name: str) -> str:
    """The last component of a path, shortened, printable characters only."""
    base_name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char if char.isprintable() else "?" for char in base_name)[:_MAX_NAME_LENGTH] or "the file"
