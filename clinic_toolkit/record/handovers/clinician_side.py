"""The clinician's side: handing a form over, and merging its answers into the record afterwards.

The returned answers were written by a process without the practice's keys, in a file that anyone could have
changed, so they are read as untrusted input. They are merged only if every row verifies, every answer belongs
to the pinned form, and the administration has not changed since the hand-over. Otherwise they are a proposal:
the clinician sees what differs and decides.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, func, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import client_copy
from clinic_toolkit.journal import integrity, records
from clinic_toolkit.journal.audit_log import audit_log_table
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.handovers import answer_log, returned_answers
from clinic_toolkit.record.handovers.answer_log import WHOLE_FORM, HandoverAct, HandoverRow, HandoverTrouble
from clinic_toolkit.record.handovers.client_side import (
    HandoverTicket,
    generate_form_token,
    generate_handover_key,
)
from clinic_toolkit.record.handovers.handover_list_facts import RING_HANDOVERS
from clinic_toolkit.record.handovers.handover_record import HANDOVER, Handover, HandoverEvent, HandoverState
from clinic_toolkit.record.people import practice
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationState
from clinic_toolkit.vault.vault import Vault


class NothingToDecide(ClinicError):
    """The hand-over is not in a state in which this can be decided."""

    def __init__(self) -> None:
        super().__init__("This has already been decided.")


class _ReturnedRows(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[HandoverRow, ...]
    troubles: tuple[HandoverTrouble, ...]
    acts: frozenset[HandoverAct]


def create_handover(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Administration],
    *,
    relationship_word: str,
    now: datetime,
) -> tuple[RecordVersion[Handover], HandoverTicket]:
    """Generate the key of one hand-over, store it sealed, and build the ticket for the client's process.

    Args:
        relationship_word: the client's word for the relationship, as the pages show it.

    Returns:
        The hand-over, and the ticket for the next process.

    Raises:
        AdministrationFinished: the questionnaire is finished.
        AnsweredOnPaper: it was answered on paper.
        client_copy.TooLongToHandOver: it is the practice's own, and too long to be passed to the next
            process.
    """
    if current.final:
        raise administrations.AdministrationFinished
    if current.payload.entered_on is not None:
        raise administrations.AnsweredOnPaper
    instrument = administrations.instrument_of(current.payload)
    is_general = administrations.frame_of(current.payload).general
    definition = client_copy.encode_client_copy(instrument, general=is_general) if instrument.own else b""
    # Decided here, because the client's copy no longer says which of its questions ask about fear.
    notice = practice.confidentiality_limits_before(
        practice.load_practice_settings(db, vault).payload, instrument
    )
    current = progress.resume_administration(db, vault, current, now=now)
    key, id = generate_handover_key(), uuid4()
    payload = Handover(
        administration=current.id.bytes,
        client=current.payload.client,
        handed_version=current.version,
        after_entry=db.scalar(select(func.max(audit_log_table.c.seq))) or 0,
        begun_at=now,
        handover_key=key,
    )
    event = HandoverEvent.BEGUN
    handover = records.create_record(
        db,
        vault,
        HANDOVER,
        payload,
        ring=current.ring,
        state=HandoverState.OUT,
        event=event,
        now=now,
        record_id=id,
    )
    ticket = HandoverTicket(
        handover_id_bytes=id.bytes,
        vault_id_bytes=vault.vault_id.bytes,
        incarnation=vault.incarnation.bytes,
        instrument_id=current.payload.instrument_id,
        definition_digest=current.payload.definition_digest,
        is_general=is_general,
        relationship_word=relationship_word,
        answered_before=bytes(int(is_answered) for is_answered in _answered_before(current.payload)),
        handover_key=key,
        form_token=generate_form_token(),
        definition=definition,
        watched_question=current.payload.watched_question,
        confidentiality_text=notice.text if notice else "",
    )
    return handover, ticket


def _answered_before(administration: Administration) -> list[bool]:
    """Return for each item, and then for the open line if there is one, whether it was answered."""
    statuses = [status != 0 for status in administration.answers.statuses]
    has_line = administrations.instrument_of(administration).open_line
    return [*statuses, bool(administration.open_line_answer)] if has_line else statuses


def list_open_handovers(db: Connection, vault: Vault) -> list[RecordVersion[Handover]]:
    """Return the hand-overs that still need the clinician: out, returned, or with a proposal to decide.

    Whether one is closed is read from inside the seal, and a missing row is reported, so that a changed byte
    cannot make a form disappear before anyone has looked at it.
    """
    reader = FactsReader(db, vault)
    open_ids = [id for _, ring in reader.load_of_rings(RING_HANDOVERS) for id in ring.open_ids]
    handovers = []
    for open_id in sorted(open_ids, key=reader.first_seq):
        with suppress(integrity.UnreadableRecord):
            handovers.append(records.load_record(db, vault, HANDOVER, UUID(bytes=open_id)))
    return handovers


def has_open_handover(db: Connection, vault: Vault) -> bool:
    """Return whether `list_open_handovers` finds any."""
    return bool(list_open_handovers(db, vault))


def load_handover(db: Connection, vault: Vault, handover_id: UUID) -> RecordVersion[Handover]:
    """Load one hand-over.

    Raises:
        RecordNotFound: there is none that this clinician may see.
        UnreadableRecord: it failed its integrity check.
    """
    return records.load_record(db, vault, HANDOVER, handover_id)


def merge_handover(
    db: Connection, vault: Vault, handover: RecordVersion[Handover], *, now: datetime
) -> RecordVersion[Handover]:
    """Merge the answers of one hand-over into the record, or make them a proposal; then delete key and rows.

    Calling it again does nothing, because the hand-over is no longer out then.
    """
    if handover.state != HandoverState.OUT:
        return handover
    target = find_handed_administration(db, vault, handover.payload)
    returned = _read_returned_rows(db, vault, handover, target)
    is_mergeable = not returned.troubles and (not returned.rows or _is_unchanged(target, handover.payload))
    finished = HandoverAct.FINISHED in returned.acts and is_mergeable
    if is_mergeable and target is not None and (returned.rows or finished):
        merged_answers = returned_answers.merge_into_answers(target.payload, returned.rows)
        answered_indexes = returned_answers.answered_indexes(target.payload, returned.rows)
        open_line = returned_answers.merge_open_line(target.payload, returned.rows)
        progress.apply_returned_answers(
            db,
            vault,
            target,
            merged_answers,
            answered_indexes,
            open_line_answer=open_line,
            finished=finished,
            now=now,
        )
    payload = msgspec.structs.replace(
        handover.payload,
        handover_key=b"",
        rows=returned.rows,
        troubles=returned.troubles,
        was_finished=HandoverAct.FINISHED in returned.acts,
        was_given_back=bool(returned.acts),
    )
    answer_log.delete_answer_rows(db, handover.id)
    state, event = (
        (HandoverState.RETURNED, HandoverEvent.MERGED)
        if is_mergeable
        else (HandoverState.PROPOSED, HandoverEvent.PROPOSED)
    )
    return records.replace_draft(db, vault, HANDOVER, handover, payload, state=state, event=event, now=now)


def close_handover(db: Connection, vault: Vault, current: RecordVersion[Handover], *, now: datetime) -> None:
    """Record that the clinician looked at it before the client left; a closed hand-over stays as it is.

    Raises:
        NothingToDecide: it has not been merged yet, or its proposal must be decided first.
    """
    if current.final:
        return
    if current.state != HandoverState.RETURNED:
        raise NothingToDecide
    records.replace_draft(
        db,
        vault,
        HANDOVER,
        current,
        current.payload,
        state=HandoverState.CLOSED,
        event=HandoverEvent.CLOSED,
        now=now,
        final=True,
    )


def find_handed_administration(
    db: Connection, vault: Vault, handover: Handover
) -> RecordVersion[Administration] | None:
    """Return the administration that was handed over; None if it is missing or unreadable."""
    try:
        return administrations.load_administration(db, vault, handover.administration_id)
    except (records.RecordNotFound, integrity.UnreadableRecord):
        return None


def _is_unchanged(target: RecordVersion[Administration] | None, handover: Handover) -> bool:
    return (
        target is not None
        and target.state == AdministrationState.IN_PROGRESS
        and target.version == handover.handed_version
    )


def _read_returned_rows(
    db: Connection,
    vault: Vault,
    handover: RecordVersion[Handover],
    target: RecordVersion[Administration] | None,
) -> _ReturnedRows:
    verified = answer_log.read_answer_rows(db, handover.payload.handover_key, vault.vault_id, handover.id)
    troubles = list(verified.troubles)
    last_logged = answer_log.highest_logged_row(db, handover.id, after_entry=handover.payload.after_entry)
    if verified.last_row != last_logged:
        troubles.append(
            HandoverTrouble.MISSING if verified.last_row < last_logged else HandoverTrouble.NOT_NAMED
        )
    instrument = administrations.instrument_of(target.payload) if target else None
    fitting_rows = tuple(row for row in verified.rows if returned_answers.fits_form(row, instrument))
    if len(fitting_rows) < len(verified.rows):
        troubles.append(HandoverTrouble.NOT_OF_THIS_FORM)
    return _ReturnedRows(
        rows=tuple(row for row in fitting_rows if row.item_number != WHOLE_FORM),
        troubles=tuple(dict.fromkeys(troubles)),
        acts=frozenset(HandoverAct(row.status) for row in fitting_rows if row.item_number == WHOLE_FORM),
    )
