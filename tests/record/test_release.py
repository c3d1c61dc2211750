"""What goes is what was asked for and ticked; what does not go is in no file, and is counted."""

import json
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import msgspec
import pytest
from pypdf import PdfReader

from clinic_toolkit.documents import release as document
from clinic_toolkit.exports import release_archive
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, consents, relationships, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.consent_record import (
    Consent,
    ConsentMethod,
    ConsentSubject,
    CouplePolicy,
)
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    TaskAnswer,
    TherapySession,
)
from clinic_toolkit.record.release import (
    case_sheet,
    disclosures,
    identifiers,
    note_copies,
    release_content,
)
from clinic_toolkit.record.release.disclosures import (
    DisclosureTerms,
    NotAskedInPrivate,
    SubpoenaIsNoAuthorisation,
)
from clinic_toolkit.record.release.release_content import ReleaseRequest
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry
from clinic_toolkit.record.values.release_values import (
    LeftOut,
    LeftOutReason,
    Release,
    ReleaseBasis,
    ReleaseScope,
    keep_ticked,
)
from clinic_toolkit.record.writing import (
    handout_reviews,
    handout_words,
    handouts,
    moved_notes,
    note_additions,
    notes,
    psychotherapy_notes,
)
from clinic_toolkit.record.writing.handout_record import ReviewOutcome
from clinic_toolkit.record.writing.note_addition_record import AdditionKind
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.content import release_words
from clinic_toolkit.worksheets import catalogue
from tests.fixtures import brought_back, practices, private_notes
from tests.fixtures.plans import add_plans
from tests.fixtures.practices import LETTERHEAD, NOW, Work
from tests.record.test_integrity import harm

JANUARY, MARCH, JUNE = date(2026, 1, 12), date(2026, 3, 9), date(2026, 6, 22)
TERMS = DisclosureTerms(
    basis=ReleaseBasis.CLIENT_ASKED, basis_words="", was_asked_in_private=True, destination="By post"
)
# One word for each thing that may be in a release, and stands nowhere else.
IN_RANGE, BEFORE, DRAFT, JOINT, PARTNER, RISK, AGREED = (
    "wisteria",
    "juniper",
    "larkspur",
    "camellia",
    "hydrangea",
    "foxglove",
    "buttercup",
)


class Case(msgspec.Struct):
    """A client of a couple, whose record holds each of the words."""

    work: Work
    client: RecordVersion[Client]
    partner: RecordVersion[Client]
    couple: UUID

    def build(self, **more: object) -> Release:
        """A release of spring and summer."""
        asked: dict[str, object] = {
            "scope": ReleaseScope.PROGRESS,
            "from_day": date(2026, 3, 1),
            "to_day": date(2026, 8, 31),
            "purpose": "A second opinion",
            "recipient": "Dr Keane",
        }
        with reading(self.work.engine) as db:
            return release_content.build_release(
                db,
                self.work.vault,
                self.client.id,
                msgspec.convert(asked | more, ReleaseRequest),
                letterhead=LETTERHEAD,
                now=NOW,
            )


@pytest.fixture
def case(work: Work) -> Case:
    client, partner = work.client("Tamsin Wray"), work.client("Ultan Yeats")
    couple, joint = work.joint_session(client, partner)
    write(work, work.session(client, JANUARY), f"About the {BEFORE}.")
    session = write(work, work.session(client, MARCH), f"About the {IN_RANGE}, and Ultan; M. rang.")
    write(work, work.session(client, JUNE), f"About the {DRAFT}.", signed=False)
    write(work, joint, f"Both spoke of the {JOINT}.")
    write(work, work.session(partner, MARCH), f"About the {PARTNER}.")
    with writing(work.engine) as db:
        relationships.create_relationship(db, work.vault, client.id, word="Rosaleen", frame="parent", now=NOW)
        agreed = msgspec.structs.replace(session.payload, agreed_for_next=f"Water the {AGREED}.")
        therapy_sessions.revise_therapy_session(db, work.vault, session, agreed, now=NOW)
        entry = RiskEntry(
            client=client.id.bytes,
            therapy_session=None,
            entry_date=MARCH,
            action=RiskAction.ASKED,
            asked_text=f"Asked about the {RISK}.",
        )
        risk_entries.create_risk_entry(db, work.vault, entry, now=NOW)
    return Case(work, client, partner, couple.id)


