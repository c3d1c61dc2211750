"""Repeat agreements: what was agreed about repeating one questionnaire about one relationship.

Every agreement should have a purpose and an end. After two declines, or three unchanged rounds, the program
proposes to stop (`repeat_status`); the client's wish to stop ends it at once. Nothing here sends reminders.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes.courses import SeriesKey, series_key_of
from clinic_toolkit.record.outcomes.repeat_agreement_record import (
    REPEAT_AGREEMENT,
    RepeatAgreement,
    RepeatEvent,
    RepeatState,
)
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.vault.vault import Vault

# Nothing was agreed; there is a record only if the client declined before any agreement.


CurrentAgreement = RecordVersion[RepeatAgreement] | None


def agree_to_repeat(
    db: Connection,
    vault: Vault,
    current: CurrentAgreement,
    administration: Administration,
    *,
    purpose: str,
    end_date: date | None,
    max_rounds: int | None,
    baseline: int,
    now: datetime,
) -> RecordVersion[RepeatAgreement]:
    """Save the purpose and the end of repeating; an agreement that was stopped starts again.

    Args:
        current: the agreement as the author had it on screen, or None if there is none yet.
        baseline: how many of the first rounds are the baseline.

    Raises:
        StaleVersion: the agreement was changed since `current` was read.
    """
    agreement = msgspec.structs.replace(
        _agreement_or_new(current, administration),
        purpose=purpose,
        end_date=end_date,
        max_rounds=max_rounds,
        baseline_rounds=baseline,
    )
    if current is not None and current.state in (RepeatState.STOPPED, RepeatState.WISHED_TO_STOP):
        agreement = msgspec.structs.replace(agreement, continued_at=now, continued_because="")
    return _save_agreement(
        db, vault, current, agreement, state=RepeatState.ON, event=RepeatEvent.AGREED, now=now
    )


def record_decline(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Record that the client did not want it today; a second decline on the same day changes nothing."""
    agreement = _agreement_or_new(current, administration)
    today = now.astimezone().date()
    if current is not None and today in agreement.declined_on:
        return current
    agreement = msgspec.structs.replace(agreement, declined_on=(*agreement.declined_on, today))
    state = current.state if current else RepeatState.NOT_AGREED
    return _save_agreement(db, vault, current, agreement, state=state, event=RepeatEvent.DECLINED, now=now)


def record_wish_to_stop(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Record the client's wish to stop, which ends repeating at once."""
    if current is not None and current.state == RepeatState.WISHED_TO_STOP:
        return current
    agreement = msgspec.structs.replace(
        _agreement_or_new(current, administration), wished_to_stop_on=now.astimezone().date()
    )
    return _save_agreement(
        db,
        vault,
        current,
        agreement,
        state=RepeatState.WISHED_TO_STOP,
        event=RepeatEvent.WISHED_TO_STOP,
        now=now,
    )


def stop_repeating(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Record that the questionnaire is no longer repeated; changes nothing if that was recorded before."""
    if current is not None and current.state in (RepeatState.STOPPED, RepeatState.WISHED_TO_STOP):
        return current
    return _save_agreement(
        db,
        vault,
        current,
        _agreement_or_new(current, administration),
        state=RepeatState.STOPPED,
        event=RepeatEvent.STOPPED,
        now=now,
    )


def continue_repeating(
    db: Connection,
    vault: Vault,
    current: CurrentAgreement,
    administration: Administration,
    *,
    reason: str,
    now: datetime,
) -> RecordVersion[RepeatAgreement]:
    """Record that repeating goes on although stopping was proposed, and why.

    Declines and unchanged rounds are counted from zero again.

    Raises:
        StaleVersion: it was stopped, or the client wished to stop; only `agree_to_repeat` starts it again.
    """
    if current is not None and current.state in (RepeatState.STOPPED, RepeatState.WISHED_TO_STOP):
        raise records.StaleVersion
    agreement = msgspec.structs.replace(
        _agreement_or_new(current, administration), continued_at=now, continued_because=reason
    )
    return _save_agreement(
        db, vault, current, agreement, state=RepeatState.ON, event=RepeatEvent.CONTINUED, now=now
    )


def list_agreements(
    db: Connection, vault: Vault, client_id: UUID
) -> dict[SeriesKey, RecordVersion[RepeatAgreement]]:
    """The agreements with a client, by series key."""
    return list_agreements_in_rings(db, vault, clients.list_record_rings(db, vault, client_id))


def list_agreements_in_rings(
    db: Connection, vault: Vault, rings: Sequence[UUID]
) -> dict[SeriesKey, RecordVersion[RepeatAgreement]]:
    """The agreements in these rings, which are those of one person, by series key."""
    agreements = records.list_records_in_rings(db, vault, REPEAT_AGREEMENT, rings)
    joins = joined_entries.load_joined_entries(db, vault)
    # If two relationships with an agreement were joined, the one recorded last counts.
    ordered = sorted(agreements, key=lambda agreement: agreement.recorded_at)
    return {
        (joins.primary_id(agreement.payload.series_key[0]), agreement.payload.instrument_id): agreement
        for agreement in ordered
    }


def baseline_rounds_by_series(
    agreements: Mapping[SeriesKey, RecordVersion[RepeatAgreement]],
) -> dict[SeriesKey, int]:
    """The number of rounds that each agreement declares as the baseline, by series key."""
    return {series_key: agreement.payload.baseline_rounds for series_key, agreement in agreements.items()}


def _agreement_or_new(current: CurrentAgreement, administration: Administration) -> RepeatAgreement:
    if current is not None:
        return current.payload
    relationship_id, instrument_id = series_key_of(administration)
    return RepeatAgreement(
        client=administration.client,
        relationship=relationship_id.bytes if relationship_id else None,
        instrument_id=instrument_id,
    )


def _save_agreement(
    db: Connection,
    vault: Vault,
    current: CurrentAgreement,
    agreement: RepeatAgreement,
    *,
    state: str,
    event: RepeatEvent,
    now: datetime,
) -> RecordVersion[RepeatAgreement]:
    if current is not None:
        return records.append_version(
            db, vault, REPEAT_AGREEMENT, current, agreement, state=state, event=event, now=now
        )
    ring = record_ring(vault, UUID(bytes=agreement.client))
    return records.create_record(
        db, vault, REPEAT_AGREEMENT, agreement, ring=ring, state=state, event=event, now=now, final=True
    )
