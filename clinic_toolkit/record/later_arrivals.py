"""Later arrivals: what came to an hour, or was changed there, after the note of the hour was signed.

The order is that of the audit trail, so that a clock which was set back or forward changes nothing.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.record import administrations, cases, handouts, ledger, notes, results, rows, sessions
from clinic_toolkit.record.administrations import Administration, administration
from clinic_toolkit.record.handouts import Handout
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.notes import ClinicalNote
from clinic_toolkit.record.risk_entries import RiskEntry
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.vault.vault import Vault

AFTER = "after the note was signed"
CHANGED_AFTER = "changed after the note was signed"


class LaterArrival(Struct, frozen=True, kw_only=True):
    """One thing that belongs to an hour: `noun` names its table, `mark` says what came after the note."""

    id: UUID
    noun: str
    title: str
    mark: str


def of_hour(
    db: Connection, vault: Vault, hour: Kept[TherapySession], note: Kept[ClinicalNote] | None
) -> tuple[LaterArrival, ...]:
    """What came to the hour after its note was signed; nothing as long as none is."""
    if note is None or not note.final:
        return ()
    # What one of a couple answered is that person's own; a sheet may be given to either of them.
    everyone = cases.get(db, vault, hour.body.case_id).body.client_ids
    sheets = handouts.of_session(db, vault, everyone, hour.id)
    return among(db, vault, note, results.of_hour(db, vault, hour), sheets)


def among(
    db: Connection,
    vault: Vault,
    note: Kept[ClinicalNote] | None,
    given: Sequence[Kept[Administration]],
    sheets: Sequence[Kept[Handout]],
) -> tuple[LaterArrival, ...]:
    """`of_hour`, for whoever has the questionnaires and the sheets of the hour already."""
    if note is None or not note.final:
        return ()
    found: list[tuple[str, Kept[Any], str, str]] = [
        ("administration", kept, administrations.title_of(kept.body), _of_form(db, vault, note, kept))
        for kept in given
    ]
    found += [
        ("handout", kept, f"Worksheet “{kept.body.title}”", _of_entry(db, vault, note, kept))
        for kept in sheets
    ]
    return tuple(
        LaterArrival(id=kept.id, noun=noun, title=title, mark=mark)
        for noun, kept, title, mark in found
        if mark
    )


def mark_of_risk_entry(db: Connection, vault: Vault, kept: Kept[RiskEntry]) -> str:
    """What to say beside a risk entry that was written after the note of its hour was signed, or "".

    It stands on the page of the entry alone. The client sees the pages of the hour and the note, where the
    name of such an entry would already say too much.
    """
    if kept.body.session_id is None:
        return ""
    with suppress(rows.NotThere, Unreadable):
        hour = sessions.get(db, vault, kept.body.session_id)
        note = notes.of_session(db, vault, hour)
        return _of_entry(db, vault, note, kept) if note is not None and note.final else ""
    return ""


def _of_entry(db: Connection, vault: Vault, note: Kept[ClinicalNote], kept: Kept[Any]) -> str:
    known = ledger.of(db, vault)
    signed = known.known(note.id.bytes)
    return AFTER if signed is not None and known.begun(kept.id.bytes) > signed.seq else ""


def _of_form(db: Connection, vault: Vault, note: Kept[ClinicalNote], kept: Kept[Administration]) -> str:
    """A questionnaire that was there already may have been answered further, or corrected."""
    after = _of_entry(db, vault, note, kept)
    then = dict(note.body.facts.versions.forms).get(kept.id.bytes) if note.body.facts else None
    if after or then is None or then == kept.version:
        return after
    versions = rows.versions(db, vault, administration, kept.id, Administration)
    # A draft is replaced by what follows it. Of a finished one every version is kept, and what was said when
    # it was looked at makes a version as well.
    as_signed = next((each.body for each in versions if each.version == then), None)
    same = as_signed is not None and (as_signed.answers, as_signed.open_line) == (
        kept.body.answers,
        kept.body.open_line,
    )
    return "" if same else CHANGED_AFTER
