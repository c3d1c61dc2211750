"""Looking for words that should be nowhere: in files, in what they pack, in the memory of processes."""

import re
import sys
import zlib
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from pypdf import PdfReader
from pypdf.errors import PyPdfError

_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_MOST_PACKED = 200_000


def spellings(word: str) -> dict[str, bytes]:
    """One word in every spelling in which a program might have written it."""
    plain = word.encode()
    found = {
        "UTF-8": plain,
        "UTF-16 LE": word.encode("utf-16-le"),
        "UTF-16 BE": word.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
    }
    for shift in range(3):
        found[f"base64, {shift} bytes in"] = middle_of_base64(plain, shift)
    return found


def middle_of_base64(plain: bytes, shift: int) -> bytes:
    """What is the same in base64 whatever stands beside these bytes, with so many bytes before them.

    What stands before moves them within the groups of three; the ends depend on the neighbours.
    """
    return b64encode(b"\0" * shift + plain)[4 if shift else 0 :].rstrip(b"=")[:-1]


def in_bytes(data: bytes, words: Iterable[str]) -> set[str]:
    """The words that stand in some bytes, in any spelling, packed or as the text of a PDF."""
    readings = [data, *unpacked(data)]
    readings += [text.encode() for text in _texts_of_papers(data)]
    return {
        word
        for word in words
        for spelling in spellings(word).values()
        if any(spelling in reading for reading in readings)
    }


def unpacked(data: bytes) -> Iterator[bytes]:
    """Everything in some bytes that zlib can unpack, as in the streams of a PDF."""
    for start in list(_PACKED.finditer(data))[:_MOST_PACKED]:
        whole = zlib.decompressobj()
        try:
            yield whole.decompress(data[start.start() :], 10_000_000)
        except zlib.error:
            continue


def _texts_of_papers(data: bytes) -> Iterator[str]:
    for start in re.finditer(rb"%PDF-", data):
        try:
            pages = PdfReader(BytesIO(data[start.start() :])).pages
            # Without spaces, which a PDF may put between any two letters.
            yield "".join("".join(page.extract_text().split()) for page in pages)
        except (PyPdfError, ValueError, KeyError):
            continue


def in_files(folder: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """The words that stand in the files of a folder or in their names, by file."""
    words = list(words)
    found = {}
    for path in sorted(folder.rglob("*")):
        name = in_bytes(str(path.relative_to(folder)).encode(), words)
        inside = in_bytes(path.read_bytes(), words) if path.is_file() else set()
        if name | inside:
            found[str(path.relative_to(folder))] = name | inside
    return found


def bytes_in_files(folder: Path, sought: dict[str, bytes]) -> dict[str, set[str]]:
    """Which of these bytes stand in the files of a folder, plain or packed, by file."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        readings = [raw, *unpacked(raw)]
        inside = {name for name, each in sought.items() if any(each in reading for reading in readings)}
        if inside:
            found[str(path.relative_to(folder))] = inside
    return found


def in_memory(pid: int, spellings_sought: Iterable[bytes]) -> list[bytes]:
    """Which of these bytes stand in the memory of a process; reading it needs root."""
    left = set(spellings_sought)
    found: list[bytes] = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) r(.)\S+ \S+ \S+ (\d+)", line)
            # What is mapped from a file and cannot be written holds the file and nothing else.
            if not place or "[v" in line or (place[3] != "w" and place[4] != "0"):
                continue
            start, end = int(place[1], 16), int(place[2], 16)
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue
            here = {each for each in possible(data, left) if each in data}
            found += here
            left -= here
    return found


def possible(data: bytes, sought: Collection[bytes]) -> set[bytes]:
    """Those that may stand in some bytes: a look at every fourth place that rules out nearly all.

    Whatever is seven bytes long holds, wherever it stands, four that begin at such a place.
    """
    fours: dict[int, set[bytes]] = {}
    for each in sought:
        for at in range(4 if len(each) >= 7 else 0):
            fours.setdefault(int.from_bytes(each[at : at + 4], sys.byteorder), set()).add(each)
    words = np.frombuffer(data, np.uint32, len(data) // 4)
    wanted = np.zeros(1 << 16, np.bool_)
    wanted[[four & 0xFFFF for four in fours]] = True
    seen = np.unique(words[wanted[words & 0xFFFF]])
    short = {each for each in sought if len(each) < 7}
    return short.union(*(fours.get(int(four), set()) for four in seen))
