"""What a logo may be, and what it becomes."""

from enum import StrEnum

import msgspec

from clinic_toolkit.errors import ClinicError

# With the rest of its form it stays below the 1 MiB that a page may send.
MAX_FILE_BYTES = 1_000_000
MAX_DOTS = 4_000_000
# A logo is made as small as this, which prints two inches wide at 300 dots an inch.
MAX_WIDTH, MAX_HEIGHT = 600, 200


class Logo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as bare dots: three bytes each (red, green, blue), row by row from the top."""

    width: int
    height: int
    dots: bytes

    @property
    def is_sound(self) -> bool:
        """Whether size and dots fit one another and the limits."""
        return (
            1 <= self.width <= MAX_WIDTH
            and 1 <= self.height <= MAX_HEIGHT
            and len(self.dots) == 3 * self.width * self.height
        )


class LogoProblem(StrEnum):
    """Why a file is refused."""

    TOO_LARGE = "too_large"
    NO_PICTURE = "no_picture"
    TOO_MANY_DOTS = "too_many_dots"


PROBLEM_SENTENCES = {
    LogoProblem.TOO_LARGE: "This file is larger than 1 MB. Choose a smaller one.",
    LogoProblem.NO_PICTURE: "This file is no PNG or JPEG picture that can be read, whatever its name says.",
    LogoProblem.TOO_MANY_DOTS: "This picture has more than four million dots. Choose a smaller one.",
}


class LogoFileError(ClinicError):
    """A file is no logo; nothing was changed."""
