"""Which risk entry covers which answer: the one that closed the answer's prompt, or deferred it.

Uses risk entries only, so that it works even if the questionnaire with the prompt can no longer be read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer, RiskEntry

# The client, and the relationship the answer is about (None: nobody in particular); both as 16 id bytes.
PersonKey = tuple[bytes, bytes | None]


class Coverage(Struct, frozen=True, kw_only=True):
    """One risk entry, and the answers about one person that it covers."""

    entry: RecordVersion[RiskEntry]
    person: PersonKey
    answers: tuple[RaisingAnswer, ...]

    def answers_with_flag(self, flag: SafetyFlag) -> tuple[RaisingAnswer, ...]:
        """The covered answers that carry this flag."""
        return tuple(answer for answer in self.answers if answer.flag == flag)


def person_key_of(risk_entry: RiskEntry) -> PersonKey:
    """The client and the relationship of a risk entry."""
    return risk_entry.client, risk_entry.relationship


def iter_coverage(entries: Iterable[RecordVersion[RiskEntry]]) -> Iterator[Coverage]:
    """Yield the answers that each entry covers, oldest entry first.

    An entry covers the answers that it names. A deferred answer is also covered by an entry that follows
    the one that deferred it, and by an entry which says that fear of this person was asked about in private.
    What is covered is closed, unless the entry says "not today": then it is deferred.

    Args:
        entries: the oldest first.
    """
    coverage_by_entry: dict[bytes, Coverage] = {}
    deferred: dict[RaisingAnswer, PersonKey] = {}
    for entry in entries:
        coverage = Coverage(entry=entry, person=person_key_of(entry.payload), answers=entry.payload.answers)
        origin = coverage_by_entry.get(entry.payload.follows_id_bytes or b"", coverage)
        coverage_by_entry[entry.id.bytes] = origin
        for person, answers in (
            (coverage.person, coverage.answers),
            (origin.person, _followed_answers(entry.payload, origin, deferred)),
            (coverage.person, _deferred_about_fear(entry.payload, deferred)),
        ):
            if not answers:
                continue
            for answer in answers:
                deferred.pop(answer, None)
                if entry.payload.is_deferral:
                    deferred[answer] = person
            yield Coverage(entry=entry, person=person, answers=answers)


def _followed_answers(
    risk_entry: RiskEntry, origin: Coverage, deferred: Mapping[RaisingAnswer, PersonKey]
) -> tuple[RaisingAnswer, ...]:
    if not risk_entry.action:
        return ()
    return tuple(
        answer for answer in origin.answers if answer in deferred and answer not in risk_entry.answers
    )


def _deferred_about_fear(
    risk_entry: RiskEntry, deferred: Mapping[RaisingAnswer, PersonKey]
) -> tuple[RaisingAnswer, ...]:
    if not risk_entry.says_fear_was_asked:
        return ()
    return tuple(
        answer
        for answer, person in deferred.items()
        if answer.flag == SafetyFlag.FEAR
        and person == person_key_of(risk_entry)
        and answer not in risk_entry.answers
    )


def last_entry_by_answer(
    entries: Iterable[RecordVersion[RiskEntry]],
) -> Mapping[RaisingAnswer, RecordVersion[RiskEntry]]:
    """For each answer that raised a prompt, the latest entry that covers it.

    Args:
        entries: the oldest first.
    """
    return {answer: coverage.entry for coverage in iter_coverage(entries) for answer in coverage.answers}


def fear_inquiries_by_entry(entries: Iterable[RecordVersion[RiskEntry]]) -> Mapping[bytes, set[PersonKey]]:
    """For each entry that covers answers flagged as fear: the clients and persons these are about.

    Args:
        entries: the oldest first.

    Returns:
        By the 16 bytes of the entry's id.
    """
    persons_by_entry: dict[bytes, set[PersonKey]] = defaultdict(set)
    for coverage in iter_coverage(entries):
        if coverage.answers_with_flag(SafetyFlag.FEAR):
            persons_by_entry[coverage.entry.id.bytes].add(coverage.person)
    return persons_by_entry


def list_due_checks(
    entries: Iterable[RecordVersion[RiskEntry]], *, today: date
) -> list[RecordVersion[RiskEntry]]:
    """The entries whose next check is due and that no later entry follows, earliest check first.

    A check is due from its day on. The check of a "not today" entry is due at once, until it was asked.

    Args:
        entries: the oldest first.
    """
    entries = list(entries)
    followed_ids = {entry.payload.follows_id_bytes for entry in entries}
    covering_ids = {entry.id for entry in last_entry_by_answer(entries).values()}
    due_entries = [
        entry
        for entry in entries
        if entry.payload.next_check_date
        and (entry.payload.next_check_date <= today or entry.payload.is_deferral)
        and entry.id.bytes not in followed_ids
        and (entry.id in covering_ids or not (entry.payload.is_deferral and entry.payload.named_answers))
    ]
    return sorted(due_entries, key=lambda due_entry: due_entry.payload.next_check_date or today)


def list_later_checks(
    entries: Iterable[RecordVersion[RiskEntry]], *, today: date, until: date
) -> list[RecordVersion[RiskEntry]]:
    """The entries whose next check is not due yet and will be on this day, earliest check first.

    Args:
        entries: the oldest first.
    """
    entries = list(entries)
    due_ids = {entry.id for entry in list_due_checks(entries, today=today)}
    return [entry for entry in list_due_checks(entries, today=until) if entry.id not in due_ids]
