"""A small practice with one of everything, as a crash leaves it: some saves only in the write-ahead log.

Made without Argon2id, which a quick hash stands for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.instruments import loader
from clinic_toolkit.journal import erasure, inventory_snapshot
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.outcomes import repeat_agreements
from clinic_toolkit.record.people import (
    cases,
    clients,
    confirmed_colleagues,
    practice_access,
    relationships,
    therapy_sessions,
)
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import administrations, own_questionnaires, progress
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.retention import client_erasure, retentions
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import identity, key_directory, key_slots, ring_erasure
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets import catalogue
from tests.fixtures import practices, returns
from tests.fixtures.agreed import agree
from tests.fixtures.brought_back import bring_back
from tests.fixtures.calendar_hours import add_calendar_hours
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.disclosed import add_disclosure
from tests.fixtures.note_means import add_note_means
from tests.fixtures.own_sheets import add_own_worksheets
from tests.fixtures.plans import add_plans
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS, Work, giving
from tests.fixtures.repeating import repeat_hours
from tests.reliability.store_contents import Told, bytes_of, told

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
PASSPHRASE = "glacier mandolin unwrapped spoken dentist walnut"
LATER = NOW + timedelta(days=1)


@dataclass(kw_only=True, repr=False)
class Small:
    """The files, what they tell at each line of the trail, and how to come in."""

    files: dict[str, bytes] = field(default_factory=dict)
    told_at: dict[int, Told] = field(default_factory=dict)
    bytes_at: dict[bytes, int] = field(default_factory=dict)
    groups: str = ""
    vault: Vault | None = None

    @property
    def last(self) -> int:
        """The last line of the trail."""
        return max(self.told_at)


Act = Callable[[Connection, Vault], Any]


@dataclass
class Desk:
    """Someone at work, each act of whom is one transaction; what the store tells is kept after each."""

    engine: Engine
    vault: Vault
    made: Small

    def do(self, act: Act) -> Any:
        """One transaction, and a look at everything from outside it."""
        with writing(self.engine) as db:
            done = act(db, self.vault)
        with reading(self.engine) as db:
            fresh = key_slots.unlock_with_keys(db, self.vault.user_id, self.vault.unlocked_keys())
            seen = told(db, fresh)
            self.made.bytes_at[bytes_of(db)] = seen.tip
        self.made.told_at[seen.tip] = seen
        return done


def small_practice(place: Path, *, many: int = 0) -> Small:
    """Make it in this folder. With `many`, so many more clients, each with sessions and notes.

    Everything up to a middle moment is folded into the file; what follows lies in the log alone.
    """
    made = Small()
    with quickly(), patch.object(inventory_snapshot, "SNAPSHOT_INTERVAL", 12):
        engine = open_store(place)
        with writing(engine) as db:
            vault, groups = practice_access.create_practice(
                db, SETTINGS, CLINICIAN, passphrase=PASSPHRASE, now=NOW
            )
        made.groups, made.vault = " ".join(groups), vault
        desk = Desk(engine, vault, made)
        ana, session, note, form = _first_day(desk)
        for number in range(many):
            _one_more(desk, number)
        desk.do(lambda db, vault: practice_access.unlock_with_passphrase(db, PASSPHRASE, now=LATER))
        store_of(engine).checkpoint()
        _second_day(desk, ana, session, note, form)
        # Copied while it is open: closing would fold the log in.
        made.files = {file.name: file.read_bytes() for file in place.iterdir() if file.name[-4:] != "-shm"}
        engine.dispose()
    return made


def _first_day(desk: Desk) -> tuple[UUID, UUID, UUID, UUID]:
    ana = desk.do(
        lambda db, vault: clients.create_client(db, vault, Client(name="Ana Reyes", phone="1"), now=NOW)
    )
    ben = desk.do(lambda db, vault: clients.create_client(db, vault, Client(name="Ben Ash"), now=NOW))
    desk.do(lambda db, vault: cases.create_couple_case(db, vault, ana.id, ben.id, now=NOW))

    def held(db: Connection, vault: Vault, whose: UUID, day: int) -> Any:
        case = cases.load_single_case(db, vault, whose)
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=date(2026, 11, day),
            attendance=Attendance.CAME,
        )
        return therapy_sessions.create_therapy_session(db, vault, case, body, now=NOW)

    session = desk.do(lambda db, vault: held(db, vault, ana.id, 12))
    other = desk.do(lambda db, vault: held(db, vault, ben.id, 13))
    note = desk.do(lambda db, vault: notes.create_note(db, vault, session, said("first words"), now=NOW))

    def signed(db: Connection, vault: Vault) -> Any:
        begun = notes.create_note(db, vault, other, said("signed words"), now=NOW)
        note = practices.signed(db, vault, other, begun)
        practices.cosigned(db, vault, note)
        return practices.added_to(db, vault, other, note)

    desk.do(signed)

    def asked(db: Connection, vault: Vault) -> Any:
        about = relationships.create_relationship(db, vault, ana.id, word="M.", frame="parent", now=NOW)
        whom = {
            "client_id": ana.id,
            "relationship": about,
            "therapy_session_id": session.id,
            "mode": "read_aloud",
        }
        finished = administrations.create_administration(db, vault, giving(), **whom, now=NOW)
        for place in range(3):
            finished = _answered(db, vault, finished, place, place)
        progress.complete_administration(db, vault, finished, now=NOW)
        return administrations.create_administration(db, vault, giving(), **whom, now=NOW)

    desk.do(lambda db, vault: add_calendar_hours(db, vault, ana.id, now=NOW))
    form = desk.do(asked)
    sheet = catalogue.list_worksheets()[0]
    whom = {"client_id": ana.id, "therapy_session_id": session.id}
    given = desk.do(
        lambda db, vault: handouts.create_handout(
            db, vault, sheet, **whom, client_sentence="as agreed", now=NOW
        )
    )
    desk.do(lambda db, vault: bring_back(db, vault, given, sheet, now=NOW))
    own = EXAMPLE.read_bytes()
    resting = loader.parse_instrument(own, "own.toml", own=True)
    desk.do(
        lambda db, vault: own_questionnaires.add_questionnaire(db, vault, resting, own, "own.toml", now=NOW)
    )
    desk.do(lambda db, vault: add_own_worksheets(db, vault, ana.id, now=NOW))
    desk.do(lambda db, vault: add_plans(db, vault, ana.id, now=NOW))
    desk.do(lambda db, vault: add_note_means(db, vault, now=NOW))
    desk.do(lambda db, vault: add_disclosure(db, vault, ana.id, now=NOW))
    desk.do(
        lambda db, vault: repeat_agreements.agree_to_repeat(
            db,
            vault,
            None,
            form.payload,
            purpose="To see what helps.",
            end_date=None,
            max_rounds=6,
            baseline=3,
            now=NOW,
        )
    )
    entry = RiskEntry(
        client=ana.id.bytes,
        therapy_session=session.id.bytes,
        entry_date=NOW.date(),
        action_taken="Asked, in private.",
    )
    desk.do(lambda db, vault: risk_entries.create_risk_entry(db, vault, entry, now=NOW))
    desk.do(lambda db, vault: agree(db, vault, ana.id, now=NOW))
    desk.do(lambda db, vault: repeat_hours(db, vault, cases.load_single_case(db, vault, ana.id), now=NOW))
    desk.do(lambda db, vault: practices.moved_entry(db, vault, ana.id, ben.id))
    desk.do(lambda db, vault: practices.asked_and_denied(db, vault, ana.id))
    desk.do(_colleague_confirmed)
    desk.do(lambda db, vault: retentions.confirm_rule(db, vault, 7, now=NOW))
    desk.do(lambda db, vault: retentions.set_hold(db, vault, ana.id, "A court asked.", now=NOW))
    _someone_erased(desk)
    _someone_brought_back(desk)
    return ana.id, session.id, note.id, form.id


def _someone_erased(desk: Desk) -> None:
    """A client of whom only the tombstone is left."""
    cleo = desk.do(lambda db, vault: clients.create_client(db, vault, Client(name="Cleo Marsh"), now=NOW))
    asked_at = NOW - timedelta(days=8)
    desk.do(
        lambda db, vault: client_erasure.ask_erasure(
            db, vault, cleo.id, reason=ErasureReason.MISTAKE, words="Twice here.", couples=(), now=asked_at
        )
    )
    desk.do(
        lambda db, vault: client_erasure.erase_due_client(
            db, vault, cleo.id, confirmed_day=NOW.astimezone().date(), now=NOW
        )
    )


def _someone_brought_back(desk: Desk) -> None:
    """A client who was erased and came back from a backup, with a tombstone and a lift."""
    dora = desk.do(lambda db, vault: clients.create_client(db, vault, Client(name="Dora Lenz"), now=NOW))
    work = Work(engine=desk.engine, vault=desk.vault, groups=())
    with TemporaryDirectory() as kept:
        file = returns.back_up(work, Path(kept))
        rings = ring_erasure.list_owner_rings(desk.vault, dora.id)
        desk.do(
            lambda db, vault: erasure.erase_rings(db, vault, rings, reason=ErasureReason.MISTAKE, now=NOW)
        )
        prepared = returns.prepare(work, file, dora.id)
        desk.do(lambda db, vault: returns.carry_out(db, vault, prepared, file, now=NOW))


def _colleague_confirmed(db: Connection, vault: Vault) -> Any:
    """A colleague by hand, of whom there is a key and nothing else."""
    keys = identity.create_identity(db, vault.vault_id)
    db.execute(identity.identity_table.delete().where(identity.identity_table.c.user == keys.user_id))
    key_directory.KeyDirectory(keys).publish_own_key(db)
    vault.key_directory.load_rows(db)
    words = confirmed_colleagues.words_of_key(vault, keys.user_id)
    return confirmed_colleagues.confirm_colleague(
        db, vault, keys.user_id, words=words, name="Ivo Marin", now=NOW
    )


def _answered(db: Connection, vault: Vault, seen: Any, place: int, value: int) -> Any:
    response = Response(
        status=ResponseStatus.ANSWERED, value=value, wants_to_talk=False, remark=f"said {place}"
    )
    return progress.record_response(db, vault, seen, place, response, now=NOW)


def _second_day(desk: Desk, ana: UUID, session: UUID, note: UUID, form: UUID) -> None:
    """What lies in the log alone: a new version, a draft rewritten, an answer, a hand-over with answers."""

    def revised(db: Connection, vault: Vault) -> Any:
        seen = clients.load_client(db, vault, ana)
        return clients.revise_client(db, vault, seen, Client(name="Ana Reyes", phone="2"), now=LATER)

    def rewritten(db: Connection, vault: Vault) -> Any:
        seen = notes.load_note(db, vault, note)
        return notes.revise_note(
            db, vault, seen, said("second words"), expected_version=seen.version, now=LATER
        )

    desk.do(revised)
    desk.do(rewritten)
    desk.do(
        lambda db, vault: _answered(db, vault, administrations.load_administration(db, vault, form), 0, 3)
    )

    def handed(db: Connection, vault: Vault) -> Any:
        seen = administrations.load_administration(db, vault, form)
        kept, ticket = clinician_side.create_handover(db, vault, seen, relationship_word="M.", now=LATER)
        for item in (2, 3):
            response = Response(
                status=ResponseStatus.ANSWERED, value=item, wants_to_talk=True, remark=f"alone {item}"
            )
            client_side.record_answer(db, ticket, item, response, now=LATER)
        return kept

    desk.do(handed)


def _one_more(desk: Desk, number: int) -> None:
    def all_of_it(db: Connection, vault: Vault) -> None:
        kept = clients.create_client(db, vault, Client(name=f"Client {number}"), now=NOW)
        case = cases.load_single_case(db, vault, kept.id)
        for day in range(1, 9):
            body = TherapySession(
                case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=date(2026, 10, day)
            )
            session = therapy_sessions.create_therapy_session(db, vault, case, body, now=NOW)
            notes.create_note(db, vault, session, said(f"words {number} {day} " * 20), now=NOW)

    with writing(desk.engine) as db:
        all_of_it(db, desk.vault)


def said(text: str) -> list[NotePart]:
    """One part of a note."""
    return [NotePart(section="data", source=PartSource.CLINICIAN, text=text)]
