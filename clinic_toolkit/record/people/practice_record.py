"""What is stored about the practice: its settings."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.dates import Clock, DateOrder, WritingStyle
from clinic_toolkit.journal import keyless_events
from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.people import country_styles
from clinic_toolkit.record.values.page_values import PaperSize
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

practice_table = sealed_table("practice")


# Countries whose printers hold Letter by default; everywhere else A4 (CLDR paper-size data).
LETTER_COUNTRIES = frozenset(
    ("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
)


class PracticeState(StrEnum):
    """The state of the settings."""

    ACTIVE = "active"


class PracticeEvent(StrEnum):
    """What the audit log says was done to the settings."""

    SAVED = "practice.saved"


class UnlockEvent(StrEnum):
    """What is written without a key: a failed attempt to unlock, or that an executor opened the practice."""

    FAILED = "unlock.failed"
    EXECUTOR = "unlock.executor"


class AccessEvent(StrEnum):
    """What the audit log says was done to the ways in, or with one; most name the slot generation."""

    CREATED = "practice.created"
    UNLOCKED = "practice.unlocked"
    UNLOCKED_WITH_SHEET = "practice.unlocked_with_sheet"
    RETURNED = "practice.returned"
    PHRASE_CHANGED = "practice.passphrase_changed"
    GUESSING_SLOWED = "practice.passphrase_cost_raised"
    PHRASE_REFUSED = "practice.passphrase_refused"
    SHEET_REPLACED = "practice.sheet_replaced"
    EXECUTOR_SHEETS_MADE = "practice.executor_sheets_made"
    EXECUTOR_SHEETS_WITHDRAWN = "practice.executor_sheets_withdrawn"
    PSYCHOTHERAPY_KEY_MADE = "practice.psychotherapy_key_made"
    PSYCHOTHERAPY_NOTES_OPENED = "practice.psychotherapy_notes_opened"


keyless_events.register_keyless_events(UnlockEvent)


class RecordRole(StrEnum):
    """What this record is to the practice: the legal record itself, or kept beside another one."""

    FULL = "full"
    BESIDE = "beside"


class PracticeSettings(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The settings of a practice, which all of its clinicians share.

    `limits_text` are the limits of confidentiality; empty until the practice confirms its text. `note_format`
    is the id of the format that new notes begin with; "" for the one that the program proposes. `address` and
    `licence_line` stand at the head of papers. `date_order` and `clock` are "" while the practice follows the
    usage of its country.
    """

    country: str
    record_role: RecordRole
    practice_name: str
    crisis_text: str
    is_demo: bool = False
    limits_text: str = ""
    note_format: str = ""
    address: str = ""
    licence_line: str = ""
    date_order: str = ""
    clock: str = ""

    @property
    def writing_style(self) -> WritingStyle:
        """How the practice writes dates and times."""
        usual = country_styles.style_of_country(self.country)
        return WritingStyle(
            DateOrder(self.date_order) if self.date_order in set(DateOrder) else usual.order,
            Clock(self.clock) if self.clock in set(Clock) else usual.clock,
        )

    @property
    def paper_size(self) -> PaperSize:
        """The paper of the country's printers."""
        return PaperSize.LETTER if self.country in LETTER_COUNTRIES else PaperSize.A4


def _fallback_settings(vault: Vault, ring: UUID) -> PracticeSettings:
    # Every page needs the settings, so defaults replace unreadable ones until they are entered again.
    return PracticeSettings(
        country="",
        record_role=RecordRole.FULL,
        practice_name="",
        crisis_text="Ask your therapist whom to call in a crisis.",
    )


def _add_fields_of_2(content: list[Any]) -> list[Any]:
    """Add what schema version 2 has more: the format of notes, the letterhead, how dates are written."""
    return [*content, "", "", "", "", ""]


PRACTICE = register_kind(
    RecordKind(
        table=practice_table,
        payload_type=PracticeSettings,
        states=PracticeState,
        events=PracticeEvent,
        nouns=RecordNouns(in_sentence="the settings of the practice", one="the settings", many="settings"),
        fallback=_fallback_settings,
        schema_version=2,
        upcasts={1: _add_fields_of_2},
    )
)
