"""Risk entries are dated and final; a prompt is open until one closes the very answer that raised it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.handovers import client_side, clinician_side, proposals
from clinic_toolkit.record.handovers.answer_log import HandoverAct
from clinic_toolkit.record.handovers.handover_record import Handover, HandoverState
from clinic_toolkit.record.people import cases, relationships, therapy_sessions
from clinic_toolkit.record.people.client_record import Client, record_ring
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires import answers, own_questionnaires, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.safety import (
    fear_holds,
    inquiries,
    prompt_status,
    risk_entries,
    risk_entry_threads,
)
from clinic_toolkit.record.safety.ask_lines import AskLine
from clinic_toolkit.record.safety.prompt_status import PromptStatus
from clinic_toolkit.record.safety.risk_entries import (
    CheckTooLate,
    DeferralReasonMissing,
    EmptyRiskEntry,
    SheetPlaceWithoutAsking,
)
from clinic_toolkit.record.safety.risk_entry_record import (
    RISK_ENTRY,
    RiskEntry,
    RiskEntryEvent,
    RiskEntryState,
)
from clinic_toolkit.record.writing import note_prefill
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures.practices import NOW, Work, giving
from tests.journeys.own import TEXT

FEAR = next(place for place, item in enumerate(giving().items) if item.safety_flag == "fear")
LATER = NOW + timedelta(minutes=10)


def body(client: RecordVersion[Client], **more: Any) -> RiskEntry:
    return RiskEntry(
        **{"client": client.id.bytes, "therapy_session": None, "entry_date": NOW.date(), "action": "asked"}
        | more
    )


def write(work: Work, entry: RiskEntry) -> RecordVersion[RiskEntry]:
    with writing(work.engine) as db:
        return risk_entries.create_risk_entry(db, work.vault, entry, now=LATER)


def given(
    work: Work, client: RecordVersion[Client], value: int | None, **more: Any
) -> RecordVersion[Administration]:
    """A finished form whose question about fear was answered so; None declines it."""
    values: list[int | None] = [0] * 12
    values[FEAR] = value
    kept = work.answer(work.begun(client, giving(), **more), values)
    with writing(work.engine) as db:
        return progress.complete_administration(db, work.vault, kept, now=NOW)


def prompts_of(work: Work, kept: RecordVersion[Administration]) -> tuple[PromptStatus, ...]:
    with reading(work.engine) as db:
        return prompt_status.list_prompts_of_administration(db, work.vault, kept)


def close(
    work: Work, client: RecordVersion[Client], kept: RecordVersion[Administration], **more: Any
) -> RecordVersion[RiskEntry]:
    closes = tuple(raised for prompt in prompts_of(work, kept) for raised in prompt.raised_by)
    return write(
        work,
        body(
            client,
            administration=kept.id.bytes,
            relationship=kept.payload.relationship,
            named_answers=closes,
            **more,
        ),
    )


def waiting(work: Work) -> list[UUID]:
    with reading(work.engine) as db:
        return [
            line.administration.id
            for line in daily_overview.build_daily_overview(db, work.vault, now=NOW).ask_lines
            if line.administration
        ]


def test_an_entry_needs_its_reason_and_something_to_say(work: Work) -> None:
    client = work.client()
    with pytest.raises(DeferralReasonMissing):
        write(work, body(client, action="not_today", deferral_reason=" "))
    with pytest.raises(EmptyRiskEntry):
        write(work, body(client, action=""))
    assert write(work, body(client, action="", action_taken="Called the team.")).final


def test_an_entry_can_be_neither_changed_nor_taken_away(work: Work) -> None:
    kept = write(work, body(work.client(), action_taken="Called."))
    for words in ("UPDATE risk_entry SET key_id = randomblob(16)", "DELETE FROM risk_entry"):
        with pytest.raises(IntegrityError, match="stays as it is"), writing(work.engine) as db:
            db.execute(text(words))
    with reading(work.engine) as db:
        assert risk_entries.load_risk_entry(db, work.vault, kept.id).payload.action_taken == "Called."
    assert not hasattr(risk_entries, "revise")


def test_it_lies_in_the_record_of_its_client(work: Work) -> None:
    ana, ben = work.client(), work.client("Ben Okoro")
    kept = write(work, body(ana))
    assert kept.ring == work.vault.rings.get_ring(ana.id, RingClass.RECORD)
    with reading(work.engine) as db:
        assert risk_entries.list_risk_entries_of_client(db, work.vault, ben.id) == []
        assert [each.id for each in risk_entries.list_risk_entries_of_client(db, work.vault, ana.id)] == [
            kept.id
        ]


@pytest.mark.parametrize(("value", "raised"), [(0, False), (1, True), (2, True), (4, True), (None, True)])
def test_a_finished_form_waits_on_today_until_it_is_closed(
    work: Work, value: int | None, raised: bool
) -> None:
    client = work.client()
    kept = given(work, client, value)
    assert waiting(work) == ([kept.id] if raised else [])
    if not raised:
        assert prompts_of(work, kept) == ()
        return
    write(work, body(client, action_taken="About something else."))
    assert waiting(work) == [kept.id]
    entry = close(work, client, kept)
    assert waiting(work) == []
    (prompt,) = prompts_of(work, kept)
    assert prompt.closed_by and prompt.closed_by.id == entry.id


def test_a_form_under_way_waits_for_nothing_and_a_stopped_one_does(work: Work) -> None:
    client = work.client()
    kept = work.answer(work.begun(client, giving()), [4] * (FEAR + 1))
    assert waiting(work) == []
    with writing(work.engine) as db:
        progress.stop_administration(db, work.vault, kept, now=NOW)
    assert waiting(work) == [kept.id]


def test_the_oldest_comes_first_and_initials_are_all_that_is_shown(work: Work) -> None:
    first, second = given(work, work.client(), 4), given(work, work.client("Ben Okoro"), None)
    assert waiting(work) == [first.id, second.id]
    with reading(work.engine) as db:
        lines = daily_overview.build_daily_overview(db, work.vault, now=NOW).ask_lines
    assert [(line.who, line.since) for line in lines] == [
        ("A. R.", NOW.date()),
        ("B. O.", NOW.date()),
    ]


def test_another_answer_in_a_later_version_opens_again(work: Work) -> None:
    client = work.client()
    kept = given(work, client, None)
    close(work, client, kept)
    assert waiting(work) == []

    def amend(value: int) -> None:
        nonlocal kept
        response = Response(status=ResponseStatus.ANSWERED, value=value, wants_to_talk=False, remark="")
        filled = answers.with_response(kept.payload.answers, FEAR, response, elapsed=timedelta(0))
        with writing(work.engine) as db:
            kept = progress.apply_returned_answers(
                db,
                work.vault,
                kept,
                filled,
                frozenset({FEAR}),
                open_line_answer="",
                finished=False,
                now=LATER,
            )

    amend(0)
    assert waiting(work) == []
    amend(3)
    assert waiting(work) == [kept.id]
    close(work, client, kept, action="in_hand")
    assert waiting(work) == []
    amend(4)
    assert waiting(work) == [kept.id], "an answer that says more is another matter"


def handed_back(
    work: Work, client: RecordVersion[Client], value: int, *acts: HandoverAct
) -> RecordVersion[Handover]:
    form = work.begun(client, giving())
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    with writing(work.engine) as db:
        response = Response(status=ResponseStatus.ANSWERED, value=value, wants_to_talk=False, remark="")
        client_side.record_answer(db, ticket, FEAR + 1, response, now=LATER)
        for act in acts:
            client_side.record_act(db, ticket, act, now=LATER)
    assert waiting(work) == [], "while it is out nothing of it is known"
    with writing(work.engine) as db:
        return clinician_side.merge_handover(
            db, work.vault, clinician_side.load_handover(db, work.vault, out.id), now=LATER
        )


@pytest.mark.parametrize("act", HandoverAct)
def test_what_came_back_waits_also_before_it_is_finished(work: Work, act: HandoverAct) -> None:
    client = work.client()
    back = handed_back(work, client, 4, act)
    assert waiting(work) == [back.payload.administration_id]


def test_what_was_answered_alone_is_not_forgotten_when_it_is_changed_in_the_session(work: Work) -> None:
    client = work.client()
    back = handed_back(work, client, 4, HandoverAct.GIVEN_BACK)
    with writing(work.engine) as db:
        target = clinician_side.find_handed_administration(db, work.vault, back.payload)
        assert target
        calm = Response(status=ResponseStatus.ANSWERED, value=0, wants_to_talk=False, remark="")
        kept = progress.record_response(db, work.vault, target, FEAR, calm, now=LATER)
    assert waiting(work) == [kept.id]
    close(work, client, kept)
    assert waiting(work) == []


def test_what_was_set_aside_still_waits(work: Work) -> None:
    client = work.client()
    form = work.begun(client, giving())
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    with writing(work.engine) as db:
        response = Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark="")
        client_side.record_answer(db, ticket, FEAR + 1, response, now=LATER)
        client_side.record_act(db, ticket, HandoverAct.GIVEN_BACK, now=LATER)
        progress.stop_administration(db, work.vault, form, now=LATER)  # so that it does not fit any more
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(
            db, work.vault, clinician_side.load_handover(db, work.vault, out.id), now=LATER
        )
    assert back.state == HandoverState.PROPOSED
    assert waiting(work) == [form.id]
    with writing(work.engine) as db:
        proposals.set_aside_proposal(db, work.vault, back, now=LATER)
    assert waiting(work) == [form.id]


def test_a_question_about_fear_that_is_left_blank_at_the_end_waits(work: Work) -> None:
    client = work.client()
    kept = work.answer(work.begun(client, giving()), [0] * (FEAR - 1))
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
    assert waiting(work) == [kept.id]
    (prompt,) = prompts_of(work, kept)
    assert "has no answer" in prompt.sentence
    close(work, client, kept)
    assert waiting(work) == []


@pytest.mark.parametrize(("answered", "waits"), [(FEAR - 2, False), (FEAR - 1, False), (FEAR, True)])
def test_a_stopped_form_waits_for_the_blank_at_which_it_was_stopped_alone(
    work: Work, answered: int, waits: bool
) -> None:
    kept = work.answer(work.begun(work.client(), giving()), [0] * answered)
    with writing(work.engine) as db:
        progress.stop_administration(db, work.vault, kept, now=NOW)
    assert waiting(work) == ([kept.id] if waits else [])


def test_a_blank_that_came_back_is_settled_by_a_calm_answer_in_the_session(work: Work) -> None:
    client = work.client()
    form = work.begun(client, giving())
    calm = Response(status=ResponseStatus.ANSWERED, value=0, wants_to_talk=False, remark="")
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    with writing(work.engine) as db:
        client_side.record_answer(db, ticket, FEAR + 2, calm, now=LATER)
        client_side.record_act(db, ticket, HandoverAct.GIVEN_BACK, now=LATER)
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(
            db, work.vault, clinician_side.load_handover(db, work.vault, out.id), now=LATER
        )
    assert waiting(work) == [form.id]
    with writing(work.engine) as db:
        target = clinician_side.find_handed_administration(db, work.vault, back.payload)
        assert target
        progress.record_response(db, work.vault, target, FEAR, calm, now=LATER)
    assert waiting(work) == []


def known(work: Work, client: RecordVersion[Client]) -> fear_holds.FearHolds:
    with reading(work.engine) as db:
        return fear_holds.load_fear_holds(db, work.vault, client.id)


def person(work: Work, client: RecordVersion[Client], word: str, frame: str = "partner") -> UUID:
    with writing(work.engine) as db:
        return relationships.create_relationship(
            db, work.vault, client.id, word=word, frame=frame, now=NOW
        ).id


def test_fear_is_asked_about_one_person_and_counts_for_that_person_alone(work: Work) -> None:
    client = work.client()
    m, k = person(work, client, "M."), person(work, client, "K.")
    write(work, body(client, action="", relationship=m.bytes, sheet_place="home"))
    day = NOW.date()
    for ago, counts in ((0, True), (90, True), (91, False)):
        assert known(work, client).is_asked(m, today=day + timedelta(days=ago)) is counts
    assert not known(work, client).is_asked(k, today=day)
    assert not known(work, client).is_asked(None, today=day)
    assert known(work, client).held_relationships == frozenset()


def test_an_open_prompt_about_fear_keeps_paper_about_that_person_in_the_room(work: Work) -> None:
    client = work.client()
    k = person(work, client, "K.")
    kept = given(work, client, 4)
    m = kept.payload.relationship_id
    assert known(work, client).is_room_only(m)
    assert not known(work, client).is_room_only(k)
    assert known(work, client).is_room_only(None), "it is not said whom the sheet is about"
    close(work, client, kept, action="not_today", deferral_reason="Her sister came in.")
    assert known(work, client).is_room_only(m), "it was not asked yet"
    write(work, body(client, action="asked", relationship=kept.payload.relationship, sheet_place="home"))
    assert not known(work, client).is_room_only(m)
    write(work, body(client, action="asked", relationship=kept.payload.relationship, sheet_place="room"))
    assert known(work, client).is_room_only(m)


def test_an_entry_that_says_not_today_says_nothing_of_sheets(work: Work) -> None:
    client = work.client()
    m = person(work, client, "M.")
    write(work, body(client, relationship=m.bytes, sheet_place="room"))
    assert known(work, client).is_room_only(m)
    both = body(
        client, relationship=m.bytes, action="not_today", deferral_reason="He sat here.", sheet_place="home"
    )
    with pytest.raises(SheetPlaceWithoutAsking):
        write(work, both)
    _write_unchecked(work, both)
    assert known(work, client).is_room_only(m), "fear was not asked about, so nothing is freed"
    with reading(work.engine) as db:
        entries = risk_entries.list_risk_entries_of_client(db, work.vault, client.id)
    (asked,) = inquiries.list_inquiries(entries[::-1]).values()
    assert len(asked) == 1 and asked[0].entry.payload.sheet_place == "room"
    assert "fear" not in risk_entries.render_risk_entry(entries[0].payload)
    write(work, body(client, relationship=m.bytes, sheet_place="home"))
    assert not known(work, client).is_room_only(m), "and an entry without “not today” does free them"


def _write_unchecked(work: Work, entry: RiskEntry) -> None:
    """Store an entry as a program would that does not refuse what `create_risk_entry` refuses."""
    with writing(work.engine) as db:
        records.create_record(
            db,
            work.vault,
            RISK_ENTRY,
            entry,
            ring=record_ring(work.vault, entry.client_id),
            state=RiskEntryState.WRITTEN,
            event=RiskEntryEvent.WRITTEN,
            now=LATER,
            final=True,
        )


def test_a_hold_about_nobody_holds_everybody(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 2)
    close(work, client, kept, action="in_hand", sheet_place="home")
    assert not known(work, client).is_room_only(kept.payload.relationship_id)
    write(work, body(client, action="", sheet_place="room"))
    assert known(work, client).is_room_only(kept.payload.relationship_id)


def test_a_couple_needs_both_and_exactly_one_partner_each(work: Work) -> None:
    ana, ben = work.client(), work.client("Ben Okoro")
    his, hers = person(work, ana, "B."), person(work, ben, "A.")

    def both(after: int = 0) -> bool:
        day = NOW.date() + timedelta(days=after)
        with reading(work.engine) as db:
            return fear_holds.is_free_for_both(db, work.vault, (ana.id, ben.id), today=day)

    assert not both()
    write(work, body(ana, action="", relationship=his.bytes, sheet_place="home"))
    assert not both(), "one side is not enough"
    write(work, body(ben, action="", relationship=hers.bytes, sheet_place="room"))
    assert not both(), "that it was asked does not release what stays in the room"
    write(work, body(ben, action="", relationship=hers.bytes, sheet_place="home"))
    assert both() and both(90) and not both(91)
    person(work, ben, "T.", "friend")
    assert both()
    person(work, ben, "S.")
    assert not both(), "with two partners named, nobody knows which of them it is"


def test_the_note_is_offered_the_entry_and_does_not_hold_it(work: Work) -> None:
    client = work.client()
    session = work.session(client)
    write(
        work,
        body(
            client,
            therapy_session=session.id.bytes,
            asked_text="Thoughts of not living? No.",
            next_check_date=date(2026, 11, 26),
            sheet_place="room",
        ),
    )
    with reading(work.engine) as db:
        (part,) = note_prefill.list_prefilled_parts(db, work.vault, session)
    assert part.is_offered and part.is_excluded and part.source_words == "risk entry of 19 November 2026"
    assert part.text == (
        "On fear, about people in general. Asked today. Asked, and answered: Thoughts of not living? No. "
        "Next check: 26 November 2026. "
        "Asked in private about fear; sheets stay in the room."
    )


def test_what_was_asked_and_answered_is_apart_and_an_older_entry_reads_as_it_is(work: Work) -> None:
    client = work.client()
    older = body(client, asked_text="Thoughts of not living? No.")
    assert older.labelled_lines == (("Asked, and answered", "Thoughts of not living? No."),)
    now = write(work, body(client, asked_text="Thoughts of not living?", answered_text="No.")).payload
    assert now.labelled_lines == (("Asked", "Thoughts of not living?"), ("Answered", "No."))
    assert "Asked: Thoughts of not living? Answered: No." in risk_entries.render_risk_entry(now)
    only_asked = write(work, body(client, asked_text="About sleep.", answered_text="")).payload
    assert only_asked.labelled_lines == (("Asked", "About sleep."),)


def test_content_of_the_first_version_has_no_answer_apart(work: Work) -> None:
    content = list(msgspec.structs.astuple(body(work.client(), asked_text="No.")))[:-1]
    read = RISK_ENTRY.upcast_content(content, 1)
    assert read.answered_text is None and read.labelled_lines == (("Asked, and answered", "No."),)


def test_a_thread_is_what_an_entry_followed_and_what_followed_it(work: Work) -> None:
    client = work.client()
    first = write(work, body(client, action_taken="Rang."))
    other = write(work, body(client, action_taken="Something else."))
    check = write(work, body(client, action_taken="Asked again.", follows_id_bytes=first.id.bytes))
    last = write(work, body(client, action_taken="Better.", follows_id_bytes=check.id.bytes))
    with reading(work.engine) as db:
        entries = risk_entries.list_risk_entries_of_client(db, work.vault, client.id)[::-1]
    for each in (first, check, last):
        assert risk_entry_threads.list_thread(entries, each) == [first, check, last]
    assert risk_entry_threads.list_thread(entries, other) == [other]
    followers = risk_entry_threads.find_followers(entries)
    assert followers == {first.id: check, check.id: last}
    # Where the first cannot be read, what followed it is a thread of its own.
    assert risk_entry_threads.list_thread(entries[1:], last) == [check, last]


def test_each_entry_offered_to_a_note_says_what_it_is_about_and_no_word_of_the_client(work: Work) -> None:
    client = work.client()
    session = work.session(client)
    in_session = {"therapy_session": session.id.bytes}
    form = given(work, client, 4, word="Mam")
    mam = {"relationship": form.payload.relationship}
    put_off = close(work, client, form, **in_session, action="not_today", deferral_reason="No time.")
    write(work, body(client, **in_session, **mam, follows_id_bytes=put_off.id.bytes))
    write(work, body(client, **in_session, **mam))
    write(work, body(client, **in_session))
    with reading(work.engine) as db:
        parts = note_prefill.list_prefilled_parts(db, work.vault, session)
    fear = (
        "On fear, or pressure after a no, about one relationship (parent): "
        f"question {FEAR + 1} of “{giving().title}”, 19 November 2026."
    )
    assert {part.text for part in parts if part.source == "risk_entry"} == {
        f"{fear} Not today, because: No time. Next check: 26 November 2026.",
        f"{fear} Asked today.",
        "About one relationship (parent). Asked today.",
        "About nobody in particular. Asked today.",
    }


def test_an_entry_of_another_practice_is_not_there(work: Work) -> None:
    with reading(work.engine) as db, pytest.raises(records.RecordNotFound):
        risk_entries.load_risk_entry(db, work.vault, work.client().id)


def test_a_planned_check_is_on_today_from_its_day_until_an_entry_follows(work: Work) -> None:
    client = work.client()
    kept = write(work, body(client, next_check_date=NOW.date() + timedelta(days=3)))

    def shown(after: int) -> list[UUID]:
        with reading(work.engine) as db:
            day = daily_overview.build_daily_overview(db, work.vault, now=NOW + timedelta(days=after))
        assert all(line.who == "A. R." for line in day.ask_lines)
        return [line.risk_entry.id for line in day.ask_lines if line.risk_entry]

    assert [shown(after) for after in (2, 3, 40)] == [[], [kept.id], [kept.id]]
    write(work, body(client, action_taken="About something else."))
    assert shown(3) == [kept.id]
    write(work, body(client, action_taken="Asked again.", follows_id_bytes=kept.id.bytes))
    assert shown(3) == []


def test_a_questionnaire_of_ones_own_is_asked_about_in_a_new_process_too(work: Work) -> None:
    own = own_questionnaires_of(work)
    kept = work.answer(work.begun(work.client(), own), [3] * len(own.items))
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
    assert waiting(work) == [kept.id]
    catalogue._own_by_digest.clear()
    assert waiting(work) == [kept.id]


def own_questionnaires_of(work: Work) -> Instrument:
    """A questionnaire of the practice's own whose first question is about fear."""
    flagged = TEXT.replace('role = "difficulty"', 'role = "difficulty"\nsafety_flag = "fear"', 1)
    assert flagged != TEXT
    with writing(work.engine) as db:
        form = loader.parse_instrument(flagged.encode(), "own.toml", own=True)
        taken = own_questionnaires.add_questionnaire(
            db, work.vault, form, flagged.encode(), "own.toml", now=NOW
        )
        return own_questionnaires.instrument_of_version(taken)


