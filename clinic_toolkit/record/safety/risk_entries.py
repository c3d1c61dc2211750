"""Risk entries: what was done about a safety prompt, or about a worry that no form raised. Dated and final.

An entry is never changed. Later knowledge goes into a new entry, which may follow an earlier one. A "not
today" entry closes no prompt: it gives the reason why the question was not asked yet, and the day of the
next check.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries, relationships, therapy_session_timeline
from clinic_toolkit.record.people.client_scoped import ClientScoped, list_in_therapy_session
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

risk_entry_table = sealed_table("risk_entry")

HOW_ASKED, HOW_IN_HAND, HOW_NOT_TODAY = "asked", "in_hand", "not_today"
HOW_LABELS = {HOW_ASKED: "Asked today", HOW_IN_HAND: "Already in hand", HOW_NOT_TODAY: "Not today, because"}
# A "not today" entry is checked in the client's next hour, and after this many days at the latest.
MAX_DEFERRAL_DAYS = 7
SHEETS_MAY_GO_HOME, SHEETS_STAY_IN_ROOM = "home", "room"
SHEET_PLACE_LABELS = {
    SHEETS_MAY_GO_HOME: "sheets may go home",
    SHEETS_STAY_IN_ROOM: "sheets stay in the room",
}


class DeferralReasonMissing(ClinicError):
    """A "not today" entry gives no reason."""

    def __init__(self) -> None:
        super().__init__("Write in a few words why you did not ask today.")


class CheckTooLate(ClinicError):
    """The next check of a "not today" entry is too far away."""

    def __init__(self) -> None:
        super().__init__(
            f"You have not asked today, so the next check must be within {MAX_DEFERRAL_DAYS} days."
        )


class EmptyRiskEntry(ClinicError):
    """An entry has no content."""

    def __init__(self) -> None:
        super().__init__("Choose one of these, or write at least one line.")


class RaisingAnswer(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The exact answer that raised a prompt; another answer to the same question raises a prompt of its own.

    `administration_id_bytes` is the questionnaire it was given in. Older entries have None there; their
    answers belong to the questionnaire of the entry.
    """

    item_id: str
    flag: str
    status: str
    value: int | None
    wants_to_talk: bool
    administration_id_bytes: bytes | None = None


class RiskEntry(ClientScoped, array_like=True, frozen=True, kw_only=True):
    """What was done, on which day. `action` is a key of `HOW_LABELS`, or empty in an entry without a prompt.

    `sheet_place` is a key of `SHEET_PLACE_LABELS` if fear of this person was asked about in private on that
    day, and says where sheets about them may be worked with; it is empty if fear was not asked about. The
    client's reply is recorded only in the lines that the clinician chose to write. `relationship_word` is the
    client's word for the relationship at that time.
    """

    entry_date: date
    relationship: bytes | None = None
    administration: bytes | None = None
    closed_answers: tuple[RaisingAnswer, ...] = ()
    action: str = ""
    deferral_reason: str = ""
    asked_text: str = ""
    protective_factors: str = ""
    action_taken: str = ""
    consultation: str = ""
    next_check_date: date | None = None
    sheet_place: str = ""
    follows_id_bytes: bytes | None = None
    relationship_word: str = ""

    @property
    def relationship_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.relationship) if self.relationship else None

    @property
    def administration_id(self) -> UUID | None:
        """The questionnaire from which it was written, if any; it may close prompts of others as well."""
        return UUID(bytes=self.administration) if self.administration else None

    @property
    def answers(self) -> tuple[RaisingAnswer, ...]:
        """The answers that the entry names, each with its questionnaire."""
        return tuple(
            msgspec.structs.replace(
                answer, administration_id_bytes=answer.administration_id_bytes or self.administration
            )
            for answer in self.closed_answers
        )

    @property
    def follows_id(self) -> UUID | None:
        """The earlier entry that this one follows, if any."""
        return UUID(bytes=self.follows_id_bytes) if self.follows_id_bytes else None

    @property
    def labelled_lines(self) -> tuple[tuple[str, str], ...]:
        """The lines that were written, as pairs of label and text; empty ones are left out."""
        lines = (
            ("Asked, and answered", self.asked_text),
            ("What protects", self.protective_factors),
            ("What I did", self.action_taken),
            ("Whom I consulted", self.consultation),
            ("Next check", format_date(self.next_check_date) if self.next_check_date else ""),
        )
        return tuple((label, text) for label, text in lines if text)

    @property
    def action_label(self) -> str:
        """The action in one line; empty if there is none."""
        if self.action == HOW_NOT_TODAY:
            return f"Not today, because: {self.deferral_reason}"
        return HOW_LABELS.get(self.action, "")

    @property
    def deferral_sentence(self) -> str:
        """Why it was not asked yet and when the next check is; empty unless the entry says "not today"."""
        if self.action != HOW_NOT_TODAY:
            return ""
        reason = (
            self.deferral_reason
            if self.deferral_reason.endswith((".", "?", "!"))
            else f"{self.deferral_reason}."
        )
        check = f" Next check on {format_date(self.next_check_date)}." if self.next_check_date else ""
        return f"Not asked yet, because: {reason}{check}"


