"""What to mind in each way of giving a questionnaire: a few lines, the same for every form.

What belongs to one form stands in its own guidance; this is for the clinician alone, as that is.
"""

from collections.abc import Mapping
from typing import Literal

Way = Literal["aloud", "alone", "paper"]

WAYS: Mapping[Way, str] = {
    "aloud": "Read aloud",
    "alone": "In your client’s hands",
    "paper": "On paper",
}
_LINES: Mapping[Way, tuple[str, ...]] = {
    "aloud": (
        "Read each question as it stands, in an even voice. Then wait: silence is time to think.",
        "The answer may be said, shown or written. If a story begins, go with it; to stop there is fine.",
        "Keep ten minutes or more to talk.",
    ),
    "alone": (
        "Say first that any question may be left out, and that there is a pause on every page.",
        "Stay near, look at something else, and say nothing until it comes back.",
        "The first page after that is yours. Read it before your client leaves.",
        "Keep ten minutes or more to talk.",
    ),
    "paper": (
        "Give the form with the answer card. Keep the small card for yourself, where only you see it.",
        "Before your client leaves, look at the questions that your card names.",
        "Paper is found by others: ask who might see it. If that is not clear, it stays here.",
        "Enter it on the same day. A question without one clear answer stays open.",
    ),
}
TELEHEALTH = (
    "Ask who is in the room or in hearing, and what you both do if the line drops. Share the page to share, "
    "not your screen."
)
# What "in private" means, said once near what is asked so.
IN_PRIVATE = "In private: nobody else in hearing, on the call, or interpreting as family."
INTERPRETER = "Speak to your client. All is said as it is, by someone who is no relative or friend."


def lines_for(way: Way, mode: str) -> tuple[str, ...]:
    """Three to five lines for this way.

    Args:
        mode: how it is asked in this hour; it may name telehealth and an interpreter.
    """
    more = [line for word, line in (("telehealth", TELEHEALTH), ("interpreter", INTERPRETER)) if word in mode]
    return (*_LINES[way], *more)