def write(
    work: Work, session: RecordVersion[TherapySession], words: str, *, signed: bool = True
) -> RecordVersion[TherapySession]:
    """A note of this session."""
    with writing(work.engine) as db:
        part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
        draft = notes.create_note(db, work.vault, session, [part], now=NOW)
        if signed:
            practices.signed(db, work.vault, session, draft)
    return session


def everything_of(release: Release) -> str:
    """All that is in any file of a release, as one text."""
    left_out = release_words.list_told_left_out(release)
    paper = document.render_release(
        release,
        title="Progress record",
        range_text="spring",
        mark=release_words.format_mark(release_archive.digest_release(release)),
        left_out_lines=left_out,
    )
    texts = [page.extract_text() for page in PdfReader(BytesIO(paper)).pages]
    with ZipFile(BytesIO(release_archive.pack_release(release, paper, left_out))) as archive:
        assert archive.testzip() is None
        texts += [archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()]
    return "\n".join(texts)


def counted(release: Release) -> dict[LeftOutReason, int]:
    return {left.reason: left.count for left in release.left_out}


def test_what_was_asked_for_goes_and_nothing_else(case: Case) -> None:
    release = case.build()
    files = everything_of(keep_ticked(release, release.text_keys))
    assert IN_RANGE in files and AGREED in files
    for word in (BEFORE, DRAFT, JOINT, PARTNER, RISK, "Yeats", "Rosaleen"):
        assert word not in files, word
    assert counted(release) == {
        LeftOutReason.DRAFT: 1,
        LeftOutReason.RISK_ENTRY: 1,
        LeftOutReason.OUT_OF_RANGE: 4,
    }


def test_the_search_for_excluded_words_would_find_them(case: Case) -> None:
    release = case.build(
        from_day=None, to_day=None, with_risk_entries=True, joint_cases=frozenset({case.couple})
    )
    files = everything_of(keep_ticked(release, release.text_keys))
    for word in (IN_RANGE, BEFORE, JOINT, RISK, AGREED):
        assert word in files, word
    # Of these there is no way into any release.
    assert DRAFT not in files and PARTNER not in files
    assert counted(release) == {LeftOutReason.DRAFT: 1}


def test_a_joint_record_stays_without_the_consent_of_both_and_is_counted(case: Case) -> None:
    release = case.build(from_day=None, to_day=None)
    assert counted(release)[LeftOutReason.JOINT] == 2
    assert JOINT not in everything_of(release)


def test_a_text_that_was_not_ticked_is_in_no_file_and_is_counted(case: Case) -> None:
    release = case.build()
    (note,) = (entry for entry in release.entries if entry.kind == "note")
    kept = keep_ticked(release, release.text_keys - {note.texts[0].key})
    files = everything_of(kept)
    assert IN_RANGE not in files and AGREED in files
    assert kept.left_out[0] == LeftOut(LeftOutReason.NOT_TICKED, 1)
    assert "1 text that was not ticked." in files
    nothing = keep_ticked(release, frozenset())
    assert AGREED not in everything_of(nothing)
    assert {entry.kind for entry in nothing.entries} == {"session"}


def test_no_count_in_a_file_tells_of_a_partner_a_risk_entry_or_more_sessions(case: Case) -> None:
    release = case.build(from_day=None, to_day=date(2026, 4, 30))
    assert {LeftOutReason.RISK_ENTRY, LeftOutReason.OUT_OF_RANGE} <= counted(release).keys()
    files = everything_of(release)
    assert "note that is not signed" not in files
    for words in ("risk", "partner", "other days"):
        assert words not in files.replace(release_words.NEVER_IN_IT[1], ""), words
    assert release_words.OTHERWISE in files
    told = case.build(scope=ReleaseScope.WHOLE, from_day=None, to_day=None)
    assert "with both partners, since not both agreed" in everything_of(told)


