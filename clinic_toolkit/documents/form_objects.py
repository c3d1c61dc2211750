"""Objects of a PDF file that ReportLab has no words for, written as they stand in the file.

ReportLab's own fields take standard fonts only and raise a bare `KeyError` for a start value outside their
encoding; so fields are written here. No text that a person typed ever becomes part of one.
"""

import codecs
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase.pdfdoc import PDFObject, PDFObjectReference
from reportlab.pdfbase.pdfdoc import format as write_object

from clinic_toolkit.documents import font_faces

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

Part = str | PDFObjectReference

# What a simple font can hold; a reader that meets another letter takes a font of its own.
_ENCODING = "cp1252"
_FIRST, _LAST = 32, 255


class RawObject(PDFObject):
    """An object of the file, given as its parts: text, and references to other objects."""

    __RefOnly__ = 1

    def __init__(self, *parts: Part, stream: bytes | None = None) -> None:
        self.parts, self.stream = list(parts), stream

    def __setitem__(self, key: str, value: object) -> None:
        """Add an entry to a dictionary that is complete otherwise, as `TaggedCanvas` does with its own."""
        self.parts.insert(-1, f"/{key} {value}")

    def format(self, document: object) -> bytes:
        """The bytes of the object, with the numbers that its references have by now."""
        head = b"".join(
            part.encode("ascii") if isinstance(part, str) else write_object(part, document)
            for part in self.parts
        )
        if self.stream is None:
            return head
        return b"%b\nstream\n%b\nendstream\n" % (head, self.stream)


def add_object(canvas: "TaggedCanvas", *parts: Part) -> PDFObjectReference:
    """Add an object to the file of the canvas; returns a reference to it."""
    return _refer(canvas, RawObject(*parts))


def add_stream(canvas: "TaggedCanvas", stream: bytes, *parts: Part) -> PDFObjectReference:
    """Add a stream; `parts` are the entries of its dictionary without the length."""
    entries = ("<<", *parts, f"/Length {len(stream)}>>")
    return _refer(canvas, RawObject(*entries, stream=stream))


def _refer(canvas: "TaggedCanvas", added: RawObject) -> PDFObjectReference:
    reference: PDFObjectReference = canvas._doc.Reference(added)
    return reference


def quote_text(text: str) -> str:
    """The text as a string of the file, in ASCII letters whatever it holds."""
    data = codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    return f"<{data.hex()}>"


def add_field_font(canvas: "TaggedCanvas") -> PDFObjectReference:
    """Embed the font of the fields, the whole of it, since nobody knows yet what will be typed."""
    compressed, size = _font_file()
    file = add_stream(canvas, compressed, f"/Filter/FlateDecode/Length1 {size}")
    face = font_faces.primary_face(False)
    widths = [
        round(face.widths.get(bytes([code]).decode(_ENCODING, "replace"), 0.5) * 1000)
        for code in range(_FIRST, _LAST + 1)
    ]
    metrics = _font_metrics()
    descriptor = add_object(
        canvas,
        f"<</Type/FontDescriptor/FontName/{face.name}/Flags 32/FontBBox[{metrics['box']}]/ItalicAngle 0"
        f"/Ascent {metrics['ascent']}/Descent {metrics['descent']}/CapHeight {metrics['cap']}/StemV 80"
        "/FontFile2 ",
        file,
        ">>",
    )
    return add_object(
        canvas,
        f"<</Type/Font/Subtype/TrueType/BaseFont/{face.name}/Encoding/WinAnsiEncoding/FirstChar {_FIRST}"
        f"/LastChar {_LAST}/Widths[{' '.join(map(str, widths))}]/FontDescriptor ",
        descriptor,
        ">>",
    )


@cache
def _font_file() -> tuple[bytes, int]:
    data = (font_faces.FONTS_FOLDER / "AtkinsonHyperlegibleNext-Regular.ttf").read_bytes()
    return zlib.compress(data), len(data)


@cache
def _font_metrics() -> dict[str, str]:
    from reportlab.pdfbase import pdfmetrics

    font: Any = pdfmetrics.getFont(font_faces.primary_face(False).name)
    face = font.face
    return {
        "box": " ".join(str(round(value)) for value in face.bbox),
        "ascent": str(round(face.ascent)),
        "descent": str(round(face.descent)),
        "cap": str(round(face.capHeight)),
    }
