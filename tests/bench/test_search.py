"""A search over 20,000 notes of 1.5 KB, as many as 300 clients have in ten years."""

import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.names.text_query import parse_query
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
)
from clinic_toolkit.record.search import folded_texts, text_search
from clinic_toolkit.record.search.text_search import Found
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, NotePart, PartSource, note_table
from clinic_toolkit.store.rows import to_sealed_row
from clinic_toolkit.store.transactions import reading, transaction_of, writing
from clinic_toolkit.web.screens import searches
from tests.bench import rounds
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work

pytestmark = pytest.mark.bench

Report = Callable[..., None]
CLIENTS, EACH = 300, 67
EVERYTHING = 600.0
SENTENCE = "She’s slept badly since the move, and her sister’s visits – every {} days – leave her drained. "


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """A practice with 20,100 notes; one client alone was at a lighthouse."""
    work = practices.at_work(tmp_path_factory.mktemp("search"))
    for number in range(CLIENTS):
        client = work.client(f"Client {number}")
        with writing(work.engine) as db:
            case = cases.load_single_case(db, work.vault, client.id)
            for week in range(EACH):
                now = NOW - timedelta(days=7 * week)
                body = TherapySession(
                    case_id_bytes=case.id.bytes,
                    kind=TherapySessionKind.SESSION,
                    on=now.date(),
                    attendance=Attendance.CAME,
                    present=(client.id.bytes,),
                    agreed_for_next="To rest on Sunday.",
                )
                session = therapy_sessions.create_therapy_session(db, work.vault, case, body, now=now)
                words = (SENTENCE.format(week) * 20)[:1500] + " lighthouse" * (number == week == 7)
                part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
                notes.create_note(db, work.vault, session, [part], now=now)
    return work


def test_goal_7_a_search_over_everything(work: Work, ratio: Report, part: Report) -> None:
    with reading(work.engine) as db:
        rows = [
            to_sealed_row(row)
            for row in transaction_of(db).iter_newest_rows(note_table, None, prefix_bytes=None)
        ]
    assert len(rows) == CLIENTS * EACH

    def search(seconds: float) -> Found:
        with reading(work.engine) as db:
            query = parse_query("lighth")
            return text_search.search_caseload(db, work.vault, query, limit=10, seconds=seconds)

    def from_the_start(seconds: float) -> Found:
        work.vault.record_cache.clear()
        return search(seconds)

    def decrypt() -> None:
        assert all(work.vault.open_rows("clinical_note", rows))

    def list_all() -> None:
        work.vault.record_cache.clear()
        with reading(work.engine) as db:
            assert records.list_all_records(db, work.vault, CLINICAL_NOTE)

    def measured(act: rounds.Act) -> float:
        return rounds.ratio(act, decrypt, times=1, clock=time.process_time, rounds=5)

    whole = from_the_start(EVERYTHING).result
    assert whole.is_complete and whole.total == 1
    part(7, "seconds of decrypting 20,100 notes alone", rounds.cost(decrypt, 1, time.process_time))
    part(7, "the whole search, 20,100 sessions with it", measured(lambda: from_the_start(EVERYTHING)))
    part(7, "the same notes opened as for a list, without a search", measured(list_all))
    part(7, "the same words with one letter more", measured(lambda: search(EVERYTHING)))
    kept = work.vault.record_cache["folded texts"].values()
    size = sum(each.byte_count for each in kept)
    assert size < folded_texts.MAX_KEPT_BYTES
    part(7, "megabytes of folded text", size / 1e6)
    work.vault.record_cache.clear()
    tracemalloc.start()
    search(EVERYTHING)
    part(7, "megabytes that are kept", tracemalloc.get_traced_memory()[0] / 1e6)
    part(7, "megabytes at the most", tracemalloc.get_traced_memory()[1] / 1e6)
    tracemalloc.stop()
    words = "the first page of what is found over 20,100 notes, against decrypting all of them"
    first = rounds.by_turns(lambda: from_the_start(searches.FIRST_SECONDS), decrypt, turns=5)
    ratio(7, words, first, most=2)
