"""The colleagues whose public key the clinician compared in person, kept in the own ring."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import inventory_snapshot, public_key_findings, records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.known_key_record import (
    KNOWN_KEY,
    ConfirmedColleagueEvent,
    ConfirmedColleagueState,
)
from clinic_toolkit.store.transactions import is_writing, on_rollback
from clinic_toolkit.vault.confirmed_keys import KNOWN_KEY_TABLE, KnownKey
from clinic_toolkit.vault.key_directory import fingerprint_words
from clinic_toolkit.vault.own_ring import ensure_own_ring
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")


class KeyNotFound(ClinicError):
    """The directory holds no key for this user that can be trusted."""

    def __init__(self) -> None:
        super().__init__("There is no key of this colleague that can be confirmed.")


class OtherWords(ClinicError):
    """The key was replaced after its words were shown."""

    def __init__(self) -> None:
        super().__init__("This is not the key whose words were shown. Nothing was confirmed.")


class NameMissing(ClinicError):
    """A key was to be confirmed for nobody by name."""

    def __init__(self) -> None:
        super().__init__("Please write the name of the colleague whose words you compared.")


def list_known_keys(db: Connection, vault: Vault) -> list[RecordVersion[KnownKey]]:
    """Return every confirmed colleague and replaced key of one's own; none if that ring does not open."""
    if vault.own_ring is None:
        return []
    return records.list_records_in_rings(db, vault, KNOWN_KEY, [vault.own_ring])


def words_of_key(vault: Vault, user_id: UUID) -> tuple[str, ...]:
    """Return the six words of a clinician's key, to be compared in person.

    Raises:
        KeyNotFound: there is no such key, or it is refused.
    """
    key = vault.key_directory.find_key(user_id)
    if key is None:
        raise KeyNotFound
    return fingerprint_words(key.fingerprint)


def confirm_colleague(
    db: Connection, vault: Vault, user_id: UUID, *, words: tuple[str, ...], name: str, now: datetime
) -> RecordVersion[KnownKey]:
    """Record that the six words of a colleague's key were compared in person.

    Args:
        words: the words that were compared, as `words_of_key` returned them.
        name: the name of the colleague, as the clinician knows it; what the colleague signs under another
            name is shown with this one.

    Raises:
        NameMissing: the name is empty.
        KeyNotFound: there is no such key, or it is refused.
        OtherWords: the key has other words by now.
        OwnRingLost: the clinician's own ring does not open.
    """
    key = vault.key_directory.find_key(user_id)
    if key is None or user_id == vault.user_id:
        raise KeyNotFound
    if words != fingerprint_words(key.fingerprint):
        raise OtherWords
    if not name.strip():
        raise NameMissing
    known = {one.payload.user_id: one for one in list_known_keys(db, vault)}
    if user_id in known:
        return known[user_id]
    colleague = records.create_record(
        db,
        vault,
        KNOWN_KEY,
        KnownKey(
            user=user_id.bytes,
            signing_key=key.signing_key,
            receiving_key=key.receiving_key,
            name=name.strip(),
            confirmed_at=now,
        ),
        ring=ensure_own_ring(db, vault),
        state=ConfirmedColleagueState.CONFIRMED,
        event=ConfirmedColleagueEvent.CONFIRMED,
        now=now,
        final=True,
    )
    confirmed = vault.key_directory.list_confirmed()
    vault.key_directory.set_confirmed_keys([*confirmed, colleague.payload.confirmed_key(vault.vault_id)])

    def take_back() -> None:
        vault.key_directory.set_confirmed_keys(confirmed)

    on_rollback(db, take_back)
    return colleague


def recheck_confirmed_keys(db: Connection, vault: Vault) -> None:
    """Tell the directory whose keys are confirmed, and warn in the technical log if a row is refused.

    The vault read the confirmed keys when it was opened; here they are compared with the audit log. If that
    changes a key, the inventory is rebuilt, because the old key may have verified audit entries.
    """
    # Every sign of a colleague can be deleted from the file except our own signed entries, so check those
    # too.
    logged_colleagues = inventory_snapshot.load_inventory(db, vault).record_ids(KNOWN_KEY_TABLE, None)
    is_alone = not vault.key_directory.has_colleagues() and not vault.rings.is_shared(vault.practice_ring)
    if is_alone and not logged_colleagues and not vault.key_directory.faults:
        return
    confirmed = [
        one.payload.confirmed_key(vault.vault_id)
        for one in list_known_keys(db, vault)
        if one.payload.user_id != vault.user_id
    ]
    if vault.key_directory.set_confirmed_keys(confirmed):
        vault.rings.reload_grants(db)
        inventory_snapshot.rebuild_after_check(db, vault)
    if vault.key_directory.faults:
        log.warning("directory.key_refused")
    if public_key_findings.unreadable_colleague_sentences(vault):
        log.warning("directory.contact_unreadable")
    own_fault = vault.key_directory.faults.get(vault.user_id)
    if own_fault and is_writing(db) and vault.can_sign:
        # What is written is signed by the owner's key, which comes from the sealed identity.
        vault.key_directory.publish_own_key(db)
        log.warning("directory.own_key_put_back")
