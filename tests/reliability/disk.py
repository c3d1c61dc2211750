"""What a power cut leaves of a folder: what was flushed, and of the rest whatever chance lets through."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.recording import Event

SECTOR = 512
KEPT, DROPPED, MIXED = "kept", "dropped", "mixed"


@dataclass
class _File:
    """One file, whatever it is called: its writes in order, and its flushes as (begun, ended)."""

    writes: list[Event] = field(default_factory=list)
    flushes: list[tuple[int, int]] = field(default_factory=list)


class Fate:
    """What becomes of writes that were never flushed: all kept, all dropped, or some of each, some torn."""

    def __init__(self, way: str, chance: random.Random) -> None:
        self.way, self._chance = way, chance
        self._torn = chance.random() < 0.5

    def pieces(self, write: Event) -> Iterator[tuple[int, bytes]]:
        """The parts of a write that reached the disk."""
        if self.way == KEPT:
            yield write.at, write.data
        if self.way != MIXED or self._chance.random() < 0.4:
            return
        if not self._torn or self._chance.random() < 0.5:
            yield write.at, write.data
            return
        # A disk writes whole sectors, in any order.
        first = write.at // SECTOR * SECTOR
        for sector in range(first, write.at + len(write.data), SECTOR):
            if self._chance.random() < 0.5:
                begin, end = max(sector, write.at), min(sector + SECTOR, write.at + len(write.data))
                yield begin, write.data[begin - write.at : end - write.at]

    def lets_through(self) -> bool:
        """Whether a change of length reached the disk."""
        return self.way == KEPT or (self.way == MIXED and self._chance.random() < 0.6)

    def names(self, many: int) -> int:
        """How many of so many changes of names reached the disk: file systems keep those in order."""
        return {KEPT: many, DROPPED: 0}.get(self.way, self._chance.randint(0, many))


class Disk:
    """A folder that was empty when the recording began.

    Args:
        unbelieved: files of which no flush counts; a control leaves some out.
    """

    def __init__(self, recorded: Sequence[Event], unbelieved: frozenset[str] = frozenset()) -> None:
        self._files: list[_File] = []
        self._names: list[Event] = []
        self._targets: dict[int, int] = {}
        self._flushes: list[tuple[int, int]] = []
        self.recorded = recorded
        now: dict[str, int] = {}
        for event in recorded:
            self._take(event, now, unbelieved)

    def _take(self, event: Event, now: dict[str, int], unbelieved: frozenset[str]) -> None:
        if event.kind == "create" and event.name not in now:
            now[event.name] = self._targets[event.key] = len(self._files)
            self._files.append(_File())
            self._names.append(event)
        elif event.kind in ("write", "truncate"):
            self._files[now[event.name]].writes.append(event)
        elif event.kind == "rename":
            now[event.new_name] = now.pop(event.name)
            self._names.append(event)
        elif event.kind == "unlink":
            now.pop(event.name)
            self._names.append(event)
        elif event.kind == "sync" and not event.name:
            self._flushes.append((event.since, event.key))
        elif event.kind == "sync" and event.name not in unbelieved:
            self._files[now[event.name]].flushes.append((event.since, event.key))

    def after_cut(self, moment: int, fate: Fate) -> dict[str, bytes]:
        """The files that are found after a power cut before the event with this key."""
        sure = _flushed(self._flushes, moment)
        changed = [event for event in self._names if event.key < moment]
        pending = sum(event.key >= sure for event in changed)
        changed = changed[: len(changed) - pending + fate.names(pending)]
        now: dict[str, int] = {}
        for event in changed:
            if event.kind == "create":
                now[event.name] = self._targets[event.key]
            elif event.kind == "rename":
                now[event.new_name] = now.pop(event.name)
            else:
                now.pop(event.name)
        return {name: self._content(self._files[number], moment, fate) for name, number in now.items()}

    def _content(self, file: _File, moment: int, fate: Fate) -> bytes:
        sure, content = _flushed(file.flushes, moment), bytearray()
        for event in file.writes:
            if event.key >= moment:
                break
            is_sure = event.key < sure
            if event.kind == "truncate":
                if is_sure or fate.lets_through():
                    content[event.at :] = bytes(max(0, event.at - len(content)))
                continue
            for at, data in [(event.at, event.data)] if is_sure else fate.pieces(event):
                if at > len(content):
                    content.extend(bytes(at - len(content)))
                content[at : at + len(data)] = data
        return bytes(content)


def _flushed(flushes: list[tuple[int, int]], moment: int) -> int:
    return max((since for since, ended in flushes if ended < moment), default=0)


def put(files: dict[str, bytes], folder: Path) -> Path:
    """Lay these files down as a data folder."""
    folder.mkdir(mode=0o700)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
