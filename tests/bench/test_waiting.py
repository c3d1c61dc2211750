"""What a person waits for: the unlock, and the slowest save while others save."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import pytest

from clinic_toolkit.crypto.passphrase_kdf import KdfCost, derive_key
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import cases, clients, practice_access, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import writing
from tests.bench import rounds
from tests.fixtures import sites
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS, giving
from tests.fixtures.vaults import PASSPHRASE

pytestmark = pytest.mark.bench

Report = Callable[..., None]
CLIENTS, SESSIONS, LOOKED_AT = 40, 12, 400
WRITERS, SAVES = 4, 150


def test_an_unlock_against_its_passphrase_alone(tmp_path: Path, ratio: Report) -> None:
    engine = open_store(tmp_path / "data")
    with writing(engine) as db:
        vault, _ = practice_access.create_practice(db, SETTINGS, CLINICIAN, passphrase=PASSPHRASE, now=NOW)
    for number in range(CLIENTS):
        with writing(engine) as db:
            kept = clients.create_client(db, vault, Client(name=f"Client {number}"), now=NOW)
            case = cases.load_single_case(db, vault, kept.id)
            for week in range(SESSIONS):
                body = TherapySession(
                    case_id_bytes=case.id.bytes,
                    kind=TherapySessionKind.SESSION,
                    on=date(2026, 11, 19) - timedelta(weeks=week),
                )
                session = therapy_sessions.create_therapy_session(db, vault, case, body, now=NOW)
                notes.create_note(
                    db,
                    vault,
                    session,
                    [NotePart(section="data", source=PartSource.CLINICIAN, text="A line.")],
                    now=NOW,
                )
    with writing(engine) as db:
        practice_access.unlock_with_passphrase(db, PASSPHRASE, now=NOW)
        # A day of looking at pages since the inventory was last sealed.
        for _ in range(LOOKED_AT):
            audit_log.append_entry(db, vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)
        found = db.exec_driver_sql(
            "SELECT memory_kib, passes, lanes, salt FROM slot WHERE memory_kib IS NOT NULL"
        ).one()
    cost, salt = KdfCost(memory_kib=found[0], passes=found[1], lanes=found[2]), found[3]

    def unlock() -> None:
        with writing(engine) as db:
            practice_access.unlock_with_passphrase(db, PASSPHRASE, now=NOW)

    def derive() -> None:
        derive_key(PASSPHRASE, salt, cost)

    whole = rounds.by_turns(unlock, derive, turns=11)
    ratio(16, "an unlock, against the derivation of its passphrase alone", whole, most=1.05)


def test_the_slowest_save_while_four_write(tmp_path: Path, ratio: Report) -> None:
    site = sites.made(tmp_path)
    site.unlock()
    client = site.work.client()
    session = site.work.session(client).id
    kept = [site.work.begun(client, giving(), session=session, word=f"P{at}") for at in range(WRITERS)]
    headers = {"Origin": site.origin, "X-Autosave": "1"}
    waited: list[float] = []
    together = threading.Barrier(WRITERS)

    def save(number: int) -> None:
        own = replace(site)
        own.unlock()
        own_token, place = own.token(), f"/administrations/{kept[number].id}/items/4"
        (version,) = re.findall(r'name="version" value="([^"]*)"', own.get(place).text)
        together.wait()
        for turn in range(SAVES):
            fields = {"csrf_token": own_token, "answer": str(turn % 5), "said": "", "version": version}
            began = time.perf_counter()
            told = own.browser.post(
                place,
                base_url=own.origin,
                data=fields,
                headers=headers,
            )
            waited.append(time.perf_counter() - began)
            assert told.status_code == 200
            version = told.get_json()["version"]

    writers = [threading.Thread(target=save, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(waited) == WRITERS * SAVES
    slowest = sorted(waited)[int(len(waited) * 0.99)]
    ratio(8, "the 99th of 100 saves while four write, against the 50th", slowest / median(waited), most=10.0)
