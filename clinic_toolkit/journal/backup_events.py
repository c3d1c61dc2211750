"""What the audit log says of backups."""

from enum import StrEnum

from clinic_toolkit.journal import keyless_events


class BackupEvent(StrEnum):
    """The events while unlocked."""

    MADE = "backup.made"
    PROVED = "backup.proved"
    LOOKED_INTO = "backup.looked_into"


class BackupKeylessEvent(StrEnum):
    """The event while locked."""

    MADE = "backup.made_locked"


keyless_events.register_keyless_events(BackupKeylessEvent)
