"""The check-in in the record: the client's own question, what is kept, and what is laid side by side."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side, clinician_side, proposals
from clinic_toolkit.record.handovers.answer_log import HandoverAct, HandoverTrouble
from clinic_toolkit.record.handovers.handover_record import Handover, HandoverState
from clinic_toolkit.record.outcomes import check_ins, results
from clinic_toolkit.record.people import relationships, watched_questions
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.watched_questions import QuestionNotEligible, WatchedQuestion
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationMode
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.writing import note_prefill, therapy_session_summary
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import earlier
from tests.fixtures.practices import LETTERHEAD, NOW, Work

OTHERS = ["JR1-F", "OG2-B", "RG1-C", "BC2-T", "JR3-C"]


def person(work: Work, word: str = "M.", frame: str = "parent") -> RecordVersion[Relationship]:
    """A relationship of a new client."""
    client = work.client()
    with writing(work.engine) as db:
        return relationships.create_relationship(db, work.vault, client.id, word=word, frame=frame, now=NOW)


def watch(work: Work, about: RecordVersion[Relationship], of: str, item: str) -> RecordVersion[Relationship]:
    """Choose a question to watch."""
    chosen = watched_questions.pin_question(of, item, catalogue.load_frame(about.payload.frame))
    with writing(work.engine) as db:
        return relationships.set_watched_question(db, work.vault, about, chosen, now=NOW)


def begun(
    work: Work,
    about: RecordVersion[Relationship],
    *,
    weeks: int = 0,
    mode: AdministrationMode = AdministrationMode.READ_ALOUD,
) -> RecordVersion[Administration]:
    """A check-in about this person, begun."""
    with writing(work.engine) as db:
        return administrations.create_administration(
            db,
            work.vault,
            catalogue.load_check_in(),
            client_id=about.payload.client_id,
            relationship=about,
            therapy_session_id=None,
            mode=mode,
            now=NOW + timedelta(weeks=weeks),
        )


def given(
    work: Work,
    about: RecordVersion[Relationship],
    values: list[int | None],
    *,
    weeks: int = 0,
    open_line: str = "",
    mode: AdministrationMode = AdministrationMode.READ_ALOUD,
) -> RecordVersion[Administration]:
    """A check-in that was answered and finished; None declines."""
    kept = begun(work, about, weeks=weeks, mode=mode)
    put = {
        place: Response(
            status=ResponseStatus.DECLINED if value is None else ResponseStatus.ANSWERED,
            value=value,
            wants_to_talk=False,
            remark="",
        )
        for place, value in enumerate(values)
    }
    at = NOW + timedelta(weeks=weeks, seconds=95)
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, put, open_line_answer=open_line, now=at)
        return progress.complete_administration(db, work.vault, kept, now=at)


def test_without_an_own_question_five_are_asked(work: Work) -> None:
    kept = begun(work, person(work))
    assert [item.id for item in administrations.instrument_of(kept.payload).items] == OTHERS
    assert len(kept.payload.answers.statuses) == 5 and kept.payload.watched_question is None


def test_the_own_question_stands_in_its_place_with_its_part(work: Work) -> None:
    about = watch(work, person(work), "receiving", "RG3-B")
    kept = begun(work, about)
    asked = administrations.instrument_of(kept.payload)
    assert [item.id for item in asked.items] == [*OTHERS[:4], "RG3-B", OTHERS[4]]
    assert "RG3" in {facet.id for facet in asked.facets}
    assert asked.digest == kept.payload.definition_digest == catalogue.load_check_in().digest
    assert len(kept.payload.answers.statuses) == 6


def test_a_check_in_keeps_the_question_it_asked_when_another_is_chosen(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    first = given(work, about, [1] * 6)
    about = watch(work, about, "boundaries", "BC1-B")
    second = given(work, about, [2] * 6, weeks=1)
    with writing(work.engine) as db:
        about = relationships.set_watched_question(db, work.vault, about, None, now=NOW)
    third = given(work, about, [3] * 5, weeks=2)
    with reading(work.engine) as db:
        kept = [
            administrations.load_administration(db, work.vault, one.id).payload
            for one in (first, second, third)
        ]
    own = [[item.item_id for item in answered_items.list_answered_items(body)][4] for body in kept]
    assert own == ["OG1-C", "BC1-B", "JR3-C"]


def test_an_own_question_of_an_older_version_is_asked_as_it_was_chosen(work: Work) -> None:
    old = earlier("boundaries")
    pinned = WatchedQuestion(instrument_id="boundaries", definition_digest=old.digest, item_id="BC1-B")
    about = person(work)
    with writing(work.engine) as db:
        about = relationships.set_watched_question(db, work.vault, about, pinned, now=NOW)
    asked = answered_items.list_answered_items(begun(work, about).payload)[4].text
    newest = {item.id: item.text for item in catalogue.load_instrument("boundaries").items}
    assert asked == {item.id: item.text for item in old.items}["BC1-B"] != newest["BC1-B"]


def test_nothing_that_is_marked_can_be_watched_and_nothing_twice(work: Work) -> None:
    frame = catalogue.load_frame("friend")
    offered = {item.id for _, items in watched_questions.list_eligible_questions(frame) for item in items}
    marked = {
        item.id for one in catalogue.list_instruments() for item in one.items if item.safety_flag != "none"
    }
    assert marked == {"OG2-T", "RG2-T", "BC3-F"} and not offered & marked and not offered & set(OTHERS)
    assert len(offered) == 44 - len(marked) - len(OTHERS)
    for of, item in (("giving", "OG2-T"), ("giving", "OG2-B"), ("giving", "RG1-B"), ("nothing", "OG1-C")):
        with pytest.raises(QuestionNotEligible):
            watched_questions.pin_question(of, item, frame)
    assert watched_questions.pin_question("giving", "OG1-C", frame).item_id == "OG1-C"


def test_what_is_not_offered_about_somebody_cannot_be_watched_there() -> None:
    child = catalogue.load_frame("child_under_18")
    assert "receiving" not in {one.id for one, _ in watched_questions.list_eligible_questions(child)}
    with pytest.raises(QuestionNotEligible):
        watched_questions.pin_question("receiving", "RG3-B", child)
    assert watched_questions.list_eligible_questions(catalogue.load_frame("died_or_out_of_contact")) == ()


def test_a_pinned_question_that_is_marked_is_never_asked() -> None:
    """Whoever changed the file could have pinned one; the shelf says what may be asked."""
    giving = catalogue.load_instrument("giving")
    bad = WatchedQuestion(instrument_id="giving", definition_digest=giving.digest, item_id="OG2-T")
    with pytest.raises(QuestionNotEligible):
        watched_questions.item_of_question(bad)
    with pytest.raises(QuestionNotEligible):
        watched_questions.with_watched_question(catalogue.load_check_in(), bad)
    assert watched_questions.with_watched_question(giving, bad) is giving


def test_a_long_questionnaire_about_the_same_person_takes_no_own_question(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    with writing(work.engine) as db:
        kept = administrations.create_administration(
            db,
            work.vault,
            catalogue.load_instrument("receiving"),
            client_id=about.payload.client_id,
            relationship=about,
            therapy_session_id=None,
            mode=AdministrationMode.READ_ALOUD,
            now=NOW,
        )
    assert kept.payload.watched_question is None and len(kept.payload.answers.statuses) == 12


def test_choosing_against_an_older_version_is_refused_and_the_word_keeps_the_choice(work: Work) -> None:
    about = person(work)
    later = watch(work, about, "giving", "OG1-C")
    with pytest.raises(records.StaleVersion):
        watch(work, about, "flows", "JR2-B")
    with writing(work.engine) as db:
        named = relationships.revise_relationship(db, work.vault, later, word="Mum", frame="parent", now=NOW)
    assert (
        named.payload.watched_question == later.payload.watched_question
        and named.payload.watched_question is not None
    )


def test_there_is_no_number_anywhere(work: Work) -> None:
    kept = given(work, watch(work, person(work), "giving", "OG1-C"), [4] * 6)
    with reading(work.engine) as db:
        result = results.build_result(db, work.vault, kept)
        together = results.build_joint_review(db, work.vault, kept)
        page = check_ins.build_check_in_page(db, work.vault, kept)
    assert result.display_total is None and result.facets == () and result.offers == ()
    assert result.pattern_notes == () and result.safety_prompts == () and together.stood_out == ()
    # Nothing on the page is a number but the place and the value of an answer, which no page prints.
    assert not {*page.__struct_fields__} & {"score", "total", "mean", "change"}


def test_the_answers_stand_beside_those_before_of_the_same_person_alone(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    with writing(work.engine) as db:
        other = relationships.create_relationship(
            db, work.vault, about.payload.client_id, word="K.", frame="friend", now=NOW
        )
    given(work, about, [0] * 6)
    given(work, other, [4] * 5, weeks=1)
    given(work, about, [1] * 6, weeks=2, mode=AdministrationMode.TELEHEALTH, open_line="We laughed.")
    last = given(work, about, [2] * 5 + [None], weeks=3, open_line="She rang.")
    given(work, about, [3] * 6, weeks=4)
    with reading(work.engine) as db:
        page = check_ins.build_check_in_page(db, work.vault, last)
    assert [line.answers[0].item.item_id for line in page.current_questions] == [
        *OTHERS[:4],
        "OG1-C",
        OTHERS[4],
    ]
    assert [[said.item.value for said in line.answers] for line in page.current_questions] == [
        [2, 1, 0]
    ] * 5 + [[None, 1, 0]]
    assert [line.chosen_by_client for line in page.current_questions] == [False] * 4 + [True, False]
    assert [said.is_current for said in page.current_questions[0].answers] == [True, False, False]
    assert (
        page.current_questions[0].answers[1].answered_on == date(2026, 12, 3) and page.former_questions == ()
    )
    assert page.mode_labels == ("read aloud", "read aloud over telehealth")
    assert page.open_line_answer == "She rang."
    assert page.earlier_open_lines == ((date(2026, 12, 3), "We laughed."),)
    assert page.time_taken == timedelta(seconds=95)


def test_a_changed_own_question_begins_a_new_line(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    given(work, about, [0] * 6)
    last = given(work, watch(work, about, "giving", "OG3-C"), [1] * 6, weeks=1)
    with reading(work.engine) as db:
        page = check_ins.build_check_in_page(db, work.vault, last)
    own = next(line for line in page.current_questions if line.chosen_by_client)
    assert own.answers[0].item.item_id == "OG3-C" and len(own.answers) == 1
    assert [(line.answers[0].item.item_id, len(line.answers)) for line in page.former_questions] == [
        ("OG1-C", 1)
    ]
    assert all(len(line.answers) == 2 for line in page.current_questions if not line.chosen_by_client)


def test_another_version_breaks_every_line(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    about = person(work)
    given(work, about, [0] * 5)
    newer = replace(catalogue.load_check_in(), version="2", digest="0" * 64)
    real = catalogue.load_instrument
    monkeypatch.setattr(catalogue, "load_check_in", lambda: newer)
    monkeypatch.setattr(
        catalogue,
        "load_instrument",
        lambda id, version=None, digest=None: (
            newer if digest == newer.digest else real(id, version=version, digest=digest)
        ),
    )
    last = given(work, about, [1] * 5, weeks=1)
    with reading(work.engine) as db:
        page = check_ins.build_check_in_page(db, work.vault, last)
    assert [len(line.answers) for line in page.current_questions] == [1] * 5
    assert [len(line.answers) for line in page.former_questions] == [1] * 5


def test_only_the_last_ones_are_shown_and_none_that_is_under_way(work: Work) -> None:
    about = person(work)
    for weeks in range(8):
        given(work, about, [weeks % 5] * 5, weeks=weeks)
    begun(work, about, weeks=9)
    last = given(work, about, [1] * 5, weeks=10)
    with reading(work.engine) as db:
        page = check_ins.build_check_in_page(db, work.vault, last)
    assert [len(line.answers) for line in page.current_questions] == [check_ins.MAX_SHOWN] * 5


def test_people_in_general_are_asked_five_in_their_wording(work: Work) -> None:
    client = work.client()
    with writing(work.engine) as db:
        kept = administrations.create_administration(
            db,
            work.vault,
            catalogue.load_check_in(),
            client_id=client.id,
            relationship=None,
            therapy_session_id=None,
            mode=AdministrationMode.READ_ALOUD,
            now=NOW,
        )
    asked = answered_items.list_answered_items(kept.payload)
    assert len(asked) == 5 and all("people close to me" in item.text.lower() for item in asked)


def test_time_taken_is_none_before_the_first_answer(work: Work) -> None:
    assert answers.total_time(begun(work, person(work)).payload.answers) is None


def test_nothing_of_it_stands_readable_in_the_file(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    given(work, about, [1] * 6, open_line="Zeppelins over the harbour.")
    assert work.engine.url.database
    store = Path(work.engine.url.database)
    bytes_of = b"".join(path.read_bytes() for path in store.parent.iterdir() if path.is_file())
    assert b"Zeppelins" not in bytes_of and b"OG1-C" not in bytes_of and b"check-in" not in bytes_of
    # The control: what is not sealed would be found there.
    assert b"administration" in bytes_of


def test_the_note_quotes_the_answers_that_were_chosen_and_not_the_open_line(work: Work) -> None:
    client = work.client()
    session = work.session(client)
    with writing(work.engine) as db:
        about = relationships.create_relationship(
            db, work.vault, client.id, word="Zora", frame="parent", now=NOW
        )
        kept = administrations.create_administration(
            db,
            work.vault,
            catalogue.load_check_in(),
            client_id=client.id,
            relationship=about,
            therapy_session_id=session.id,
            mode=AdministrationMode.READ_ALOUD,
            now=NOW,
        )
        put = {0: Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")}
        put[1] = Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark="")
        kept = progress.record_responses(
            db, work.vault, kept, put, open_line_answer="A private joy.", now=NOW
        )
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
    with reading(work.engine) as db:
        part, *optional = note_prefill.list_prefilled_parts(db, work.vault, session)
        summary = therapy_session_summary.build_session_summary(db, work.vault, LETTERHEAD, session, [kept])
    assert part.text == (
        "Completed “Check-in” about one relationship (parent), read aloud, 1 of 5 answered. "
        "Most of the time: “I enjoyed doing something for this person.” "
        "Unvalidated tool; used for discussion."
    )
    assert [each.text for each in optional] == ["", ""]
    assert "private joy" not in part.text and "Zora" not in part.text
    assert summary.results[0].open_line_answer == "A private joy."


def test_the_clients_pages_show_strengths_and_the_open_line(work: Work) -> None:
    kept = given(work, person(work), [4, 4, 4, 4, 1], open_line="We cooked.\nShe sang.")
    with reading(work.engine) as db:
        together = results.build_joint_review(db, work.vault, kept)
    assert [line.text for line in together.strengths] == [
        "Nearly all the time: “I enjoyed doing something for this person.”"
    ]
    told = [item for item in answered_items.list_answered_items(kept.payload) if item.item_id != "JR1-F"]
    assert len(told) == 4, "what was answered beside it is told too, in the order of the questions"
    assert [line.text for line in together.other_statements] == [
        f"{item.label}: “{item.text}”" for item in told
    ]
    assert together.open_line_answer == "We cooked.\nShe sang."
    page = results.build_client_page(LETTERHEAD, kept, stood_out=True)
    assert page.own_words == ("We cooked.", "She sang.") and page.stood_out == ()
    assert page.strengths == ("Nearly all the time: “I enjoyed doing something for this person.”",)


# What the client does alone, handed over.


def handed(
    work: Work, kept: RecordVersion[Administration]
) -> tuple[RecordVersion[Handover], client_side.HandoverTicket]:
    """The device in the client's hands."""
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, kept, relationship_word="M.", now=NOW)
    return out, client_side.decode_ticket(ticket.encode())