# What was not asked today stays open until it is asked.

DAY = timedelta(days=1)


def plan(
    work: Work, client: RecordVersion[Client], ahead: int, *, attendance: Attendance = Attendance.PLANNED
) -> None:
    """A session with this client alone, so many days from now."""
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        on = NOW.date() + ahead * DAY
        session = TherapySession(
            case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=on, attendance=attendance
        )
        therapy_sessions.create_therapy_session(db, work.vault, case, session, now=NOW)


def put_off(
    work: Work, client: RecordVersion[Client], kept: RecordVersion[Administration], **more: Any
) -> RecordVersion[RiskEntry]:
    return close(work, client, kept, action="not_today", deferral_reason="Her sister came in.", **more)


def lines(work: Work, after: int = 0) -> list[AskLine]:
    with reading(work.engine) as db:
        return list(daily_overview.build_daily_overview(db, work.vault, now=NOW + after * DAY).ask_lines)


def test_not_today_is_looked_at_again_in_the_next_session_and_after_seven_days_at_the_latest(
    work: Work,
) -> None:
    client, other = work.client(), work.client("Ben Okoro")

    def check() -> int:
        entry = write(work, body(client, action="not_today", deferral_reason="No time."))
        assert entry.payload.next_check_date
        return (entry.payload.next_check_date - NOW.date()).days

    assert check() == 7, "no session is planned"
    plan(work, client, 9)
    assert check() == 7, "the next session is too far away"
    plan(work, client, 0)
    plan(work, client, 2, attendance=Attendance.CANCELLED)
    plan(work, other, 1)
    with writing(work.engine) as db:
        couple = cases.create_couple_case(db, work.vault, client.id, other.id, now=NOW)
        on = NOW.date() + DAY
        session = TherapySession(
            case_id_bytes=couple.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=on,
            attendance=Attendance.PLANNED,
        )
        therapy_sessions.create_therapy_session(db, work.vault, couple, session, now=NOW)
    assert check() == 7, "neither this one, nor one that was called off, nor one with somebody else there"
    plan(work, client, 7)
    assert check() == 7
    plan(work, client, 3)
    assert check() == 3


