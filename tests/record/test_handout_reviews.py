"""A sheet that was given: what was agreed, how it went, and the one question that looks back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.case_record import CASE, Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.record.writing import handout_reviews, handout_words, handouts, note_prefill
from clinic_toolkit.record.writing.handout_list_facts import list_clients_with_sheet_out
from clinic_toolkit.record.writing.handout_record import (
    HANDOUT,
    Barrier,
    Handout,
    HandoutState,
    PaperChoice,
    ReviewOutcome,
    WantedAnswer,
)
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.practices import NOW, Work

BACK, PART, NOT = ReviewOutcome.CAME_BACK, ReviewOutcome.PART, ReviewOutcome.NOT_THIS_TIME


@pytest.fixture
def client(work: Work) -> RecordVersion[Client]:
    return work.client("Ilse Varga")


def give(work: Work, client: RecordVersion[Client], session: UUID | None = None) -> RecordVersion[Handout]:
    with writing(work.engine) as db:
        return handouts.create_handout(
            db,
            work.vault,
            catalogue.list_worksheets()[0],
            client_id=client.id,
            therapy_session_id=session,
            client_sentence="",
            now=NOW,
        )


def review(
    work: Work,
    handout: RecordVersion[Handout],
    outcome: ReviewOutcome,
    *,
    days: int = 7,
    session: UUID | None = None,
    barriers: tuple[Barrier, ...] = (),
    said: str = "",
    smaller: str = "",
) -> RecordVersion[Handout]:
    with writing(work.engine) as db:
        return handout_reviews.review_handout(
            db,
            work.vault,
            handout,
            therapy_session_id=session,
            outcome=outcome,
            barriers=barriers,
            client_said=said,
            smaller_step=smaller,
            now=NOW + timedelta(days=days),
        )


def agree(work: Work, handout: RecordVersion[Handout], sureness: int | None) -> RecordVersion[Handout]:
    with writing(work.engine) as db:
        return handout_reviews.agree_handout(
            db,
            work.vault,
            handout,
            agreement="Two lines on Sunday.",
            sureness=sureness,
            paper=PaperChoice.PRINTED,
            now=NOW,
        )


def test_what_is_agreed_is_the_next_version_and_changes_nothing_else(
    work: Work, client: RecordVersion[Client]
) -> None:
    given = give(work, client)
    agreed = agree(work, given, 6)
    assert (agreed.version, agreed.state, agreed.final) == (2, "given", True)
    assert agreed.payload == msgspec.structs.replace(
        given.payload, agreement="Two lines on Sunday.", sureness=6, paper=PaperChoice.PRINTED
    )
    assert agree(work, agreed, 6).version == 2, "the same once more is nothing new"
    with pytest.raises(records.StaleVersion):
        agree(work, given, 7)


def test_a_smaller_step_takes_the_place_of_the_agreement_and_asks_anew(
    work: Work, client: RecordVersion[Client]
) -> None:
    agreed = agree(work, give(work, client), 4)
    with writing(work.engine) as db:
        smaller = handout_reviews.make_handout_smaller(
            db, work.vault, agreed, smaller_step="One line.", now=NOW
        )
    assert (smaller.state, smaller.payload.agreement, smaller.payload.sureness) == (
        "made_smaller", "One line.", None,
    )  # fmt: skip
    assert handout_reviews.is_out(smaller)
    with reading(work.engine) as db:
        kept = version_history.list_versions(db, work.vault, HANDOUT, smaller.id)
    assert [version.payload.agreement for version in kept] == ["", "Two lines on Sunday.", "One line."]


@pytest.mark.parametrize("outcome", list(ReviewOutcome))
def test_a_review_says_where_the_sheet_stands(
    work: Work, client: RecordVersion[Client], outcome: ReviewOutcome
) -> None:
    given = give(work, client)
    assert handout_reviews.is_out(given)
    seen = review(work, given, outcome, barriers=(Barrier.DULL, Barrier.FORGOT), said="It was long.")
    assert seen.state == outcome.value and not handout_reviews.is_out(seen)
    last = seen.payload.last_review
    assert last and last.client_said == "It was long."
    assert last.barriers == (() if outcome == BACK else (Barrier.DULL, Barrier.FORGOT))
    assert handout_words.describe_state(seen) != handout_words.describe_state(given)
    words = handout_words.describe_review(last)
    assert "“It was long.”" in words and ("dull; forgot" in words) is (outcome != BACK)


def test_a_review_may_make_the_sheet_smaller_and_then_it_is_out_again(
    work: Work, client: RecordVersion[Client]
) -> None:
    out_again = review(work, agree(work, give(work, client), 8), NOT, smaller="Only to read it.")
    assert out_again.state == HandoutState.MADE_SMALLER and handout_reviews.is_out(out_again)
    assert (out_again.payload.agreement, out_again.payload.sureness) == ("Only to read it.", None)
    back = review(work, out_again, BACK, days=14)
    assert [each.outcome for each in back.payload.reviews] == [NOT, BACK]
    assert not handout_reviews.is_out(back)


def test_a_second_review_of_one_session_takes_the_place_of_the_first(
    work: Work, client: RecordVersion[Client]
) -> None:
    session = work.session(client).id
    first = review(work, give(work, client), NOT, session=session, barriers=(Barrier.NO_TIME,))
    second = review(work, first, PART, session=session, said="Found it in her bag.")
    assert [each.outcome for each in second.payload.reviews] == [PART]
    assert review(work, second, PART, session=session, said="Found it in her bag.") is second
    later = review(work, second, BACK, days=14, session=work.session(client).id)
    assert [each.outcome for each in later.payload.reviews] == [PART, BACK]


@pytest.mark.parametrize(
    ("outcomes", "asks"),
    [
        ([BACK], [False]),
        ([BACK, BACK, BACK], [False, False, True]),
        ([BACK, BACK, BACK, BACK], [False, False, True, False]),
        ([BACK] * 7, [False, False, True, False, False, False, False]),
        ([BACK, BACK, PART, BACK], [False] * 4),
        ([BACK, NOT, BACK, BACK, BACK], [False, False, False, False, True]),
        ([PART, PART, PART], [False] * 3),
    ],
)
def test_after_exactly_three_that_came_back_whole_it_is_asked_whether_it_was_wanted(
    work: Work, client: RecordVersion[Client], outcomes: list[ReviewOutcome], asks: list[bool]
) -> None:
    given = [review(work, give(work, client), each, days=at) for at, each in enumerate(outcomes)]
    with reading(work.engine) as db:
        everything = handouts.list_handouts(db, work.vault, client.id)
    assert [handout_reviews.asks_whether_wanted(everything, each) for each in given] == asks
    assert not handout_reviews.asks_whether_wanted(everything, give(work, client))


def test_the_answer_is_kept_with_the_review_and_needs_one(work: Work, client: RecordVersion[Client]) -> None:
    given = give(work, client)
    with writing(work.engine) as db, pytest.raises(handout_reviews.NotReviewed):
        handout_reviews.note_whether_wanted(db, work.vault, given, WantedAnswer.PARTLY, now=NOW)
    seen = review(work, given, BACK)
    with writing(work.engine) as db:
        noted = handout_reviews.note_whether_wanted(db, work.vault, seen, WantedAnswer.PARTLY, now=NOW)
    assert noted.payload.last_review and noted.payload.last_review.wanted == WantedAnswer.PARTLY
    assert "wanted in part" in handout_words.describe_review(noted.payload.last_review)


def test_the_sheets_of_a_couple_and_of_a_partner_alone_are_told_apart(
    work: Work, client: RecordVersion[Client]
) -> None:
    couple, joint = work.joint_session(client, work.client("Jorn Okafor"))
    alone, together = give(work, client, work.session(client).id), give(work, client, joint.id)
    later, earlier = (work.session(client, NOW.date() + timedelta(days=days)) for days in (7, -1))
    with reading(work.engine) as db:
        own = cases.load_single_case(db, work.vault, client.id)

        def out(
            case: RecordVersion[Case], session: RecordVersion[TherapySession] | None = None
        ) -> list[UUID]:
            return [handout.id for handout in handouts.list_handouts_out(db, work.vault, case, session)]

        assert out(own) == [alone.id] and out(couple) == [together.id]
        assert out(own, later) == [alone.id]
        assert out(own, earlier) == [], "a session of an earlier day does not ask about it"
        assert out(couple, joint) == [], "what was given in this very session is not asked about in it"


def test_a_client_with_a_sheet_out_is_known_without_opening_every_sheet(
    work: Work, client: RecordVersion[Client]
) -> None:
    def with_sheet_out() -> set[UUID]:
        with reading(work.engine) as db:
            return list_clients_with_sheet_out(db, work.vault, FactsReader(db, work.vault))

    assert with_sheet_out() == set()
    given = give(work, client)
    assert with_sheet_out() == {client.id}
    smaller = review(work, given, PART, smaller="One line.")
    assert with_sheet_out() == {client.id}
    review(work, smaller, BACK, days=14)
    assert with_sheet_out() == set()


def test_today_loads_a_case_once_more_only_if_a_sheet_is_out(
    work: Work, client: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        body = TherapySession(
            case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=NOW.astimezone().date()
        )
        therapy_sessions.create_therapy_session(db, work.vault, case, body, now=NOW)
    loaded: list[str] = []
    load = records.find_readable_record

    def counting(db: Any, vault: Any, kind: Any, record_id: UUID) -> Any:
        loaded.append(kind.name)
        return load(db, vault, kind, record_id)

    def count_cases() -> int:
        loaded.clear()
        with reading(work.engine) as db:
            daily_overview.build_daily_overview(db, work.vault, now=NOW)
        return loaded.count(CASE.name)

    monkeypatch.setattr(records, "find_readable_record", counting)
    assert count_cases() == 1, "for the names of its clients"
    give(work, client)
    assert count_cases() == 2


def test_the_note_is_offered_what_was_agreed_and_how_it_went(
    work: Work, client: RecordVersion[Client]
) -> None:
    first, second = work.session(client), work.session(client)
    agreed = agree(work, give(work, client, first.id), 6)
    review(work, agreed, PART, session=second.id, barriers=(Barrier.NO_TIME,), said="One line was enough.")
    with reading(work.engine) as db:
        given, later = (
            [part.text for part in note_prefill.list_prefilled_parts(db, work.vault, each)]
            for each in (first, second)
        )
    title = agreed.payload.title
    assert given == [
        f"Worksheet “{title}” given.",
        f"About “{title}”: Agreed: “Two lines on Sunday.” How sure: 6 of 10.",
    ]
    assert later == [
        f"Worksheet “{title}”: came back in part (no time). The client said: “One line was enough.”"
    ]
