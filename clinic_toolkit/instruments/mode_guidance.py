"""What to mind in each mode of giving a questionnaire: a few lines, the same for every questionnaire.

Advice on one questionnaire is in its own guidance. Both are for the clinician only.
"""

from collections.abc import Mapping
from typing import Literal

ModeGroup = Literal["aloud", "alone", "paper"]

MODE_GROUP_LABELS: Mapping[ModeGroup, str] = {
    "aloud": "Read aloud",
    "alone": "In your client’s hands",
    "paper": "On paper",
}
_GUIDANCE_LINES: Mapping[ModeGroup, tuple[str, ...]] = {
    "aloud": (
        "Read each question word for word, in an even voice. Then wait: silence is time to think.",
        "The answer may be said, shown or written. If a story begins, follow it; it is fine to stop there.",
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
        "Other people find paper: ask who might see it. If you are not sure, keep it here.",
        "Enter it on the same day. Leave a question open if it has no clear answer.",
    ),
}
TELEHEALTH_LINE = (
    "Ask who is in the room or can hear, and agree what to do if the line drops. Share the page to "
    "share, not your screen."
)
# The meaning of "in private", shown once near the questions that are asked so.
IN_PRIVATE_LINE = "In private: nobody else can hear, is on the call, or interprets as family."
INTERPRETER_LINE = (
    "Speak to your client. The interpreter says everything as it was said, and is not a relative or friend."
)


def guidance_lines(
    mode_group: ModeGroup, *, is_over_telehealth: bool = False, has_interpreter: bool = False
) -> tuple[str, ...]:
    """Three to five lines of guidance for this mode."""
    return (
        *_GUIDANCE_LINES[mode_group],
        *((TELEHEALTH_LINE,) if is_over_telehealth else ()),
        *((INTERPRETER_LINE,) if has_interpreter else ()),
    )
