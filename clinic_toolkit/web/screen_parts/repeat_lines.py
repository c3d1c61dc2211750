"""Lines about repeating questionnaires: whom each is about, and the status of its agreement."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_status import RepeatStatus
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.cases import Case
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.web import context


def list_repeats(client_id: UUID, given: Sequence[RecordVersion[Administration]]) -> tuple[RepeatStatus, ...]:
    """The repeat status of each questionnaire that this client was given."""
    known = repeat_agreements.list_agreements(context.db(), context.vault(), client_id)
    return repeat_status.list_repeat_statuses(given, known, now=context.now())


def audit_shown_agreements(shown: Sequence[RepeatStatus]) -> None:
    """Note for the audit log which repeat agreements this page shows."""
    context.audit_read(
        "rhythm", *(each.agreement for each in shown if each.agreement and each.status_sentence)
    )


def with_words(
    client_id: UUID, words: Mapping[UUID, str], shown: Sequence[RepeatStatus]
) -> list[tuple[str, RepeatStatus]]:
    """Pair each status with the client's word for the person it is about."""
    return [
        (words.get(each.series_key[0] or client_id, answered_items.ABOUT_PEOPLE_IN_GENERAL), each)
        for each in shown
    ]


def list_repeats_on_offer(client_id: UUID, words: Mapping[UUID, str]) -> list[tuple[str, RepeatStatus]]:
    """Agreed or declined repeats for the relationships that can be chosen, which are those in `words`."""
    given = administrations.list_administrations(context.db(), context.vault(), client_id)
    told = [
        each
        for each in list_repeats(client_id, given)
        if each.series_key[0] is None or each.series_key[0] in words
    ]
    audit_shown_agreements(told)
    return with_words(client_id, words, told)


def list_due_repeats(
    hour: RecordVersion[TherapySession], case: RecordVersion[Case]
) -> list[tuple[str, RepeatStatus]]:
    """Repeats that may be due in this open session of today with one client; empty for a couple."""
    today = context.today()
    if case.payload.is_couple or hour.state != "open" or hour.payload.on != today:
        return []
    db, vault, client = context.db(), context.vault(), case.payload.client_ids[0]
    known = repeat_agreements.list_agreements(db, vault, client)
    if not known:
        return []
    words = {each.id: each.payload.word for each in relationships.list_relationships(db, vault, client)}
    found = repeat_status.list_repeat_statuses(
        administrations.list_administrations(db, vault, client), known, now=context.now()
    )
    return with_words(client, words, [each for each in found if each.is_due])
