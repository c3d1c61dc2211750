"""Decodes text files that people wrote in their own editors.

Editors on Windows may add a byte order mark, end lines with CRLF or save UTF-16. All of these are accepted,
and the decoded text is the same whichever editor saved it.
"""

import codecs

# Must be tested first, because the byte order mark of UTF-32 begins with that of UTF-16.
_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ADVICE = "Open it in its editor, save it with the encoding UTF-8, and try again"


class TextDecodingError(ValueError):
    """The bytes are not text in a supported encoding; `line` is where, and the message says what to do."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}. {_ADVICE}")


def decode_text(data: bytes) -> str:
    """Decode a text; returns it without a byte order mark, and with LF line ends.

    Raises:
        TextDecodingError: it is neither UTF-8 nor UTF-16 with a byte order mark, or contains a NUL.
    """
    if data.startswith(_UTF32_BOMS):
        raise TextDecodingError(1, "the text is UTF-32, which is not read here")
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16_BOMS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TextDecodingError(line, "the text is not UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TextDecodingError(line, "the text is UTF-16 and has no mark, or is no text at all")
    return text


def normalize_text_bytes(data: bytes) -> bytes:
    """Encode a text in its normal form: UTF-8 without a byte order mark, and with LF line ends.

    Raises:
        TextDecodingError: see `decode_text`.
    """
    return decode_text(data).encode()


def decode_text_leniently(data: bytes) -> str:
    """Decode a text and replace invalid bytes, for counting lines and quoting places in messages."""
    try:
        return decode_text(data)
    except TextDecodingError:
        return data.decode("utf-8", "replace").removeprefix("\ufeff")