def test_the_ticket_carries_the_own_question_and_nothing_that_was_said(work: Work) -> None:
    about = watch(work, person(work), "giving", "OG1-C")
    kept = begun(work, about)
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, {}, open_line_answer="We laughed.", now=NOW)
    _, ticket = handed(work, kept)
    assert ticket.watched_question == about.payload.watched_question and ticket.answered_before == bytes(
        [0, 0, 0, 0, 0, 0, 1]
    )
    assert b"laughed" not in ticket.encode()
    assert client_side.decode_ticket(ticket.encode()) == ticket


def test_what_the_client_wrote_alone_comes_into_the_record(work: Work) -> None:
    kept = begun(work, watch(work, person(work), "giving", "OG1-C"))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        one = Response(status=ResponseStatus.ANSWERED, value=2, wants_to_talk=False, remark="")
        client_side.record_answer(db, ticket, 5, one, now=NOW + timedelta(seconds=40))
        words = Response(
            status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="Tea on the step."
        )
        client_side.record_answer(db, ticket, 7, words, now=NOW + timedelta(seconds=60))
        client_side.record_act(db, ticket, HandoverAct.FINISHED, now=NOW + timedelta(seconds=70))
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(db, work.vault, out, now=NOW)
        body = administrations.load_administration(db, work.vault, kept.id).payload
    assert back.state == HandoverState.RETURNED and back.payload.troubles == ()
    assert body.open_line_answer == "Tea on the step." and body.mode == AdministrationMode.SELF_ENTERED
    assert answered_items.list_answered_items(body)[4].item_id == "OG1-C"
    assert [item.value for item in answered_items.list_answered_items(body)] == [
        None,
        None,
        None,
        None,
        2,
        None,
    ]
    assert answers.total_time(body.answers) == timedelta(seconds=40)


