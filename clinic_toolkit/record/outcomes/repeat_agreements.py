"""Rhythms: what was agreed about asking one questionnaire about one relationship again.

Every repeat has a purpose and an end. Two declines, or three rounds about the same, propose to stop, and
the client's wish to stop ends it at once. Nothing here reminds anybody: it only says what was agreed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.score_change import MIN_BASELINE_ROUNDS
from clinic_toolkit.record.outcomes.courses import SeriesKey, series_key_of
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.questionnaires.administrations import Administration
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

repeat_agreement_table = sealed_table("rhythm")

STATE_ON, STATE_STOPPED, STATE_WISHED_TO_STOP = "on", "stopped", "wished"
# A rhythm that nobody set: the client declined, or wished to stop, before anything was agreed.
STATE_NOT_AGREED = "open"


class RepeatAgreement(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """Why it is asked again and until when, and what the client said to that.

    `end_date` and `max_rounds` are both optional; `max_rounds` counts rounds in all. `declined_on` are the
    days on which the client said "not today". `continued_at` is when going on was decided last, and
    `continued_because` why. `baseline` says how many of the first rounds are the baseline.
    """

    client: bytes
    relationship: bytes | None
    instrument_id: str
    purpose: str = ""
    end_date: date | None = None
    max_rounds: int | None = None
    declined_on: tuple[date, ...] = ()
    wished_to_stop_on: date | None = None
    continued_at: datetime | None = None
    continued_because: str = ""
    baseline_rounds: int = MIN_BASELINE_ROUNDS

    @property
    def series_key(self) -> SeriesKey:
        """Which questionnaire, and about whom."""
        return (UUID(bytes=self.relationship) if self.relationship else None), self.instrument_id

    @property
    def counting_declines(self) -> int:
        """The declines that count: those since going on was decided."""
        if self.continued_at is None:
            return len(self.declined_on)
        since = self.continued_at.astimezone().date()
        return sum(day > since for day in self.declined_on)


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
    """Keep why it is repeated, and until when; a rhythm that had ended begins anew.

    Raises:
        StaleVersion: it was changed meanwhile.
    """
    body = msgspec.structs.replace(
        _agreement_or_new(current, administration),
        purpose=purpose,
        end_date=end_date,
        max_rounds=max_rounds,
        baseline_rounds=baseline,
    )
    if current is not None and current.state in (STATE_STOPPED, STATE_WISHED_TO_STOP):
        body = msgspec.structs.replace(body, continued_at=now, continued_because="")
    return _save_agreement(db, vault, current, body, state=STATE_ON, event="rhythm.agreed", now=now)


def record_decline(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Record that the client did not want it today. The same day counts once, however often it is tapped."""
    body = _agreement_or_new(current, administration)
    today = now.astimezone().date()
    if current is not None and today in body.declined_on:
        return current
    body = msgspec.structs.replace(body, declined_on=(*body.declined_on, today))
    state = current.state if current else STATE_NOT_AGREED
    return _save_agreement(db, vault, current, body, state=state, event="rhythm.declined", now=now)


def record_wish_to_stop(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Record the client's wish to stop. It ends the rhythm at once."""
    if current is not None and current.state == STATE_WISHED_TO_STOP:
        return current
    body = msgspec.structs.replace(
        _agreement_or_new(current, administration), wished_to_stop_on=now.astimezone().date()
    )
    return _save_agreement(
        db, vault, current, body, state=STATE_WISHED_TO_STOP, event="rhythm.wished_to_stop", now=now
    )


def stop_repeating(
    db: Connection, vault: Vault, current: CurrentAgreement, administration: Administration, *, now: datetime
) -> RecordVersion[RepeatAgreement]:
    """Stop repeating it."""
    if current is not None and current.state in (STATE_STOPPED, STATE_WISHED_TO_STOP):
        return current
    return _save_agreement(
        db,
        vault,
        current,
        _agreement_or_new(current, administration),
        state=STATE_STOPPED,
        event="rhythm.stopped",
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
    """Go on although stopping was proposed; declines and unchanged rounds count anew from here.

    Raises:
        StaleVersion: it was stopped meanwhile, or the client wished to stop; only `agree_to_repeat` begins it
        again.
    """
    if current is not None and current.state in (STATE_STOPPED, STATE_WISHED_TO_STOP):
        raise records.StaleVersion
    body = msgspec.structs.replace(
        _agreement_or_new(current, administration), continued_at=now, continued_because=reason
    )
    return _save_agreement(db, vault, current, body, state=STATE_ON, event="rhythm.went_on", now=now)


def list_agreements(
    db: Connection, vault: Vault, client_id: UUID
) -> dict[SeriesKey, RecordVersion[RepeatAgreement]]:
    """What was agreed with a client, by questionnaire and relationship."""
    found = records.list_records_in_rings(
        db, vault, repeat_agreement_table, clients.list_record_rings(db, vault, client_id), RepeatAgreement
    )
    into = joined_entries.load_joined_entries(db, vault)
    # Of two that were joined, what was agreed last counts.
    ordered = sorted(found, key=lambda kept: kept.recorded_at)
    return {
        (into.primary_id(kept.payload.series_key[0]), kept.payload.instrument_id): kept for kept in ordered
    }


def baseline_rounds_by_series(
    agreements: Mapping[SeriesKey, RecordVersion[RepeatAgreement]],
) -> dict[SeriesKey, int]:
    """How many first rounds were declared as the baseline."""
    return {each: kept.payload.baseline_rounds for each, kept in agreements.items()}


def _agreement_or_new(current: CurrentAgreement, administration: Administration) -> RepeatAgreement:
    if current is not None:
        return current.payload
    relationship_id, instrument = series_key_of(administration)
    return RepeatAgreement(
        client=administration.client,
        relationship=relationship_id.bytes if relationship_id else None,
        instrument_id=instrument,
    )


def _save_agreement(
    db: Connection,
    vault: Vault,
    current: CurrentAgreement,
    agreement: RepeatAgreement,
    *,
    state: str,
    event: str,
    now: datetime,
) -> RecordVersion[RepeatAgreement]:
    if current is not None:
        return records.append_version(
            db, vault, repeat_agreement_table, current, agreement, state=state, event=event, now=now
        )
    ring = vault.get_ring(UUID(bytes=agreement.client), "record")
    return records.create_record(
        db, vault, repeat_agreement_table, agreement, ring=ring, state=state, event=event, now=now, final=True
    )
