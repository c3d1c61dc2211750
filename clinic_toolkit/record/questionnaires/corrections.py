"""What a client put right: their words in place of a line of what was told. Uses nothing of the record."""

from collections.abc import Iterable

import msgspec

from clinic_toolkit.record.values.page_values import Statement


class Correction(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """`original` is the line as it was told, `replacement` what the client says in its place.

    The line itself is kept, and not its place: where an answer changes later, the new line was never doubted.
    """

    original: str
    replacement: str


def apply_corrections(lines: Iterable[str], corrections: Iterable[Correction]) -> tuple[Statement, ...]:
    """These lines, each with what was put in its place."""
    by_line = {each.original: each.replacement for each in corrections}
    return tuple(Statement(text=line, correction=by_line.get(line, "")) for line in lines)
