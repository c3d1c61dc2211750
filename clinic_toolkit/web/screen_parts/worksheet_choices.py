"""The choices when a worksheet is given: the sheets, and the words of the client to print on one."""

from collections.abc import Iterable

from clinic_toolkit.record.values.page_values import WorksheetOffer
from clinic_toolkit.worksheets.model import Worksheet


def sheet_choices(sheets: Iterable[Worksheet]) -> list[tuple[str, str, str]]:
    """Each sheet as value, title and aim."""
    return [(sheet.slug, sheet.title, sheet.aim) for sheet in sheets]


def offer_choices(offers: Iterable[WorksheetOffer]) -> list[tuple[str, str, str]]:
    """Each sheet that fits the answers as value, title and aim, and that it fits."""
    return [
        (slug, title, f"Fits what was said. {aim}")
        for slug, title, aim in sheet_choices(each.worksheet for each in offers)
    ]


def sentence_choices(sentences: Iterable[str], limit: int) -> list[tuple[str, str]]:
    """None, and each sentence that is short enough to print; nothing if all are too long."""
    short = [(words, words) for words in sentences if len(words) <= limit]
    return [("", "None of these"), *short] if short else []
