"""What a TOML file may hold, judged on its text before anything parses it.

A parser does as much work as a file tells it to. This scan goes over the text once, remembers a handful of
numbers, and stops at the first one that is too high, so what it costs depends on the length alone. Each
limit leaves at least twice the room that the largest file that ships needs; a test holds it to that.
"""

import re

MAX_KEYS = 10_000
MAX_TABLES = 2_000
MAX_LISTS = 2_000
MAX_VALUES = 20_000
# Brackets within brackets, and the parts of one dotted key.
MAX_DEPTH = 12
MAX_WORD_LENGTH = 100

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


class TomlLimitExceeded(ValueError):
    """A text goes beyond a limit. It is no fault of the TOML, and the text was not parsed."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}")


def check_limits(text: str) -> None:
    """Hold a text against every limit but its length, which whoever reads the file knows first.

    Raises:
        TomlLimitExceeded: the first limit that it goes beyond, with the line where that happens.
    """
    scan = _LimitScan()
    for piece in _TOKEN.finditer(text):
        too_much = scan.count_token(piece[0])
        if too_much:
            raise TomlLimitExceeded(text.count("\n", 0, piece.start()) + 1, too_much)


class _LimitScan:
    """The numbers that are counted on the way through a text."""

    def __init__(self) -> None:
        self.keys = self.tables = self.lists = self.values = 0
        self.depth = self.dotted_parts = 0
        # Within a line: whether its value has begun, and whether it is the head of a table.
        self.in_value = self.in_table_header = False

    def count_token(self, token: str) -> str:
        """Count one piece; returns what is too much, or ""."""
        match token[0]:
            case ".":
                self.dotted_parts += 1
                if self.dotted_parts >= MAX_DEPTH:
                    return f"a name has more than {MAX_DEPTH} parts, which is too deep"
            case "[" | "{":
                return self._count_opening_bracket(token)
            case "]" | "}":
                self.depth, self.dotted_parts = max(0, self.depth - 1), 0
            case "=":
                self.in_value, self.dotted_parts = True, 0
                self.keys += 1
                if self.keys > MAX_KEYS:
                    return f"there are more than {MAX_KEYS:,} names with a value in this file"
            case ",":
                self.values, self.dotted_parts = self.values + 1, 0
                if self.values > MAX_VALUES:
                    return f"there are more than {MAX_VALUES:,} values in the lists of this file"
            case "\n":
                self.dotted_parts = 0
                if self.depth == 0 or self.in_table_header:
                    self.in_value, self.in_table_header, self.depth = False, False, 0
            case _:
                if len(token) > MAX_WORD_LENGTH and _WORD.match(token):
                    return f"a name or a number is longer than {MAX_WORD_LENGTH} characters"
        return ""

    def _count_opening_bracket(self, bracket: str) -> str:
        self.depth, self.dotted_parts = self.depth + 1, 0
        if self.depth > MAX_DEPTH:
            return f"lists or tables are nested more than {MAX_DEPTH} deep"
        if bracket == "{" or not (self.in_value or self.in_table_header):
            self.tables += 1
            self.in_table_header = self.in_table_header or bracket == "["
            if self.tables > MAX_TABLES:
                return f"there are more than {MAX_TABLES:,} tables in this file"
        elif self.in_value:
            self.lists += 1
            if self.lists > MAX_LISTS:
                return f"there are more than {MAX_LISTS:,} lists in this file"
        return ""