def render_risk_entry(risk_entry: RiskEntry) -> str:
    """Render the entry as plain sentences; they name neither the person nor the question."""
    sentences = [f"{risk_entry.action_label}."] if risk_entry.action_label else []
    sentences += [
        f"{label}: {text}" + ("" if text.endswith((".", "?")) else ".")
        for label, text in risk_entry.labelled_lines
    ]
    if risk_entry.sheet_place:
        sentences.append(f"Asked in private about fear; {SHEET_PLACE_LABELS[risk_entry.sheet_place]}.")
    return " ".join(sentences)


def create_risk_entry(
    db: Connection, vault: Vault, risk_entry: RiskEntry, *, now: datetime, idempotency_key: UUID | None = None
) -> RecordVersion[RiskEntry]:
    """Write a risk entry, final from the start, with the client's present word for the relationship.

    A "not today" entry without a day for the next check gets one from `next_check_date`.

    Args:
        idempotency_key: the random number of the form; it becomes the entry's id.

    Raises:
        DeferralReasonMissing: the entry says "not today" without a reason.
        CheckTooLate: the entry says "not today" and its next check is more than `MAX_DEFERRAL_DAYS` away.
        EmptyRiskEntry: the entry has no action, no line and no `sheet_place`.
    """
    if risk_entry.action == HOW_NOT_TODAY:
        if not risk_entry.deferral_reason.strip():
            raise DeferralReasonMissing
        check_date = risk_entry.next_check_date or next_check_date(
            db, vault, risk_entry.client_id, today=risk_entry.entry_date
        )
        if check_date > latest_check_date(risk_entry.entry_date):
            raise CheckTooLate
        risk_entry = msgspec.structs.replace(risk_entry, next_check_date=check_date)
    if not (risk_entry.action or risk_entry.labelled_lines or risk_entry.sheet_place):
        raise EmptyRiskEntry
    if risk_entry.relationship_id:
        with suppress(records.RecordNotFound, UnreadableRecord):
            word = relationships.load_relationship(db, vault, risk_entry.relationship_id).payload.word
            risk_entry = msgspec.structs.replace(risk_entry, relationship_word=word)
    return records.create_record(
        db,
        vault,
        risk_entry_table,
        risk_entry,
        ring=vault.get_ring(risk_entry.client_id, "record"),
        state="written",
        event="risk.written",
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def load_risk_entry(db: Connection, vault: Vault, risk_entry_id: UUID) -> RecordVersion[RiskEntry]:
    """Load one risk entry.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, risk_entry_table, risk_entry_id, RiskEntry)


def list_risk_entries_of_client(
    db: Connection, vault: Vault, client_id: UUID
) -> list[RecordVersion[RiskEntry]]:
    """The entries about a client, newest first; only for display (see `joined_entries`)."""
    entries = records.list_records_in_rings(
        db, vault, risk_entry_table, clients.list_record_rings(db, vault, client_id), RiskEntry
    )
    return joined_entries.load_joined_entries(db, vault).under_primary(entries)[::-1]


def list_risk_entries_in_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], therapy_session_id: UUID
) -> list[RecordVersion[RiskEntry]]:
    """The entries about these clients written for one hour, oldest first."""
    return list_in_therapy_session(
        lambda client_id: list_risk_entries_of_client(db, vault, client_id), client_ids, therapy_session_id
    )


def latest_check_date(today: date) -> date:
    """The last day on which the next check of a "not today" entry may be."""
    return today + timedelta(days=MAX_DEFERRAL_DAYS)


def next_check_date(db: Connection, vault: Vault, client_id: UUID, *, today: date) -> date:
    """The day of the client's next planned hour without a partner, at most `latest_check_date`.

    A couple's hour does not count, because nothing can be asked in private there.
    """
    cases = joined_entries.list_single_cases(db, vault, client_id)
    days = [
        hour.payload.on
        for hour in therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
        if hour.payload.on > today and hour.payload.attendance == "planned"
    ]
    return min([*days, latest_check_date(today)])


def list_risk_entries(db: Connection, vault: Vault) -> list[RecordVersion[RiskEntry]]:
    """Every entry of this clinician, oldest first; only for display (see `joined_entries`)."""
    return joined_entries.load_joined_entries(db, vault).under_primary(
        records.list_all_records(db, vault, risk_entry_table, RiskEntry)
    )
