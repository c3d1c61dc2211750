"""The fields of a fillable file: a box, a square or a circle at each place that a sheet has for one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents import field_appearances, form_objects
from clinic_toolkit.documents.field_areas import FieldArea
from clinic_toolkit.documents.form_objects import Part, RawObject, add_stream, quote_text
from clinic_toolkit.worksheets.sheet_fields import FieldKind, SheetField

if TYPE_CHECKING:
    from reportlab.pdfbase.pdfdoc import PDFObjectReference

    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

# The flags of a field, by the numbers of ISO 32000.
_MULTILINE = 1 << 12
_RADIO = 1 << 15
_PRINTED = 4
# For a reader that draws a field anew after typing. PDFium takes the width as a whole number.
_EDGE, _BORDER = f"/BG[1 1 1]/BC[{field_appearances.EDGE}]", "/BS<</W 1/S/S>>"
# Mean width of a letter and distance of lines in readers, as shares of the size.
_LETTER_WIDTH, _LINE_HEIGHT = 0.5, 1.35
_PADDING = 4.0
_GAP = 1.2
FONT_NAME = "Body"
ON, OFF = "on", "Off"


def field_name(code: str, id: str) -> str:
    """The name of a field in the file; a full stop in it would mean a field within a field."""
    return f"{code}_{id.replace('.', '_')}"


def count_letters(area: FieldArea, kind: FieldKind, size: float) -> int:
    """How many letters of this size the area can hold, so that a page never holds back what was typed."""
    in_a_line = int((area.width - _PADDING) / (size * _LETTER_WIDTH))
    lines = int((area.height - _PADDING) / (size * _LINE_HEIGHT)) if kind == FieldKind.LONG else 1
    return max(in_a_line, 2) * max(lines, 1)


def _within(area: FieldArea) -> FieldArea:
    """The area without its edge: above the writing line, and apart from the box beside it."""
    return replace(
        area,
        x=area.x + _GAP,
        y=area.y + 2 * _GAP,
        width=area.width - 2 * _GAP,
        height=area.height - 3 * _GAP,
    )


class FieldWriter:
    """Writes the fields of one sheet into the file of a canvas.

    Args:
        canvas: draws the sheet.
        fields: the fields that the sheet has.
        code: what the names of all fields begin with; says later which sheet came back.
        size: the size of what is typed, in points.
    """

    def __init__(self, canvas: "TaggedCanvas", fields: Sequence[SheetField], code: str, size: float) -> None:
        self._canvas, self._code, self._size = canvas, code, size
        self._fields = {field.id: field for field in fields}
        self._top: list[PDFObjectReference] = []
        self._choices: dict[str, tuple[RawObject, PDFObjectReference]] = {}
        self._looks: dict[tuple[object, ...], PDFObjectReference] = {}
        self._count = 0
        self._font = form_objects.add_field_font(canvas)

    def describe(self, area: FieldArea) -> str:
        """The words of the field, or of the option of a choice, that lies here."""
        field = self._fields[area.id]
        return f"{field.label}: {field.option_label(area.option)}" if area.option else field.label

    def place_field(self, area: FieldArea) -> None:
        """Put a field, or one option of a choice, on the present page."""
        field = self._fields[area.id]
        if field.kind == FieldKind.CHOICE:
            self._place_option(field, area)
            return
        if field.kind == FieldKind.TICK:
            parts = self._tick_parts(area)
        else:
            area = _within(area)
            limit = count_letters(area, field.kind, self._size)
            parts = [
                f"/FT/Tx/MaxLen {limit}/Ff {_MULTILINE if field.kind == FieldKind.LONG else 0}"
                f"/DA(/{FONT_NAME} {self._size:g} Tf 0 g)/MK<<{_EDGE}>>{_BORDER}/AP<</N ",
                self._look("text", area.width, area.height),
                ">>",
            ]
        name = f"/T({field_name(self._code, area.id)})/TU{quote_text(field.label)}"
        self._top.append(self._add_widget(area, name, *parts))

    def finish(self) -> None:
        """Add the form to the file; call it once, before the canvas is saved."""
        for choice, reference in self._choices.values():
            choice.parts.append("]>>")
            self._top.append(reference)
        # Without NeedAppearances: every field has its look, and a new one could be in another font.
        form: list[Part] = ["<</Fields["]
        for each in self._top:
            form += [each, " "]
        form += [f"]/DR<</Font<</{FONT_NAME} ", self._font, f">>>>/DA(/{FONT_NAME} {self._size:g} Tf 0 g)>>"]
        self._canvas._doc.Catalog.AcroForm = RawObject(*form)

    def _tick_parts(self, area: FieldArea) -> list[Part]:
        size = min(area.width, area.height)
        return [
            f"/FT/Btn/V/{OFF}/AS/{OFF}/MK<</CA(4){_EDGE}>>{_BORDER}/AP<</N<</{ON} ",
            self._look("tick", size, True),
            f"/{OFF} ",
            self._look("tick", size, False),
            ">>>>",
        ]

    def _place_option(self, field: SheetField, area: FieldArea) -> None:
        if field.id not in self._choices:
            choice = RawObject(
                f"<</FT/Btn/Ff {_RADIO}/V/{OFF}/T({field_name(self._code, field.id)})"
                f"/TU{quote_text(field.label)}/Kids["
            )
            self._choices[field.id] = (choice, self._canvas._doc.Reference(choice))
        choice, reference = self._choices[field.id]
        size = min(area.width, area.height)
        widget = self._add_widget(
            area,
            f"/TU{quote_text(self.describe(area))}/Parent ",
            reference,
            f"/AS/{OFF}/MK<</CA(l){_EDGE}>>{_BORDER}/AP<</N<</{area.option} ",
            self._look("choice", size, True),
            f"/{OFF} ",
            self._look("choice", size, False),
            ">>>>",
        )
        choice.parts += [widget, " "]

    def _add_widget(self, area: FieldArea, *parts: Part) -> "PDFObjectReference":
        self._count += 1
        name = f"field {self._count}"
        place = f"{area.x:.2f} {area.y:.2f} {area.x + area.width:.2f} {area.y + area.height:.2f}"
        start = f"<</Type/Annot/Subtype/Widget/F {_PRINTED}/Rect[{place}]"
        self._canvas._addAnnotation(RawObject(start, *parts, ">>"), name)
        reference: PDFObjectReference = self._canvas._doc.refAnnotation(name)
        return reference

    def _look(self, kind: str, *measures: float) -> "PDFObjectReference":
        """The drawing of a field; fields of one size share it."""
        key = (kind, *measures)
        if key not in self._looks:
            if kind == "text":
                width, height = measures
                drawing = field_appearances.text_box(width, height)
                resources: list[Part] = [f"/Resources<</Font<</{FONT_NAME} ", self._font, ">>>>"]
            else:
                width = height = measures[0]
                draw = field_appearances.tick_box if kind == "tick" else field_appearances.choice_circle
                drawing, resources = draw(width, is_on=bool(measures[1])), ["/Resources<<>>"]
            self._looks[key] = add_stream(
                self._canvas,
                drawing,
                f"/Type/XObject/Subtype/Form/BBox[0 0 {width:.2f} {height:.2f}]",
                *resources,
            )
        return self._looks[key]
