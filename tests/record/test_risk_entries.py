"""Risk entries are dated and final; a prompt is open until one closes the very answer that raised it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import (
    answers,
    cases,
    fear,
    handover,
    merging,
    note_texts,
    open_prompts,
    own_questionnaires,
    progress,
    relationships,
    risk_entries,
    rows,
    sessions,
    today,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.open_prompts import Prompt
from clinic_toolkit.record.risk_entries import CheckTooLate, NoReason, NothingWritten, RiskEntry
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.practices import NOW, Work, giving
from tests.journeys.own import TEXT

FEAR = next(place for place, item in enumerate(giving().items) if item.safety_flag == "fear")
LATER = NOW + timedelta(minutes=10)


def body(client: Kept[Client], **more: Any) -> RiskEntry:
    return RiskEntry(**{"client": client.id.bytes, "session": None, "on": NOW.date(), "how": "asked"} | more)


def write(work: Work, entry: RiskEntry) -> Kept[RiskEntry]:
    with writing(work.engine) as db:
        return risk_entries.write(db, work.vault, entry, now=LATER)


def given(work: Work, client: Kept[Client], value: int | None, **more: Any) -> Kept[Administration]:
    """A finished form whose question about fear was answered so; None declines it."""
    values: list[int | None] = [0] * 12
    values[FEAR] = value
    kept = work.answer(work.begun(client, giving(), **more), values)
    with writing(work.engine) as db:
        return progress.complete(db, work.vault, kept, now=NOW)


def prompts_of(work: Work, kept: Kept[Administration]) -> tuple[Prompt, ...]:
    with reading(work.engine) as db:
        return open_prompts.of_administration(db, work.vault, kept)


def close(work: Work, client: Kept[Client], kept: Kept[Administration], **more: Any) -> Kept[RiskEntry]:
    closes = tuple(raised for prompt in prompts_of(work, kept) for raised in prompt.raised)
    return write(
        work,
        body(
            client,
            administration=kept.id.bytes,
            relationship=kept.body.relationship,
            closes=closes,
            **more,
        ),
    )


def waiting(work: Work) -> list[UUID]:
    with reading(work.engine) as db:
        return [
            line.administration.id for line in today.of(db, work.vault, now=NOW).to_ask if line.administration
        ]


def test_an_entry_needs_its_reason_and_something_to_say(work: Work) -> None:
    client = work.client()
    with pytest.raises(NoReason):
        write(work, body(client, how="not_today", because=" "))
    with pytest.raises(NothingWritten):
        write(work, body(client, how=""))
    assert write(work, body(client, how="", did="Called the team.")).final


def test_an_entry_can_be_neither_changed_nor_taken_away(work: Work) -> None:
    kept = write(work, body(work.client(), did="Called."))
    for words in ("UPDATE risk_entry SET kid = randomblob(16)", "DELETE FROM risk_entry"):
        with pytest.raises(IntegrityError, match="stays as it is"), writing(work.engine) as db:
            db.execute(text(words))
    with reading(work.engine) as db:
        assert risk_entries.get(db, work.vault, kept.id).body.did == "Called."
    assert not hasattr(risk_entries, "revise")


def test_it_lies_in_the_record_of_its_client(work: Work) -> None:
    ana, ben = work.client(), work.client("Ben Okoro")
    kept = write(work, body(ana))
    assert kept.ring == work.vault.ring_of(ana.id, "record")
    with reading(work.engine) as db:
        assert risk_entries.of_client(db, work.vault, ben.id) == []
        assert [each.id for each in risk_entries.of_client(db, work.vault, ana.id)] == [kept.id]


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
    write(work, body(client, did="About something else."))
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
        progress.stop(db, work.vault, kept, now=NOW)
    assert waiting(work) == [kept.id]


def test_the_oldest_comes_first_and_initials_are_all_that_is_shown(work: Work) -> None:
    first, second = given(work, work.client(), 4), given(work, work.client("Ben Okoro"), None)
    assert waiting(work) == [first.id, second.id]
    with reading(work.engine) as db:
        lines = today.of(db, work.vault, now=NOW).to_ask
    assert [(line.who, line.on) for line in lines] == [("A. R.", NOW.date()), ("B. O.", NOW.date())]


def test_another_answer_in_a_later_version_opens_again(work: Work) -> None:
    client = work.client()
    kept = given(work, client, None)
    close(work, client, kept)
    assert waiting(work) == []

    def amend(value: int) -> None:
        nonlocal kept
        response = Response(status="answered", value=value, talk=False, said="")
        filled = answers.put(kept.body.answers, FEAR, response, after=timedelta(0))
        with writing(work.engine) as db:
            kept = progress.bring_in(
                db, work.vault, kept, filled, frozenset({FEAR}), open_line="", finished=False, now=LATER
            )

    amend(0)
    assert waiting(work) == []
    amend(3)
    assert waiting(work) == [kept.id]
    close(work, client, kept, how="in_hand")
    assert waiting(work) == []
    amend(4)
    assert waiting(work) == [kept.id], "an answer that says more is another matter"


def handed_back(work: Work, client: Kept[Client], value: int, *acts: str) -> Kept[merging.Handover]:
    form = work.begun(client, giving())
    with writing(work.engine) as db:
        out, ticket = merging.begin(db, work.vault, form, word="M.", now=NOW)
    with writing(work.engine) as db:
        response = Response(status="answered", value=value, talk=False, said="")
        handover.keep(db, ticket, FEAR + 1, response, now=LATER)
        for act in acts:
            handover.note_act(db, ticket, act, now=LATER)
    assert waiting(work) == [], "while it is out nothing of it is known"
    with writing(work.engine) as db:
        return merging.bring_in(db, work.vault, merging.get(db, work.vault, out.id), now=LATER)


@pytest.mark.parametrize("act", [FINISHED, GIVEN_BACK])
def test_what_came_back_waits_also_before_it_is_finished(work: Work, act: str) -> None:
    client = work.client()
    back = handed_back(work, client, 4, act)
    assert waiting(work) == [back.body.administration_id]


def test_what_was_answered_alone_is_not_forgotten_when_it_is_changed_in_the_hour(work: Work) -> None:
    client = work.client()
    back = handed_back(work, client, 4, GIVEN_BACK)
    with writing(work.engine) as db:
        target = merging.target_of(db, work.vault, back.body)
        assert target
        calm = Response(status="answered", value=0, talk=False, said="")
        kept = progress.record_response(db, work.vault, target, FEAR, calm, now=LATER)
    assert waiting(work) == [kept.id]
    close(work, client, kept)
    assert waiting(work) == []


def test_what_was_set_aside_still_waits(work: Work) -> None:
    client = work.client()
    form = work.begun(client, giving())
    with writing(work.engine) as db:
        out, ticket = merging.begin(db, work.vault, form, word="M.", now=NOW)
    with writing(work.engine) as db:
        response = Response(status="declined", value=None, talk=False, said="")
        handover.keep(db, ticket, FEAR + 1, response, now=LATER)
        handover.note_act(db, ticket, GIVEN_BACK, now=LATER)
        progress.stop(db, work.vault, form, now=LATER)  # so that it does not fit any more
    with writing(work.engine) as db:
        back = merging.bring_in(db, work.vault, merging.get(db, work.vault, out.id), now=LATER)
    assert back.state == merging.PROPOSED
    assert waiting(work) == [form.id]
    with writing(work.engine) as db:
        merging.set_aside(db, work.vault, back, now=LATER)
    assert waiting(work) == [form.id]


def test_a_question_about_fear_that_is_left_blank_at_the_end_waits(work: Work) -> None:
    client = work.client()
    kept = work.answer(work.begun(client, giving()), [0] * (FEAR - 1))
    with writing(work.engine) as db:
        kept = progress.complete(db, work.vault, kept, now=NOW)
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
        progress.stop(db, work.vault, kept, now=NOW)
    assert waiting(work) == ([kept.id] if waits else [])


def test_a_blank_that_came_back_is_settled_by_a_calm_answer_in_the_hour(work: Work) -> None:
    client = work.client()
    form = work.begun(client, giving())
    calm = Response(status="answered", value=0, talk=False, said="")
    with writing(work.engine) as db:
        out, ticket = merging.begin(db, work.vault, form, word="M.", now=NOW)
    with writing(work.engine) as db:
        handover.keep(db, ticket, FEAR + 2, calm, now=LATER)
        handover.note_act(db, ticket, GIVEN_BACK, now=LATER)
    with writing(work.engine) as db:
        back = merging.bring_in(db, work.vault, merging.get(db, work.vault, out.id), now=LATER)
    assert waiting(work) == [form.id]
    with writing(work.engine) as db:
        target = merging.target_of(db, work.vault, back.body)
        assert target
        progress.record_response(db, work.vault, target, FEAR, calm, now=LATER)
    assert waiting(work) == []


def known(work: Work, client: Kept[Client]) -> fear.Known:
    with reading(work.engine) as db:
        return fear.known(db, work.vault, client.id)


def person(work: Work, client: Kept[Client], word: str, frame: str = "partner") -> UUID:
    with writing(work.engine) as db:
        return relationships.add(db, work.vault, client.id, word=word, frame=frame, now=NOW).id


def test_fear_is_asked_about_one_person_and_counts_for_that_person_alone(work: Work) -> None:
    client = work.client()
    m, k = person(work, client, "M."), person(work, client, "K.")
    write(work, body(client, how="", relationship=m.bytes, fear="home"))
    day = NOW.date()
    for ago, counts in ((0, True), (90, True), (91, False)):
        assert known(work, client).is_asked(m, today=day + timedelta(days=ago)) is counts
    assert not known(work, client).is_asked(k, today=day)
    assert not known(work, client).is_asked(None, today=day)
    assert known(work, client).held == frozenset()


def test_an_open_prompt_about_fear_keeps_paper_about_that_person_in_the_room(work: Work) -> None:
    client = work.client()
    k = person(work, client, "K.")
    kept = given(work, client, 4)
    m = kept.body.relationship_id
    assert known(work, client).room_only(m)
    assert not known(work, client).room_only(k)
    assert known(work, client).room_only(None), "it is not said whom the sheet is about"
    close(work, client, kept, how="not_today", because="Her sister came in.")
    assert known(work, client).room_only(m), "it was not asked yet"
    write(work, body(client, how="asked", relationship=kept.body.relationship, fear="home"))
    assert not known(work, client).room_only(m)
    write(work, body(client, how="asked", relationship=kept.body.relationship, fear="room"))
    assert known(work, client).room_only(m)


def test_a_hold_about_nobody_holds_everybody(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 2)
    close(work, client, kept, how="in_hand", fear="home")
    assert not known(work, client).room_only(kept.body.relationship_id)
    write(work, body(client, how="", fear="room"))
    assert known(work, client).room_only(kept.body.relationship_id)


def test_a_couple_needs_both_and_exactly_one_partner_each(work: Work) -> None:
    ana, ben = work.client(), work.client("Ben Okoro")
    his, hers = person(work, ana, "B."), person(work, ben, "A.")

    def both(after: int = 0) -> bool:
        day = NOW.date() + timedelta(days=after)
        with reading(work.engine) as db:
            return fear.asked_of_both(db, work.vault, (ana.id, ben.id), today=day)

    assert not both()
    write(work, body(ana, how="", relationship=his.bytes, fear="home"))
    assert not both(), "one side is not enough"
    write(work, body(ben, how="", relationship=hers.bytes, fear="room"))
    assert both() and both(90) and not both(91)
    person(work, ben, "T.", "friend")
    assert both()
    person(work, ben, "S.")
    assert not both(), "with two partners named, nobody knows which of them it is"


def test_the_note_is_offered_the_entry_and_does_not_hold_it(work: Work) -> None:
    client = work.client()
    hour = work.hour(client)
    write(
        work,
        body(
            client,
            session=hour.id.bytes,
            asked="Thoughts of not living? No.",
            next_check=date(2026, 11, 26),
            fear="room",
        ),
    )
    with reading(work.engine) as db:
        (part,) = note_texts.prefilled(db, work.vault, hour)
    assert part.offered and part.left_out and part.source == "risk entry of 19 November 2026"
    assert part.text == (
        "Asked today. Asked, and answered: Thoughts of not living? No. Next check: 26 November 2026. "
        "Asked in private about fear; sheets stay in the room."
    )


def test_an_entry_of_another_practice_is_not_there(work: Work) -> None:
    with reading(work.engine) as db, pytest.raises(rows.NotThere):
        risk_entries.get(db, work.vault, work.client().id)


def test_a_planned_check_is_on_today_from_its_day_until_an_entry_follows(work: Work) -> None:
    client = work.client()
    kept = write(work, body(client, next_check=NOW.date() + timedelta(days=3)))

    def shown(after: int) -> list[UUID]:
        with reading(work.engine) as db:
            day = today.of(db, work.vault, now=NOW + timedelta(days=after))
        assert all(line.who == "A. R." for line in day.to_ask)
        return [line.entry.id for line in day.to_ask if line.entry]

    assert [shown(after) for after in (2, 3, 40)] == [[], [kept.id], [kept.id]]
    write(work, body(client, did="About something else."))
    assert shown(3) == [kept.id]
    write(work, body(client, did="Asked again.", follows=kept.id.bytes))
    assert shown(3) == []


def test_a_questionnaire_of_ones_own_is_asked_about_in_a_new_process_too(work: Work) -> None:
    own = own_questionnaires_of(work)
    kept = work.answer(work.begun(work.client(), own), [3] * len(own.items))
    with writing(work.engine) as db:
        kept = progress.complete(db, work.vault, kept, now=NOW)
    assert waiting(work) == [kept.id]
    catalogue._remembered.clear()
    assert waiting(work) == [kept.id]


def own_questionnaires_of(work: Work) -> Instrument:
    """A questionnaire of the practice's own whose first question is about fear."""
    flagged = TEXT.replace('role = "difficulty"', 'role = "difficulty"\nsafety_flag = "fear"', 1)
    assert flagged != TEXT
    with writing(work.engine) as db:
        form = loader.parse_instrument(flagged.encode(), "own.toml", own=True)
        taken = own_questionnaires.take_in(db, work.vault, form, flagged.encode(), "own.toml", now=NOW)
        return own_questionnaires.instrument_from(taken)


