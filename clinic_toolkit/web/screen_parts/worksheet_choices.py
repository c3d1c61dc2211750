"""The choices when a worksheet is given: the sheets, and the words of the client to print on one."""

from collections.abc import Iterable

from clinic_toolkit.worksheets.model import Worksheet


def sheet_choices(sheets: Iterable[Worksheet]) -> list[tuple[str, str, str]]:
    """Each sheet as value, title, and its aim above when not to use it, so that nobody gives it unread."""
    return [
        (
            sheet.slug,
            sheet.title,
            f"{'In the room only. ' if sheet.is_room_only else ''}{sheet.aim}\n"
            f"When not to use it: {sheet.when_not_to_use}",
        )
        for sheet in sheets
    ]


def sentence_choices(sentences: Iterable[str], limit: int) -> list[tuple[str, str]]:
    """None, and each sentence that is short enough to print; nothing if all are too long."""
    short = [(words, words) for words in sentences if len(words) <= limit]
    return [("", "None of these"), *short] if short else []
