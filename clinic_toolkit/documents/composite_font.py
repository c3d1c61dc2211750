"""A TrueType file whose glyphs are whole clusters of another TrueType file.

Each cluster, a letter with its marks or a stack, becomes one composite glyph that puts the source's glyphs at
their places. So a document needs no positions between glyphs, and a reader of the file finds for each glyph
the text that it stands for.
"""

import struct
from functools import cache
from itertools import accumulate
from pathlib import Path

from msgspec import Struct

# Flags of a component: its arguments are words, and offsets; another follows; instructions follow.
_WORDS, _OFFSETS, _MORE, _INSTRUCTIONS, _OVERLAPS = 0x0001, 0x0002, 0x0020, 0x0100, 0x0400
_SCALES = {0x0008: 2, 0x0040: 4, 0x0080: 8}
Placed = tuple[int, int, int]  # the number of a glyph, x and y in units of the font


class SourceFont(Struct, frozen=True, eq=False):
    """The tables of a TrueType file, and where each glyph begins in `glyf`."""

    tables: dict[str, bytes]
    starts: tuple[int, ...]
    bounds: tuple[int, int, int, int]
    ascent: int
    descent: int

    def outline(self, number: int) -> bytes:
        """The outline of one glyph as it lies in the file; empty for a space."""
        return self.tables["glyf"][self.starts[number] : self.starts[number + 1]]


@cache
def read_source(path: Path) -> SourceFont:
    """Read a font of ours; its tables are kept, since many documents need them."""
    data = path.read_bytes()
    tables = {}
    for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16):
        tag, _, start, size = struct.unpack_from(">4sLLL", data, at)
        if tag in (b"head", b"hhea", b"maxp", b"loca", b"glyf"):
            tables[tag.decode()] = data[start : start + size]
    count = struct.unpack_from(">H", tables["maxp"], 4)[0]
    is_long = struct.unpack_from(">h", tables["head"], 50)[0]
    starts = struct.unpack_from(f">{count + 1}{'L' if is_long else 'H'}", tables.pop("loca"))
    return SourceFont(
        tables=tables,
        starts=starts if is_long else tuple(2 * start for start in starts),
        bounds=struct.unpack_from(">4h", tables["head"], 36),
        ascent=struct.unpack_from(">h", tables["hhea"], 4)[0],
        descent=struct.unpack_from(">h", tables["hhea"], 6)[0],
    )


def make_font(source: SourceFont, clusters: list[tuple[tuple[Placed, ...], int]]) -> bytes:
    """Make a TrueType file with one glyph for each cluster, after an empty glyph 0.

    Args:
        source: the font whose glyphs are put together.
        clusters: for each the glyphs of the source with their places, and its width, in units of the font.
    """
    numbers: dict[int, int] = {}
    outlines: list[bytes] = []
    wanted = [number for glyphs, _ in clusters for number, _, _ in glyphs]
    while wanted:
        number = wanted.pop(0)
        if number in numbers or not source.outline(number):
            continue
        numbers[number] = len(clusters) + 1 + len(numbers)
        outlines.append(_without_instructions(source.outline(number)))
        wanted += [part for _, part in _list_components(outlines[-1])]
    glyphs = [b"", *(_compose(source, placed, numbers) for placed, _ in clusters)]
    glyphs += [_renumber(outline, numbers) for outline in outlines]
    advances = [0, *(advance for _, advance in clusters), *(0 for _ in outlines)]
    parts = max((len(placed) for placed, _ in clusters), default=1)
    return _write_file(source, glyphs, advances, parts)


def _compose(source: SourceFont, placed: tuple[Placed, ...], numbers: dict[int, int]) -> bytes:
    drawn = [(number, x, y) for number, x, y in placed if number in numbers]
    if not drawn:
        return b""
    boxes = []
    body = b""
    for at, (number, x, y) in enumerate(drawn):
        left, bottom, right, top = struct.unpack_from(">4h", source.outline(number), 2)
        boxes.append((left + x, bottom + y, right + x, top + y))
        flags = _WORDS | _OFFSETS | (_OVERLAPS if at == 0 else 0) | (_MORE if at + 1 < len(drawn) else 0)
        body += struct.pack(">HHhh", flags, numbers[number], x, y)
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return struct.pack(">5h", -1, min(lefts), min(bottoms), max(rights), max(tops)) + body


