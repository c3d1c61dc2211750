"""A picture that says nothing which does not stand beside it in words: decoration, for a screen reader."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Block
from clinic_toolkit.images.logo_limits import Logo

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

MAX_WIDTH, MAX_HEIGHT = 144.0, 42.0


class Picture(Block):
    """A logo, as large as fits two inches by half an inch or so; never larger than its dots allow."""

    def __init__(self, logo: Logo, *, after: float = 0) -> None:
        super().__init__(after=after, keep_with_next=True)
        self.logo = logo
        # At most 72 dots an inch would be coarse; four dots a point are sharp.
        self.scale = min(MAX_WIDTH / logo.width, MAX_HEIGHT / logo.height, 1.0)

    def height(self, width: float) -> float:
        return self.logo.height * self.scale

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        # Loaded where a logo is printed, which most papers have not.
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        logo = self.logo
        picture = Image.frombytes("RGB", (logo.width, logo.height), logo.dots)
        drawn_width, drawn_height = logo.width * self.scale, logo.height * self.scale
        canvas.drawImage(ImageReader(picture), x, top - drawn_height, drawn_width, drawn_height)
