"""A label with its value beside it, as in the facts of a session."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas


class LabelledValue(Block):
    """A label on the left and its value beside it; a long value continues on the next page."""

    def __init__(
        self, label: Text, value: Text, *, label_width: float, before: float = 0, keep_with_next: bool = False
    ) -> None:
        super().__init__(before=before, keep_with_next=keep_with_next)
        self.label, self.value = label, value
        self.label_width = label_width
        self.owner: LabelledValue = self
        self.is_continuation = False

    def height(self, width: float) -> float:
        return max(self._label_height(), self.value.height(width - self.label_width))

    def min_height(self, width: float) -> float:
        return max(self._label_height(), self.value.min_height(width - self.label_width))

    def split(self, width: float, room: float) -> "tuple[LabelledValue, LabelledValue] | None":
        parts = self.value.split(width - self.label_width, room) if self._label_height() <= room else None
        if parts is None:
            return None
        first_part = LabelledValue(self.label, parts[0], label_width=self.label_width, before=self.before)
        continuation = LabelledValue(
            self.label, parts[1], label_width=self.label_width, keep_with_next=self.keep_with_next
        )
        first_part.owner = continuation.owner = self.owner
        first_part.is_continuation, continuation.is_continuation = self.is_continuation, True
        return first_part, continuation

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        with canvas.element(Role.ITEM, owner=self.owner):
            with canvas.artifact() if self.is_continuation else canvas.element(Role.LABEL):
                self.label.draw(canvas, x, top, self.label_width - 8)
            with canvas.element(Role.BODY, owner=self.owner):
                self.value.draw(canvas, x + self.label_width, top, width - self.label_width)

    def has_placeholder(self) -> bool:
        return self.value.has_placeholder() or self.label.has_placeholder()

    def _label_height(self) -> float:
        return self.label.height(self.label_width - 8)
