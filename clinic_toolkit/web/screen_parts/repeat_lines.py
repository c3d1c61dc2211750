"""Lines about repeating questionnaires: whom each is about, and the status of its agreement."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_agreement_record import REPEAT_AGREEMENT
from clinic_toolkit.record.outcomes.repeat_status import RepeatStatus
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionState
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.web import context


def list_repeats(
    client_id: UUID, client_administrations: Sequence[RecordVersion[Administration]]
) -> tuple[RepeatStatus, ...]:
    """The repeat status of each questionnaire that this client was given."""
    vault = context.vault()
    agreements = repeat_agreements.list_agreements(context.db(), vault, client_id)
    return repeat_status.list_repeat_statuses(vault, client_administrations, agreements, now=context.now())


def audit_shown_agreements(shown: Sequence[RepeatStatus]) -> None:
    """Note for the audit log which repeat agreements this page shows."""
    context.audit_read(
        REPEAT_AGREEMENT,
        *(status.agreement for status in shown if status.agreement and status.status_sentence),
    )


def with_words(
    client_id: UUID, words: Mapping[UUID, str], shown: Sequence[RepeatStatus]
) -> list[tuple[str, RepeatStatus]]:
    """Pair each status with the client's word for the person it is about."""
    return [
        (words.get(status.series_key[0] or client_id, answered_items.ABOUT_PEOPLE_IN_GENERAL), status)
        for status in shown
    ]


def with_something_to_say(repeats: Sequence[tuple[str, RepeatStatus]]) -> list[tuple[str, RepeatStatus]]:
    """Those that were agreed, or that the client had a say in."""
    return [(word, each) for word, each in repeats if each.status_sentence or each.stop_reason]


def list_repeats_on_offer(client_id: UUID, words: Mapping[UUID, str]) -> list[tuple[str, RepeatStatus]]:
    """Agreed or declined repeats for the relationships that can be chosen, which are those in `words`."""
    client_administrations = administrations.list_administrations(context.db(), context.vault(), client_id)
    offered = [
        status
        for status in list_repeats(client_id, client_administrations)
        if status.series_key[0] is None or status.series_key[0] in words
    ]
    audit_shown_agreements(offered)
    return with_something_to_say(with_words(client_id, words, offered))


def list_due_repeats(
    session: RecordVersion[TherapySession], case: RecordVersion[Case]
) -> list[tuple[str, RepeatStatus]]:
    """Repeats that may be due in this open session of today with one client; empty for a couple."""
    today = context.today()
    db, vault, client_id = context.db(), context.vault(), case.payload.single_client_id
    if client_id is None or session.state != TherapySessionState.OPEN or session.payload.on != today:
        return []
    agreements = repeat_agreements.list_agreements(db, vault, client_id)
    if not agreements:
        return []
    words = {
        relationship.id: relationship.payload.word
        for relationship in relationships.list_relationships(db, vault, client_id)
    }
    statuses = repeat_status.list_repeat_statuses(
        vault, administrations.list_administrations(db, vault, client_id), agreements, now=context.now()
    )
    return with_words(client_id, words, [status for status in statuses if status.is_due])
