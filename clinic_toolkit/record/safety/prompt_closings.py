"""Which risk entry speaks for which answer: the one that closed its prompt, or put it off.

Read from the entries alone: the questions of a prompt may be lost, and what was done about it must not be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.safety.risk_entries import HOW_NOT_TODAY, RaisingAnswer, RiskEntry

FEAR_FLAG = "fear"
# Of whom, and about whom: the client, and the relationship or nobody in particular.
PersonKey = tuple[bytes, bytes | None]


class Coverage(Struct, frozen=True, kw_only=True):
    """One entry, and answers about one person that it speaks for."""

    entry: RecordVersion[RiskEntry]
    person: PersonKey
    answers: tuple[RaisingAnswer, ...]

    def answers_with_flag(self, flag: str) -> tuple[RaisingAnswer, ...]:
        """Those of the answers that this flag is about."""
        return tuple(answer for answer in self.answers if answer.flag == flag)


def person_key_of(risk_entry: RiskEntry) -> PersonKey:
    """Of whom it is, and about whom."""
    return risk_entry.client, risk_entry.relationship


def iter_coverage(entries: Iterable[RecordVersion[RiskEntry]]) -> Iterator[Coverage]:
    """What each entry speaks for, the oldest first.

    It speaks for what it closes. For what was put off, an entry that follows the one that put it off speaks
    as well, and so does one that says that fear of this person was asked about in private.

    Args:
        entries: the oldest first.
    """
    about: dict[bytes, Coverage] = {}
    waiting: dict[RaisingAnswer, PersonKey] = {}
    for entry in entries:
        own = Coverage(entry=entry, person=person_key_of(entry.payload), answers=entry.payload.answers)
        first = own if own.answers else about.get(entry.payload.follows_id_bytes or b"", own)
        about[entry.id.bytes] = first
        for person, answers in (
            (own.person, own.answers),
            (first.person, _followed_answers(entry.payload, first, waiting)),
            (own.person, _privately_asked_answers(entry.payload, waiting)),
        ):
            if not answers:
                continue
            for answer in answers:
                waiting.pop(answer, None)
                if entry.payload.action == HOW_NOT_TODAY:
                    waiting[answer] = person
            yield Coverage(entry=entry, person=person, answers=answers)


def _followed_answers(
    risk_entry: RiskEntry, origin: Coverage, waiting: Mapping[RaisingAnswer, PersonKey]
) -> tuple[RaisingAnswer, ...]:
    if not risk_entry.action or risk_entry.closed_answers:
        return ()
    return tuple(answer for answer in origin.answers if answer in waiting)


def _privately_asked_answers(
    risk_entry: RiskEntry, waiting: Mapping[RaisingAnswer, PersonKey]
) -> tuple[RaisingAnswer, ...]:
    if not risk_entry.sheet_place or risk_entry.action == HOW_NOT_TODAY:
        return ()
    return tuple(
        answer
        for answer, person in waiting.items()
        if answer.flag == FEAR_FLAG
        and person == person_key_of(risk_entry)
        and answer not in risk_entry.answers
    )


def last_entry_by_answer(
    entries: Iterable[RecordVersion[RiskEntry]],
) -> Mapping[RaisingAnswer, RecordVersion[RiskEntry]]:
    """Of each answer that raised a prompt: the entry that says last what was done about it.

    Args:
        entries: the oldest first.
    """
    return {answer: each.entry for each in iter_coverage(entries) for answer in each.answers}


def fear_inquiries_by_entry(entries: Iterable[RecordVersion[RiskEntry]]) -> Mapping[bytes, set[PersonKey]]:
    """Of each entry, by its id: the people of whom fear was asked about by a form that it speaks for."""
    found: dict[bytes, set[PersonKey]] = defaultdict(set)
    for each in iter_coverage(entries):
        if each.answers_with_flag(FEAR_FLAG):
            found[each.entry.id.bytes].add(each.person)
    return found


def list_due_checks(
    entries: Iterable[RecordVersion[RiskEntry]], *, today: date
) -> list[RecordVersion[RiskEntry]]:
    """Of these entries, oldest first, those whose check is due, oldest check first, until an entry follows.

    A check is due from its day on; what was not asked today is due at once, until it was asked.
    """
    entries = list(entries)
    followed = {kept.payload.follows_id_bytes for kept in entries}
    speaking = {kept.id for kept in last_entry_by_answer(entries).values()}
    due = [
        kept
        for kept in entries
        if kept.payload.next_check_date
        and (kept.payload.next_check_date <= today or kept.payload.action == HOW_NOT_TODAY)
        and kept.id.bytes not in followed
        and (
            kept.id in speaking or not (kept.payload.action == HOW_NOT_TODAY and kept.payload.closed_answers)
        )
    ]
    return sorted(due, key=lambda kept: kept.payload.next_check_date or today)
