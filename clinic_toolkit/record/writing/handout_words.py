"""What became of a sheet, in words for pages and notes: no count, no praise, no blame."""

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import task_words
from clinic_toolkit.record.people.therapy_session_record import TaskAnswer
from clinic_toolkit.record.writing.handout_record import (
    Barrier,
    Handout,
    HandoutReview,
    HandoutState,
    ReviewOutcome,
    WantedAnswer,
)

OUTCOME_LABELS = {
    ReviewOutcome.CAME_BACK: "Did it",
    ReviewOutcome.PART: "Part of it",
    ReviewOutcome.CHANGED: "Changed it",
    ReviewOutcome.FORGOT: "Forgot",
    ReviewOutcome.CHOSE_NOT: "Chose not to",
}
# What to ask next; the same as of a task without a sheet.
FOLLOW_UPS = {
    ReviewOutcome.CAME_BACK: task_words.FOLLOW_UPS[TaskAnswer.DONE],
    ReviewOutcome.PART: task_words.FOLLOW_UPS[TaskAnswer.PART],
    ReviewOutcome.CHANGED: task_words.FOLLOW_UPS[TaskAnswer.CHANGED],
    ReviewOutcome.FORGOT: task_words.FOLLOW_UPS[TaskAnswer.FORGOT],
    ReviewOutcome.CHOSE_NOT: task_words.FOLLOW_UPS[TaskAnswer.CHOSE_NOT],
}
BARRIER_LABELS = {
    Barrier.AVOIDED: "Put it off, or would rather not",
    Barrier.NO_TIME: "No time",
    Barrier.FORGOT: "Forgot",
    Barrier.UNCLEAR_WHY: "It was not clear why",
    Barrier.UNCLEAR_HOW: "It was not clear how",
    Barrier.DULL: "Dull",
    Barrier.NOT_MINE: "Not mine",
}
WANTED_LABELS = {
    WantedAnswer.WANTED: "Yes, wanted",
    WantedAnswer.PARTLY: "In part",
    WantedAnswer.NOT_WANTED: "Not really",
}
_STATE_LABELS = {
    HandoutState.GIVEN: "out",
    HandoutState.MADE_SMALLER: "out, with a smaller step",
    HandoutState.CAME_BACK: "came back",
    HandoutState.PART: "part of it came back",
    HandoutState.NOT_THIS_TIME: "not this time",
    HandoutState.CHANGED: "done another way",
    HandoutState.FORGOT: "forgotten",
    HandoutState.CHOSE_NOT: "chose not to",
}
_OUTCOMES_IN_SENTENCE = {
    ReviewOutcome.CAME_BACK: "came back",
    ReviewOutcome.PART: "came back in part",
    ReviewOutcome.NOT_THIS_TIME: "not this time",
    ReviewOutcome.CHANGED: "done another way",
    ReviewOutcome.FORGOT: "forgotten",
    ReviewOutcome.CHOSE_NOT: "chose not to do it",
}
_WANTED_IN_SENTENCE = {
    WantedAnswer.WANTED: "it was wanted",
    WantedAnswer.PARTLY: "it was wanted in part",
    WantedAnswer.NOT_WANTED: "it was not really wanted",
}


def outcome_label(outcome: ReviewOutcome) -> str:
    """How it went, as it was chosen; also of older reviews, whose words no page offers any more."""
    return OUTCOME_LABELS.get(outcome, "Not this time")


def describe_state(handout: RecordVersion[Handout]) -> str:
    """Where a sheet stands, in a few words; "" if a newer program wrote it."""
    return _STATE_LABELS.get(HandoutState(handout.state), "") if handout.state in set(HandoutState) else ""


def describe_agreement(handout: Handout) -> str:
    """What was agreed and how sure the client is of it: "Agreed: “…”. How sure: 6 of 10."; "" if nothing."""
    agreed = f"Agreed: {_quote(handout.agreement)}" if handout.agreement else ""
    sure = "" if handout.sureness is None else f"How sure: {handout.sureness} of 10."
    return " ".join(filter(None, (agreed, sure)))


def describe_review(review: HandoutReview) -> str:
    """How it went, in sentences: outcome, what was in the way, what the client said, the smaller step."""
    barriers = "; ".join(BARRIER_LABELS[barrier].lower() for barrier in review.barriers)
    sentences = (
        f"{_OUTCOMES_IN_SENTENCE[review.outcome]}{f' ({barriers})' if barriers else ''}.",
        f"The client said: {_quote(review.client_said)}" if review.client_said else "",
        f"Made smaller: {_quote(review.smaller_step)}" if review.smaller_step else "",
        f"Asked whether it was wanted: {_WANTED_IN_SENTENCE[review.wanted]}." if review.wanted else "",
    )
    return " ".join(filter(None, sentences))


def describe_reviewed_on(review: HandoutReview) -> str:
    """The day of a review."""
    return format_date(review.reviewed_at.astimezone())


def _quote(words: str) -> str:
    """Somebody's words as the end of a sentence, with one full stop."""
    return f"“{words}”" if words.endswith((".", "!", "?", "…")) else f"“{words}”."
