"""Treatment plans: one for each case, its versions, and the thread from each goal to what belongs to it."""

from datetime import date, timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import func, select

from clinic_toolkit.journal import erasure, records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.safety import hard_moments_plans
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN, hard_moments_table
from clinic_toolkit.record.writing import (
    goal_parts,
    goal_thread,
    handouts,
    note_prefill,
    note_rendering,
    notes,
    signature_facts,
    treatment_plans,
)
from clinic_toolkit.record.writing.note_formats import DEFAULT_FORMAT, NOTE_FORMATS
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.record.writing.treatment_plan_list_facts import RING_PLANS
from clinic_toolkit.record.writing.treatment_plan_record import (
    TREATMENT_PLAN,
    Goal,
    GoalStanding,
    TreatmentPlan,
    treatment_plan_table,
)
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.plans import GOAL, GOAL_ID, PLAN, add_plans, write_plan
from tests.fixtures.practices import NOW, Work, giving, signed

WORDS = [NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")]
# A format that has a section for goals.
WITH_GOALS = next(each for each in NOTE_FORMATS if each.id == "GIRP")


@pytest.fixture
def client(work: Work) -> RecordVersion[Client]:
    return work.client("Ilse Varga")


def write(
    work: Work, client: RecordVersion[Client], plan: TreatmentPlan = PLAN
) -> RecordVersion[TreatmentPlan]:
    with writing(work.engine) as db:
        return write_plan(db, work.vault, client.id, plan, now=NOW)


def case_of(work: Work, client: RecordVersion[Client]) -> RecordVersion[Case]:
    with reading(work.engine) as db:
        return cases.load_single_case(db, work.vault, client.id)


def revise(
    work: Work, case: RecordVersion[Case], plan: RecordVersion[TreatmentPlan], **changes: object
) -> RecordVersion[TreatmentPlan]:
    with writing(work.engine) as db:
        changed = msgspec.structs.replace(plan.payload, **changes)
        return treatment_plans.revise_plan(db, work.vault, case, plan, changed, now=NOW)


def test_a_case_has_one_plan_and_every_version_of_it_stays(work: Work, client: RecordVersion[Client]) -> None:
    plan, case = write(work, client), case_of(work, client)
    assert (plan.ring, plan.payload.case_id) == (case.ring, case.id)
    with pytest.raises(records.StaleVersion):
        write(work, client)
    second = revise(work, case, plan, problems="Rests more.")
    assert second.version == 2 and revise(work, case, second) is second
    with pytest.raises(records.StaleVersion):
        revise(work, case, plan, problems="Written over.")
    with reading(work.engine) as db:
        versions = treatment_plans.list_plan_versions(db, work.vault, second)
        assert [each.payload.problems for each in versions] == ["Rests more.", PLAN.problems]
        assert treatment_plans.find_plan(db, work.vault, case) == second


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"problems": " ", "goals": ()}, treatment_plans.PlanIsEmpty),
        ({"goals": (msgspec.structs.replace(GOAL, words=" "),)}, treatment_plans.GoalWithoutWords),
        ({"goals": (GOAL,) * (treatment_plans.MAX_GOALS + 1)}, treatment_plans.TooManyGoals),
        ({"diagnosis": "F43.2"}, treatment_plans.DiagnosisWithoutDate),
        ({"diagnosis_date": NOW.date()}, treatment_plans.DateWithoutDiagnosis),
    ],
)
def test_a_plan_that_says_too_little_or_too_much_is_refused(
    work: Work, client: RecordVersion[Client], changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        write(work, client, msgspec.structs.replace(PLAN, **changes))
    whole = {"diagnosis": "F43.2", "diagnosis_date": NOW.date(), "goals": (GOAL,) * treatment_plans.MAX_GOALS}
    assert write(work, client, msgspec.structs.replace(PLAN, **whole)).payload.diagnosis == "F43.2"


def test_the_plan_of_a_couple_lies_in_their_ring_and_holds_no_diagnosis(work: Work) -> None:
    one, _, case = work.couple("Ana Reyes", "Ben Ode")
    told = msgspec.structs.replace(PLAN, diagnosis="F43.2", diagnosis_date=NOW.date())
    with pytest.raises(treatment_plans.DiagnosisOfCouple), writing(work.engine) as db:
        treatment_plans.create_plan(db, work.vault, case, told, now=NOW)
    with writing(work.engine) as db:
        plan = treatment_plans.create_plan(db, work.vault, case, PLAN, now=NOW)
    with reading(work.engine) as db:
        own = cases.load_single_case(db, work.vault, one.id)
        assert plan.ring == case.ring != own.ring
        assert treatment_plans.find_plan(db, work.vault, own) is None
        assert treatment_plans.find_plan(db, work.vault, case) == plan


def test_erasing_a_partner_takes_their_plans_and_leaves_that_of_both(work: Work) -> None:
    one, _, case = work.couple("Ana Reyes", "Ben Ode")
    with writing(work.engine) as db:
        add_plans(db, work.vault, one.id, now=NOW)
        shared = treatment_plans.create_plan(db, work.vault, case, PLAN, now=NOW)
        own = treatment_plans.find_plan(db, work.vault, cases.load_single_case(db, work.vault, one.id))
        (moments,) = hard_moments_plans.list_hard_moments_plans(db, work.vault, one.id)
    assert own
    with writing(work.engine) as db:
        rings = ring_erasure.list_owner_rings(work.vault, one.id)
        erasure.erase_rings(db, work.vault, rings, reason=ErasureReason.MISTAKE, now=NOW)
    with reading(work.engine) as db:
        assert treatment_plans.load_plan(db, work.vault, shared.id) == shared
        assert records.find_readable_record(db, work.vault, TREATMENT_PLAN, own.id) is None
        assert records.find_readable_record(db, work.vault, HARD_MOMENTS_PLAN, moments.id) is None
        for table, left in ((treatment_plan_table, 1), (hard_moments_table, 0)):
            assert db.scalar(select(func.count()).select_from(table)) == left


def test_joined_entries_have_the_plan_of_the_primary_one_and_lose_none(work: Work) -> None:
    first, second = work.client("Cy Dahl"), work.client("Cy D.")
    later = write(work, second)
    with writing(work.engine) as db:
        current = clients.load_client(db, work.vault, second.id)
        clients.join_client(db, work.vault, current, first.id, now=NOW)
    with reading(work.engine) as db:
        case = cases.load_single_case(db, work.vault, first.id)
        assert treatment_plans.find_plan(db, work.vault, case) == later
        assert treatment_plans.load_primary_case(db, work.vault, case_of(work, second)) == case
    own = write(work, first)
    with reading(work.engine) as db:
        for each in (case, case_of(work, second)):
            assert treatment_plans.list_plans(db, work.vault, each) == [own, later]


def link(
    work: Work, plan: RecordVersion[TreatmentPlan], questionnaires: list[str], worksheets: list[str]
) -> RecordVersion[TreatmentPlan]:
    with writing(work.engine) as db:
        return treatment_plans.link_goal(
            db,
            work.vault,
            plan,
            GOAL_ID,
            questionnaires=questionnaires,
            worksheets=worksheets,
            now=NOW,
        )


def test_a_goal_leads_to_what_belongs_to_it_and_back(work: Work, client: RecordVersion[Client]) -> None:
    session, other = work.session(client), work.session(client, date(2026, 11, 12))
    sheet, unrelated = catalogue.list_worksheets()[:2]
    plan = link(work, write(work, client), ["giving"], [sheet.slug])
    form = work.answer(work.begun(client, giving(), session=session.id), [1] * 12)
    with writing(work.engine) as db:
        form = progress.complete_administration(db, work.vault, form, now=NOW)
        note = notes.create_note(db, work.vault, session, WORDS, now=NOW, goal_ids=[GOAL_ID.bytes])
        notes.create_note(db, work.vault, other, WORDS, now=NOW)
        given, beside = (
            handouts.create_handout(
                db,
                work.vault,
                each,
                client_id=client.id,
                therapy_session_id=session.id,
                client_sentence="",
                now=NOW,
            )
            for each in (sheet, unrelated)
        )
    with reading(work.engine) as db:
        goal = plan.payload.goals[0]
        thread = goal_thread.load_goal_thread(db, work.vault, plan, goal)
        assert thread.notes == ((session, note),)
        assert thread.administrations == (form,) and thread.handouts == (given,)
        served = goal_thread.ServedGoals(plan_id=plan.id, goals=(goal,))
        assert goal_thread.find_goals_of_questionnaire(db, work.vault, form) == served
        assert goal_thread.find_goals_of_worksheet(db, work.vault, given) == served
        assert goal_thread.find_goals_of_worksheet(db, work.vault, beside) == goal_thread.ServedGoals()
    with pytest.raises(records.RecordNotFound), writing(work.engine) as db:
        treatment_plans.link_goal(db, work.vault, plan, uuid4(), questionnaires=[], worksheets=[], now=NOW)


def test_from_a_couples_plan_no_answer_of_a_partner_is_reached(work: Work) -> None:
    one, _, case = work.couple("Ana Reyes", "Ben Ode")
    form = work.begun(one, giving())
    goal = msgspec.structs.replace(GOAL, questionnaires=("giving",))
    with writing(work.engine) as db:
        shared = treatment_plans.create_plan(
            db, work.vault, case, msgspec.structs.replace(PLAN, goals=(goal,)), now=NOW
        )
    own = write(work, one, msgspec.structs.replace(PLAN, goals=(goal,)))
    with reading(work.engine) as db:
        assert goal_thread.load_goal_thread(db, work.vault, shared, goal).administrations == ()
        # The control: the same goal in the partner's own plan reaches it, and it leads back there alone.
        assert goal_thread.load_goal_thread(db, work.vault, own, goal).administrations == (form,)
        assert goal_thread.find_goals_of_questionnaire(db, work.vault, form).plan_id == own.id


def draft(
    work: Work, session: RecordVersion[TherapySession], *goal_ids: bytes
) -> RecordVersion[ClinicalNote]:
    with writing(work.engine) as db:
        return notes.create_note(db, work.vault, session, WORDS, now=NOW, goal_ids=goal_ids)


def test_a_signed_note_keeps_the_words_of_its_goals(work: Work, client: RecordVersion[Client]) -> None:
    session, plan, case = work.session(client), write(work, client), case_of(work, client)
    note = draft(work, session, GOAL_ID.bytes)
    with writing(work.engine) as db:
        note = signed(db, work.vault, session, note)
    revise(work, case, plan, goals=(msgspec.structs.replace(GOAL, words="To rest on Sundays"),))
    with reading(work.engine) as db:
        note = notes.load_note(db, work.vault, note.id)
        assert notes.has_valid_signature(work.vault, note)
        assert [goal.words for goal in signature_facts.facts_of_signed_note(note).goals] == [GOAL.words]
        plain = note_rendering.load_plain_note(db, work.vault, session, note)
        assert f"Goal worked on: “{GOAL.words}”" in plain and "Sundays" not in plain


def test_a_draft_has_the_words_of_today_and_a_changed_word_is_another_fact(
    work: Work, client: RecordVersion[Client]
) -> None:
    session, plan, case = work.session(client), write(work, client), case_of(work, client)
    note = draft(work, session, GOAL_ID.bytes, b"\0" * 16)
    with reading(work.engine) as db:
        before = signature_facts.build_note_facts(db, work.vault, session, note)
    assert [goal.id for goal in before.goals] == [GOAL_ID]
    revise(work, case, plan, goals=(msgspec.structs.replace(GOAL, words="To rest on Sundays"),))
    with reading(work.engine) as db:
        after = signature_facts.build_note_facts(db, work.vault, session, note)
    assert after.goals[0].words == "To rest on Sundays" and after.digest != before.digest


def test_saving_a_draft_leaves_its_goals_unless_they_are_said(
    work: Work, client: RecordVersion[Client]
) -> None:
    note = draft(work, work.session(client), GOAL_ID.bytes)
    with writing(work.engine) as db:
        other = [msgspec.structs.replace(WORDS[0], text="Came late.")]
        note = notes.revise_note(db, work.vault, note, other, expected_version=1, now=NOW)
        assert note.payload.goal_ids == (GOAL_ID.bytes,)
        note = notes.revise_note(db, work.vault, note, other, expected_version=2, now=NOW, goal_ids=())
        assert (note.version, note.payload.goal_ids) == (3, ())


def test_the_current_goals_are_offered_and_begin_a_note_whose_format_asks_for_them(
    work: Work, client: RecordVersion[Client]
) -> None:
    session = work.session(client)
    over = Goal(id_bytes=uuid4().bytes, words="To sleep", standing=GoalStanding.REACHED)
    write(work, client, msgspec.structs.replace(PLAN, goals=(GOAL, over)))
    named = ClinicalNote(therapy_session=session.id.bytes, format="DAP", parts=(), goal_ids=(over.id_bytes,))
    with reading(work.engine) as db:
        for note, expected in ((None, [GOAL]), (named, [GOAL, over])):
            assert goal_parts.list_goals_on_offer(db, work.vault, session, note) == expected
        (part,) = note_prefill.list_prefilled_parts(db, work.vault, session, (), WITH_GOALS)
        assert (part.section, part.source, part.text) == ("goal", PartSource.GOAL, f"“{GOAL.words}”")
        assert not part.is_excluded and part.source_label == "treatment plan, 19 November 2026"
        assert note_prefill.list_prefilled_parts(db, work.vault, session, (), DEFAULT_FORMAT) == []


def due(work: Work, on: date) -> list[tuple[str, date]]:
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW + (on - NOW.date()) * 1)
        return [(line.who, line.due_on) for line in day.plan_reviews]


