"""The search finds what was typed, in the rings it may look into and in no other; none of it is on disk."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.text_query import parse_query
from clinic_toolkit.record.people import cases, clients, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry
from clinic_toolkit.record.search import folded_texts, text_search
from clinic_toolkit.record.values.search_values import SearchPart, SearchResult
from clinic_toolkit.record.writing import note_additions, notes, psychotherapy_notes
from clinic_toolkit.record.writing.note_addition_record import AdditionKind
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices, private_notes
from tests.fixtures.plans import add_plans
from tests.fixtures.practices import NOW, Work
from tests.record.test_client_erasure import ask
from tests.record.test_erasure import erase
from tests.record.test_integrity import harm

EVERYTHING = 60.0


@dataclass
class Searching:
    """A practice that is searched."""

    work: Work

    def note(
        self,
        client: RecordVersion[Client],
        words: str,
        *,
        on: date = date(2026, 11, 19),
        signed: bool = True,
    ) -> RecordVersion[ClinicalNote]:
        """A note about a session with this client."""
        return self.note_of(self.work.session(client, on), words, signed=signed)

    def note_of(
        self, session: RecordVersion[TherapySession], words: str, *, signed: bool = True
    ) -> RecordVersion[ClinicalNote]:
        """A note of this session."""
        with writing(self.work.engine) as db:
            part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
            draft = notes.create_note(db, self.work.vault, session, [part], now=NOW)
            return practices.signed(db, self.work.vault, session, draft) if signed else draft

    def everywhere(self, typed: str, *, seconds: float = EVERYTHING, limit: int = 10) -> SearchResult:
        """What is found over all clients."""
        with reading(self.work.engine) as db:
            query = parse_query(typed)
            found = text_search.search_caseload(db, self.work.vault, query, limit=limit, seconds=seconds)
            assert len(found.shown) == sum(len(part.hits) for part in found.result.parts)
            return found.result

    def of(self, client: RecordVersion[Client], typed: str) -> SearchResult:
        """What is found of one client."""
        with reading(self.work.engine) as db:
            query = parse_query(typed)
            return text_search.search_client(
                db, self.work.vault, client.id, query, limit=10, seconds=EVERYTHING
            ).result


@pytest.fixture
def here(work: Work) -> Searching:
    return Searching(work)


def excerpts(found: SearchResult) -> list[str]:
    return [
        "".join(piece.text for piece in pieces)
        for part in found.parts
        for hit in part.hits
        for pieces in hit.excerpts
    ]


def test_a_note_is_found_with_its_day_and_the_words_marked(here: Searching) -> None:
    note = here.note(here.work.client("Bríd Hanley"), "Slept badly since the move.", on=date(2026, 3, 2))
    (part,) = here.everywhere("slept mov").parts
    (hit,) = part.hits
    assert (part.part, hit.on, hit.who, hit.target_id) == (
        SearchPart.NOTES,
        date(2026, 3, 2),
        "B. H.",
        note.id,
    )
    assert [piece.text for pieces in hit.excerpts for piece in pieces if piece.is_hit] == ["Slept", "mov"]
    assert not hit.is_draft


def test_newest_first_and_the_rest_is_counted(here: Searching) -> None:
    client = here.work.client("Cormac Daly")
    for month in (4, 9, 1):
        here.note(client, f"Lighthouse {month}", on=date(2026, month, 1))
    (part,) = here.everywhere("lighthouse", limit=2).parts
    assert [hit.on.month for hit in part.hits] == [9, 4]
    assert part.total == 3


def test_the_words_of_a_session_and_of_a_risk_entry_are_found_in_their_parts(here: Searching) -> None:
    client = here.work.client("Dervla Egan")
    session = here.work.session(client)
    with writing(here.work.engine) as db:
        therapy_sessions.revise_therapy_session(
            db,
            here.work.vault,
            session,
            msgspec.structs.replace(session.payload, agreed_for_next="Walk to the quay"),
            now=NOW,
        )
        entry = RiskEntry(
            client=client.id.bytes,
            therapy_session=None,
            entry_date=date(2026, 11, 19),
            action=RiskAction.ASKED,
            asked_text="Asked about Sundays.",
            answered_text="Thought of it at the quay.",
        )
        risk_entries.create_risk_entry(db, here.work.vault, entry, now=NOW)
    found = here.of(client, "quay")
    assert [part.part for part in found.parts] == [SearchPart.AGREED, SearchPart.RISK_ENTRIES]


def test_both_plans_are_found_in_their_part(here: Searching) -> None:
    client = here.work.client("Dervla Egan")
    with writing(here.work.engine) as db:
        add_plans(db, here.work.vault, client.id, now=NOW)
    for typed, kind in (("say no", "treatment_plan"), ("river", "hard_moments_plan")):
        (part,) = here.of(client, typed).parts
        assert (part.part, [hit.target_kind for hit in part.hits]) == (SearchPart.PLANS, [kind])


def test_an_addition_leads_to_its_note_and_a_plan_to_itself(here: Searching) -> None:
    client = here.work.client("Wil Xander")
    note = here.note(client, "nothing of it")
    with writing(here.work.engine) as db:
        assert note.payload.facts
        addition = note_additions.build_addition(
            note,
            note.payload.facts,
            AdditionKind.ADDENDUM,
            reason="Forgotten",
            text="A chrysanthemum.",
            now=NOW,
        )
        note_additions.sign_addition(db, here.work.vault, note, addition, now=NOW)
        add_plans(db, here.work.vault, client.id, now=NOW)
    (part,) = here.of(client, "chrysanthemum").parts
    assert (part.hits[0].target_id, part.hits[0].is_draft) == (note.id, False)
    assert [part.part for part in here.of(client, "once week").parts] == [SearchPart.PLANS]


def test_one_client_is_searched_alone_with_the_sessions_as_a_couple(here: Searching) -> None:
    one, two = here.work.client("Emer Flood"), here.work.client("Fergal Nunn")
    _, joint = here.work.joint_session(one, two)
    other = here.work.client("Grace Hyde")
    here.note(one, "pebble of one")
    here.note(two, "pebble of two")
    here.note(other, "pebble of a third")
    here.note_of(joint, "pebble of both")
    assert sorted(excerpts(here.of(one, "pebble"))) == ["pebble of both", "pebble of one"]
    assert len(excerpts(here.everywhere("pebble"))) == 4


def test_an_entry_joined_later_is_searched_with_the_other(here: Searching) -> None:
    first, second = here.work.client("Hugh Ivory"), here.work.client("H. Ivory")
    here.note(second, "harbour bell")
    assert excerpts(here.of(first, "harbour")) == []
    with writing(here.work.engine) as db:
        clients.join_client(db, here.work.vault, second, first.id, now=NOW)
    assert excerpts(here.of(first, "harbour")) == ["harbour bell"]


def test_a_list_over_all_clients_has_initials_in_place_of_the_name(here: Searching) -> None:
    client = here.work.client("Ines Joyce")
    here.note(client, "Ines Joyce said that ines is tired of the ferry.")
    assert excerpts(here.everywhere("ferry")) == ["I. J. said that I. J. is tired of the ferry."]
    assert excerpts(here.of(client, "ferry")) == ["Ines Joyce said that ines is tired of the ferry."]
    assert excerpts(here.everywhere("joyce")) == ["I. J. said that I. J. is tired of the ferry."]


def test_what_was_saved_since_is_found_and_what_was_replaced_is_not(here: Searching) -> None:
    client = here.work.client("Karl Lyons")
    draft = here.note(client, "about the orchard", signed=False)
    assert here.everywhere("orchard").parts[0].hits[0].is_draft
    with writing(here.work.engine) as db:
        part = NotePart(section="data", text="about the meadow", source=PartSource.CLINICIAN)
        notes.revise_note(db, here.work.vault, draft, [part], expected_version=draft.version, now=NOW)
    assert here.everywhere("orchard").total == 0
    assert here.everywhere("meadow").total == 1


def test_over_all_clients_what_somebody_is_called_is_hidden_too(here: Searching) -> None:
    client = here.work.client("Oona Rice")
    called = msgspec.structs.replace(client.payload, preferred_name="Bobbie")
    with writing(here.work.engine) as db:
        clients.revise_client(db, here.work.vault, client, called, now=NOW)
    here.note(client, "Bobbie brought Oona’s windmill.")
    assert excerpts(here.everywhere("windmill")) == ["O. R. brought O. R.’s windmill."]
    assert excerpts(here.of(client, "windmill")) == ["Bobbie brought Oona’s windmill."]


def test_a_search_that_stops_goes_on_where_it_stood(here: Searching) -> None:
    for name in ("Lena Moore", "Mark Nash", "Nora Oakes"):
        here.note(here.work.client(name), "cobblestone")
    looked = [here.everywhere("cobblestone", seconds=-1.0) for _ in range(3)]
    assert [found.searched for found in looked] == [1, 2, 3]
    assert [found.total for found in looked] == [1, 2, 3]
    assert [found.is_complete for found in looked] == [False, False, True]


def test_without_room_everything_is_opened_in_one_search(
    here: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folded_texts, "MAX_KEPT_BYTES", 10)
    for name in ("Olga Pratt", "Paul Quirke"):
        here.note(here.work.client(name), "cobblestone")
    found = here.everywhere("cobblestone", seconds=-1.0)
    assert found.is_complete and found.total == 2
    assert not here.work.vault.record_cache["folded texts"]


def test_an_unreadable_record_is_counted_and_not_shown(here: Searching) -> None:
    client = here.work.client("Rita Shaw")
    here.note(client, "gooseberry")
    assert here.everywhere("gooseberry").unreadable_count == 0
    harm(here.work, lambda raw: raw.execute("UPDATE clinical_note SET sealed = zeroblob(400)"))
    found = here.everywhere("gooseberry")
    assert (found.total, found.unreadable_count) == (0, 1)


def test_psychotherapy_notes_are_not_found_even_while_they_are_open(here: Searching) -> None:
    private_notes.prepare(here.work)
    private_notes.open_notes(here.work)
    client, vault = here.work.client("Yvo Zeller"), here.work.vault
    here.note(client, "The mandolin is out of tune.")
    with writing(here.work.engine) as db:
        case = cases.load_single_case(db, vault, client.id)
        psychotherapy_notes.write_note(db, vault, case, text="A mandrake.", note_date=NOW.date(), now=NOW)
        assert psychotherapy_notes.list_notes_of_case(db, vault, case)
    for found in (here.everywhere("mand"), here.of(client, "mand")):
        assert excerpts(found) == ["The mandolin is out of tune."]
    rings = vault.record_cache["folded texts"].values()
    assert not any(b"mandrake" in record.folded for ring in rings for record in ring.records)


def test_the_words_are_in_memory_alone(here: Searching) -> None:
    here.note(here.work.client("Sean Tully"), "rhododendron")
    assert here.everywhere("rhododendron").total == 1
    kept = [ring for ring in here.work.vault.record_cache["folded texts"].values() if ring.records]
    assert any(b"rhododendron" in record.folded for ring in kept for record in ring.records)
    assert here.work.engine.url.database
    files = [path for path in Path(here.work.engine.url.database).parent.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert not any(b"rhododendron" in path.read_bytes() for path in files)


def test_erasing_forgets_what_was_folded(here: Searching) -> None:
    client = here.work.client("Una Vale")
    here.note(client, "rhododendron")
    assert here.everywhere("rhododendron").total == 1
    erase(here.work, client)
    assert "folded texts" not in here.work.vault.record_cache
    assert here.everywhere("rhododendron").total == 0


def test_what_is_to_be_erased_is_found_no_more(here: Searching) -> None:
    work = here.work
    client, joined = work.client("Una Vale"), work.client("Oona Vale")
    one, two = work.client("Ana Reyes"), work.client("Bo Stern")
    case, session = work.joint_session(one, two)
    for each in (client, joined, one, two):
        here.note(each, "rhododendron")
    here.note_of(session, "rhododendron")
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, joined, client.id, now=NOW)
    assert here.everywhere("rhododendron").total == 5
    ask(work, client)
    assert here.everywhere("rhododendron").total == 3
    ask(work, one, couples=(case.id,))
    found = here.everywhere("rhododendron")
    assert [hit.who for part in found.parts for hit in part.hits] == ["B. S."]
    assert found.is_complete
