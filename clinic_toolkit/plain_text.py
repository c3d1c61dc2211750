"""The text of a file that a person wrote in an editor of their own.

Editors on Windows put a mark before the text, end lines by two characters, or write two bytes for every
letter. None of that changes a word, so all of it is read, and a text is the same text whichever editor
saved it.
"""

import codecs

# The longer mark of UTF-32 begins with that of UTF-16.
_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ADVICE = "Open it in its editor, save it with the encoding UTF-8, and try again"


class TextDecodingError(ValueError):
    """The bytes are no text that can be read; `line` is where that shows, and the words say what to do."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}. {_ADVICE}")


def decode_text(data: bytes) -> str:
    """The text, without a mark before it and with one kind of line end.

    Raises:
        TextDecodingError: it is neither UTF-8 nor UTF-16 with its mark, or holds the character of no letter.
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
    """The same text as every editor would have saved it: UTF-8, no mark, lines ended by one character.

    Raises:
        TextDecodingError: see `decode_text`.
    """
    return decode_text(data).encode()


def decode_text_leniently(data: bytes) -> str:
    """The text as far as it is one, to count lines in and to show places of."""
    try:
        return decode_text(data)
    except TextDecodingError:
        return data.decode("utf-8", "replace").removeprefix("\ufeff")
