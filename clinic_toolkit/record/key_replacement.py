"""New keys for a whole practice, because its passphrase, sheet or device may be in other hands.

Everything is sealed again with new keys in a second store beside the first, checked, compared and only then
put in its place. Copying instead of changing in place is what makes a kill harmless: until the one rename at
the end nothing of the old store was touched, and afterwards nothing of it counts. What was copied from the
folder before, and what was kept outside it, stays open to the old secrets.
"""

import logging
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine

from clinic_toolkit.crypto.passphrase_kdf import KdfCost
from clinic_toolkit.journal import (
    inspection,
    inventory_snapshot,
    past_log,
    past_log_check,
    records,
    resealing,
)
from clinic_toolkit.journal.record_versions import PendingVersion, seal_version
from clinic_toolkit.record import carried_damage
from clinic_toolkit.record.carried_damage import KeptDamage, KeysNotReplaced
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people.known_key_record import (
    KNOWN_KEY,
    ConfirmedColleagueState,
)
from clinic_toolkit.store import successor
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from clinic_toolkit.vault import identity, key_slots, new_keys
from clinic_toolkit.vault.confirmed_keys import KnownKey
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")

# Called with (done, total); raise an exception in it to stop.
ProgressCallback = Callable[[int, int], None]


class NewSecrets(NamedTuple):
    """The passphrase and the eight groups of the recovery sheet that open the practice from then on."""

    passphrase: str
    sheet_groups: tuple[str, ...]

    def __repr__(self) -> str:
        return "<NewSecrets>"


def list_old_copies(engine: Engine) -> list[str]:
    """File names of the copies in the data folder that the old secrets go on opening unless removed."""
    return [copy.name for copy in successor.list_old_copies(_folder_of(engine))]


def replace_all_keys(
    engine: Engine,
    vault: Vault,
    keys: SlotKeys,
    secrets: NewSecrets,
    *,
    now: datetime,
    report_progress: ProgressCallback,
    removed_copies: Iterable[str] = (),
    accepted_damage: Set[str] = frozenset(),
    cost: KdfCost | None = None,
) -> None:
    """Make new keys for everything, and end the old store. The session must end with it.

    Nothing can be saved while it runs. Until it returns the old secrets open everything, and then the new
    ones alone do; the next start puts the new files in place. The executor's sheets have no successor.

    Args:
        keys: every key that the present passphrase or sheet opens.
        removed_copies: names of `list_old_copies` that are removed too.
        accepted_damage: the sentences of the full check about what does not open and may stay so.
        cost: the KDF cost; None calibrates it.

    Raises:
        KeysNotReplaced: something of this practice cannot be carried over.
        DamageFound: something does not open that is not in `accepted_damage`.
        ClinicError: the disk is full, something differs, or it was stopped. Nothing was changed.
    """
    store, folder = store_of(engine), _folder_of(engine)
    with store.pausing_writes():
        try:
            with reading(engine) as db:
                _build_successor(
                    db, folder, vault, keys, secrets, now, report_progress, accepted_damage, cost
                )
            store.install_successor(removed_copies=removed_copies)
        except BaseException:
            if not successor.is_ready(folder):
                with suppress(OSError):
                    successor.discard_draft(folder)
            raise
    log.info("keys.replaced")


class _Steps:
    """Counts the steps of the whole act for its progress."""

    def __init__(self, report_progress: ProgressCallback, total: int) -> None:
        self._report, self._total, self._done = report_progress, total, 0

    def step(self, *_: int) -> None:
        self._done = min(self._done + 1, self._total)
        self._report(self._done, self._total)

    def stay(self, *_: int) -> None:
        """Report the step that was reached, so that a stop is noticed while no step is made."""
        self._report(self._done, self._total)


