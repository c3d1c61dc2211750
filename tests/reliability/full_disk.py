"""A disk that takes no more from its n-th write on, and a person who tries every save on it first.

SQLite lets its calls to the system be replaced; so does `os.write`, with which the product writes its
small files. Nothing else is changed: the same library, the same files, the same errors.
"""

import ctypes
import ctypes.util
import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from clinic_toolkit.web.error_pages import SECRET_FIELDS
from tests.journeys.pages import Page
from tests.journeys.person import Ask

# Where the system has one; Python may still bring its own, see `works`.
SQLITE = ctypes.util.find_library("sqlite3")

_CALLS = (b"write", b"pwrite", b"pwrite64")
_WRITE = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, use_errno=True)
_PWRITE = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
_SET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        # Thirteen methods, from xOpen to xCurrentTimeInt64.
        ("methods", ctypes.c_void_p * 13),
        ("set_system_call", _SET),
    ]


class Disk:
    """Room for so many writes; None is room without end."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.refused = 0
        self._write = os.write
        self._calls: list[ctypes._CFunctionType] = []

    def takes_one_more(self) -> bool:
        """Whether the next write still fits."""
        if self.left is None:
            return True
        self.left -= 1
        self.refused += self.left < 0
        return self.left >= 0

    @contextmanager
    def with_room_for(self, writes: int) -> Iterator[None]:
        """Full after so many writes."""
        self.left, self.refused = writes, 0
        try:
            yield
        finally:
            self.left = None

    @contextmanager
    def put_in(self) -> Iterator["Disk"]:
        """Have every write of SQLite and of the product ask this disk."""
        library = ctypes.CDLL(SQLITE, use_errno=True)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None)
        self._calls = [_WRITE(self._written), _PWRITE(self._written_at), _PWRITE(self._written_at)]
        for name, call in zip(_CALLS, self._calls, strict=True):
            vfs.contents.set_system_call(vfs, name, ctypes.cast(call, ctypes.c_void_p))
        os.write = self._plainly_written
        try:
            yield self
        finally:
            os.write = self._write
            for name in _CALLS:
                # Without a call in its place SQLite takes back its own.
                vfs.contents.set_system_call(vfs, name, None)

    def works(self, place: Path) -> bool:
        """Whether the SQLite that Python uses is the one whose calls were replaced."""
        db = sqlite3.connect(place / "tried")
        try:
            with self.with_room_for(0):
                db.execute("CREATE TABLE tried (x)")
        except sqlite3.OperationalError:
            return True
        finally:
            db.close()
        return False

    def _written(self, handle: int, data: int, size: int) -> int:
        if not self.takes_one_more():
            ctypes.set_errno(errno.ENOSPC)
            return -1
        return self._write(handle, ctypes.string_at(data, size))

    def _written_at(self, handle: int, data: int, size: int, at: int) -> int:
        if not self.takes_one_more():
            ctypes.set_errno(errno.ENOSPC)
            return -1
        return os.pwrite(handle, ctypes.string_at(data, size), at)

    def _plainly_written(self, handle: int, data: Any) -> int:
        if not self.takes_one_more():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(handle, data)


class Tried:
    """An `ask` for a person: every form is first sent with a disk that is full from each of its writes on.

    Args:
        nexts: how many writes fit at the next try, after this many did.
    """

    def __init__(self, ask: Ask, disk: Disk, nexts: Callable[[int], int]) -> None:
        self._ask, self._disk, self._next = ask, disk, nexts
        self.refusals = self.stood = self.read = 0

    def __call__(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        if method != "POST":
            return self._looked(method, path, body, headers)
        room = 0
        while True:
            with self._disk.with_room_for(room):
                status, answered, found = self._ask(method, path, body, headers)
            if status in (200, 303):
                # What failed came after the save: folding the log in, or the anchor.
                self.stood += bool(self._disk.refused)
                return status, answered, found
            assert status == 503 and self._disk.refused, (path, status, room, found[:2000])
            self._is_told(path, body or b"", answered, found)
            self.refusals += 1
            room = self._next(room)

    def _looked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        with self._disk.with_room_for(0):
            status, _, refused = self._ask(method, path, body, headers)
        found = self._ask(method, path, body, headers)
        if "framed=1" in path and status == 503:
            # What is printed must be in the trail before it is sent.
            assert b"could not be written into the audit trail" in refused
        else:
            assert status == found[0], (path, status)
        self.read += 1
        return found

    def _is_told(self, path: str, body: bytes, answered: dict[str, str], found: bytes) -> None:
        assert "disk is full" in found.decode(), found.decode()
        typed = {
            name: value.replace("\r\n", "\n")
            for name, value in parse_qsl(body.decode(), keep_blank_values=True)
            if not SECRET_FIELDS.fullmatch(name)
        }
        if answered["Content-Type"].startswith("text/html"):
            page = Page(path, 503, answered, found)
            assert "What you typed is kept" in page.text or not typed, page.text
            standing = page.form("csrf_token").standing() if typed else {}
            assert {name: standing[name] for name in typed} == typed