def test_a_plan_stands_on_today_from_its_day_until_another_is_set(
    work: Work, client: RecordVersion[Client]
) -> None:
    plan, case = write(work, client), case_of(work, client)
    assert PLAN.review_date
    day = PLAN.review_date
    assert due(work, day - timedelta(days=1)) == []
    assert due(work, day) == due(work, day + timedelta(days=40)) == [("I. V.", day)]
    revise(work, case, plan, review_date=day + timedelta(days=90))
    assert due(work, day + timedelta(days=40)) == []


def test_the_plan_of_an_archived_client_waits_and_that_of_a_couple_names_both(work: Work) -> None:
    one, _, case = work.couple("Ana Reyes", "Ben Ode")
    with writing(work.engine) as db:
        treatment_plans.create_plan(db, work.vault, case, PLAN, now=NOW)
    alone = work.client("Dora Lenz")
    write(work, alone)
    day = PLAN.review_date or NOW.date()
    assert due(work, day) == [("A. R. and B. O.", day), ("D. L.", day)]
    for away in (alone, one):
        with writing(work.engine) as db:
            clients.archive_client(db, work.vault, clients.load_client(db, work.vault, away.id), now=NOW)
    # The couple's other partner is still here.
    assert [who for who, _ in due(work, day)] == ["A. R. and B. O."]


def test_what_a_list_keeps_of_plans_is_no_word_of_them(work: Work, client: RecordVersion[Client]) -> None:
    write(work, client)
    with reading(work.engine) as db:
        found = FactsReader(db, work.vault).load_of_rings(RING_PLANS)
    kept = msgspec.msgpack.encode([facts for _, facts in found])
    assert b"2027-02-01" in kept
    # A short word may stand among the random bytes of an id by chance.
    words = [word for word in (*PLAN.problems.split(), *GOAL.words.split()) if len(word) > 3]
    assert len(words) > 3 and all(word.encode() not in kept for word in words)
