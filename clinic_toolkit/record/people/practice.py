"""The practice: how it is called and where it is; the settings that pages and paper need."""

import hmac
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault import return_code
from clinic_toolkit.vault.vault import Vault

practice_table = sealed_table("practice")

# Countries whose printers hold Letter by default; everywhere else A4 (CLDR paper-size data).
LETTER_COUNTRIES = frozenset(
    ("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
)


class PracticeSettings(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The settings of a practice.

    `record_kind` is "full" (this is the legal record) or "beside" (it runs beside another);
    `return_code` is empty when none was chosen; `recovery_sheet_made_on` is None when nobody wrote it down.
    `limits_text` is what does not stay between clinician and client; empty until the practice confirms it.
    """

    country: str
    record_kind: str
    practice_name: str
    clinician_name: str
    crisis_text: str
    return_code: str = ""
    recovery_sheet_proved: bool = False
    is_demo: bool = False
    recovery_sheet_made_on: date | None = None
    limits_text: str = ""

    @property
    def paper_size(self) -> str:
        """ "A4" or "Letter", by country."""
        return "Letter" if self.country in LETTER_COUNTRIES else "A4"


class WrongReturnCode(ClinicError):
    """The return code typed to sign is not the one that was chosen."""

    def __init__(self) -> None:
        super().__init__("That is not your return code. Nothing was signed.")


def record_sheet_proved(
    db: Connection, vault: Vault, current: RecordVersion[PracticeSettings], *, made_on: date, now: datetime
) -> RecordVersion[PracticeSettings]:
    """Keep that groups of the recovery sheet were typed back from paper, and of when it is."""
    proved = msgspec.structs.replace(
        current.payload, recovery_sheet_proved=True, recovery_sheet_made_on=made_on
    )
    return revise_practice_settings(db, vault, current, proved, now=now)


def load_practice_settings(db: Connection, vault: Vault) -> RecordVersion[PracticeSettings]:
    """The settings as they are now."""
    return records.load_record(
        db, vault, practice_table, vault.vault_id, PracticeSettings, _fallback_settings
    )


def _fallback_settings(vault: Vault, ring: UUID) -> PracticeSettings:
    # Every page needs the settings. When they are hurt the work goes on, and they are entered anew.
    return PracticeSettings(
        country="",
        record_kind="full",
        practice_name="",
        clinician_name="",
        crisis_text="Ask your therapist whom to call in a crisis.",
        recovery_sheet_proved=True,
    )


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
        db, vault, practice_table, current, settings, state="active", event="practice.saved", now=now
    )


def check_return_code(settings: PracticeSettings, typed_code: str) -> None:
    """Compare a typed return code with the chosen one, in constant time.

    Raises:
        WrongReturnCode: they differ.
    """
    same = hmac.compare_digest(
        return_code.normalize_return_code(typed_code).encode(),
        return_code.normalize_return_code(settings.return_code).encode(),
    )
    if not same:
        raise WrongReturnCode


def confidentiality_limits_before(
    settings: PracticeSettings, instrument: Instrument
) -> confidentiality_limits.ConfidentialityNotice | None:
    """What is said of the limits of confidentiality before this questionnaire, if it has to be."""
    return confidentiality_limits.notice_before(
        instrument, own=settings.limits_text, country=settings.country
    )


def build_letterhead(settings: PracticeSettings) -> Letterhead:
    """What paper needs to know of the practice."""
    return Letterhead(
        practice_name=settings.practice_name,
        clinician_name=settings.clinician_name,
        crisis_text=settings.crisis_text,
        paper_size=settings.paper_size,
        is_demo=settings.is_demo,
    )