def test_an_addition_goes_with_its_note_and_a_plan_with_its_goals(case: Case) -> None:
    session = case.work.session(case.client, date(2026, 5, 4))
    with writing(case.work.engine) as db:
        vault = case.work.vault
        part = NotePart(section="data", text="About the tulip.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, vault, session, [part], now=NOW)
        note = practices.signed(db, vault, session, draft)
        assert note.payload.facts
        addition = note_additions.build_addition(
            note, note.payload.facts, AdditionKind.ADDENDUM, reason="Forgotten", text="The iris too.", now=NOW
        )
        note_additions.sign_addition(db, vault, note, addition, now=NOW)
        add_plans(db, vault, case.client.id, now=NOW)
    release = case.build(to_day=None)
    files = everything_of(keep_ticked(release, release.text_keys))
    assert "The iris too." in files and "To say no once a week" in files
    assert "I stop answering." not in files
    whole = case.build(scope=ReleaseScope.WHOLE, from_day=None, to_day=None, with_risk_entries=True)
    assert "I stop answering." in everything_of(whole)


def test_what_belongs_to_another_client_goes_with_neither_until_it_is_signed_there(case: Case) -> None:
    other, session = case.work.client("Zita Adair"), case.work.session(case.client, date(2026, 5, 11))
    with writing(case.work.engine) as db:
        vault = case.work.vault
        part = NotePart(section="data", text="About the magnolia.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, vault, session, [part], now=NOW)
        note = practices.signed(db, vault, session, draft)
    assert "magnolia" in everything_of(case.build())
    with writing(case.work.engine) as db:
        theirs = cases.load_single_case(db, vault, other.id)
        moved_notes.move_note(db, vault, note, session, theirs, reason="The wrong page", now=NOW)
    assert "magnolia" not in everything_of(case.build(from_day=None, to_day=None))


def test_a_consent_goes_once_and_that_of_a_couple_with_the_joint_record_alone(case: Case) -> None:
    with writing(case.work.engine) as db:
        vault = case.work.vault
        for its_case, subject in (
            (cases.load_single_case(db, vault, case.client.id), ConsentSubject.TOOL),
            (cases.load_case(db, vault, case.couple), ConsentSubject.COUPLE_POLICY),
        ):
            consent = Consent(
                case=its_case.id.bytes,
                subject=subject,
                given_by=its_case.payload.client_id_bytes,
                answered_on=MARCH,
                method=ConsentMethod.SPOKEN,
                policy=CouplePolicy.NO_SECRETS if its_case.payload.is_couple else CouplePolicy.NOT_CHOSEN,
                remark=f"Asked about the {subject}.",
            )
            consents.record_consent(db, vault, its_case, consent, is_declined=False, now=NOW)
    files = everything_of(case.build())
    assert "Asked about the tool." in files and "couple_policy" not in files
    assert "Asked about the couple_policy." in everything_of(case.build(joint_cases=frozenset({case.couple})))


@pytest.mark.parametrize("table", ["clinical_note", "note_addition", "filled_sheet"])
def test_what_cannot_be_read_is_counted(case: Case, table: str) -> None:
    session, worksheet = case.work.session(case.client, date(2026, 5, 18)), catalogue.list_worksheets()[0]
    with writing(case.work.engine) as db:
        vault = case.work.vault
        part = NotePart(section="data", text="About the peony.", source=PartSource.CLINICIAN)
        draft = notes.create_note(db, vault, session, [part], now=NOW)
        note = practices.signed(db, vault, session, draft)
        assert note.payload.facts
        addition = note_additions.build_addition(
            note, note.payload.facts, AdditionKind.ADDENDUM, reason="Forgotten", text="The iris too.", now=NOW
        )
        note_additions.sign_addition(db, vault, note, addition, now=NOW)
        handout = handouts.create_handout(
            db, vault, worksheet, client_id=case.client.id, therapy_session_id=None, client_sentence="",
            now=NOW,
        )  # fmt: skip
        brought_back.bring_back(db, vault, handout, worksheet, now=NOW)
    assert LeftOutReason.UNREADABLE not in counted(case.build(to_day=None))
    harm(case.work, lambda raw: raw.execute(f"UPDATE {table} SET sealed = zeroblob(400)"))
    assert counted(case.build(to_day=None))[LeftOutReason.UNREADABLE] >= 1


def test_psychotherapy_notes_are_in_nothing_even_while_they_are_open(case: Case) -> None:
    private_notes.prepare(case.work)
    private_notes.open_notes(case.work)
    vault = case.work.vault
    with writing(case.work.engine) as db:
        own = cases.load_single_case(db, vault, case.client.id)
        psychotherapy_notes.write_note(db, vault, own, text="A mandrake.", note_date=MARCH, now=NOW)
        # The control: with the same keys it can be read.
        assert [note.payload.text for note in psychotherapy_notes.list_notes_of_case(db, vault, own)] == [
            "A mandrake."
        ]
    everything: dict[str, object] = {"from_day": None, "to_day": None, "with_risk_entries": True}
    for scope in ReleaseScope:
        release = case.build(scope=scope, joint_cases=frozenset({case.couple}), **everything)
        files = everything_of(release)
        assert IN_RANGE in files and "mandrake" not in files
        assert "Psychotherapy notes. They are kept apart" in files
    with reading(case.work.engine) as db:
        known = identifiers.load_identifiers(db, vault, case.client.id)
        listed = case_sheet.list_sheet_notes(db, vault, case.client.id, None, None)
        assert IN_RANGE in (text := case_sheet.build_sheet_text(listed, known)) and "mandrake" not in text
        copies = note_copies.list_notes_for_copy(db, vault, case.client.id)
        assert IN_RANGE in (text := note_copies.join_texts(copies)) and "mandrake" not in text


def test_words_that_may_be_other_people_are_pointed_out(case: Case) -> None:
    (note,) = (entry for entry in case.build().entries if entry.kind == "note")
    assert note.texts[0].names == ("Ultan",)


def test_what_others_are_called_is_pointed_out_and_the_own_is_not(case: Case) -> None:
    case.work.client("Tibby Quill")
    with writing(case.work.engine) as db:
        for each, name in ((case.client, "Tibby"), (case.partner, "Ozzie")):
            called = msgspec.structs.replace(each.payload, preferred_name=name)
            clients.revise_client(db, case.work.vault, each, called, now=NOW)
    write(case.work, case.work.session(case.client, date(2026, 5, 4)), "Tibby saw Ozzie, and Quill.")
    texts = [text for entry in case.build().entries for text in entry.texts]
    [names] = [text.names for text in texts if "Ozzie" in text.text]
    assert names == ("Ozzie", "Quill")


def test_the_name_and_the_days_stand_on_every_page(case: Case) -> None:
    for number in range(12):
        session = case.work.session(case.client, date(2026, 4, 1 + number))
        write(case.work, session, "A long text about a garden. " * 60)
    release = case.build()
    paper = document.render_release(
        release, title="Progress record", range_text="1 March to 31 August", mark="M", left_out_lines=()
    )
    pages = [page.extract_text() for page in PdfReader(BytesIO(paper)).pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert "Tamsin Wray" in page and "1 March to 31 August" in page
        assert f"page {number} of {len(pages)}" in page
    assert "/StructTreeRoot" in PdfReader(BytesIO(paper)).root_object


def test_a_whole_record_holds_the_details_and_every_own_text(case: Case) -> None:
    release = case.build(scope=ReleaseScope.WHOLE, from_day=None, to_day=None, with_risk_entries=True)
    files = everything_of(release)
    for word in (IN_RANGE, BEFORE, RISK, AGREED, "Rosaleen"):
        assert word in files, word
    for word in (DRAFT, JOINT, PARTNER):
        assert word not in files, word


def test_an_entry_joined_later_goes_with_the_other(case: Case) -> None:
    twin = case.work.client("T. Wray")
    write(case.work, case.work.session(twin, MARCH), "About the snowdrop.")
    assert "snowdrop" not in everything_of(case.build())
    with writing(case.work.engine) as db:
        clients.join_client(db, case.work.vault, twin, case.client.id, now=NOW)
    assert "snowdrop" in everything_of(case.build())


def test_the_data_say_what_the_paper_says_and_repeat_to_the_byte(case: Case) -> None:
    release = case.build()
    content = json.loads(release_archive.write_json(release))
    assert content["format"] == "clinic-toolkit release 1"
    assert [entry["kind"] for entry in content["entries"]] == ["session", "note", "session"]
    assert content["entries"][1]["texts"][0]["text"].startswith(f"About the {IN_RANGE}")
    assert release_archive.write_json(case.build()) == release_archive.write_json(release)
    assert release_archive.pack_release(release, b"", ()) == release_archive.pack_release(release, b"", ())


def test_a_disclosure_is_written_down_and_listed(case: Case) -> None:
    release = case.build()
    with writing(case.work.engine) as db:
        made = disclosures.record_disclosure(
            db, case.work.vault, case.client.id, release, TERMS, digest=b"d" * 32, now=NOW
        )
    with reading(case.work.engine) as db:
        listed = disclosures.list_disclosures(db, case.work.vault, case.client.id)
        assert disclosures.list_disclosures(db, case.work.vault, case.partner.id) == []
    assert [each.id for each in listed] == [made.id]
    payload = listed[0].payload
    assert (payload.recipient, payload.purpose) == ("Dr Keane", "A second opinion")
    assert payload.made_at == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert {each.table for each in payload.disclosed} == {"therapy_session", "clinical_note"}


@pytest.mark.parametrize(
    ("basis", "asked", "refusal"),
    [
        (ReleaseBasis.SUBPOENA, True, SubpoenaIsNoAuthorisation),
        (ReleaseBasis.CLIENT_ASKED, False, NotAskedInPrivate),
        (ReleaseBasis.AUTHORISATION, False, NotAskedInPrivate),
        (ReleaseBasis.COURT_ORDER, False, None),
    ],
)
def test_nothing_goes_on_a_subpoena_or_without_asking(
    case: Case, basis: ReleaseBasis, asked: bool, refusal: type[Exception] | None
) -> None:
    terms = msgspec.structs.replace(TERMS, basis=basis, was_asked_in_private=asked)
    if refusal is None:
        disclosures.check_terms(terms)
        return
    with writing(case.work.engine) as db, pytest.raises(refusal):
        disclosures.record_disclosure(
            db, case.work.vault, case.client.id, case.build(), terms, digest=b"", now=NOW
        )
    with reading(case.work.engine) as db:
        assert disclosures.list_disclosures(db, case.work.vault, case.client.id) == []


def test_what_became_of_a_task_goes_with_its_session(case: Case) -> None:
    with writing(case.work.engine) as db:
        [session, *_] = [
            each
            for each in records.list_all_records(db, case.work.vault, THERAPY_SESSION)
            if each.payload.on == MARCH and each.payload.present_ids == (case.client.id,)
        ]
        therapy_sessions.record_task_answer(
            db, case.work.vault, session, TaskAnswer.PART, said="Only the snapdragons.", now=NOW
        )
    texts = [text.text for entry in case.build().entries for text in entry.texts]
    assert "What became of it: done in part. Said of it: “Only the snapdragons.”" in texts


@pytest.mark.parametrize("outcome", ReviewOutcome)
def test_a_sheet_goes_with_how_it_went_also_in_older_words(case: Case, outcome: ReviewOutcome) -> None:
    with writing(case.work.engine) as db:
        handout = handouts.create_handout(
            db,
            case.work.vault,
            catalogue.list_worksheets()[0],
            client_id=case.client.id,
            therapy_session_id=None,
            client_sentence="",
            now=datetime(2026, 4, 2, 10, tzinfo=UTC),
        )
        handout_reviews.review_handout(
            db, case.work.vault, handout, therapy_session_id=None, outcome=outcome, barriers=(),
            client_said="", smaller_step="", now=NOW,
        )  # fmt: skip
    [entry] = [entry for entry in case.build().entries if entry.id == handout.id]
    assert [value for _, value in entry.facts] == [handout_words.outcome_label(outcome)]
    assert handout_words.outcome_label(outcome)
