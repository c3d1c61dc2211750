"""One giving of a questionnaire: answers, stops, results, notes."""

from datetime import timedelta

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    answers,
    note_texts,
    notes,
    progress,
    reflections,
    relationships,
    results,
    rows,
    signed_facts,
)
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.notes import Part
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.practices import NOW, SETTINGS, Work, giving, signed


def test_each_answer_is_kept_in_its_place_with_its_time_and_words(work: Work) -> None:
    kept = work.begun(work.client(), giving())
    response = Response(status="answered", value=3, talk=True, said="not since the summer")
    with writing(work.engine) as db:
        progress.record_response(db, work.vault, kept, 4, response, now=NOW + timedelta(seconds=75))
    with reading(work.engine) as db:
        body = administrations.get(db, work.vault, kept.id).body
    assert answers.responses(body.answers)[4] == response
    assert answers.pace(body.answers)[4] == timedelta(seconds=75)
    assert [r.status for r in answers.responses(body.answers)].count("not_reached") == 11
    assert answers.next_place(body.answers) == 0


def test_an_answer_can_be_taken_back(work: Work) -> None:
    kept = work.answer(work.begun(work.client(), giving()), [4])
    kept = work.answer(kept, [None])
    assert answers.responses(kept.body.answers)[0] == Response(
        status="declined", value=None, talk=False, said=""
    )


@pytest.mark.parametrize(
    ("place", "status", "value"),
    [(12, "answered", 1), (-1, "answered", 1), (0, "answered", 5), (0, "declined", 1), (0, "answered", None)],
)
def test_what_is_not_an_answer_is_refused(work: Work, place: int, status: str, value: int | None) -> None:
    kept = work.begun(work.client(), giving())
    with pytest.raises(ValueError, match=r"answer|item"), writing(work.engine) as db:
        response = Response(status=status, value=value, talk=False, said="")
        progress.record_response(db, work.vault, kept, place, response, now=NOW)


def test_stopped_can_be_taken_up_again_and_finished_cannot_be_changed(work: Work) -> None:
    kept = work.answer(work.begun(work.client(), giving()), [1, 2])
    with writing(work.engine) as db:
        kept = progress.stop(db, work.vault, kept, now=NOW)
    assert kept.state == "stopped"
    kept = work.answer(kept, [1, 2, 3])
    assert kept.state == "in_progress"
    with writing(work.engine) as db:
        kept = progress.complete(db, work.vault, kept, now=NOW)
        with pytest.raises(administrations.Finished):
            progress.complete(db, work.vault, kept, now=NOW)
    with pytest.raises(administrations.Finished):
        work.answer(kept, [4])


def test_what_is_said_while_looking_is_added_after_the_end(work: Work) -> None:
    kept = work.begun(work.client(), giving())
    with writing(work.engine) as db:
        done = progress.complete(db, work.vault, kept, now=NOW)
        told = reflections.keep(
            db,
            work.vault,
            done,
            wrong="not at weekends",
            own_words="I rest more",
            next_step="one walk",
            taken=(),
            seen_version=done.version,
            now=NOW,
        )
        with pytest.raises(rows.Stale):
            reflections.keep(
                db,
                work.vault,
                told,
                wrong="",
                own_words="",
                next_step="",
                taken=(),
                seen_version=done.version,
                now=NOW,
            )
    assert (told.state, told.body.wrong, told.version) == ("completed", "not at weekends", done.version + 1)
    page = results.client_page_of(SETTINGS, told)
    assert page.own_words == ("I rest more",)
    assert page.next_step == "one walk"


def test_receiving_is_not_offered_about_a_child(work: Work) -> None:
    ana = work.client()
    with writing(work.engine) as db:
        child = relationships.add(db, work.vault, ana.id, word="L.", frame="child_under_18", now=NOW)
        with pytest.raises(administrations.NotOffered):
            administrations.begin(
                db,
                work.vault,
                catalogue.instrument("receiving"),
                client_id=ana.id,
                about=child,
                session_id=None,
                mode="read_aloud",
                now=NOW,
            )


def test_the_result_counts_and_the_together_page_has_no_number(work: Work) -> None:
    client = work.client("Dana Kim")
    kept = work.answer(work.begun(client, giving()), [4, 4, 4, 3, 2, 1, 3, None, 0, 4, 3, 0])
    with reading(work.engine) as db:
        result = results.result_of(db, work.vault, kept)
        together = results.together_of(db, work.vault, kept)
    assert (result.answered, result.asked) == (11, 12)
    assert result.about == "M."
    assert any(facet.shown is None for facet in result.facets)
    assert any(facet.shown is not None for facet in result.facets)
    assert not any(ch.isdigit() for sentence in together.stood_out for ch in sentence.text)


def test_a_note_of_an_hour_without_a_form_begins_empty_and_with_one_is_marked(work: Work) -> None:
    client = work.client()
    plain, used = work.hour(client), work.hour(client)
    kept = work.answer(work.begun(client, giving(), session=used.id), [3] * 12)
    with writing(work.engine) as db:
        progress.complete(db, work.vault, kept, now=NOW)
        assert note_texts.prefilled(db, work.vault, plain) == []
        parts = note_texts.prefilled(db, work.vault, used)
    assert [part.section for part in parts] == ["data"]
    assert parts[0].source.startswith("questionnaire “How I give”")
    assert "12 of 12" in parts[0].text
    assert "M." not in parts[0].text
    assert "Unvalidated" in parts[0].text


def test_a_signed_note_is_genuine_and_stays(work: Work) -> None:
    hour = work.hour(work.client())
    with writing(work.engine) as db:
        draft = notes.begin(
            db, work.vault, hour, [Part(section="data", source="clinician", text="Came on time.")], now=NOW
        )
        facts = signed_facts.facts_of(db, work.vault, hour, draft)
        with pytest.raises(rows.Stale):
            notes.sign(db, work.vault, draft, facts=facts, version=9, now=NOW)
        final = notes.sign(db, work.vault, draft, facts=facts, version=draft.version, now=NOW)
        assert notes.is_genuine(work.vault, final)
        assert not notes.is_genuine(work.vault, draft)
        for act in (
            lambda: notes.revise(db, work.vault, final, [], version=final.version, now=NOW),
            lambda: notes.sign(db, work.vault, final, facts=facts, version=final.version, now=NOW),
        ):
            with pytest.raises(notes.Signed):
                act()
        with pytest.raises(rows.Stale):
            rows.rewrite(
                db,
                work.vault,
                notes.clinical_note,
                final,
                final.body,
                state="draft",
                event="note.saved",
                now=NOW,
            )
    with reading(work.engine) as db:
        again = notes.of_session(db, work.vault, hour)
        assert again is not None
        assert notes.is_genuine(work.vault, again)
        plain = note_texts.plain_note_of(db, work.vault, hour, again)
    assert "Came on time." in plain
    assert notes.mark(again) in plain


def test_an_empty_note_cannot_be_signed(work: Work) -> None:
    hour = work.hour(work.client())
    with writing(work.engine) as db:
        draft = notes.begin(
            db, work.vault, hour, [Part(section="data", source="clinician", text="  ")], now=NOW
        )
        with pytest.raises(notes.NothingToSign):
            signed(db, work.vault, hour, draft)
