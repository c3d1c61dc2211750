"""One giving of a questionnaire: answers, stops, results, notes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal import records
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.questionnaires import administrations, answers, progress, reflections
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.writing import note_prefill, note_rendering, notes, signature_facts
from clinic_toolkit.record.writing.note_record import (
    CLINICAL_NOTE,
    NoteEvent,
    NotePart,
    NoteState,
    PartSource,
)
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import LETTERHEAD, NOW, Work, giving, signed


def test_each_answer_is_kept_in_its_place_with_its_time_and_words(work: Work) -> None:
    kept = work.begun(work.client(), giving())
    response = Response(
        status=ResponseStatus.ANSWERED, value=3, wants_to_talk=True, remark="not since the summer"
    )
    with writing(work.engine) as db:
        progress.record_response(db, work.vault, kept, 4, response, now=NOW + timedelta(seconds=75))
    with reading(work.engine) as db:
        body = administrations.load_administration(db, work.vault, kept.id).payload
    assert answers.decode_responses(body.answers)[4] == response
    assert answers.answer_times(body.answers)[4] == timedelta(seconds=75)
    assert [r.status for r in answers.decode_responses(body.answers)].count(ResponseStatus.NOT_REACHED) == 11
    assert answers.next_unanswered_index(body.answers) == 0


def test_an_answer_can_be_taken_back(work: Work) -> None:
    kept = work.answer(work.begun(work.client(), giving()), [4])
    kept = work.answer(kept, [None])
    assert answers.decode_responses(kept.payload.answers)[0] == Response(
        status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark=""
    )


def test_a_status_is_stored_as_its_place_in_an_order_that_never_changes() -> None:
    kept = answers.blank_answers(len(ResponseStatus))
    for place, status in enumerate(ResponseStatus):
        value = 1 if status == ResponseStatus.ANSWERED else None
        response = Response(status=status, value=value, wants_to_talk=False, remark="")
        kept = answers.with_response(kept, place, response, elapsed=timedelta())
    assert kept.statuses == bytes([0, 1, 2, 3])
    read = [response.status for response in answers.decode_responses(kept)]
    assert read == ["not_reached", "answered", "declined", "did_not_come_up"]


@pytest.mark.parametrize(
    ("place", "status", "value"),
    [(12, "answered", 1), (-1, "answered", 1), (0, "answered", 5), (0, "declined", 1), (0, "answered", None)],
)
def test_what_is_not_an_answer_is_refused(work: Work, place: int, status: str, value: int | None) -> None:
    kept = work.begun(work.client(), giving())
    with pytest.raises(ValueError, match=r"answer|item"), writing(work.engine) as db:
        response = Response(status=ResponseStatus(status), value=value, wants_to_talk=False, remark="")
        progress.record_response(db, work.vault, kept, place, response, now=NOW)


def test_stopped_can_be_taken_up_again_and_finished_cannot_be_changed(work: Work) -> None:
    kept = work.answer(work.begun(work.client(), giving()), [1, 2])
    with writing(work.engine) as db:
        kept = progress.stop_administration(db, work.vault, kept, now=NOW)
    assert kept.state == "stopped"
    kept = work.answer(kept, [1, 2, 3])
    assert kept.state == "in_progress"
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
        with pytest.raises(administrations.AdministrationFinished):
            progress.complete_administration(db, work.vault, kept, now=NOW)
    with pytest.raises(administrations.AdministrationFinished):
        work.answer(kept, [4])


def test_what_is_said_while_looking_is_added_after_the_end(work: Work) -> None:
    kept = work.begun(work.client(), giving())
    with writing(work.engine) as db:
        done = progress.complete_administration(db, work.vault, kept, now=NOW)
        told = reflections.record_reflection(
            db,
            work.vault,
            done,
            wrong="not at weekends",
            own_words="I rest more",
            next_step="one walk",
            remarks_on_client_page=(),
            expected_version=done.version,
            now=NOW,
        )
        with pytest.raises(records.StaleVersion):
            reflections.record_reflection(
                db,
                work.vault,
                told,
                wrong="",
                own_words="",
                next_step="",
                remarks_on_client_page=(),
                expected_version=done.version,
                now=NOW,
            )
    assert (told.state, told.payload.wrong, told.version) == (
        "completed",
        "not at weekends",
        done.version + 1,
    )
    page = results.build_client_page(LETTERHEAD, told)
    assert page.own_words == ("I rest more",)
    assert page.next_step == "one walk"


def test_receiving_is_not_offered_about_a_child(work: Work) -> None:
    ana = work.client()
    with writing(work.engine) as db:
        child = relationships.create_relationship(
            db, work.vault, ana.id, word="L.", frame="child_under_18", now=NOW
        )
        with pytest.raises(administrations.InstrumentNotOffered):
            administrations.create_administration(
                db,
                work.vault,
                catalogue.load_instrument("receiving"),
                client_id=ana.id,
                relationship=child,
                therapy_session_id=None,
                mode=AdministrationMode.READ_ALOUD,
                now=NOW,
            )


def test_the_result_counts_and_the_together_page_has_no_number(work: Work) -> None:
    client = work.client("Dana Kim")
    kept = work.answer(work.begun(client, giving()), [4, 4, 4, 3, 2, 1, 3, None, 0, 4, 3, 0])
    with reading(work.engine) as db:
        result = results.build_result(db, work.vault, kept)
        together = results.build_joint_review(db, work.vault, kept)
    assert (result.answered, result.asked) == (11, 12)
    assert result.relationship_word == "M."
    assert any(facet.display_score is None for facet in result.facets)
    assert any(facet.display_score is not None for facet in result.facets)
    assert not any(ch.isdigit() for sentence in together.stood_out for ch in sentence.text)


def test_a_note_of_a_session_without_a_form_begins_empty_and_with_one_is_marked(work: Work) -> None:
    client = work.client()
    plain, used = work.session(client), work.session(client)
    kept = work.answer(work.begun(client, giving(), session=used.id), [3] * 12)
    with writing(work.engine) as db:
        progress.complete_administration(db, work.vault, kept, now=NOW)
        assert note_prefill.list_prefilled_parts(db, work.vault, plain) == []
        parts = note_prefill.list_prefilled_parts(db, work.vault, used)
    assert [(part.section, bool(part.text)) for part in parts] == [
        ("data", True),
        ("data", False),
        ("data", False),
    ]
    assert parts[0].source_words.startswith("questionnaire “How I give” about one relationship")
    assert "M." not in parts[0].title
    assert "12 of 12" in parts[0].text
    assert "M." not in parts[0].text
    assert "Unvalidated" in parts[0].text


def test_a_signed_note_is_genuine_and_stays(work: Work) -> None:
    session = work.session(work.client())
    with writing(work.engine) as db:
        draft = notes.create_note(
            db,
            work.vault,
            session,
            [NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")],
            now=NOW,
        )
        facts = signature_facts.build_note_facts(db, work.vault, session, draft)
        with pytest.raises(records.StaleVersion):
            notes.sign_note(db, work.vault, draft, facts=facts, expected_version=9, now=NOW)
        final = notes.sign_note(db, work.vault, draft, facts=facts, expected_version=draft.version, now=NOW)
        assert notes.has_valid_signature(work.vault, final)
        assert not notes.has_valid_signature(work.vault, draft)
        acts: tuple[Callable[[], object], ...] = (
            lambda: notes.revise_note(db, work.vault, final, [], expected_version=final.version, now=NOW),
            lambda: notes.sign_note(
                db, work.vault, final, facts=facts, expected_version=final.version, now=NOW
            ),
        )
        for act in acts:
            with pytest.raises(notes.NoteIsSigned):
                act()
        with pytest.raises(records.StaleVersion):
            records.replace_draft(
                db,
                work.vault,
                CLINICAL_NOTE,
                final,
                final.payload,
                state=NoteState.DRAFT,
                event=NoteEvent.SAVED,
                now=NOW,
            )
    with reading(work.engine) as db:
        again = notes.find_note_of_session(db, work.vault, session)
        assert again is not None
        assert notes.has_valid_signature(work.vault, again)
        plain = note_rendering.load_plain_note(db, work.vault, session, again)
    assert "Came on time." in plain
    assert notes.format_check_code(again) in plain


def test_an_empty_note_cannot_be_signed(work: Work) -> None:
    session = work.session(work.client())
    with writing(work.engine) as db:
        draft = notes.create_note(
            db,
            work.vault,
            session,
            [NotePart(section="data", source=PartSource.CLINICIAN, text="  ")],
            now=NOW,
        )
        with pytest.raises(notes.NoteIsEmpty):
            signed(db, work.vault, session, draft)
