"""Fear of a person: when it was asked about in private, and whether paper stays in the room.

Computed from the risk entries and the open prompts; nothing of it is stored. As a relationship, `None`
means nobody in particular.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics import fear_inquiry as rule
from clinic_toolkit.record.people import joined_entries, relationships
from clinic_toolkit.record.people.joined_entries import JoinedEntries
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import prompt_status, risk_coverage, risk_entries
from clinic_toolkit.record.safety.prompt_status import AdministrationPrompts
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry, SheetPlace
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.model import Worksheet

PARTNER_FRAME = "partner"


class FearHolds(Struct, frozen=True, kw_only=True):
    """For one client: when fear of each person was last asked about, and which relationships are held.

    `kept_in_room_on_by_person` is the day of the last inquiry, where that says that sheets stay in the room.
    `frame_by_relationship` is the frame (the kind) of each relationship that can be read, and
    `joined_entries` says which entries are about the same person.

    A hold keeps every sheet about that person in the room. It starts with a prompt about fear of them, or
    with a risk entry that says so. Only a risk entry that says that sheets may go home ends it: closing the
    prompt without saying so does not, and neither does a later form that says "never".
    The same person may have two entries, so a hold covers every relationship of the same frame until the two
    are joined. If the frame of the held relationship cannot be read, the hold covers all relationships.
    """

    asked_on_by_person: dict[UUID | None, date]
    held_relationships: frozenset[UUID | None]
    frame_by_relationship: Mapping[UUID, str]
    joined_entries: JoinedEntries
    kept_in_room_on_by_person: Mapping[UUID | None, date] = msgspec.field(default_factory=dict)

    def is_asked(self, relationship_id: UUID | None, *, today: date) -> bool:
        """Whether fear of this person was asked about recently enough to count (`fear_inquiry`)."""
        return rule.is_inquiry_current(
            self.asked_on_by_person.get(self.joined_entries.primary_id(relationship_id)), today=today
        )

    def may_give(self, worksheet: Worksheet, relationship_id: UUID | None, *, today: date) -> bool:
        """Whether this sheet may be given about this person."""
        return rule.may_give_worksheet(
            worksheet,
            self.asked_on_by_person.get(self.joined_entries.primary_id(relationship_id)),
            stays_in_room=self.is_room_only(relationship_id),
            today=today,
        )

    def may_suggest(self, worksheet: Worksheet, relationship_id: UUID | None, *, today: date) -> bool:
        """Whether this sheet may be suggested as one that fits the answers about this person."""
        return rule.may_suggest_worksheet(
            worksheet,
            self.asked_on_by_person.get(self.joined_entries.primary_id(relationship_id)),
            stays_in_room=self.is_room_only(relationship_id),
            today=today,
        )

    def is_room_only(self, relationship_id: UUID | None) -> bool:
        """Whether a sheet about this person stays in the room.

        A sheet about nobody in particular stays if anyone is held; a hold on nobody in particular keeps
        every sheet.
        """
        if relationship_id is None:
            return bool(self.held_relationships)
        return (
            self.joined_entries.primary_id(relationship_id) in self.held_relationships
            or None in self.held_relationships
            or bool(self.held_alongside(relationship_id))
        )

    def held_alongside(self, relationship_id: UUID) -> tuple[UUID, ...]:
        """Other held relationships that may be the same person: their frame is the same or unreadable."""
        primary_id = self.joined_entries.primary_id(relationship_id)
        frame = self.frame_by_relationship.get(primary_id) if primary_id else None
        other_ids = (id for id in self.held_relationships if id and id != primary_id)
        return tuple(id for id in other_ids if self.frame_by_relationship.get(id) in (frame, None))


def load_fear_holds(db: Connection, vault: Vault, client_id: UUID) -> FearHolds:
    """Compute the holds of one client from their risk entries and open prompts."""
    entries = risk_entries.list_risk_entries_of_client(db, vault, client_id)[::-1]
    frame_by_relationship = {
        relationship.id: relationship.payload.frame
        for relationship in relationships.list_relationships(db, vault, client_id)
    }
    administration_prompts = prompt_status.list_prompts_of_client(db, vault, client_id)
    return _compute_fear_holds(
        entries, administration_prompts, frame_by_relationship, joined_entries.load_joined_entries(db, vault)
    )


def _compute_fear_holds(
    entries: Sequence[RecordVersion[RiskEntry]],
    administration_prompts: Iterable[AdministrationPrompts],
    frame_by_relationship: Mapping[UUID, str],
    joins: JoinedEntries,
) -> FearHolds:
    asked_on_by_person: dict[UUID | None, date] = {}
    kept_in_room_on: dict[UUID | None, date] = {}
    held_ids: set[UUID | None] = set()
    inquiries_by_entry = risk_coverage.fear_inquiries_by_entry(entries)
    for entry in entries:
        payload = entry.payload
        # Read from the entries: the definition with the prompt's questions may be lost, the hold must not be.
        held_ids |= {
            UUID(bytes=relationship_bytes) if relationship_bytes else None
            for _, relationship_bytes in inquiries_by_entry.get(entry.id.bytes, ())
        }
        if payload.says_fear_was_asked:
            relationship_id = payload.relationship_id
            asked_on_by_person[relationship_id] = payload.entry_date
            if payload.sheet_place == SheetPlace.ROOM:
                held_ids.add(relationship_id)
                kept_in_room_on[relationship_id] = payload.entry_date
            if payload.sheet_place == SheetPlace.HOME:
                held_ids.discard(relationship_id)
                kept_in_room_on.pop(relationship_id, None)
    for form_prompts in administration_prompts:
        if any(prompt.flag == SafetyFlag.FEAR for prompt in form_prompts.open_prompts):
            held_ids.add(form_prompts.administration.payload.relationship_id)
    return FearHolds(
        asked_on_by_person=asked_on_by_person,
        held_relationships=frozenset(held_ids),
        frame_by_relationship=frame_by_relationship,
        joined_entries=joins,
        kept_in_room_on_by_person=kept_in_room_on,
    )


def has_own_hold(db: Connection, vault: Vault, client_id: UUID, relationship_id: UUID | None) -> bool:
    """Whether this relationship itself is held, holds on others of the same frame not counted."""
    holds = load_fear_holds(db, vault, client_id)
    return holds.joined_entries.primary_id(relationship_id) in holds.held_relationships


def is_held_after_closing(
    db: Connection,
    vault: Vault,
    administration: Administration,
    prompts: Sequence[prompt_status.PromptStatus],
) -> bool:
    """Whether sheets stay in the room although no prompt of this questionnaire is open any more.

    Computing the holds reads every form of the client, so it is done only if the answer will be shown.
    """
    if not prompts or any(prompt.is_open for prompt in prompts):
        return False
    return has_own_hold(db, vault, administration.client_id, administration.relationship_id)


class HandoutPermission(Struct, frozen=True, kw_only=True):
    """Whether a sheet may be given now, and whether it then stays in the room.

    `was_asked`: fear of the person it is about was asked about recently; for a couple nothing is said of it.
    """

    is_allowed: bool
    is_room_only: bool
    was_asked: bool = False


def load_handout_permission(
    db: Connection,
    vault: Vault,
    client_ids: Sequence[UUID],
    worksheet: Worksheet,
    client_id: UUID,
    relationship_id: UUID | None,
    *,
    now: datetime,
) -> HandoutPermission:
    """Whether this sheet may be given to a client about a person.

    Args:
        client_ids: the clients of the session's case. In a couple's session every sheet stays in the room, so
            that neither partner can infer from it what the other has said.
        client_id: the client who is given the sheet.
        relationship_id: whom the sheet is about; None is nobody in particular.
    """
    today = now.astimezone().date()
    if len(client_ids) > 1:
        is_free = not worksheet.needs_fear_asked or is_free_for_both(db, vault, client_ids, today=today)
        return HandoutPermission(is_allowed=is_free, is_room_only=True)
    holds = load_fear_holds(db, vault, client_id)
    return HandoutPermission(
        is_allowed=holds.may_give(worksheet, relationship_id, today=today),
        is_room_only=worksheet.is_room_only or holds.is_room_only(relationship_id),
        was_asked=holds.is_asked(relationship_id, today=today),
    )


def record_fear_inquiry(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    relationship_id: UUID | None,
    *,
    sheet_place: SheetPlace,
    therapy_session_id: UUID | None,
    now: datetime,
) -> None:
    """Write a risk entry that fear of this person was asked about in private today.

    Nothing is written if the client's newest entry about them says the same of today, because then the same
    form was sent again.

    Args:
        sheet_place: where sheets about them may be worked with from now on.
    """
    entry = RiskEntry(
        client=client_id.bytes,
        therapy_session=therapy_session_id.bytes if therapy_session_id else None,
        entry_date=now.astimezone().date(),
        relationship=relationship_id.bytes if relationship_id else None,
        sheet_place=sheet_place,
    )
    if not _is_noted(db, vault, entry):
        risk_entries.create_risk_entry(db, vault, entry, now=now)


def _is_noted(db: Connection, vault: Vault, entry: RiskEntry) -> bool:
    newest = next(
        (
            written.payload
            for written in risk_entries.list_risk_entries_of_client(db, vault, entry.client_id)
            if written.payload.relationship == entry.relationship
        ),
        None,
    )
    return (
        newest is not None
        and newest.says_fear_was_asked
        and (newest.entry_date, newest.sheet_place) == (entry.entry_date, entry.sheet_place)
    )


def is_free_for_both(db: Connection, vault: Vault, client_ids: Iterable[UUID], *, today: date) -> bool:
    """Whether each partner of a couple was recently asked about fear of the other, and neither is held.

    A relationship does not name the client it is about. We know who is meant only if each client has exactly
    one active relationship with the frame "partner"; otherwise the answer is no.
    """
    return all(_is_free_with_partner(db, vault, id, today=today) for id in client_ids)


def _is_free_with_partner(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> bool:
    partner_ids = [
        relationship.id
        for relationship in relationships.list_active_relationships(db, vault, client_id)
        if relationship.payload.frame == PARTNER_FRAME
    ]
    if len(partner_ids) != 1:
        return False
    holds = load_fear_holds(db, vault, client_id)
    return holds.is_asked(partner_ids[0], today=today) and not holds.is_room_only(partner_ids[0])
