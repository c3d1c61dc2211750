"""The logo of the practice, for papers that say whose they are."""

from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.images.logo_limits import Logo
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.logo_record import PRACTICE_LOGO, LogoEvent, LogoState, PracticeLogo
from clinic_toolkit.vault.vault import Vault


def find_logo(db: Connection, vault: Vault) -> RecordVersion[PracticeLogo] | None:
    """Return the logo, or what is left of one that was removed; None if there never was one."""
    found = records.list_records_in_rings(db, vault, PRACTICE_LOGO, [vault.practice_ring])
    return found[-1] if found else None


def keep_logo(db: Connection, vault: Vault, logo: Logo, *, now: datetime) -> None:
    """Keep this picture as the logo, in the ring of the practice; nothing if it is the present one."""
    kept = PracticeLogo(width=logo.width, height=logo.height, dots=logo.dots)
    _save(db, vault, kept, LogoState.KEPT, LogoEvent.KEPT, now=now)


def remove_logo(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Print no logo any more; nothing if there is none."""
    if find_logo(db, vault) is not None:
        _save(db, vault, PracticeLogo(), LogoState.REMOVED, LogoEvent.REMOVED, now=now)


def _save(
    db: Connection, vault: Vault, payload: PracticeLogo, state: LogoState, event: LogoEvent, *, now: datetime
) -> None:
    current = find_logo(db, vault)
    if current is None:
        records.create_record(
            db, vault, PRACTICE_LOGO, payload, ring=vault.practice_ring, state=state, event=event, now=now,
            final=True,
        )  # fmt: skip
    elif current.payload != payload:
        records.append_version(db, vault, PRACTICE_LOGO, current, payload, state=state, event=event, now=now)
