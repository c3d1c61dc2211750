"""Which risk entry speaks for which answer: the one that closed its prompt, or put it off.

Read from the entries alone: the questions of a prompt may be lost, and what was done about it must not be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.risk_entries import NOT_TODAY, Raised, RiskEntry

FEAR = "fear"
# Of whom, and about whom: the client, and the relationship or nobody in particular.
Person = tuple[bytes, bytes | None]


class Said(Struct, frozen=True, kw_only=True):
    """One entry, and answers about one person that it speaks for."""

    entry: Kept[RiskEntry]
    person: Person
    answers: tuple[Raised, ...]

    def with_flag(self, flag: str) -> tuple[Raised, ...]:
        """Those of the answers that this flag is about."""
        return tuple(answer for answer in self.answers if answer.flag == flag)


def person_of(entry: RiskEntry) -> Person:
    """Of whom it is, and about whom."""
    return entry.client, entry.relationship


def said(entries: Iterable[Kept[RiskEntry]]) -> Iterator[Said]:
    """What each entry speaks for, the oldest first.

    It speaks for what it closes. For what was put off, an entry that follows the one that put it off speaks
    as well, and so does one that says that fear of this person was asked about in private.

    Args:
        entries: the oldest first.
    """
    about: dict[bytes, Said] = {}
    waiting: dict[Raised, Person] = {}
    for entry in entries:
        own = Said(entry=entry, person=person_of(entry.body), answers=entry.body.answers)
        first = own if own.answers else about.get(entry.body.follows or b"", own)
        about[entry.id.bytes] = first
        for person, answers in (
            (own.person, own.answers),
            (first.person, _followed(entry.body, first, waiting)),
            (own.person, _asked_in_private(entry.body, waiting)),
        ):
            if not answers:
                continue
            for answer in answers:
                waiting.pop(answer, None)
                if entry.body.how == NOT_TODAY:
                    waiting[answer] = person
            yield Said(entry=entry, person=person, answers=answers)


def _followed(body: RiskEntry, first: Said, waiting: Mapping[Raised, Person]) -> tuple[Raised, ...]:
    if not body.how or body.closes:
        return ()
    return tuple(answer for answer in first.answers if answer in waiting)


def _asked_in_private(body: RiskEntry, waiting: Mapping[Raised, Person]) -> tuple[Raised, ...]:
    if not body.fear or body.how == NOT_TODAY:
        return ()
    return tuple(
        answer
        for answer, person in waiting.items()
        if answer.flag == FEAR and person == person_of(body) and answer not in body.answers
    )


def last_said(entries: Iterable[Kept[RiskEntry]]) -> Mapping[Raised, Kept[RiskEntry]]:
    """Of each answer that raised a prompt: the entry that says last what was done about it.

    Args:
        entries: the oldest first.
    """
    return {answer: each.entry for each in said(entries) for answer in each.answers}


def fear_answered(entries: Iterable[Kept[RiskEntry]]) -> Mapping[bytes, set[Person]]:
    """Of each entry, by its id: the people of whom fear was asked about by a form that it speaks for."""
    found: dict[bytes, set[Person]] = defaultdict(set)
    for each in said(entries):
        if each.with_flag(FEAR):
            found[each.entry.id.bytes].add(each.person)
    return found


def checks_due(entries: Iterable[Kept[RiskEntry]], *, today: date) -> list[Kept[RiskEntry]]:
    """Of these entries, oldest first, those whose check is due, oldest check first, until an entry follows.

    A check is due from its day on; what was not asked today is due at once, until it was asked.
    """
    entries = list(entries)
    followed = {kept.body.follows for kept in entries}
    speaking = {kept.id for kept in last_said(entries).values()}
    due = [
        kept
        for kept in entries
        if kept.body.next_check
        and (kept.body.next_check <= today or kept.body.how == NOT_TODAY)
        and kept.id.bytes not in followed
        and (kept.id in speaking or not (kept.body.how == NOT_TODAY and kept.body.closes))
    ]
    return sorted(due, key=lambda kept: kept.body.next_check or today)
