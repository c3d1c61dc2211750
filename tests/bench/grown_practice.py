"""A practice of many years, made once and kept between runs: clients with sessions, notes and forms."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import checked_entries, inventory_snapshot
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import cases, clients, relationships, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
)
from clinic_toolkit.record.questionnaires import administrations, progress
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.safety import open_prompt_groups, risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import header_backup, key_slot_changes, key_slots
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import practices
from tests.fixtures.practices import Work, giving

# What is stored, and how: a practice that was made before either changed is made anew.
_DESCRIBED_IN = ("docs/fields.md", "docs/format.md")
PASSPHRASE = "sieve lantern copper meadow violin harbour"
_FIRST_NAMES = (
    *("Ada", "Brónach", "Cesar", "Dilys", "Emre", "Fiadh", "Goran", "Hana", "Ines", "Jonas"),
    *("Keiko", "Lorcan", "Marta", "Nils", "Oksana", "Pia", "Quentin", "Rosa", "Senna", "Tariq"),
)
_LAST_NAMES = (
    *("Abbott", "Byrne", "Castell", "Dunne", "Ekström", "Farrell", "Gatti", "Hough", "Ivers", "Jelinek"),
    *("Keogh", "Lund", "Moran", "Nagy", "Okafor", "Pires", "Quigley", "Rahimi", "Sato", "Tierney"),
)
_FIRST_DAY = datetime.fromisoformat("2020-01-06T09:00:00+00:00")


class GrownPractice(msgspec.Struct, frozen=True):
    """A practice in a folder, and what opens it.

    `record_count` counts sessions, notes and forms.
    """

    folder: Path
    user_id: UUID
    keys: UnlockedKeys
    groups: tuple[str, ...]
    record_count: int

    def copy_to(self, place: Path) -> Path:
        """Copy the data folder, so that a run changes nothing of the kept one."""
        shutil.copytree(self.folder, place / "data", copy_function=shutil.copyfile)
        return place / "data"

    def open_copy(self, place: Path) -> Work:
        """A copy, opened and unlocked."""
        engine = open_store(self.copy_to(place))
        with writing(engine) as db:
            vault = key_slots.unlock_with_keys(db, self.user_id, self.keys)
        return Work(engine=engine, vault=vault, groups=self.groups)


def load_or_grow(
    config: pytest.Config, *, clients: int, each: int, say: Callable[[str], None]
) -> GrownPractice:
    """The practice of this size, made if it is not kept yet.

    Args:
        clients: how many clients there are.
        each: how many sessions each of them had, every one with a signed note and a finished questionnaire.
        say: told once if it has to be made.
    """
    described = b"".join((config.rootpath / name).read_bytes() for name in _DESCRIBED_IN)
    name = f"grown-{clients}-{each}-{hashlib.sha256(described).hexdigest()[:12]}"
    kept = Path(config.cache.mkdir(name))
    description = kept / "opens.json"
    if not description.exists():
        say(f"making a practice of {clients} clients with {each} sessions each")
        shutil.rmtree(kept, ignore_errors=True)
        work = practices.founded(kept)
        with writing(work.engine) as db:
            key_slot_changes.replace_passphrase(db, work.vault, PASSPHRASE, cost=MIN_COST)
            header_backup.write_before_commit(db, work.vault)
        for number in range(clients):
            _grow_client(work, number, each)
        assert store_of(work.engine).checkpoint()
        work.engine.dispose()
        keys = work.vault.unlocked_keys()
        opened = [keys.user_key.hex(), (keys.signing_seal_key or b"").hex()]
        opens = [work.vault.user_id.hex, opened, work.groups]
        description.write_text(json.dumps(opens), encoding="utf-8")
    user_id, opened, groups = json.loads(description.read_text(encoding="utf-8"))
    user_key, signing_seal_key = map(bytes.fromhex, opened)
    keys = UnlockedKeys(user_key=user_key, signing_seal_key=signing_seal_key)
    return GrownPractice(kept / "data", UUID(user_id), keys, tuple(groups), 3 * clients * each)


def of_years(request: pytest.FixtureRequest) -> GrownPractice:
    """The practice of 300 clients with 60 sessions each."""
    return of_size(request, clients=300, each=60)


def of_size(request: pytest.FixtureRequest, *, clients: int, each: int) -> GrownPractice:
    """As `load_or_grow`; says in the report of the tests if it has to be made."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    say = reporter.write_line if reporter else print
    return load_or_grow(request.config, clients=clients, each=each, say=say)


