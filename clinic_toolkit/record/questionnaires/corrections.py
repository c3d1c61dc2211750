"""Corrections: the client's words in place of a sentence of the result. Never reads the record."""

from collections.abc import Collection, Iterable

import msgspec

from clinic_toolkit.record.values.client_statements import ClientSays, Statement


class Correction(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One correction: `original` is the sentence as shown, `replacement` what the client says instead.

    The text is stored instead of its position: if an answer changes later, the new sentence was never
    corrected.
    """

    original: str
    replacement: str


def apply_corrections(lines: Iterable[str], corrections: Iterable[Correction]) -> tuple[Statement, ...]:
    """Return these sentences, each with its correction, or "" if it has none."""
    replacement_by_line = {correction.original: correction.replacement for correction in corrections}
    return tuple(Statement(text=line, correction=replacement_by_line.get(line, "")) for line in lines)


def match_client_says(
    wrong: str, corrections: Iterable[Correction], shown_lines: Collection[str]
) -> ClientSays:
    """What the client says against a result that can show these lines."""
    corrected = tuple(Statement(text=each.original, correction=each.replacement) for each in corrections)
    return ClientSays(
        wrong=wrong.strip(),
        corrected=corrected,
        unmatched=tuple(statement for statement in corrected if statement.text not in shown_lines),
    )
