"""What is said before the first question takes a minute and a half to read aloud, at most."""

from collections.abc import Iterator

import pytest

from clinic_toolkit.instruments import catalogue, confidentiality_limits
from clinic_toolkit.instruments.model import Instrument

# Ninety seconds, at the 133 words a minute of somebody who reads slowly and clearly.
MOST_WORDS = 200


def spoken(instrument: Instrument) -> Iterator[str]:
    """The whole introduction in either wording, with the longest draft of the limits where they are said."""
    drafts = (
        [one.text for one in confidentiality_limits.load_drafts().drafts]
        if confidentiality_limits.requires_notice(instrument)
        else [""]
    )
    longest = max(drafts, key=count)
    for paragraphs in (instrument.introduction, instrument.introduction_general):
        if paragraphs:
            yield " ".join((*paragraphs, longest))


def count(text: str) -> int:
    """The words of a text as they are counted for reading aloud: what stands between two spaces."""
    return len(text.split())


@pytest.mark.parametrize("form", catalogue.list_newest(), ids=lambda form: form.id)
def test_an_introduction_is_read_aloud_in_ninety_seconds(form: Instrument) -> None:
    found = [count(said) for said in spoken(form)]
    assert found and max(found) <= MOST_WORDS


def test_the_limits_are_counted_where_they_are_said_and_nowhere_else() -> None:
    longest = max(count(one.text) for one in confidentiality_limits.load_drafts().drafts)
    for form in catalogue.list_newest():
        own = count(" ".join(form.introduction))
        assert count(next(spoken(form))) == own + (
            longest if confidentiality_limits.requires_notice(form) else 0
        ), form.id