def test_not_today_takes_a_nearer_day_and_none_that_is_too_far(work: Work) -> None:
    client, days = work.client(), {ahead: NOW.date() + ahead * DAY for ahead in (5, 7, 8)}
    for ahead in (5, 7):
        kept = write(
            work, body(client, action="not_today", deferral_reason="No time.", next_check_date=days[ahead])
        )
        assert kept.payload.next_check_date == days[ahead]
    with pytest.raises(CheckTooLate):
        write(work, body(client, action="not_today", deferral_reason="No time.", next_check_date=days[8]))
    assert write(work, body(client, next_check_date=days[8])).payload.next_check_date == days[8], (
        "it was asked"
    )


def test_not_today_stays_on_today_until_it_was_asked(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = put_off(work, client, kept)
    for after in (0, 7, 40):
        (line,) = lines(work, after)
        assert line.administration and line.administration.id == kept.id
        assert line.deferred_by and line.deferred_by.id == entry.id
        assert line.deferred_by.payload.deferral_sentence == (
            "Not asked yet, because: Her sister came in. Next check on 26 November 2026."
        )
    (prompt,) = prompts_of(work, kept)
    assert prompt.is_open and prompt.deferred_by and not prompt.closed_by
    again = put_off(work, client, kept)
    (line,) = lines(work)
    assert line.deferred_by and line.deferred_by.id == again.id, "put off once more"
    close(work, client, kept)
    assert lines(work, 40) == []


def test_an_entry_that_follows_covers_what_was_put_off(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = put_off(work, client, kept)
    rang = write(work, body(client, action="", action_taken="Rang.", follows_id_bytes=entry.id.bytes))
    (line,) = lines(work)
    assert line.deferred_by and line.deferred_by.id == entry.id, "lines alone say nothing about the question"
    write(work, body(client, action="asked", follows_id_bytes=rang.id.bytes))
    assert lines(work, 40) == [] and known(work, client).held_relationships, (
        "where sheets may go was not said"
    )


def test_what_was_asked_is_not_opened_again_by_an_entry_that_follows(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = close(work, client, kept)
    write(
        work, body(client, action="not_today", deferral_reason="The rest.", follows_id_bytes=entry.id.bytes)
    )
    (prompt,) = prompts_of(work, kept)
    assert prompt.closed_by and prompt.closed_by.id == entry.id


def test_fear_that_was_asked_about_later_closes_what_was_put_off_about_that_person_alone(work: Work) -> None:
    client = work.client()
    kept, other = given(work, client, 4), given(work, client, 4, word="K.")
    put_off(work, client, kept)
    put_off(work, client, other)
    write(work, body(client, action="", relationship=kept.payload.relationship, sheet_place="home"))
    (line,) = lines(work)
    assert line.administration and line.administration.id == other.id
    assert known(work, client).held_relationships == {other.payload.relationship_id}


def test_not_today_without_a_form_stays_on_today_at_once(work: Work) -> None:
    client = work.client()
    entry = write(work, body(client, action="not_today", deferral_reason="Her mother sat beside her."))
    (line,) = lines(work)
    assert line.risk_entry and line.deferred_by and line.risk_entry.id == line.deferred_by.id == entry.id
    write(work, body(client, action="asked", follows_id_bytes=entry.id.bytes))
    assert lines(work, 40) == []
