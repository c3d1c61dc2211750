"""What a TOML file may hold, judged on its text before anything parses it.

A parser does as much work as a file tells it to. This scan goes over the text once, remembers a handful of
numbers, and stops at the first one that is too high, so what it costs depends on the length alone. Each
limit leaves at least twice the room that the largest file that ships needs; a test holds it to that.
"""

import re

MOST_KEYS = 10_000
MOST_TABLES = 2_000
MOST_LISTS = 2_000
MOST_VALUES = 20_000
# Brackets within brackets, and the parts of one dotted key.
MOST_NESTED = 12
LONGEST_WORD = 100

# Every alternative either matches without looking back or does not begin here, so the scan is linear.
# A string without an end runs to the end of its line, or of the text, as it does for the parser.
_TOKEN = re.compile(
    r"""
      \#[^\n]*+
    | \"{3} (?: [^"\\]++ | \\(?:.|\Z) | "(?!"") )*+ (?: "{3,5} | \Z )
    | '{3} (?: [^']++ | '(?!'') )*+ (?: '{3,5} | \Z )
    | " (?: [^"\\\n]++ | \\(?:.|\Z) )*+ "?
    | ' [^'\n]*+ '?
    | [\w+:-]++
    | [^\S\n]++
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[\w+:-]")


class TooMuch(ValueError):
    """A text goes beyond a limit. It is no fault of the TOML, and the text was not parsed."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}")


def check(text: str) -> None:
    """Hold a text against every limit but its length, which whoever reads the file knows first.

    Raises:
        TooMuch: the first limit that it goes beyond, with the line where that happens.
    """
    scan = _Scan()
    for piece in _TOKEN.finditer(text):
        too_much = scan.take(piece[0])
        if too_much:
            raise TooMuch(text.count("\n", 0, piece.start()) + 1, too_much)


class _Scan:
    """The numbers that are counted on the way through a text."""

    def __init__(self) -> None:
        self.keys = self.tables = self.lists = self.values = 0
        self.depth = self.parts = 0
        # Within a line: whether its value has begun, and whether it is the head of a table.
        self.in_value = self.in_head = False

    def take(self, piece: str) -> str:
        """Count one piece; returns what is too much, or ""."""
        match piece[0]:
            case ".":
                self.parts += 1
                if self.parts >= MOST_NESTED:
                    return f"a name has more than {MOST_NESTED} parts, which is too deep"
            case "[" | "{":
                return self._open(piece)
            case "]" | "}":
                self.depth, self.parts = max(0, self.depth - 1), 0
            case "=":
                self.in_value, self.parts = True, 0
                self.keys += 1
                if self.keys > MOST_KEYS:
                    return f"there are more than {MOST_KEYS:,} names with a value in this file"
            case ",":
                self.values, self.parts = self.values + 1, 0
                if self.values > MOST_VALUES:
                    return f"there are more than {MOST_VALUES:,} values in the lists of this file"
            case "\n":
                self.parts = 0
                if self.depth == 0 or self.in_head:
                    self.in_value, self.in_head, self.depth = False, False, 0
            case _:
                if len(piece) > LONGEST_WORD and _WORD.match(piece):
                    return f"a name or a number is longer than {LONGEST_WORD} characters"
        return ""

    def _open(self, piece: str) -> str:
        self.depth, self.parts = self.depth + 1, 0
        if self.depth > MOST_NESTED:
            return f"lists or tables are nested more than {MOST_NESTED} deep"
        if piece == "{" or not (self.in_value or self.in_head):
            self.tables += 1
            self.in_head = self.in_head or piece == "["
            if self.tables > MOST_TABLES:
                return f"there are more than {MOST_TABLES:,} tables in this file"
        elif self.in_value:
            self.lists += 1
            if self.lists > MOST_LISTS:
                return f"there are more than {MOST_LISTS:,} lists in this file"
        return ""