def _list_components(outline: bytes) -> list[tuple[int, int]]:
    """Of a composite glyph, where the number of each component stands, and that number."""
    if struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found = []
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, number = struct.unpack_from(">HH", outline, at)
        found.append((at + 2, number))
        at += _component_size(flags)
    return found


def _component_size(flags: int) -> int:
    """How many bytes a component with these flags takes."""
    scale = sum(size for flag, size in _SCALES.items() if flags & flag)
    return (8 if flags & _WORDS else 6) + scale


def _without_instructions(outline: bytes) -> bytes:
    """Leave out the hints: the tables that they need are not embedded."""
    contours = struct.unpack_from(">h", outline)[0]
    if contours >= 0:
        at = 10 + 2 * contours
        size = struct.unpack_from(">H", outline, at)[0]
        return outline[:at] + b"\0\0" + outline[at + 2 + size :]
    changed = bytearray(outline)
    end = 10
    for at, _ in _list_components(outline):
        start = at - 2
        flags = struct.unpack_from(">H", outline, start)[0]
        struct.pack_into(">H", changed, start, flags & ~_INSTRUCTIONS)
        end = start + _component_size(flags)
    return bytes(changed[:end])


def _renumber(outline: bytes, numbers: dict[int, int]) -> bytes:
    changed = bytearray(outline)
    for at, number in _list_components(outline):
        # A component without an outline draws nothing, as glyph 0 does here.
        struct.pack_into(">H", changed, at, numbers.get(number, 0))
    return bytes(changed)


def _write_file(source: SourceFont, glyphs: list[bytes], advances: list[int], parts: int) -> bytes:
    padded = [glyph + bytes(-len(glyph) % 4) for glyph in glyphs]
    starts = [0, *accumulate(len(glyph) for glyph in padded)]
    lefts = [struct.unpack_from(">h", glyph, 2)[0] if glyph else 0 for glyph in glyphs]
    head = bytearray(source.tables["head"])
    struct.pack_into(">L", head, 8, 0)
    struct.pack_into(">h", head, 50, 1)  # long offsets
    hhea = bytearray(source.tables["hhea"])
    struct.pack_into(">H", hhea, 34, len(glyphs))
    maxp = bytearray(source.tables["maxp"])
    limits = list(struct.unpack_from(">13H", maxp, 6))
    points, contours = max(limits[0], limits[2]), max(limits[1], limits[3])
    limits[2:4] = min(points * parts, 0xFFFF), min(contours * parts, 0xFFFF)
    limits[4:11] = 1, 0, 0, 0, 0, 0, 0  # no instructions, so no zones, storage, functions or stack
    limits[11:13] = max(limits[11], parts), limits[12] + 1
    struct.pack_into(">H13H", maxp, 4, len(glyphs), *limits)
    metrics = zip(advances, lefts, strict=True)
    tables = {
        b"glyf": b"".join(padded),
        b"head": bytes(head),
        b"hhea": bytes(hhea),
        b"hmtx": b"".join(struct.pack(">Hh", max(advance, 0), left) for advance, left in metrics),
        b"loca": struct.pack(f">{len(starts)}L", *starts),
        b"maxp": bytes(maxp),
    }
    return _write_tables(tables)


def _write_tables(tables: dict[bytes, bytes]) -> bytes:
    start = 12 + 16 * len(tables)
    directory = struct.pack(">LHHHH", 0x00010000, len(tables), 64, 2, 16 * len(tables) - 64)
    body = b""
    for tag, table in tables.items():
        padded = table + bytes(-len(table) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sLLL", tag, checksum, start + len(body), len(table))
        body += padded
    return directory + body
