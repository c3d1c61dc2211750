"""The runs of one line: text of one font, in the order in which it is drawn."""

import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.documents import font_faces, reading_order
from clinic_toolkit.documents.font_faces import Face, Glyph, ShapedFace
from clinic_toolkit.documents.reading_order import DirectedText
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.text_shaping import Cluster, Shaper


class GlyphRun(Struct, frozen=True):
    """Text of one face and colour, drawn at `x` from the start of the line.

    `text` is in the order of drawing. Shaped text has its `face` and its `clusters`; other text is drawn
    letter by letter. `above` and `below` are how far the letters reach from the baseline, in points.
    """

    x: float
    font: str
    size: float
    style: TextStyle
    text: str
    face: ShapedFace | None = None
    clusters: tuple[Cluster, ...] = ()
    above: float = 0.0
    below: float = 0.0


def make_runs(text: str, style: TextStyle, from_right: bool, x: float, shaper: Shaper) -> list[GlyphRun]:
    """The runs of a text that is shaped or reordered.

    Args:
        text: printable text of one line, in logical order.
        style: its style.
        from_right: whether its base direction is right-to-left.
        x: where it begins, from the start of the line in points.
        shaper: the shaper of this paragraph.
    """
    runs: list[GlyphRun] = []
    for directed in reading_order.order_line(text, from_right):
        parts = shaper.split_word(directed.text, style.bold)
        for part in reversed(parts) if directed.rtl else parts:
            if isinstance(part.face, Face):
                drawn = reading_order.mirror(part.text[::-1]) if directed.rtl else part.text
                _add_plain(runs, drawn, part.face, style, x)
                x += part.face.width(part.text) * style.size
            else:
                x += _add_shaped(runs, DirectedText(part.text, directed.rtl), part.face, style, x, shaper)
    return runs


def _add_plain(runs: list[GlyphRun], text: str, face: Face, style: TextStyle, x: float) -> None:
    if runs and runs[-1].face is None:
        x, text = runs[-1].x, runs[-1].text + text
        runs.pop()
    runs.append(GlyphRun(x, face.name, style.size, style, text))


def _add_shaped(
    runs: list[GlyphRun], part: DirectedText, face: ShapedFace, style: TextStyle, x: float, shaper: Shaper
) -> float:
    """Add shaped text, joined with the run before if it has the same face; return its width in points."""
    clusters = shaper.shape(part.text, face, part.rtl)
    advance = sum(cluster.advance for cluster in clusters)
    if part.rtl:
        clusters = tuple(piece for cluster in clusters for piece in _spell_from_right(cluster))
    size = style.size * face.scale
    above, below = face.reach(glyph for cluster in clusters for glyph in cluster.glyphs)
    start = x
    _take_space_in(runs, face)
    if runs and runs[-1].face is face:
        last = runs.pop()
        start, clusters = last.x, last.clusters + clusters
        above, below = max(above, last.above / size), max(below, last.below / size)
    text = "".join(cluster.text for cluster in clusters)
    runs.append(GlyphRun(start, face.name, size, style, text, face, clusters, above * size, below * size))
    return advance * size / face.units


def _take_space_in(runs: list[GlyphRun], face: ShapedFace) -> None:
    """Make the space before text of a face a part of that face, if the text before it has that face too.

    So words of one writing system are one text to a reader of the file, which puts them in order.
    """
    if len(runs) < 2 or runs[-1].text.strip(" ") or runs[-2].face is not face:
        return
    space, last = runs.pop(), runs.pop()
    wide = font_faces.primary_face(space.style.bold).width(" ") * space.size / last.size
    blank = Cluster(" ", (), round(wide * face.units))
    runs.append(
        replace(last, text=last.text + space.text, clusters=last.clusters + len(space.text) * (blank,))
    )


def _spell_from_right(cluster: Cluster) -> list[Cluster]:
    """A cluster of right-to-left text, with one letter or mark for each code, in the order of drawing.

    Readers of the file turn the order of right-to-left letters round, also of the letters of one code, so
    each has a code of its own. The marks of one letter are not turned round by PDFium: they stand in their
    order. The glyphs stand for the first letter; for the others there is empty space, with a width of its own
    for each letter, since PDFium takes the same letter twice at one place for one.
    """
    letters: list[str] = []
    for char in reading_order.mirror(cluster.text):
        if letters and unicodedata.category(char)[0] == "M":
            letters[-1] += char
        else:
            letters.append(char)
    share = cluster.advance // len(letters)
    before = share * (len(letters) - 1)
    spelled: list[Cluster] = []
    for at, letter in enumerate(reversed(letters), start=1):
        spelled += [Cluster(mark, (), 0) for mark in letter[1:]]
        if at < len(letters):
            spelled.append(Cluster(letter[0], (), share))
        else:
            glyphs = tuple(Glyph(glyph.number, glyph.x - before, glyph.y) for glyph in cluster.glyphs)
            spelled.append(Cluster(letter[0], glyphs, cluster.advance - before))
    return spelled
