"""New keys for everything: what waits for the printed sheet, and the job that makes them and then locks.

Passphrase, sheet and keys are held in the memory of this login only, until the job has taken them over.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.carried_damage import DamageFound
from clinic_toolkit.record.key_replacement import NewSecrets
from clinic_toolkit.record.people.secret_changes import SlotKeys
from clinic_toolkit.vault import recovery_sheet
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import pending_recovery_sheet, quick_return, short_lived_values
from clinic_toolkit.web.access.pending_recovery_sheet import PendingSheet
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.screen_parts import backups, jobs
from clinic_toolkit.web.screen_parts.jobs import Progress
from clinic_toolkit.web.transport.responses import ViewResult

JOB = "replace_keys"
_PENDING, _STARTED = "drawn keys", "drawn keys of the job"

log = logging.getLogger("clinic")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class PendingKeys:
    """What was chosen: the present keys, the new secrets, the sheet to prove, and what is removed too."""

    keys: SlotKeys
    new_secrets: NewSecrets
    sheet: PendingSheet
    removed: frozenset[str]


def list_old_copies() -> list[tuple[str, str]]:
    """Every copy and backup that is found and opens with the present secrets, as (name, words)."""
    beside = key_replacement.list_old_copies(context.unit_of_work().engine)
    return [(name, f"{name}, in the data folder") for name in beside] + [
        (line.name, f"Backup: {line.text}") for line in backups.list_usable_lines()
    ]


def store_pending_keys(keys: SlotKeys, passphrase: str, removed: frozenset[str]) -> None:
    """Draw a new sheet, and hold everything in memory until two of its groups were typed back."""
    sheet = pending_recovery_sheet.draw_up_sheet(recovery_sheet.generate_groups())
    new_secrets = NewSecrets(passphrase, sheet.groups)
    pending = PendingKeys(keys=keys, new_secrets=new_secrets, sheet=sheet, removed=removed)
    short_lived_values.hold(_PENDING, pending)


def find_pending_keys() -> PendingKeys | None:
    """What waits for the printed sheet, or None."""
    return cast("PendingKeys | None", short_lived_values.find(_PENDING))


def discard_pending_keys() -> None:
    """Remove it from memory."""
    short_lived_values.take(_PENDING)


def was_sheet_shown() -> bool:
    """Whether the new sheet was shown already; it is shown once."""
    return bool(short_lived_values.list_shown(_PENDING))


def render_sheet_once(pending: PendingKeys, *, back: str) -> ViewResult:
    """Render the new sheet as a page to print, once; see `pending_recovery_sheet.render_sheet_once`."""
    return pending_recovery_sheet.render_sheet_once(pending.sheet, back=back, held_as=_PENDING)


def find_started_keys() -> PendingKeys | None:
    """What the job was started with, for a quarter of an hour, or None."""
    return cast("PendingKeys | None", short_lived_values.find(_STARTED))


def discard_started_keys() -> None:
    """Remove it from memory."""
    short_lived_values.take(_STARTED)


def start_replacing(pending: PendingKeys, accepted_damage: frozenset[str] = frozenset()) -> None:
    """Start to replace every key; the process ends once that is done, and the return code at once.

    Where something does not open that is not in `accepted_damage`, the findings are the result of the job.
    """
    worker, now = context.worker(), context.now()
    files = [line.file for line in backups.list_usable_lines() if line.name in pending.removed]
    # What was looked at until now is noted while something can be saved.
    if worker.engine is not None:
        worker.waiting_reads.try_write_within(1.0, worker.engine)
    quick_return.revoke_quick_return()

    def replace(db: Connection, vault: Vault, progress: Progress) -> tuple[Finding, ...]:
        try:
            key_replacement.replace_all_keys(
                db.engine,
                vault,
                pending.keys,
                pending.new_secrets,
                now=now,
                report_progress=progress,
                removed_copies=pending.removed,
                accepted_damage=accepted_damage,
            )
        except DamageFound as found:
            return found.findings
        _remove_backups(files)
        worker.logins.clear()
        worker.is_ending = True
        worker.end_process(EndReason.KEYS_REPLACED)
        return ()

    discard_pending_keys()
    # Should something not open, a person decides whether the same act begins again without it.
    short_lived_values.hold(_STARTED, pending)
    jobs.start_job(JOB, replace)


def _remove_backups(files: list[Path]) -> None:
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            log.warning("backup.old_not_removed")