def test_an_open_line_that_the_client_left_alone_stays(work: Work) -> None:
    kept = begun(work, person(work))
    with writing(work.engine) as db:
        kept = progress.record_responses(db, work.vault, kept, {}, open_line_answer="We laughed.", now=NOW)
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        client_side.record_answer(
            db,
            ticket,
            1,
            Response(status=ResponseStatus.ANSWERED, value=2, wants_to_talk=False, remark=""),
            now=NOW,
        )
    with writing(work.engine) as db:
        clinician_side.merge_handover(db, work.vault, out, now=NOW)
        assert (
            administrations.load_administration(db, work.vault, kept.id).payload.open_line_answer
            == "We laughed."
        )


@pytest.mark.parametrize(
    ("number", "response"),
    [
        (6, Response(status=ResponseStatus.ANSWERED, value=2, wants_to_talk=False, remark="")),
        (6, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=True, remark="")),
        (6, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="w" * 1_001)),
        (6, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="\x07")),
        (7, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="Too far.")),
    ],
)
def test_what_no_page_of_the_open_line_sends_becomes_a_proposal(
    work: Work, number: int, response: Response
) -> None:
    kept = begun(work, person(work))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        client_side.record_answer(db, ticket, number, response, now=NOW)
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(db, work.vault, out, now=NOW)
        assert administrations.load_administration(db, work.vault, kept.id).payload.open_line_answer == ""
    assert back.state == HandoverState.PROPOSED and back.payload.troubles == (
        HandoverTrouble.NOT_OF_THIS_FORM,
    )


def test_a_proposed_open_line_is_taken_or_left(work: Work) -> None:
    kept = begun(work, person(work))
    out, ticket = handed(work, kept)
    with writing(work.engine) as db:
        words = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="Tea.")
        client_side.record_answer(db, ticket, 6, words, now=NOW)
        progress.record_response(
            db,
            work.vault,
            kept,
            0,
            Response(status=ResponseStatus.ANSWERED, value=1, wants_to_talk=False, remark=""),
            now=NOW,
        )
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(db, work.vault, out, now=NOW)
        assert back.state == HandoverState.PROPOSED
        proposals.accept_proposal(db, work.vault, back, now=NOW)
        body = administrations.load_administration(db, work.vault, kept.id).payload
    assert body.open_line_answer == "Tea." and body.mode == AdministrationMode.MIXED
    assert answered_items.list_answered_items(body)[0].value == 1
