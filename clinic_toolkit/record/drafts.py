"""Drafts: what was typed into a form and is not recorded yet.

A draft belongs to one form and one subject, such as the risk entry of one client. It lies in the ring in
which the form will be recorded; where there is none yet, and for the settings, in the clinician's own ring,
which nobody else is ever a member of. It is no part of the clinical record: nothing reads it but its form
and *Today*. Once the form is recorded or given up, its words are overwritten and an empty version stays,
because a row that was gone would be missed by the trail.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

draft = sealed_table("draft")

BEGUN, EMPTY = "begun", "empty"
RISK_ENTRY = "risk_entry"


class Draft(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What stands in the fields of a form, as it was typed.

    `form` names the form and `subject` what it is about, 16 bytes; `path` is the address of the form, and
    `begun` when the first words were kept. An empty draft has no fields. `page` is the mark of the open page
    that kept it last, 16 random bytes.
    """

    form: str
    subject: bytes
    path: str
    begun: datetime
    fields: tuple[tuple[str, str], ...] = ()
    page: bytes = b""

    def __repr__(self) -> str:
        return "<Draft>"


def find(db: Connection, vault: Vault, ring: UUID | None, form: str, subject: UUID) -> Kept[Draft] | None:
    """The draft of this form about this subject, which may be empty; None if there never was one.

    Args:
        ring: where it would lie; None if the clinician has no ring of their own yet.
    """
    if ring is None:
        return None
    found = rows.in_rings(db, vault, draft, [ring], Draft)
    wanted = (form, subject.bytes)
    return next((kept for kept in found if (kept.body.form, kept.body.subject) == wanted), None)


def keep(
    db: Connection, vault: Vault, seen: Kept[Draft] | None, body: Draft, *, ring: UUID, now: datetime
) -> Kept[Draft]:
    """Keep what is typed now. The same words again make no new version.

    Raises:
        rows.Stale: it was kept in another window meanwhile.
    """
    if seen is None:
        return rows.begin(db, vault, draft, body, ring=ring, state=BEGUN, event="draft.saved", now=now)
    if seen.state == BEGUN:
        body = msgspec.structs.replace(body, begun=seen.body.begun)
    if body == seen.body:
        return seen
    return rows.rewrite(db, vault, draft, seen, body, state=BEGUN, event="draft.saved", now=now)


def discard(db: Connection, vault: Vault, seen: Kept[Draft], *, now: datetime) -> Kept[Draft]:
    """Overwrite what was typed: it is not wanted."""
    return _empty(db, vault, seen, "draft.discarded", now=now)


def recorded(db: Connection, vault: Vault, seen: Kept[Draft], *, now: datetime) -> Kept[Draft]:
    """Overwrite what was typed: the form is recorded, in the same transaction."""
    return _empty(db, vault, seen, "draft.recorded", now=now)


def _empty(db: Connection, vault: Vault, seen: Kept[Draft], event: str, *, now: datetime) -> Kept[Draft]:
    if seen.state == EMPTY:
        return seen
    body = msgspec.structs.replace(seen.body, fields=())
    return rows.rewrite(db, vault, draft, seen, body, state=EMPTY, event=event, now=now)


def risk_entries_begun(db: Connection, vault: Vault) -> list[Kept[Draft]]:
    """The risk entries that were begun and not recorded, oldest first."""
    found = rows.everywhere(db, vault, draft, Draft)
    begun = [kept for kept in found if kept.state == BEGUN and kept.body.form == RISK_ENTRY]
    return sorted(begun, key=lambda kept: kept.body.begun)
