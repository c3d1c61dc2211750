"""The settings of the practice that pages and printed documents need, such as its name and country."""

from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import (
    PRACTICE,
    PracticeEvent,
    PracticeSettings,
    PracticeState,
)
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.vault.vault import Vault


def load_practice_settings(db: Connection, vault: Vault) -> RecordVersion[PracticeSettings]:
    """Load the current settings; if they are unreadable, defaults stand in for them."""
    return records.load_record(db, vault, PRACTICE, vault.vault_id)


def revise_practice_settings(
    db: Connection,
    vault: Vault,
    current: RecordVersion[PracticeSettings],
    settings: PracticeSettings,
    *,
    now: datetime,
) -> RecordVersion[PracticeSettings]:
    """Save changed settings.

    Raises:
        StaleVersion: they were changed meanwhile.
    """
    return records.append_version(
        db, vault, PRACTICE, current, settings, state=PracticeState.ACTIVE, event=PracticeEvent.SAVED, now=now
    )


def confidentiality_limits_before(
    settings: PracticeSettings, instrument: Instrument
) -> confidentiality_limits.ConfidentialityNotice | None:
    """Return the notice on the limits of confidentiality that this questionnaire requires; None if none."""
    return confidentiality_limits.notice_before(
        instrument, practice_text=settings.limits_text, country=settings.country
    )


def build_letterhead(settings: PracticeSettings, clinician: Clinician) -> Letterhead:
    """Return what printed documents show about the practice and the clinician."""
    return Letterhead(
        practice_name=settings.practice_name,
        clinician_name=clinician.name,
        crisis_text=settings.crisis_text,
        paper_size=settings.paper_size,
        is_demo=settings.is_demo,
        address=settings.address,
        licence_line=settings.licence_line,
        style=settings.writing_style,
    )