def add_notes(work: Work, count: int) -> None:
    """Add so many sessions with a signed note, after the others, in turns to the clients."""
    with reading(work.engine) as db:
        kept = clients.list_clients_by_creation(db, work.vault)
    for number in range(count):
        client = kept[number % len(kept)]
        with writing(work.engine) as db:
            case = cases.load_single_case(db, work.vault, client.id)
            now = _FIRST_DAY + timedelta(days=3000 + number // len(kept), minutes=number % len(kept))
            session = _hold_session(db, work.vault, client, case, now)
            _write_note(db, work.vault, session, number, now)


def _grow_client(work: Work, number: int, each: int) -> None:
    vault, began = work.vault, _FIRST_DAY + timedelta(days=5 * number)
    with writing(work.engine) as db:
        name = f"{_FIRST_NAMES[number % len(_FIRST_NAMES)]} {_LAST_NAMES[number // len(_FIRST_NAMES)]}"
        added = clients.create_client(db, vault, Client(name=name), now=began)
        case = cases.load_single_case(db, vault, added.id)
        about = relationships.create_relationship(db, vault, added.id, word="M.", frame="parent", now=began)
    with writing(work.engine) as db:
        for week in range(each):
            now = began + timedelta(days=7 * week)
            session = _hold_session(db, vault, added, case, now)
            form = administrations.create_administration(
                db,
                vault,
                giving(),
                client_id=added.id,
                relationship=about,
                therapy_session_id=session.id,
                mode=AdministrationMode.READ_ALOUD,
                now=now,
            )
            form = progress.record_responses(db, vault, form, _answers(number + week), now=now)
            progress.complete_administration(db, vault, form, now=now)
            _write_note(db, vault, session, week, now)
        _close_prompts(db, vault, added, now)
        # As the unlock of every few days does it.
        checked_entries.note_checked(db, vault, inventory_snapshot.load_inventory(db, vault), now=now)


def _hold_session(
    db: Connection, vault: Vault, client: RecordVersion[Client], case: RecordVersion[Case], now: datetime
) -> RecordVersion[TherapySession]:
    body = TherapySession(
        case_id_bytes=case.id.bytes,
        kind=TherapySessionKind.SESSION,
        on=now.date(),
        attendance=Attendance.CAME,
        present=(client.id.bytes,),
    )
    return therapy_sessions.create_therapy_session(db, vault, case, body, now=now)


def _write_note(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], week: int, now: datetime
) -> None:
    parts = tuple(
        NotePart(section=name, text=f"{name} of week {week}. " * 12, source=PartSource.CLINICIAN)
        for name in ("data", "assessment", "plan")
    )
    draft = notes.create_note(db, vault, session, parts, now=now)
    practices.signed(db, vault, session, draft, now)


def _close_prompts(db: Connection, vault: Vault, client: RecordVersion[Client], now: datetime) -> None:
    # What was raised in years is dealt with, as in a practice where *Today* is empty.
    for group in open_prompt_groups.list_prompt_groups(db, vault, client.id):
        entry = RiskEntry(
            client=client.id.bytes,
            therapy_session=None,
            entry_date=now.date(),
            relationship=group.administration.payload.relationship,
            administration=group.administration.id.bytes,
            named_answers=group.raised_by,
            action=RiskAction.ASKED,
            asked_text="Asked in private.",
        )
        risk_entries.create_risk_entry(db, vault, entry, now=now)


def _answers(shift: int) -> dict[int, Response]:
    return {
        place: Response(
            status=ResponseStatus.ANSWERED, value=(place + shift) % 5, wants_to_talk=place == 3, remark=""
        )
        for place in range(12)
    }
