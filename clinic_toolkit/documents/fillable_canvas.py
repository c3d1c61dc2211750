"""A canvas whose blocks become fields where they are to be written in, each a part of the structure."""

from collections.abc import Sequence
from typing import Any

from clinic_toolkit.documents.field_areas import FieldArea
from clinic_toolkit.documents.field_writer import FieldWriter
from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
from clinic_toolkit.documents.tagging import CONTENT_ROLES, Role
from clinic_toolkit.worksheets.sheet_fields import SheetField


class FillableCanvas(TaggedCanvas):
    """A tagged canvas with a form.

    Args:
        file: where the file is written.
        fields: the fields of the sheet that is drawn.
        code: what the names of its fields begin with.
        text_size: the size of what is typed, in points.
    """

    def __init__(
        self, file: Any, *, fields: Sequence[SheetField], code: str, text_size: float, **settings: Any
    ) -> None:
        super().__init__(file, **settings)
        self._writer = FieldWriter(self, fields, code, text_size)

    def place_field(self, area: FieldArea) -> None:
        """Put the field here, as an element of the structure with the field's words."""
        outer = self._target
        if outer is not None and not outer.kids and outer.role in CONTENT_ROLES:
            # Like an empty cell, one with nothing but a field would be missing from its row. The field's own
            # element holds the field and nothing else, as the standard asks.
            self._end_segment()
            self._mark_empty(outer)
        with self.element(Role.FORM, alt=self._writer.describe(area)):
            self._writer.place_field(area)

    def save(self) -> None:
        """Write the file with its form."""
        self._writer.finish()
        super().save()
