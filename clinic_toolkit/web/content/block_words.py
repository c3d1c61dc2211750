"""What the blocks of a worksheet and their values are called where one is written."""

from collections.abc import Mapping

# For each kind of block its name, and below the name and the hint of each of its values.
BLOCK_NAMES: Mapping[str, str] = {
    "lines": "Writing lines",
    "box": "An empty box",
    "menu": "Options to tick",
    "table": "A table",
    "diary": "A week, day by day",
    "sort": "Three boxes to sort into",
    "ladder": "A ladder",
    "scale": "A line between two words",
    "gauge": "Gauges to shade",
    "circles": "Two circles",
    "body": "The outline of a body",
    "script": "Parts of something to say",
    "columns": "Two columns",
    "card": "A card to cut out",
    "shares": "A circle to divide",
    "prose": "A paragraph to read",
}

_ONE_A_LINE = "One on each line."
_LABEL = ("What stands above it", "")
_OWN_LINES = ("Lines for one’s own", "0 to 4.")

BLOCK_VALUES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "prose": {"label": ("What stands above it", "May be left empty."), "text": ("The paragraph", "")},
    "lines": {"label": _LABEL, "count": ("How many lines", "1 to 20."), "numbered": ("Number the lines", "")},
    "box": {"label": _LABEL, "lines": ("How high, in writing lines", "1 to 20.")},
    "menu": {
        "label": _LABEL,
        "options": ("The options", f"2 to 16. {_ONE_A_LINE}"),
        "own_lines": _OWN_LINES,
    },
    "table": {
        "label": _LABEL,
        "columns": ("The heads of the columns", f"1 to 6. {_ONE_A_LINE}"),
        "rows": ("How many rows", "1 to 14."),
        "lines": ("Writing lines in each row", "1 to 4."),
        "numbered": ("Number the rows", ""),
        "tick_columns": ("Columns with a box to tick", "Their numbers, from the left: 2, 3."),
        "row_heads": ("Names of the rows", f"{_ONE_A_LINE} As many as there are rows, or none."),
    },
    "diary": {
        "label": _LABEL,
        "columns": ("The heads of the columns", f"1 to 4. {_ONE_A_LINE}"),
        "days": ("The days", f"3 to 14. {_ONE_A_LINE}"),
        "lines": ("Writing lines for each day", "1 to 4."),
    },
    "sort": {
        "label": _LABEL,
        "boxes": ("The names of the three boxes", _ONE_A_LINE),
        "lines": ("Lines in each", "2 to 12."),
    },
    "ladder": {
        "label": _LABEL,
        "rungs": ("How many rungs", "3 to 10."),
        "bottom": ("The words at the bottom", ""),
        "top": ("The words at the top", ""),
        "ratings": ("Narrow columns to rate each rung", f"3 at most. {_ONE_A_LINE}"),
    },
    "scale": {
        "label": _LABEL,
        "left": ("The words at the left end", ""),
        "right": ("The words at the right end", ""),
        "steps": ("How many marks", "2 to 11."),
    },
    "gauge": {
        "label": _LABEL,
        "names": ("The names of the gauges", f"1 to 6. {_ONE_A_LINE}"),
        "levels": ("The levels, from the bottom", f"2 to 5. {_ONE_A_LINE}"),
        "lines": ("A line to write on beside each level, if there is one gauge", ""),
    },
    "circles": {
        "label": _LABEL,
        "left": ("The name of the left circle", ""),
        "right": ("The name of the right circle", ""),
        "middle": ("The name of the middle", ""),
    },
    "body": {"label": _LABEL, "lines": ("Lines beside it", "0 to 10.")},
    "script": {
        "label": _LABEL,
        "parts": ("The words that each part begins with", f"2 to 6. {_ONE_A_LINE}"),
        "lines": ("Lines to go on with", "1 to 4."),
    },
    "columns": {
        "label": _LABEL,
        "left": ("The head of the left column", ""),
        "right": ("The head of the right column", ""),
        "rows": ("How many lines", "2 to 12."),
        "ticks": ("A box to tick before each line", ""),
    },
    "card": {
        "label": _LABEL,
        "sentences": ("Sentences that are printed on it", f"6 at most. {_ONE_A_LINE}"),
        "own_lines": _OWN_LINES,
    },
    "shares": {"label": _LABEL, "shares": ("How many lines to name the parts", "2 to 8.")},
}

# What a new block begins with, so that as little as possible has to be filled in.
NEW_BLOCK_VALUES: Mapping[str, Mapping[str, str]] = {
    "lines": {"count": "4"},
    "box": {"lines": "6"},
    "menu": {"own_lines": "1"},
    "table": {"rows": "5", "lines": "1"},
    "diary": {"lines": "1", "days": "Monday\nTuesday\nWednesday\nThursday\nFriday\nSaturday\nSunday"},
    "sort": {"lines": "5"},
    "ladder": {"rungs": "5", "bottom": "easiest", "top": "hardest"},
    "scale": {"steps": "11"},
    "gauge": {"levels": "empty\nhalf full\nfull"},
    "body": {"lines": "4"},
    "script": {"lines": "1"},
    "columns": {"rows": "5"},
    "card": {"own_lines": "1"},
    "shares": {"shares": "4"},
}

# What a sheet that somebody begins to write already says.
NEW_SHEET: Mapping[str, str] = {
    "if_it_gets_hard": "Leave it for now. A line that stays empty is fine.",
    "bring_back": "The sheet, as far as you got.",
    "review_prompts": "How was it to work with this sheet?\nWhat was different from what you expected?",
    "minutes": "15 minutes",
    "total_minutes": "15",
    "side": "any",
    "path_step": "notice",
    "language": "en",
    "block-0-kind": "lines",
    "block-0-count": "4",
}
