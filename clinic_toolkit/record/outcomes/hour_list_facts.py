"""What *Today* needs to know before the next hour: what was marked to talk about, and what may be repeated.

Kept by person (`journal/list_facts.py`), so that no questionnaire is opened to count a mark. Nothing here
depends on the present day: what is due is decided when the page is made.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import courses, repeat_agreements, repeat_status
from clinic_toolkit.record.outcomes.repeat_agreement_record import (
    REPEAT_AGREEMENT,
    RepeatAgreement,
    RepeatState,
)
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.relationship_record import RELATIONSHIP
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.record.questionnaires.own_questionnaire_record import OWN_QUESTIONNAIRE
from clinic_toolkit.vault.vault import Vault


class MarkedFacts(msgspec.Struct, frozen=True, array_like=True):
    """One questionnaire that was ended, and how many of its questions are marked to talk about."""

    administration: bytes
    answered_on: date
    marked_count: int


class RepeatedFacts(msgspec.Struct, frozen=True, array_like=True):
    """One questionnaire that is repeated: the agreement, its newest round, and how many rounds there were."""

    agreement: bytes
    latest: bytes
    last_answered_on: date
    round_count: int


class PersonHour(msgspec.Struct, frozen=True, array_like=True):
    """What to know of one person before an hour; the latest answered is the first of `marked`."""

    marked: tuple[MarkedFacts, ...] = ()
    repeated: tuple[RepeatedFacts, ...] = ()

    def count_marked_since(self, day: date | None) -> int:
        """How many questions were marked to talk about on this day or later; None is since ever."""
        return sum(each.marked_count for each in self.marked if day is None or each.answered_on >= day)


class DueForm(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire that may be repeated now: what was agreed, and its newest round."""

    agreement: RecordVersion[RepeatAgreement]
    latest: RecordVersion[Administration]

    @property
    def title(self) -> str:
        """What the questionnaire is called."""
        return administrations.title_of(self.latest.payload)

    @property
    def purpose(self) -> str:
        """What it is repeated for, as it was agreed; may be empty."""
        return self.agreement.payload.purpose


def _compute_hour_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> PersonHour:
    ended = [
        form
        for form in administrations.list_administrations_in_rings(db, vault, rings)
        if form.state in ENDED_STATES
    ]
    rounds_by_series: dict[courses.SeriesKey, list[RecordVersion[Administration]]] = {}
    for form in ended:
        rounds_by_series.setdefault(courses.series_key_of(form.payload), []).append(form)
    repeated = []
    for key, agreement in repeat_agreements.list_agreements_in_rings(db, vault, rings).items():
        if agreement.state == RepeatState.ON and key in rounds_by_series:
            rounds = courses.list_rounds(rounds_by_series[key], key)
            latest = rounds[-1]
            repeated.append(
                RepeatedFacts(agreement.id.bytes, latest.id.bytes, latest.payload.answered_on, len(rounds))
            )
    marked = [(form, sum(map(bool, form.payload.answers.wants_to_talk))) for form in ended]
    return PersonHour(
        tuple(MarkedFacts(form.id.bytes, form.payload.answered_on, count) for form, count in marked if count),
        tuple(repeated),
    )


PERSON_HOUR = register_facts(
    FactsKind(
        name="hour",
        kinds=(ADMINISTRATION, REPEAT_AGREEMENT, RELATIONSHIP),
        fixed_kinds=(OWN_QUESTIONNAIRE,),
        facts_type=PersonHour,
        compute=_compute_hour_facts,
    )
)


def load_person_hour(db: Connection, vault: Vault, reader: FactsReader, client_id: UUID) -> PersonHour:
    """Return the facts of the person whose entry this is; joined entries are one person."""
    rings = clients.list_record_rings(db, vault, client_id)
    return reader.load(PERSON_HOUR, clients.primary_client_id(db, vault, client_id), rings)


def list_due_forms(db: Connection, vault: Vault, facts: PersonHour, *, now: datetime) -> tuple[DueForm, ...]:
    """Open the agreements of which it may be time, and return those that are due today."""
    today, due = now.astimezone().date(), []
    for each in facts.repeated:
        if not repeat_status.is_long_enough_ago(each.last_answered_on, today):
            continue
        agreement = records.find_readable_record(db, vault, REPEAT_AGREEMENT, UUID(bytes=each.agreement))
        latest = records.find_readable_record(db, vault, ADMINISTRATION, UUID(bytes=each.latest))
        if (
            agreement
            and latest
            and repeat_status.may_be_due(agreement, each.round_count, each.last_answered_on, today)
        ):
            due.append(DueForm(agreement=agreement, latest=latest))
    return tuple(due)
