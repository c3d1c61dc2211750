"""A shaped font in one PDF file: a glyph for each cluster that the file draws, and the text of each.

ReportLab’s own embedding knows single letters. Here a code in the file stands for a cluster together with its
text, so text that is copied out is the text that was typed. All that is known of a file is kept with that
file, so its bytes do not depend on what was drawn before.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clinic_toolkit.documents import composite_font
from clinic_toolkit.documents.font_faces import ShapedFace
from clinic_toolkit.documents.text_shaping import Cluster

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

# As many codes as one font in a file may have, glyphs that are only components counted in.
MAX_CODES = 20_000


class EmbeddedFont:
    """One face in one PDF file. ReportLab calls `addObjects` when the file is saved."""

    def __init__(self, face: ShapedFace, internal_name: str, tag: str) -> None:
        self.face = face
        self.internal_name = internal_name
        self.base_name = f"{tag}+{face.name}"
        self._codes: dict[Cluster, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether another font has to begin."""
        return len(self._codes) >= MAX_CODES

    def encode(self, cluster: Cluster) -> int:
        """The code of a cluster in this file."""
        return self._codes.setdefault(cluster, len(self._codes) + 1)

    def addObjects(self, document: Any) -> None:  # noqa: N802 - the name is ReportLab’s
        """Add the font to the file that is being saved."""
        from reportlab.pdfbase import pdfdoc

        source = composite_font.read_source(self.face.path)
        per_em = 1000 / self.face.units
        widths = [round(cluster.advance * per_em, 3) for cluster in self._codes]
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(self.base_name),
                "Flags": 4,
                "FontBBox": pdfdoc.PDFArray([round(edge * per_em) for edge in source.bounds]),
                "ItalicAngle": 0,
                "Ascent": round(source.ascent * per_em),
                "Descent": round(source.descent * per_em),
                "CapHeight": round(source.ascent * per_em),
                "StemV": 80,
                "FontFile2": self._add_stream(document, "fontFile", self._make_file(source), length=True),
            }
        )
        drawn = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": pdfdoc.PDFName(self.base_name),
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
                ),
                "CIDToGIDMap": "/Identity",
                "DW": 0,
                "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray(widths)]),
                "FontDescriptor": document.Reference(descriptor, f"fontDescriptor:{self.base_name}"),
            }
        )
        font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "Name": f"/{self.internal_name}",
                "BaseFont": pdfdoc.PDFName(self.base_name),
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray(
                    [document.Reference(drawn, f"descendantFont:{self.base_name}")]
                ),
                "ToUnicode": self._add_stream(document, "toUnicodeCMap", self._make_text_map()),
            }
        )
        document.Reference(font, self.internal_name)
        document.idToObject["BasicFonts"].dict[self.internal_name] = font

    def _add_stream(self, document: Any, kind: str, content: bytes, *, length: bool = False) -> Any:
        from reportlab.pdfbase import pdfdoc

        stream = pdfdoc.PDFStream(content=content)
        if length:
            stream.dictionary["Length1"] = len(content)
        if document.compression:
            stream.filters = [pdfdoc.PDFZCompress]
        return document.Reference(stream, f"{kind}:{self.base_name}")

    def _make_file(self, source: composite_font.SourceFont) -> bytes:
        shifts = (0, self.face.shift) if self.face.shift else (0,)
        return composite_font.make_font(
            source,
            [
                (
                    tuple((glyph.number, glyph.x + by, glyph.y) for glyph in cluster.glyphs for by in shifts),
                    cluster.advance,
                )
                for cluster in self._codes
            ],
        )

    def _make_text_map(self) -> bytes:
        lines = [
            f"<{code:04X}> <{cluster.text.encode('utf-16-be').hex().upper()}>"
            for cluster, code in self._codes.items()
        ]
        blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
        return "\n".join(
            [
                "/CIDInit /ProcSet findresource begin",
                "12 dict begin",
                "begincmap",
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
                "/CMapName /Adobe-Identity-UCS def",
                "/CMapType 2 def",
                "1 begincodespacerange",
                "<0000> <FFFF>",
                "endcodespacerange",
                *("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks),
                "endcmap",
                "CMapName currentdict /CMap defineresource pop",
                "end",
                "end",
            ]
        ).encode("ascii")


def draw_clusters(pen: "PDFTextObject", face: ShapedFace, size: float, clusters: Sequence[Cluster]) -> None:
    """Draw clusters in the order given, with a text object that is already open.

    Args:
        pen: the text object; its next text of another font sets that font itself.
        face: the face in which the clusters were shaped.
        size: the font size in points, as the face is drawn.
        clusters: what is drawn, from left to right.
    """
    from reportlab.lib.rl_accel import fp_str

    # Neither the canvas nor the code of a text object is in ReportLab's types.
    font = _open_font(pen._canvas._doc, face)  # type: ignore[attr-defined]
    codes = "".join(f"{font.encode(cluster):04X}" for cluster in clusters)
    pen._code.append(f"/{font.internal_name} {fp_str(size)} Tf <{codes}> Tj")  # type: ignore[attr-defined]


def _open_font(document: Any, face: ShapedFace) -> EmbeddedFont:
    """The font of this face in this file; a new one if there is none, or the last is full."""
    opened: list[EmbeddedFont] = vars(document).setdefault("shaped_fonts", [])
    for font in reversed(opened):
        if font.face is face and not font.is_full:
            return font
    tag = "".join(chr(ord("A") + len(opened) // 26**place % 26) for place in range(5, -1, -1))
    name = f"F{len(document.fontMapping) + 1}"
    font = EmbeddedFont(face, name, tag)
    document.fontMapping[font.base_name] = f"/{name}"
    document.delayedFonts.append(font)
    opened.append(font)
    return font
