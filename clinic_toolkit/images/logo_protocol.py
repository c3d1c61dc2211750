"""What the worker asks the process without keys about the file of a logo, and what it believes of the answer.

The reply holds bare dots, which nothing has to decode. It is as little trusted as the file: its size and its
length are checked here.
"""

import msgspec

from clinic_toolkit.images.logo_limits import (
    MAX_FILE_BYTES,
    MAX_HEIGHT,
    MAX_WIDTH,
    PROBLEM_SENTENCES,
    Logo,
    LogoFileError,
    LogoProblem,
)

MAX_REQUEST_BYTES = MAX_FILE_BYTES + 4096
MAX_REPLY_BYTES = 3 * MAX_WIDTH * MAX_HEIGHT + 4096


class LogoRequest(msgspec.Struct, frozen=True, kw_only=True, tag="logo"):
    """The bytes of a file."""

    data: bytes


class LogoReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either the picture or why the file is refused; never both."""

    logo: Logo | None = None
    problem: LogoProblem | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(LogoRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(LogoReply).decode


def encode_request(data: bytes) -> bytes:
    """Pack a file for the process without keys.

    Raises:
        LogoFileError: it is too large to be sent there.
    """
    if len(data) > MAX_FILE_BYTES:
        raise LogoFileError(PROBLEM_SENTENCES[LogoProblem.TOO_LARGE])
    return _encode(LogoRequest(data=data))


def handle_request(packed: bytes) -> bytes:
    """Decode a packed file; runs in the process without keys.

    Raises:
        MemoryError: decoding needs more memory than the process may use.
    """
    # The library is large, and is loaded once such a file is there.
    from clinic_toolkit.images import logo_reader

    found = logo_reader.read_logo(_decode_request(packed).data)
    if isinstance(found, LogoProblem):
        return _encode(LogoReply(problem=found))
    return _encode(LogoReply(logo=found))


def decode_reply(reply: bytes) -> Logo:
    """Return the logo of a file.

    Raises:
        LogoFileError: the file is refused, or the reply is not a valid one.
    """
    problem = LogoProblem.NO_PICTURE
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
    except ValueError as error:
        raise LogoFileError(PROBLEM_SENTENCES[problem]) from error
    if decoded.logo is not None and decoded.problem is None and decoded.logo.is_sound:
        return decoded.logo
    raise LogoFileError(PROBLEM_SENTENCES[decoded.problem or problem])
