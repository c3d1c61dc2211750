"""How a duration is written on a page."""

from datetime import timedelta

import pytest

from clinic_toolkit.web.pages.filters import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (95, "1 minute 35 seconds"),
        (180, "3 minutes"),
        (3599, "59 minutes 59 seconds"),
        (3600, "more than an hour"),
        (10**7, "more than an hour"),
    ],
)
def test_a_duration_is_written_plainly(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words
