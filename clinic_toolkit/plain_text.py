"""The text of a file that a person wrote in an editor of their own.

Editors on Windows put a mark before the text, end lines by two characters, or write two bytes for every
letter. None of that changes a word, so all of it is read, and a text is the same text whichever editor
saved it.
"""

import codecs

# The longer mark of UTF-32 begins with that of UTF-16.
_FOUR_BYTES = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_TWO_BYTES = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HOW = "Open it in its editor, save it with the encoding UTF-8, and try again"


class NotText(ValueError):
    """The bytes are no text that can be read; `line` is where that shows, and the words say what to do."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}. {_HOW}")


def read(data: bytes) -> str:
    """The text, without a mark before it and with one kind of line end.

    Raises:
        NotText: it is neither UTF-8 nor UTF-16 with its mark, or holds the character of no letter.
    """
    if data.startswith(_FOUR_BYTES):
        raise NotText(1, "the text is UTF-32, which is not read here")
    try:
        text = data.decode("utf-16" if data.startswith(_TWO_BYTES) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(line, "the text is not UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotText(line, "the text is UTF-16 and has no mark, or is no text at all")
    return text


def normal(data: bytes) -> bytes:
    """The same text as every editor would have saved it: UTF-8, no mark, lines ended by one character.

    Raises:
        NotText: see `read`.
    """
    return read(data).encode()


def read_leniently(data: bytes) -> str:
    """The text as far as it is one, to count lines in and to show places of."""
    try:
        return read(data)
    except NotText:
        return data.decode("utf-8", "replace").removeprefix("\ufeff")
