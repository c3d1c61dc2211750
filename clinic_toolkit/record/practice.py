"""The practice: how it is called, where it is, and the way in.

Holds the settings that pages and paper need, and the verbs that make a practice, unlock it and
change its secrets. What is typed here never leaves the practice's ring.
"""

import hmac
import logging
import time
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.crypto.passphrase import was_quick
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.instruments import limits
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import audit, head_recovery, ledger, rows, trail, ways_in
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.keyless import Keyless
from clinic_toolkit.record.summaries import Letterhead
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.store.engine import writes
from clinic_toolkit.vault import identity, return_code, second_copy, sheet, slots
from clinic_toolkit.vault.vault import Vault

practice = sealed_table("practice")
log = logging.getLogger("clinic")

# Countries whose printers hold Letter by default; everywhere else A4 (CLDR paper-size data).
LETTER_COUNTRIES = frozenset(
    ("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
)


class Practice(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The settings of a practice.

    `record_kind` is "full" (this is the legal record) or "beside" (it runs beside another);
    `return_code` is empty when none was chosen; `sheet_made_on` is None when nobody wrote it down.
    `limits_text` is what does not stay between clinician and client; empty until the practice confirms it.
    """

    country: str
    record_kind: str
    practice_name: str
    clinician_name: str
    crisis_text: str
    return_code: str = ""
    sheet_proved: bool = False
    demo: bool = False
    sheet_made_on: date | None = None
    limits_text: str = ""

    @property
    def paper(self) -> str:
        """ "A4" or "Letter", by country."""
        return "Letter" if self.country in LETTER_COUNTRIES else "A4"


class CodeWrong(ClinicError):
    """The return code typed to sign is not the one that was chosen."""

    def __init__(self) -> None:
        super().__init__("That is not your return code. Nothing was signed.")


def create(
    db: Connection, settings: Practice, *, passphrase: str, now: datetime
) -> tuple[Vault, tuple[str, ...]]:
    """Make a new practice: its keys, its recovery sheet, its settings.

    Returns the unlocked vault and the eight groups of the sheet, which are kept nowhere.
    """
    vault, groups = slots.create_identity(db, passphrase)
    audit.note(db, vault, ways_in.naming("practice.created", vault), now=now)
    second_copy.owe(db, vault)
    rows.begin(
        db,
        vault,
        practice,
        settings,
        ring=vault.practice_ring,
        state="active",
        event="practice.saved",
        now=now,
        final=True,
        id=vault.vault_id,
    )
    return vault, groups


def unlock(db: Connection, passphrase: str, *, now: datetime) -> Vault:
    """Open the practice with the passphrase and vouch for what happened while it was locked.

    Raises:
        vault.slots.WrongSecret: it is not the passphrase.
    """
    started = time.perf_counter()
    vault = head_recovery.opened(db, lambda at: slots.open_with_passphrase(at, passphrase))
    took = time.perf_counter() - started
    _arrived(db, vault, ways_in.naming("practice.unlocked", vault), now=now)
    if was_quick(took) and writes(db) and not vault.head_fault and slots.raise_cost(db, vault, passphrase):
        second_copy.owe(db, vault)
        audit.note(db, vault, ways_in.naming("practice.passphrase_cost_raised", vault), now=now)
        vault.cost_raised = True
    return vault


def unlock_with_sheet(db: Connection, groups: str, *, now: datetime) -> Vault:
    """Open the practice with the eight groups of the recovery sheet."""
    vault = head_recovery.opened(db, lambda at: slots.open_with_sheet(at, groups))
    return _arrived(db, vault, "practice.unlocked_with_sheet", now=now)


def unlock_with_code(db: Connection, blob: bytes, code: str, *, now: datetime) -> Vault:
    """Come back with the short code while the keeper still holds the sealed blob."""
    vault = head_recovery.opened(db, lambda at: return_code.open_return(at, blob, code))
    return _arrived(db, vault, "practice.returned", now=now)


def _arrived(db: Connection, vault: Vault, event: str, *, now: datetime) -> Vault:
    # First: a line that nobody vouches for has no say in what the newest ways in are.
    adopt(db, vault, now=now)
    told = ledger.of(db, vault)
    vault.compare_ways_in(told.ways_in, complete=not told.gaps)
    audit.note(db, vault, event, now=now)
    head_recovery.mend(db, vault, now=now)
    ledger.keep(db, vault)
    return vault


def adopt(db: Connection, vault: Vault, *, now: datetime) -> bool:
    """Vouch for what was written without a key; False if a line of it is not as this program writes it."""
    if audit.adopt(db, vault, now=now) is not None:
        return True
    ledger.doubt(db, vault)
    return False


def note_failed_unlock(db: Connection, *, now: datetime) -> None:
    """Leave a line in the trail that someone tried; there is no key to sign it with.

    Where the trail does not fit the ids of the practice, one of the two is hurt: then nothing is written.
    """
    try:
        incarnation = identity.head(db)[1]
    except (DamagedFile, identity.SuiteUnknown):
        log.warning("unlock.failed_not_noted")
        return
    if trail.fits(db, incarnation):
        audit.note_keyless(db, incarnation, Keyless.UNLOCK_FAILED, now=now)
    else:
        log.warning("unlock.failed_not_noted")


def is_passphrase(db: Connection, typed: str) -> bool:
    """Whether this is the present passphrase; takes about a second, as unlocking does."""
    return slots.fits(db, typed)


def note_refused_passphrase(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Leave a line in the trail that the present passphrase was asked for and not known."""
    audit.note(db, vault, "practice.passphrase_refused", now=now)


def draw_sheet() -> tuple[str, ...]:
    """The groups of another recovery sheet, which opens nothing before `take_sheet`."""
    return sheet.draw()


def same_group(group: str, typed: str) -> bool:
    """Whether one group of the recovery sheet was typed back, in any spelling that reads alike."""
    return sheet.same_group(group, typed)


def change_passphrase(db: Connection, vault: Vault, passphrase: str, *, now: datetime) -> None:
    """Replace the passphrase; everything else stays as it is."""
    slots.replace_passphrase(db, vault, passphrase)
    second_copy.owe(db, vault)
    audit.note(db, vault, ways_in.naming("practice.passphrase_changed", vault), now=now)


def new_sheet(db: Connection, vault: Vault, *, now: datetime) -> tuple[str, ...]:
    """Make a new recovery sheet; the old one opens nothing from now on."""
    groups = slots.replace_sheet(db, vault)
    second_copy.owe(db, vault)
    audit.note(db, vault, ways_in.naming("practice.sheet_replaced", vault), now=now)
    return groups


def take_sheet(
    db: Connection,
    vault: Vault,
    seen: Kept[Practice],
    groups: tuple[str, ...],
    *,
    made_on: date,
    now: datetime,
) -> Kept[Practice]:
    """Have a sheet that was drawn, printed and typed back open the practice instead of the old one.

    Until this is committed the old sheet opens and the new one does not; from then on it is the other
    way round. There is no moment at which neither does.
    """
    slots.replace_sheet(db, vault, groups)
    second_copy.owe(db, vault)
    # Tried before the old one is gone for good: a sheet that does not open must roll all of this back.
    slots.open_with_sheet(db, " ".join(groups))
    audit.note(db, vault, ways_in.naming("practice.sheet_replaced", vault), now=now)
    return prove_sheet(db, vault, seen, made_on=made_on, now=now)


def prove_sheet(
    db: Connection, vault: Vault, seen: Kept[Practice], *, made_on: date, now: datetime
) -> Kept[Practice]:
    """Keep that groups of the recovery sheet were typed back from paper, and of when it is."""
    proved = msgspec.structs.replace(seen.body, sheet_proved=True, sheet_made_on=made_on)
    return revise(db, vault, seen, proved, now=now)


def read(db: Connection, vault: Vault) -> Kept[Practice]:
    """The settings as they are now."""
    return rows.latest(db, vault, practice, vault.vault_id, Practice, _stand_in)


def _stand_in(vault: Vault, ring: UUID) -> Practice:
    # Every page needs the settings. When they are hurt the work goes on, and they are entered anew.
    return Practice(
        country="",
        record_kind="full",
        practice_name="",
        clinician_name="",
        crisis_text="Ask your therapist whom to call in a crisis.",
        sheet_proved=True,
    )


def revise(
    db: Connection, vault: Vault, seen: Kept[Practice], settings: Practice, *, now: datetime
) -> Kept[Practice]:
    """Save changed settings.

    Raises:
        rows.Stale: they were changed meanwhile.
    """
    return rows.append(db, vault, practice, seen, settings, state="active", event="practice.saved", now=now)


def check_code(settings: Practice, typed: str) -> None:
    """Compare a typed return code with the chosen one, in constant time.

    Raises:
        CodeWrong: they differ.
    """
    same = hmac.compare_digest(
        return_code.tidy_code(typed).encode(), return_code.tidy_code(settings.return_code).encode()
    )
    if not same:
        raise CodeWrong


def limits_before(settings: Practice, instrument: Instrument) -> limits.Said | None:
    """What is said of the limits of confidentiality before this questionnaire, if it has to be."""
    return limits.before(instrument, own=settings.limits_text, country=settings.country)


def letterhead(settings: Practice) -> Letterhead:
    """What paper needs to know of the practice."""
    return Letterhead(
        practice=settings.practice_name,
        clinician=settings.clinician_name,
        crisis_text=settings.crisis_text,
        paper=settings.paper,
        demo=settings.demo,
    )
