"""The real program under strace: what it wrote, flushed, renamed and answered, in the order it did."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STRACE = shutil.which("strace") if sys.platform == "linux" else None

_FILES = (
    "openat,write,pwrite64,fsync,fdatasync,ftruncate,lseek,sendfile,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir"
)
# None of these is expected to touch the data; if one does, the recording would not be the whole truth.
_UNEXPECTED = ("writev", "pwritev", "copy_file_range", "fallocate", "truncate", "link", "linkat", "symlink")
_NAMING = ("openat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir")
_TALK = "sendto,recvfrom"

_BEGUN = re.compile(r"(\d+) +(\w+)\(")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
_UNFINISHED = " <unfinished ...>\n"
_RESULT = re.compile(r"\) += (-?\d+)")
_HANDLE = re.compile(r"\w+\((\d+)<([^>]*)>(\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
# A name, after the folder that it begins in if there is one.
_PLACED = re.compile(r'(?:<([^>]*)>, )?"((?:\\x[0-9a-f]{2})*)"')
_SENT = re.compile(r"sendfile\((\d+)<([^>]*)>, \d+<([^>]*)>, \[(\d+)\]")
_LAST = re.compile(r", (-?\d+)\) += ")
_MARK = re.compile(rb"\r\nX-Mark: (\d+)\r\n")


GONE = " (deleted)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened to the data folder, or over HTTP.

    `key` orders events: a write counts from its beginning, a flush only from its end, and covers what
    was written before it began (`since`). `name` is the path of a file or folder in the folder, "" the folder
    itself; with `GONE` at its end it has no name any more. Of a copy, `new_name` is the file that was read.
    """

    key: int
    kind: str
    name: str = ""
    at: int = 0
    data: bytes = b""
    since: int = 0
    new_name: str = ""
    mark: int = 0


def traced(log: Path) -> tuple[str, ...]:
    """What stands before a command so that it is recorded."""
    calls = ",".join((_FILES, *_UNEXPECTED, _TALK))
    options = ("-D", "-f", "-y", "-xx", "-s", "3000000", "--seccomp-bpf", "-o", str(log))
    return (STRACE or "strace", *options, "-e", f"trace={calls}", "-e", "signal=none")


def events(log: Path, folder: Path) -> list[Event]:
    """What a recording says of this folder, and of the requests that bear a mark."""
    found = list(_Reader(folder).read(log))
    return sorted(found, key=lambda event: event.key)


def _packed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._about = (_packed(self._folder), _packed("socket:["))
        self._begun: dict[str, tuple[int, str]] = {}
        # Where the next plain write of a thread goes, by thread and handle.
        self._places: dict[tuple[str, str], int] = {}
        self._requests: dict[str, bytes] = {}

    def read(self, log: Path) -> Iterator[Event]:
        with log.open(encoding="ascii") as lines:
            for number, line in enumerate(lines, start=1):
                if resumed := _RESUMED.match(line):
                    if resumed[1] in self._begun:
                        start, head = self._begun.pop(resumed[1])
                        yield from self._call(head + line[resumed.end() :], resumed[1], start, number)
                elif line.endswith(_UNFINISHED):
                    if begun := self._matters(line):
                        self._begun[begun[1]] = (number, line.removesuffix(_UNFINISHED))
                elif begun := self._matters(line):
                    yield from self._call(line, begun[1], number, number)

    def _matters(self, line: str) -> re.Match[str] | None:
        return _BEGUN.match(line) if any(each in line for each in self._about) else None

    def _call(self, line: str, thread: str, start: int, end: int) -> Iterator[Event]:
        begun, result = _BEGUN.match(line), _RESULT.search(line)
        if not begun or not result or int(result[1]) < 0:
            return
        call, text = begun[2], line[begun.start(2) :]
        if call in ("sendto", "recvfrom"):
            yield from self._said(call, text, int(result[1]), start, end)
            return
        if call in _NAMING:
            names = [self._name(each, within) for within, each in _PLACED.findall(text)]
            yield from self._named(call, names, text, (thread, result[1]), start)
        elif call == "sendfile":
            yield from self._sent(text, int(result[1]), start)
        elif handle := _HANDLE.match(text):
            name = self._name(handle[2])
            if name is not None:
                name += GONE if handle[3] else ""
                yield from self._done(call, name, text, (thread, handle[1]), int(result[1]), start, end)

    def _name(self, packed: str, within: str = "") -> str | None:
        path = os.path.join(os.fsdecode(_bytes(within)), os.fsdecode(_bytes(packed)))
        if path == self._folder:
            return ""
        is_inside = path.startswith(self._folder + "/") and not path.endswith("-shm")
        return path[len(self._folder) + 1 :] if is_inside else None

    def _named(
        self, call: str, names: list[str | None], text: str, place: tuple[str, str], start: int
    ) -> Iterator[Event]:
        name = names[0]
        if not name:
            return
        if call.startswith("rename"):
            yield Event(key=start, kind="rename", name=name, new_name=names[1] or "")
        elif call.startswith("unlink") or call == "rmdir":
            yield Event(key=start, kind="unlink", name=name)
        elif call.startswith("mkdir"):
            yield Event(key=start, kind="mkdir", name=name)
        else:
            assert "O_APPEND" not in text, "appending is not foreseen"
            self._places[place] = 0
            if "O_CREAT" in text:
                yield Event(key=start, kind="create", name=name)
            if "O_TRUNC" in text:
                yield Event(key=start, kind="truncate", name=name)

    def _done(
        self, call: str, name: str, text: str, place: tuple[str, str], result: int, start: int, end: int
    ) -> Iterator[Event]:
        if call in ("fsync", "fdatasync"):
            yield Event(key=end, kind="sync", name=name, since=start)
        elif call == "lseek":
            self._places[place] = result
        elif call in ("write", "pwrite64"):
            data = _bytes(_TEXT.findall(text)[0])
            assert len(data) >= result, "the recording was cut off"
            data = data[:result]
            at = int(_LAST.findall(text)[-1]) if call == "pwrite64" else self._places[place]
            if call == "write":
                self._places[place] = at + result
            yield Event(key=start, kind="write", name=name, at=at, data=data)
        elif call == "ftruncate":
            yield Event(key=start, kind="truncate", name=name, at=int(_LAST.findall(text)[-1]))
        else:
            raise AssertionError(f"{call} on {name} is not foreseen")

    def _sent(self, text: str, result: int, start: int) -> Iterator[Event]:
        sent = _SENT.match(text)
        assert sent, f"{text[:80]} is not foreseen"
        name, source = self._name(sent[2]), self._name(sent[3])
        if name is not None and result:
            assert source is not None, "what comes from elsewhere is not foreseen"
            yield Event(
                key=start, kind="copy", name=name, new_name=source, at=int(sent[4]), data=bytes(result)
            )

    def _said(self, call: str, text: str, result: int, start: int, end: int) -> Iterator[Event]:
        handle, found = _HANDLE.match(text), _TEXT.search(text)
        if not handle or not found or "MSG_PEEK" in text or not result:
            return
        data = _bytes(found[1])[:result]
        if call == "recvfrom":
            known = self._requests.get(handle[2], b"")
            self._requests[handle[2]] = known + data
            if not _MARK.search(known) and (mark := _MARK.search(known + data)):
                yield Event(key=end, kind="asked", mark=int(mark[1]))
        elif data.startswith(b"HTTP/") and (mark := _MARK.search(self._requests.pop(handle[2], b""))):
            yield Event(key=start, kind="answered", mark=int(mark[1]), data=data[9:12])
