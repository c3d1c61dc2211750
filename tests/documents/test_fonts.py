"""The fonts of paper: each from a source that is written down, none too large, each with its licence."""

import hashlib
import subprocess
import sys
import tomllib
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from clinic_toolkit.documents import composite_font, font_faces, writing_systems
from clinic_toolkit.documents.font_faces import FONTS_FOLDER
from tests.documents.names_of_the_world import NAMES

SOURCES: dict[str, dict[str, Any]] = tomllib.loads((FONTS_FOLDER / "sources.toml").read_text("utf-8"))["font"]
LARGEST, LARGEST_CHINESE_JAPANESE_KOREAN = 300 * 1024, 5_000_000
TOGETHER = (writing_systems.CHINESE_JAPANESE, writing_systems.KOREAN)


def test_each_font_is_written_down_and_used() -> None:
    files = {path.relative_to(FONTS_FOLDER).as_posix() for path in FONTS_FOLDER.glob("*/*.ttf")}
    assert files == {source["file"] for source in SOURCES.values()}
    assert sorted(SOURCES) == writing_systems.list_fonts()
    assert files == {writing_systems.font_file(name) for name in SOURCES}


@pytest.mark.parametrize("name", SOURCES)
def test_a_font_is_what_was_made_of_its_source(name: str) -> None:
    source = SOURCES[name]
    data = (FONTS_FOLDER / source["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == source["sha256"]
    assert source["licence"] in ("OFL-1.1", "Apache-2.0")
    licence = "OFL.txt" if source["licence"] == "OFL-1.1" else "LICENSE.txt"
    assert (FONTS_FOLDER / source["file"]).with_name(licence).is_file()
    assert len(data) <= LARGEST or name in TOGETHER


def test_the_fonts_of_east_asia_together_are_not_too_large() -> None:
    sizes = [(FONTS_FOLDER / writing_systems.font_file(name)).stat().st_size for name in TOGETHER]
    assert LARGEST < sum(sizes) <= LARGEST_CHINESE_JAPANESE_KOREAN


def test_the_ranges_are_in_order() -> None:
    assert writing_systems.find_font("א") == "NotoSansHebrew"
    assert writing_systems.find_font("a") is writing_systems.find_font("Ж") is None
    ranges = writing_systems._RANGES
    assert all(first <= last for first, last, _ in ranges)
    assert all(last < first for (_, last, _), (first, _, _) in pairwise(ranges)), "or some are never found"
    assert sum(writing_systems.find_font(chr(code)) is not None for code in range(0x20000)) > 30_000


@pytest.mark.parametrize("bold", [False, True])
def test_an_embedded_font_is_a_font_that_others_read(bold: bool) -> None:
    for names in NAMES.values():
        face = font_faces.find_shaped_face(names[0][-1], bold)
        if face is None:
            continue
        source = composite_font.read_source(face.path)
        numbers = [face.font.get_nominal_glyph(ord(char)) for char in names[0] if face.covers(char)]
        made = composite_font.make_font(
            source, [(((number, 10, -20), (number, 40, 0)), 700) for number in numbers]
        )
        read = TTFont(BytesIO(made))
        theirs = TTFont(face.path)
        for at, number in enumerate(numbers, start=1):
            glyph = read["glyf"][read.getGlyphName(at)]
            before = theirs["glyf"][theirs.getGlyphName(number)]
            drawn, _, _ = glyph.getCoordinates(read["glyf"])
            points, _, _ = before.getCoordinates(theirs["glyf"])
            assert list(drawn) == [(x + 10, y - 20) for x, y in points] + [(x + 40, y) for x, y in points]
            assert read["hmtx"][read.getGlyphName(at)][0] == 700


@pytest.mark.processes
def test_a_font_is_loaded_only_when_it_is_needed() -> None:
    """In a process of its own, since a font stays loaded."""
    program = (
        "from clinic_toolkit.documents import font_faces\n"
        "for char in 'aễ漢':\n"
        "    font_faces.primary_face(False).covers(char) or font_faces.find_shaped_face(char, False)\n"
        "    print(sorted({name for name, _ in font_faces._shaped_faces}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['DejaVuSans']", "['DejaVuSans', 'DroidSansFallback']"]
