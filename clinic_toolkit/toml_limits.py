"""Limits on the content of a TOML file, checked on its text before it is parsed.

A hostile file can make a parser do arbitrary work. This scan goes over the text once, keeps a few counters
and stops at the first one that is too high, so its cost is linear in the length. Each limit is at least twice
what the largest shipped file needs, which a test checks.
"""

import re

MAX_KEYS = 10_000
MAX_TABLES = 2_000
MAX_LISTS = 2_000
MAX_VALUES = 20_000
# Applies to nested brackets and to the parts of a dotted key.
MAX_DEPTH = 12
MAX_WORD_LENGTH = 100

# No alternative can backtrack, so the scan is linear.
# An unterminated string runs to the end of its line or of the text, as it does for the parser.
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
    """A text exceeds a limit. It may be valid TOML, but it was not parsed."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}")


def check_limits(text: str) -> None:
    """Check a text against every limit except its length, which the caller checks when reading the file.

    Raises:
        TomlLimitExceeded: the first limit that is exceeded, and the line.
    """
    scan = _LimitScan()
    for token_match in _TOKEN.finditer(text):
        problem = scan.count_token(token_match[0])
        if problem:
            raise TomlLimitExceeded(text.count("\n", 0, token_match.start()) + 1, problem)


class _LimitScan:
    """The counters of a scan."""

    def __init__(self) -> None:
        self.keys = self.tables = self.lists = self.values = 0
        self.depth = self.dotted_parts = 0
        # Whether the current line's value has begun, and whether the line is a table header.
        self.in_value = self.in_table_header = False

    def count_token(self, token: str) -> str:
        """Count one token; returns a message if it exceeds a limit, else ""."""
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
