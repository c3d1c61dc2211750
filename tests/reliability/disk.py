"""What a power cut leaves of a folder: what was flushed, and of the rest whatever chance lets through."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from tests.reliability.recording import GONE, Event

SECTOR = 512
KEPT, DROPPED, MIXED = "kept", "dropped", "mixed"
_TOP = 0


@dataclass
class _File:
    """One file, whatever it is called: what was in it, its writes in order, its flushes as (begun, ended)."""

    base: bytes = b""
    writes: list[Event] = field(default_factory=list)
    flushes: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class _Folder:
    """One folder: what was in it, what is in it now, the changes of its names in order, and its flushes."""

    base: dict[str, int] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)
    changes: list["_Change"] = field(default_factory=list)
    flushes: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class _Change:
    """A change of names: in each of these folders a name gets another file, or none. All of it or nothing."""

    key: int
    entries: tuple[tuple[int, str, int | None], ...]


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
    """A folder that was empty when the recording began, or held these files, by their paths.

    A folder keeps the changes of its names in their order, and forgets the last ones; two folders forget
    independently of each other. What is moved from one to another is in exactly one of them.

    Args:
        unbelieved: files of which no flush counts; a control leaves some out.
    """

    def __init__(
        self,
        recorded: Sequence[Event],
        unbelieved: frozenset[str] = frozenset(),
        base: Mapping[str, bytes] | None = None,
    ) -> None:
        self._nodes: list[_File | _Folder] = [_Folder()]
        self._gone: dict[str, int] = {}
        self.recorded = recorded
        for path, content in (base or {}).items():
            self._lay(PurePosixPath(path), content)
        for event in recorded:
            self._take(event, unbelieved)

    def _lay(self, path: PurePosixPath, content: bytes) -> None:
        place = self._nodes[_TOP]
        for name in path.parts[:-1]:
            assert isinstance(place, _Folder)
            if name not in place.base:
                place.base[name] = place.now[name] = self._add(_Folder())
            place = self._nodes[place.base[name]]
        assert isinstance(place, _Folder)
        place.base[path.name] = place.now[path.name] = self._add(_File(content))

    def _add(self, node: _File | _Folder) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _find(self, path: str) -> int:
        if path.endswith(GONE):
            return self._gone[path.removesuffix(GONE)]
        number = _TOP
        for name in PurePosixPath(path).parts:
            number = self._folder(number).now[name]
        return number

    def _folder(self, number: int) -> _Folder:
        found = self._nodes[number]
        assert isinstance(found, _Folder)
        return found

    def _file(self, path: str) -> _File:
        found = self._nodes[self._find(path)]
        assert isinstance(found, _File)
        return found

    def _take(self, event: Event, unbelieved: frozenset[str]) -> None:
        if event.kind in ("create", "mkdir"):
            within, name = self._split(event.name)
            if name not in self._folder(within).now:
                made = self._add(_File() if event.kind == "create" else _Folder())
                self._change(event.key, (within, name, made))
        elif event.kind == "rename":
            moved = self._find(event.name)
            self._change(event.key, (*self._split(event.name), None), (*self._split(event.new_name), moved))
        elif event.kind == "unlink":
            self._change(event.key, (*self._split(event.name), None))
        elif event.kind == "copy":
            read = self._content(self._file(event.new_name), event.key, Fate(KEPT, random.Random(0)))
            data = read[event.at : event.at + len(event.data)]
            self._file(event.name).writes.append(replace(event, kind="write", data=data))
        elif event.kind in ("write", "truncate"):
            self._file(event.name).writes.append(event)
        elif event.kind == "sync" and event.name not in unbelieved:
            self._nodes[self._find(event.name)].flushes.append((event.since, event.key))

    def _split(self, path: str) -> tuple[int, str]:
        whole = PurePosixPath(path)
        return self._find(str(whole.parent) if len(whole.parts) > 1 else ""), whole.name

    def _change(self, key: int, *entries: tuple[int, str, int | None]) -> None:
        change = _Change(key, entries)
        for within, name, number in entries:
            folder = self._folder(within)
            before = folder.now.pop(name, None)
            if number is not None:
                folder.now[name] = number
            if before is not None:
                self._gone[self._path(within, name)] = before
            if change not in folder.changes[-1:]:
                folder.changes.append(change)

    def _path(self, within: int, name: str) -> str:
        parts = [name]
        while within != _TOP:
            above = next(
                (number, part)
                for number, node in enumerate(self._nodes)
                if isinstance(node, _Folder)
                for part, inside in node.now.items()
                if inside == within
            )
            within = above[0]
            parts.append(above[1])
        return "/".join(reversed(parts))

    def after_cut(self, moment: int, fate: Fate) -> dict[str, bytes]:
        """The files that are found after a power cut before the event with this key, by their paths."""
        reached = self._reached(moment, fate)
        found: dict[str, bytes] = {}

        def walk(number: int, path: str) -> None:
            node = self._nodes[number]
            if isinstance(node, _File):
                found[path] = self._content(node, moment, fate)
                return
            names: dict[str, int | None] = dict(node.base)
            for change in node.changes[: reached[number]]:
                names |= {name: inside for within, name, inside in change.entries if within == number}
            for name, inside in names.items():
                if inside is not None:
                    walk(inside, f"{path}/{name}" if path else name)

        walk(_TOP, "")
        return found

    def _reached(self, moment: int, fate: Fate) -> dict[int, int]:
        """How many changes of each folder reached the disk."""
        made: dict[int, list[_Change]] = {}
        reached: dict[int, int] = {}
        for number, node in enumerate(self._nodes):
            if isinstance(node, _Folder):
                made[number] = [change for change in node.changes if change.key < moment]
                sure = _flushed(node.flushes, moment)
                reached[number] = sum(change.key < sure for change in made[number])
        both = {
            change.key: change for changes in made.values() for change in changes if len(change.entries) > 1
        }
        places = {
            (number, change.key): at for number, changes in made.items() for at, change in enumerate(changes)
        }

        def settle(*, keeping: bool) -> None:
            # What is moved is moved in both folders or in neither.
            is_settled = False
            while not is_settled:
                is_settled = True
                for change in both.values():
                    at = {within: places[within, change.key] for within, _, _ in change.entries}
                    has = {within for within in at if at[within] < reached[within]}
                    if has and len(has) < len(at):
                        is_settled = False
                        for within in at:
                            reached[within] = (
                                max(reached[within], at[within] + 1)
                                if keeping
                                else min(reached[within], at[within])
                            )

        settle(keeping=True)
        for number, changes in made.items():
            reached[number] += fate.names(len(changes) - reached[number])
        settle(keeping=False)
        return reached

    def _content(self, file: _File, moment: int, fate: Fate) -> bytes:
        sure, content = _flushed(file.flushes, moment), bytearray(file.base)
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


def put(files: Mapping[str, bytes], folder: Path) -> Path:
    """Lay these files down as a folder."""
    folder.mkdir(mode=0o700)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder
