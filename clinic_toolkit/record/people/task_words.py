"""What happened with what was agreed, in words: five answers, none of them a mark, and what to ask next."""

from clinic_toolkit.record.people.therapy_session_record import TaskAnswer, TherapySession

TASK_LABELS = {
    TaskAnswer.DONE: "Did it",
    TaskAnswer.PART: "Part of it",
    TaskAnswer.CHANGED: "Changed it",
    TaskAnswer.FORGOT: "Forgot",
    TaskAnswer.CHOSE_NOT: "Chose not to",
}
# What to ask next, whatever the answer is: each is news about the step, and none about the person.
FOLLOW_UPS = {
    TaskAnswer.DONE: "What was it like, and what is worth keeping?",
    TaskAnswer.PART: "Which part, and what made that part possible?",
    TaskAnswer.CHANGED: "What became of it, and how did that fit better?",
    TaskAnswer.FORGOT: "Do you still want it? If so, what would bring it to mind?",
    TaskAnswer.CHOSE_NOT: "What was right about that? What would fit instead, if anything?",
}
_IN_SENTENCE = {
    TaskAnswer.DONE: "done",
    TaskAnswer.PART: "done in part",
    TaskAnswer.CHANGED: "done another way",
    TaskAnswer.FORGOT: "forgotten",
    TaskAnswer.CHOSE_NOT: "not done, by choice",
}


def describe_task(session: TherapySession) -> str:
    """What happened with what was agreed before this session, in words; "" if it was not noted."""
    if not session.task_answer:
        return ""
    said = session.task_said
    end = "" if said.endswith((".", "!", "?", "…")) else "."
    quoted = f" Said of it: “{said}”{end}" if said else ""
    return f"What became of it: {_IN_SENTENCE[session.task_answer]}.{quoted}"
