"""What a client put right: their words in place of a line of what was told. Uses nothing of the record."""

from collections.abc import Iterable

import msgspec

from clinic_toolkit.record.summaries import Told


class Correction(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """`of` is the line as it was told, `words` what the client says in its place.

    The line itself is kept, and not its place: where an answer changes later, the new line was never doubted.
    """

    of: str
    words: str


def told(lines: Iterable[str], corrections: Iterable[Correction]) -> tuple[Told, ...]:
    """These lines, each with what was put in its place."""
    by_line = {each.of: each.words for each in corrections}
    return tuple(Told(text=line, put_right=by_line.get(line, "")) for line in lines)
