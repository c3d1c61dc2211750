"""The file of a logo: what is taken, what is refused, and what of it goes on."""

import struct
import zlib
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from clinic_toolkit.cli import upload_readers
from clinic_toolkit.images import logo_protocol
from clinic_toolkit.images.logo_limits import (
    MAX_FILE_BYTES,
    MAX_HEIGHT,
    MAX_WIDTH,
    PROBLEM_SENTENCES,
    Logo,
    LogoFileError,
    LogoProblem,
)
from clinic_toolkit.images.logo_protocol import LogoReply

RED, WHITE = b"\xff\x00\x00", b"\xff\xff\xff"


def file_of(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    """A picture as a file."""
    held = BytesIO()
    picture.save(held, kind, **more)
    return held.getvalue()


def read(data: bytes) -> Logo:
    """Through both sides, as the worker and the process without keys do it."""
    return logo_protocol.decode_reply(upload_readers.handle_request(logo_protocol.encode_request(data)))


def refusal(data: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(LogoFileError) as refused:
        read(data)
    return refused.value.sentence


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    """A PNG file that says it is so large, and holds nothing of it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    begin = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return begin + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_comes_back_as_bare_dots(kind: str) -> None:
    logo = read(file_of(Image.new("RGB", (30, 20), (255, 0, 0)), kind, quality=100))
    assert (logo.width, logo.height, len(logo.dots)) == (30, 20, 1800)
    assert logo.dots[0] > 250 and max(logo.dots[1:3]) < 5


def test_what_is_clear_is_white_and_what_is_large_is_made_small() -> None:
    clear = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    clear.putpixel((0, 0), (255, 0, 0, 255))
    assert read(file_of(clear)).dots == RED + WHITE
    large = read(file_of(Image.new("L", (1500, 250))))
    assert (large.width, large.height) == (MAX_WIDTH, 100)
    tall = read(file_of(Image.new("L", (100, 1000))))
    assert (tall.width, tall.height) == (20, MAX_HEIGHT)


def test_nothing_of_the_file_itself_goes_on() -> None:
    planted = b"taken at 12 Quay Street"
    picture = Image.new("RGB", (4, 4), (255, 0, 0))
    exif = Image.Exif()
    exif[0x010E] = planted.decode()
    data = file_of(picture, "JPEG", exif=exif)
    assert planted in data, "the control"
    reply = upload_readers.handle_request(logo_protocol.encode_request(data))
    assert planted not in reply


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", LogoProblem.NO_PICTURE),
        (b"GIF89a" + bytes(40), LogoProblem.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", LogoProblem.NO_PICTURE),
        (b"\x89PNG\r\n\x1a\n", LogoProblem.NO_PICTURE),
        (b"\xff\xd8\xff" + bytes(400), LogoProblem.NO_PICTURE),
        (file_of(Image.effect_noise((60, 60), 90))[:1500], LogoProblem.NO_PICTURE),
        (file_of(Image.new("RGB", (9, 9)), "BMP"), LogoProblem.NO_PICTURE),
        (file_of(Image.new("RGB", (9, 9)), "TIFF"), LogoProblem.NO_PICTURE),
        (png_header(2001, 2000), LogoProblem.TOO_MANY_DOTS),
        (png_header(60_000, 60_000), LogoProblem.TOO_MANY_DOTS),
        (png_header(0, 5), LogoProblem.NO_PICTURE),
        (png_header(1000, 1000), LogoProblem.NO_PICTURE),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_in_a_sentence(data: bytes, problem: LogoProblem) -> None:
    assert refusal(data) == PROBLEM_SENTENCES[problem]


def test_a_file_over_a_megabyte_is_not_sent_to_the_reader() -> None:
    with pytest.raises(LogoFileError) as refused:
        logo_protocol.encode_request(bytes(MAX_FILE_BYTES + 1))
    assert refused.value.sentence == PROBLEM_SENTENCES[LogoProblem.TOO_LARGE]
    assert logo_protocol.encode_request(bytes(MAX_FILE_BYTES))


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({}),
        msgspec.msgpack.encode({"problem": "none of these"}),
        msgspec.msgpack.encode(LogoReply(logo=Logo(width=2, height=1, dots=RED))),
        msgspec.msgpack.encode(LogoReply(logo=Logo(width=0, height=0, dots=b""))),
        msgspec.msgpack.encode(LogoReply(logo=Logo(width=-1, height=-1, dots=RED))),
        msgspec.msgpack.encode(LogoReply(logo=Logo(width=601, height=1, dots=RED * 601))),
        bytes(logo_protocol.MAX_REPLY_BYTES + 1),
    ],
)
def test_a_reply_that_does_not_fit_is_not_believed(reply: bytes) -> None:
    with pytest.raises(LogoFileError):
        logo_protocol.decode_reply(reply)
    # The control: one that fits is.
    sound = LogoReply(logo=Logo(width=1, height=1, dots=RED))
    assert logo_protocol.decode_reply(msgspec.msgpack.encode(sound)).dots == RED