# What was not asked today stays open until it is asked.

DAY = timedelta(days=1)


def plan(work: Work, client: Kept[Client], ahead: int, *, attendance: str = "planned") -> None:
    """An hour with this client alone, so many days from now."""
    with writing(work.engine) as db:
        case = cases.single_of(db, work.vault, client.id)
        on = NOW.date() + ahead * DAY
        hour = TherapySession(case=case.id.bytes, kind="session", on=on, attendance=attendance)
        sessions.plan(db, work.vault, case, hour, now=NOW)


def put_off(work: Work, client: Kept[Client], kept: Kept[Administration], **more: Any) -> Kept[RiskEntry]:
    return close(work, client, kept, how="not_today", because="Her sister came in.", **more)


def lines(work: Work, after: int = 0) -> list[today.AskLine]:
    with reading(work.engine) as db:
        return list(today.of(db, work.vault, now=NOW + after * DAY).to_ask)


def test_not_today_is_looked_at_again_in_the_next_hour_and_after_seven_days_at_the_latest(work: Work) -> None:
    client, other = work.client(), work.client("Ben Okoro")

    def check() -> int:
        entry = write(work, body(client, how="not_today", because="No time."))
        assert entry.body.next_check
        return (entry.body.next_check - NOW.date()).days

    assert check() == 7, "no session is planned"
    plan(work, client, 9)
    assert check() == 7, "the next session is too far away"
    plan(work, client, 0)
    plan(work, client, 2, attendance="cancelled")
    plan(work, other, 1)
    with writing(work.engine) as db:
        couple = cases.open_couple(db, work.vault, client.id, other.id, now=NOW)
        on = NOW.date() + DAY
        hour = TherapySession(case=couple.id.bytes, kind="session", on=on, attendance="planned")
        sessions.plan(db, work.vault, couple, hour, now=NOW)
    assert check() == 7, "neither this one, nor one that was called off, nor one with somebody else there"
    plan(work, client, 7)
    assert check() == 7
    plan(work, client, 3)
    assert check() == 3


