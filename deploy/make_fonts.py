"""Cut the fonts for other writing systems that lie in `clinic_toolkit/documents/fonts`.

For maintainers, with the libraries of the tests:

    apt-get download fonts-noto-core=20201225-1 fonts-droid-fallback=1:6.0.1r16-1.1 \
        fonts-nanum=20200506-1
    dpkg-deb -x … DIR        (each of them)
    .venv/bin/python deploy/make_fonts.py DIR

Each source is known by its digest, and the same sources give the same files. Left out are hints, glyph names
and what is Latin; for Tibetan also the stacks of letters that Tibetan names do not have.
"""

import hashlib
import itertools
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FONTS = HERE.parent / "clinic_toolkit" / "documents" / "fonts"
SOURCES = FONTS / "sources.toml"
FIRST_KEPT = 0x2FF  # what comes before is set in the two families of the house
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]
TIBETAN = "NotoSerifTibetan"


def make_fonts(unpacked: Path) -> None:
    """Write every font of `sources.toml` anew; a source with another digest is refused."""
    for name, source in tomllib.loads(SOURCES.read_text("utf-8"))["font"].items():
        path = unpacked / source["path"]
        if hash_file(path) != source["source_sha256"]:
            raise SystemExit(f"{path} is not the file that sources.toml names.")
        target = FONTS / source["file"]
        cut_font(path, target, source)
        print(f'{name}: {target.stat().st_size} bytes, sha256 = "{hash_file(target)}"')


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cut_font(path: Path, target: Path, source: dict[str, Any]) -> None:
    """Cut one font to the letters of its writing system.

    A font whose name its licence reserves for the uncut font gets a new one, `renamed`.
    """
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options()
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.layout_features = ["*"]
    options.name_IDs = KEPT_NAMES
    options.recalc_timestamp = False
    options.drop_tables = [*options.drop_tables, "DSIG", "meta"]
    font: Any = load_font(str(path), options)
    codes = [code for code in font.getBestCmap() if code >= FIRST_KEPT or code in (0x20, 0xA0)]
    if kept := source.get("kept"):
        codes = [code for code in codes if any(first <= code <= last for first, last in kept)]
    subsetter = Subsetter(options)
    if path.stem.startswith(TIBETAN):
        options.layout_closure = False
        subsetter.populate(unicodes=codes, gids=tibetan_glyphs(path))
    else:
        subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    if new_name := source.get("renamed"):
        for record in list(font["name"].names):
            if record.nameID in (1, 3, 4, 6):
                font["name"].setName(
                    new_name, record.nameID, record.platformID, record.platEncID, record.langID
                )
            elif record.nameID in (2, 5):
                font["name"].removeNames(record.nameID)
    save_font(font, str(target), options)


def tibetan_glyphs(path: Path) -> set[int]:
    """The glyphs of the stacks that Tibetan and Dzongkha words have; the source has 1,300 of Sanskrit too."""
    import uharfbuzz

    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path))))
    bases = [chr(code) for code in range(0xF40, 0xF6D) if code != 0xF48]
    under = {base: chr(ord(base) + 0x50) for base in bases}
    feet = ["", "\u0fb1", "\u0fb2", "\u0fb3", "\u0fad", "\u0fb7", "\u0fb2\u0fad", "\u0fb1\u0fad"]
    stacks = [base + foot for base in bases for foot in feet]
    stacks += [head + under[base] + foot for head in "རལས" for base in bases for foot in feet[:4]]
    vowels = ["", "\u0f72", "\u0f74", "\u0f7a", "\u0f7c", "\u0f71", "\u0f7e"]
    found: set[int] = set()
    for stack, vowel in itertools.product(stacks, vowels):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(stack + vowel)
        buffer.guess_segment_properties()
        uharfbuzz.shape(font, buffer)
        found.update(info.codepoint for info in buffer.glyph_infos)
    return found


if __name__ == "__main__":
    make_fonts(Path(sys.argv[1]))