def _build_successor(
    db: Connection,
    folder: Path,
    vault: Vault,
    keys: SlotKeys,
    secrets: NewSecrets,
    now: datetime,
    report_progress: ProgressCallback,
    accepted_damage: Set[str],
    cost: KdfCost | None,
) -> None:
    old = _open_vault(db, vault, keys)
    rows, lines = resealing.count_steps(db)
    # Each is checked in the old store, sealed again, checked in the new one, and compared.
    steps = _Steps(report_progress, 4 * (rows + lines))
    report, unread = _check_old(db, vault, old, steps, accepted_damage)
    new_engine = open_store(successor.create_draft(folder))
    try:
        with writing(new_engine) as new_db:
            new = new_keys.create_successor_vault(
                new_db, old, secrets.passphrase, secrets.sheet_groups, cost=cost
            )
        unopened = resealing.copy_versions(db, old, new_engine, new, steps.step)
        tip = resealing.copy_log(db, old, new_engine, new, steps.step, unread=unread)
        kept = KeptDamage(unopened, unread, resealing.list_named_versions(db, old, unread))
        with writing(new_engine) as new_db:
            # The whole new trail is read for what is noted next.
            inventory_snapshot.load_inventory(new_db, new, steps.stay)
            _note_change(new_db, new, old, tip, new_keys.list_practice_secrets(db, old, keys), now)
            if kept.count:
                past_log.append_damage_kept(new_db, new, kept.count, now=now)
    finally:
        new_engine.dispose()
    # Opened again, as a person would open it.
    new_engine = open_store(folder / successor.DRAFT_FOLDER)
    try:
        with reading(new_engine) as new_db:
            new_report = _check_new(db, old, new_db, secrets, tip[0], steps)
        if not carried_damage.is_same_damage(old, report, new_report, kept):
            raise resealing.CopyDiffers
    finally:
        new_engine.dispose()


def _check_old(
    db: Connection, vault: Vault, old: Vault, steps: _Steps, accepted_damage: Set[str]
) -> tuple[inspection.Report, frozenset[int]]:
    if not vault.can_sign or not new_keys.is_alone(old):
        raise KeysNotReplaced(
            "Other clinicians share this practice, or it was opened for reading only. New keys for "
            "everything cannot be made here."
        )
    if clinician_side.has_open_handover(db, vault):
        raise KeysNotReplaced(
            "A questionnaire is still in the hands of a client, or waits to be looked at. Finish that first; "
            "then the practice can get new keys."
        )
    # The check would do this first, without a word.
    inventory_snapshot.rebuild_after_check(db, old, steps.stay)
    report = inspection.inspect_all(db, old, steps.step)
    return report, carried_damage.check_carried_damage(db, old, report, accepted_damage)


def _note_change(
    db: Connection,
    new: Vault,
    old: Vault,
    tip: tuple[int, bytes],
    practice_keys: tuple[tuple[bytes, bytes], ...],
    now: datetime,
) -> None:
    """End the old log, keep the old public key, and note that the new sheet was typed back."""
    replaced_key = KnownKey(
        user=old.user_id.bytes, signing_key=old.public_key, receiving_key=None, name="", confirmed_at=now
    )
    pending = PendingVersion(
        id=uuid4(),
        version=1,
        ring=new.rings.get_ring(new.user_id, RingClass.OWN),
        state=ConfirmedColleagueState.CONFIRMED,
        final=True,
        previous_content_id=None,
    )
    version, values = seal_version(new, KNOWN_KEY, replaced_key, pending, now=now)
    transaction_of(db).insert_row(KNOWN_KEY.table, values)
    reference = records.version_reference(KNOWN_KEY, version)
    past_log.append_key_change(db, new, old, tip, practice_keys, reference, now=now)
    current = clinicians.load_clinician(db, new)
    clinicians.record_sheet_proved(db, new, current, made_on=now.date(), now=now)


def _check_new(
    db: Connection, old: Vault, new_db: Connection, secrets: NewSecrets, last_line: int, steps: _Steps
) -> inspection.Report:
    held = key_slots.open_keys_with_passphrase(new_db, old.user_id, secrets.passphrase)
    by_sheet = key_slots.open_keys_with_recovery_sheet(new_db, old.user_id, " ".join(secrets.sheet_groups))
    new = _open_vault(new_db, old, held)
    inventory_snapshot.rebuild_after_check(new_db, new, steps.stay)
    report = inspection.inspect_all(new_db, new, steps.step)
    change = past_log_check.find_key_change(new_db, new, steps.stay)
    if held != by_sheet or change is None or change.seq != last_line:
        raise resealing.CopyDiffers
    resealing.compare_versions(db, old, new_db, new, steps.step)
    past_log_check.check_past_log(new_db, new, change, steps.step)
    return report


def _open_vault(db: Connection, vault: Vault, keys: SlotKeys) -> Vault:
    opened = key_slots.unlock_with_keys(db, vault.user_id, keys.unlocked_keys)
    if keys.psychotherapy_key is not None:
        opened.open_psychotherapy_notes(db, keys.psychotherapy_key)
    return opened


def _folder_of(engine: Engine) -> Path:
    with reading(engine) as db:
        return identity.data_folder_of(db)