def test_not_today_takes_a_nearer_day_and_none_that_is_too_far(work: Work) -> None:
    client, days = work.client(), {ahead: NOW.date() + ahead * DAY for ahead in (5, 7, 8)}
    for ahead in (5, 7):
        kept = write(work, body(client, how="not_today", because="No time.", next_check=days[ahead]))
        assert kept.body.next_check == days[ahead]
    with pytest.raises(CheckTooLate):
        write(work, body(client, how="not_today", because="No time.", next_check=days[8]))
    assert write(work, body(client, next_check=days[8])).body.next_check == days[8], "it was asked"


def test_not_today_stays_on_today_until_it_was_asked(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = put_off(work, client, kept)
    for after in (0, 7, 40):
        (line,) = lines(work, after)
        assert line.administration and line.administration.id == kept.id
        assert line.put_off and line.put_off.id == entry.id
        assert line.put_off.body.as_put_off == (
            "Not asked yet, because: Her sister came in. Next check on 26 November 2026."
        )
    (prompt,) = prompts_of(work, kept)
    assert prompt.is_open and prompt.put_off and not prompt.closed_by
    again = put_off(work, client, kept)
    (line,) = lines(work)
    assert line.put_off and line.put_off.id == again.id, "put off once more"
    close(work, client, kept)
    assert lines(work, 40) == []


def test_an_entry_that_follows_speaks_for_what_was_put_off(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = put_off(work, client, kept)
    rang = write(work, body(client, how="", did="Rang.", follows=entry.id.bytes))
    (line,) = lines(work)
    assert line.put_off and line.put_off.id == entry.id, "lines alone say nothing about the question"
    write(work, body(client, how="asked", follows=rang.id.bytes))
    assert lines(work, 40) == [] and known(work, client).held, "where sheets may go was not said"


def test_what_was_asked_is_not_opened_again_by_an_entry_that_follows(work: Work) -> None:
    client = work.client()
    kept = given(work, client, 4)
    entry = close(work, client, kept)
    write(work, body(client, how="not_today", because="The rest.", follows=entry.id.bytes))
    (prompt,) = prompts_of(work, kept)
    assert prompt.closed_by and prompt.closed_by.id == entry.id


def test_fear_that_was_asked_about_later_closes_what_was_put_off_about_that_person_alone(work: Work) -> None:
    client = work.client()
    kept, other = given(work, client, 4), given(work, client, 4, word="K.")
    put_off(work, client, kept)
    put_off(work, client, other)
    write(work, body(client, how="", relationship=kept.body.relationship, fear="home"))
    (line,) = lines(work)
    assert line.administration and line.administration.id == other.id
    assert known(work, client).held == {other.body.relationship_id}


def test_not_today_without_a_form_stays_on_today_at_once(work: Work) -> None:
    client = work.client()
    entry = write(work, body(client, how="not_today", because="Her mother sat beside her."))
    (line,) = lines(work)
    assert line.entry and line.put_off and line.entry.id == line.put_off.id == entry.id
    write(work, body(client, how="asked", follows=entry.id.bytes))
    assert lines(work, 40) == []
