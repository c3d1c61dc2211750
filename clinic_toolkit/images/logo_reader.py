"""Decodes the file of a logo; runs in the process without keys, since such decoders have had faults."""

import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from clinic_toolkit.images.logo_limits import MAX_DOTS, MAX_HEIGHT, MAX_WIDTH, Logo, LogoProblem

# What a file begins with decides, and not its name.
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
# A damaged file ends a decoder in many ways, and each means the same to the person who chose it.
_DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError, AttributeError,
    struct.error, zlib.error, Warning,
)  # fmt: skip
_WHITE = (255, 255, 255, 255)


def read_logo(data: bytes) -> Logo | LogoProblem:
    """Return the picture in a file, small and on white; or why there is none."""
    if not data.startswith(_BEGINNINGS):
        return LogoProblem.NO_PICTURE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as opened:
                if opened.width * opened.height > MAX_DOTS:
                    return LogoProblem.TOO_MANY_DOTS
                return _make_small(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return LogoProblem.TOO_MANY_DOTS
    except _DAMAGE:
        return LogoProblem.NO_PICTURE


def _make_small(opened: Image.Image) -> Logo:
    turned = ImageOps.exif_transpose(opened)
    picture = turned.convert("RGBA")
    picture.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    ground = Image.new("RGBA", picture.size, _WHITE)
    ground.alpha_composite(picture)
    flat = ground.convert("RGB")
    return Logo(width=flat.width, height=flat.height, dots=flat.tobytes())
