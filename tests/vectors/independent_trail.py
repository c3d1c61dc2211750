"""Holds records against the audit trail, from `docs/format.md` and the reader beside it alone."""

import re
from typing import Any

from . import independent_reader

LONGEST = 64
# Lines that name what was there before and write nothing; a word may follow, after a space.
READ_ONLY = {"records.read", "records.exported"}
KEYLESS = re.compile(
    r"unlock\.(failed|executor)|backup\.made_locked"
    r"|handover\.(kept|finished|given_back) [0-9a-f]{8}-[1-9][0-9]{0,3}"
)


def told(reader: independent_reader.Reader) -> list[Any]:
    """The text of every line, opened; the chain and the signatures are checked.

    Raises ValueError where a line without a key says what the program never writes without one.
    """
    lines = []
    for line in reader.audit_lines():
        text = independent_reader.decoded(line["raw"])
        if len(text) == 2 and (len(line["raw"]) > LONGEST or not KEYLESS.fullmatch(text[0])):
            raise ValueError(f"audit line {line['seq']} is none that the program writes")
        lines.append(text)
    return lines


def unnamed(reader: independent_reader.Reader) -> list[tuple[str, str, int]]:
    """The table, record and version of every row that no line names, content and all."""
    named = {
        (table, record.hex(), version, content.hex())
        for text in told(reader)
        if isinstance(text, list) and len(text) >= 4 and text[0].split(" ")[0] not in READ_ONLY
        for table, _, record, version, content in text[3]
    }
    return [
        (each["table"], each["record"], each["version"])
        for each in reader.records()
        if (each["table"], each["record"], each["version"], each["content"]) not in named
    ]
