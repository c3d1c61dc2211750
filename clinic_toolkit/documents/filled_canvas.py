"""A canvas that draws a sheet with its answers in their fields, and what has no room there at the end."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from clinic_toolkit.documents import field_appearances, page_layout
from clinic_toolkit.documents.blocks import Align, Block, Text
from clinic_toolkit.documents.field_areas import FieldArea
from clinic_toolkit.documents.page_layout import PageLayout
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.worksheets.sheet_fields import FieldKind, SheetField

_INSET = 3.0
# Stands where an answer has no room.
_AT_THE_END = "…"


class FilledCanvas(TaggedCanvas):
    """A tagged canvas that writes answers into the sheet.

    Args:
        file: where the file is written.
        fields: the fields of the sheet.
        answers: the value of each field that has one, by its id.
        sheet: the settings of the pages, for what has no room in its field.
        style: that of the text of the sheet.
    """

    def __init__(
        self,
        file: Any,
        *,
        fields: Sequence[SheetField],
        answers: Mapping[str, str],
        sheet: PageLayout,
        style: TextStyle,
        **settings: Any,
    ) -> None:
        super().__init__(file, **settings)
        self._fields = {field.id: field for field in fields}
        self._answers, self._sheet, self._style = answers, sheet, style
        self._left_over: list[Block] = []

    def place_field(self, area: FieldArea) -> None:
        """Draw the answer of this field, if it has one."""
        field, answer = self._fields[area.id], self._answers.get(area.id, "")
        if not answer or (area.option and area.option != answer):
            return
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            self._draw_mark(field, area)
        else:
            self._draw_text(field, area, answer)

    def save(self) -> None:
        """Add the answers that had no room, explain marks in answers, and write the file."""
        typed = [Text(answer, self._style) for answer in self._answers.values()]
        at_the_end = [*self._left_over, *page_layout.placeholder_explanation(typed, self._sheet)]
        if at_the_end:
            sheet = replace(self._sheet, numbered=False)
            pages = page_layout.place_on_pages(at_the_end, sheet.width, sheet.usable_height)
            for number, placed in enumerate(pages, start=1):
                page_layout.draw_page(self, sheet, placed, number, len(pages))
                self.showPage()
        super().save()

    def _draw_mark(self, field: SheetField, area: FieldArea) -> None:
        size = min(area.width, area.height)
        is_tick = field.kind == FieldKind.TICK
        draw = field_appearances.tick_box if is_tick else field_appearances.choice_circle
        words = "ticked" if is_tick else field.option_label(area.option)
        drawing = draw(size, is_on=True).decode("ascii")
        with self.element(Role.FIGURE, alt=f"{field.label}: {words}"):
            self._code.append(f"q 1 0 0 1 {area.x:.2f} {area.y:.2f} cm")
            # Without its own q and Q: a piece of code that ends with Q would count as a setting that draws
            # nothing, and the mark would be outside of its element.
            self._code.append(drawing.removeprefix("q").removesuffix("Q").strip())
            self._code.append("Q")

    def _draw_text(self, field: SheetField, area: FieldArea, answer: str) -> None:
        width, style = area.width - 2 * _INSET, self._style
        on_lines = replace(style, leading=area.pitch / style.size) if area.pitch else style
        for each in (on_lines, style):
            texts = _typed_lines(answer, each)
            height = sum(text.height(width) for text in texts)
            if height <= area.height + 0.5:
                break
        else:
            label = Text(field.label, replace(style, bold=True), before=14, keep_with_next=True)
            self._left_over += [label, *_typed_lines(answer, style)]
            texts = [Text(_AT_THE_END, style)]
        # On ruled lines the words stand a little above their line.
        top = area.y + area.height - (on_lines.size * (on_lines.leading - 1) / 4 if each is on_lines else 0.0)
        for text in texts:
            text.draw(self, area.x + _INSET, top, width)
            top -= text.height(width)


def _typed_lines(answer: str, style: TextStyle) -> list[Text]:
    """What was typed, each line of it as a paragraph."""
    return [Text(line or "\u00a0", style, align=Align.TYPED) for line in answer.split("\n")]
