"""One prompt for each client, person and flag; for ninety days only an answer that says more opens again.

A hold ends only with a word about where sheets may go.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import administrations, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationMode
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.safety import fear_holds, open_prompt_groups, prompt_status, risk_entries
from clinic_toolkit.record.safety.ask_lines import AskLine
from clinic_toolkit.record.safety.risk_entry_record import RaisingAnswer, RiskAction, RiskEntry
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import filled
from tests.fixtures.filled import said
from tests.fixtures.practices import NOW, Work

DAY = timedelta(days=1)
BLANK = said(status=ResponseStatus.NOT_REACHED)
NOT_UP = said(status=ResponseStatus.DID_NOT_COME_UP)


class Case:
    """One client, what they answer, and what the clinician writes; `day` counts from `NOW`."""

    def __init__(self, work: Work, name: str = "Ana Reyes") -> None:
        self.work = work
        self.client: RecordVersion[Client] = work.client(name)
        self.m = self.somebody("M.")

    def somebody(self, word: str) -> RecordVersion[Relationship]:
        return filled.person(self.work, self.client, word, now=NOW)

    def form(
        self,
        response: Response | int,
        *,
        day: float = 0,
        about: RecordVersion[Relationship] | str | None = "M.",
        flag: str = "fear",
        instrument: str = "",
        **more: Any,
    ) -> RecordVersion[Administration]:
        """A finished form with this answer to its question with this flag."""
        form = catalogue.load_instrument(instrument) if instrument else asking_about(flag)
        response = said(response) if isinstance(response, int) else response
        place = next(at for at, item in enumerate(form.items) if item.safety_flag == flag)
        whom = self.m if isinstance(about, str) else about
        now = NOW + day * DAY
        return filled.filled(self.work, self.client, form, whom, {place: response}, now=now, **more)

    def entry(
        self, *, day: float = 0, about: RecordVersion[Relationship] | str | None = "M.", **more: Any
    ) -> UUID:
        whom = self.m if isinstance(about, str) else about
        now = NOW + day * DAY
        body = RiskEntry(
            client=self.client.id.bytes,
            therapy_session=None,
            entry_date=now.astimezone().date(),
            relationship=whom.id.bytes if whom else None,
            **more,
        )
        with writing(self.work.engine) as db:
            return risk_entries.create_risk_entry(db, self.work.vault, body, now=now).id

    def close(
        self, kept: RecordVersion[Administration], *, day: float = 0.01, how: str = "asked", **more: Any
    ) -> UUID:
        """Close what is open after this form."""
        with reading(self.work.engine) as db:
            open_now = open_prompt_groups.list_groups_after(db, self.work.vault, kept)
        assert open_now
        about = kept.payload.relationship
        now = NOW + day * DAY
        body = RiskEntry(
            client=self.client.id.bytes,
            therapy_session=None,
            entry_date=now.astimezone().date(),
            relationship=about,
            administration=kept.id.bytes,
            named_answers=tuple(raised for each in open_now for raised in each.raised_by),
            action=RiskAction(how),
            **more,
        )
        with writing(self.work.engine) as db:
            return risk_entries.create_risk_entry(db, self.work.vault, body, now=now).id

    @property
    def asked(self) -> list[open_prompt_groups.PromptGroup]:
        with reading(self.work.engine) as db:
            return open_prompt_groups.list_prompt_groups(db, self.work.vault, self.client.id)

    def is_open(self, kept: RecordVersion[Administration]) -> bool:
        return kept.id in {given.id for each in self.asked for given in each.questionnaires}

    def prompts(self, kept: RecordVersion[Administration]) -> tuple[prompt_status.PromptStatus, ...]:
        with reading(self.work.engine) as db:
            return prompt_status.list_prompts_of_administration(db, self.work.vault, kept)

    @property
    def held(self) -> frozenset[UUID | None]:
        with reading(self.work.engine) as db:
            return fear_holds.load_fear_holds(db, self.work.vault, self.client.id).held_relationships


def asking_about(flag: str) -> Instrument:
    """A questionnaire of ours with such a question."""
    return next(
        form for form in catalogue.list_instruments() if any(item.safety_flag == flag for item in form.items)
    )


def both_about_fear() -> tuple[str, str]:
    """The two questionnaires of ours that ask about fear."""
    one, other = (
        form.id
        for form in catalogue.list_instruments()
        if any(item.safety_flag == "fear" for item in form.items)
    )
    return one, other


@pytest.fixture
def case(work: Work) -> Case:
    """A client who speaks of M."""
    return Case(work)


def lines(work: Work, *, day: float = 0) -> list[AskLine]:
    with reading(work.engine) as db:
        return list(daily_overview.build_daily_overview(db, work.vault, now=NOW + day * DAY).ask_lines)


# One prompt for each client, person and flag.


def test_two_forms_about_the_same_person_are_one_prompt_and_one_entry_closes_both(
    work: Work, case: Case
) -> None:
    one, other = both_about_fear()
    first, second = case.form(1, instrument=one), case.form(3, instrument=other, day=4)
    (asked,) = case.asked
    assert [kept.id for kept in asked.questionnaires] == [first.id, second.id]
    (line,) = lines(work, day=5)
    assert line.administration and line.administration.id == first.id, "the day of the oldest"
    assert (line.since, line.questionnaire_count) == (NOW.date(), 2)
    entry = case.close(second, day=5)
    assert case.asked == [] and lines(work, day=6) == []
    for kept in (first, second):
        (prompt,) = case.prompts(kept)
        assert prompt.closed_by and prompt.closed_by.id == entry


def test_two_people_are_two_prompts_and_so_are_two_flags(work: Work, case: Case) -> None:
    k = case.somebody("K.")
    about_m, about_k, general = case.form(2), case.form(2, about=k), case.form(2, about=None)
    burden = case.form(3, flag="burden")
    assert len(case.asked) == 4
    # One line for a client, so that none hides the others behind a long list.
    (line,) = lines(work)
    assert line.questionnaire_count == 4
    case.close(about_m)
    assert not case.is_open(about_m) and all(map(case.is_open, (about_k, general, burden)))
    case.close(burden)
    assert {each.administration.id for each in case.asked} == {about_k.id, general.id}


def test_another_client_of_the_same_word_is_another_person(work: Work, case: Case) -> None:
    ben = Case(work, "Ben Okoro")
    hers, his = case.form(2), ben.form(2)
    case.close(hers)
    assert not case.is_open(hers) and ben.is_open(his)
    assert ben.held == {ben.m.id}


def test_what_came_after_it_was_put_off_is_open_beside_it(work: Work, case: Case) -> None:
    first = case.form(2)
    put_off = case.close(first, how="not_today", deferral_reason="Her sister came in.")
    (line,) = lines(work)
    assert line.deferred_by and line.deferred_by.id == put_off
    case.form(2, day=1)
    (line,) = lines(work, day=2)
    assert line.questionnaire_count == 2 and line.deferred_by is None, "a part of it was never looked at"
    case.close(first, day=2)
    assert lines(work, day=2) == []


def test_an_entry_from_before_one_could_close_several_forms_still_closes_its_own(case: Case) -> None:
    kept = case.form(2)
    (asked,) = case.asked
    (raised,) = asked.raised_by
    assert raised.administration_id_bytes == kept.id.bytes
    older = RaisingAnswer(
        item_id=raised.item_id,
        flag=raised.flag,
        status=raised.status,
        value=raised.value,
        wants_to_talk=raised.wants_to_talk,
    )
    case.entry(day=0.1, administration=kept.id.bytes, named_answers=(older,), action="in_hand")
    assert case.asked == []


# Ninety days.


@pytest.mark.parametrize("way", filled.WAYS)
@pytest.mark.parametrize(
    ("day", "opens"), [(1, False), (89, False), (90, False), (91, True), (400, True)], ids=str
)
def test_the_same_answer_opens_again_on_the_ninety_first_day(
    case: Case, way: str, day: int, opens: bool
) -> None:
    case.close(case.form(2, way=way))
    assert case.is_open(case.form(2, day=day, way=way)) is opens


@pytest.mark.parametrize("flag", ["fear", "burden"])
@pytest.mark.parametrize(
    ("response", "opens"),
    [
        (said(4), True),
        (said(3), False),
        (said(2), False),
        (said(None), True),
        (said(2, talk=True), True),
        (said(0, talk=True), True),
        (BLANK, False),
        (said(status=ResponseStatus.NOT_REACHED, talk=True), True),
        (NOT_UP, False),
        (said(status=ResponseStatus.DID_NOT_COME_UP, talk=True), True),
    ],
    ids=str,
)
def test_within_ninety_days_only_more_opens_again(
    case: Case, flag: str, response: Response, opens: bool
) -> None:
    case.close(case.form(3, flag=flag))
    again = case.form(response, flag=flag, day=30)
    assert case.is_open(again) is opens
    # The control: without the asking each of them opens, except what a question about burden lets pass.
    other = case.form(response, flag=flag, day=30, about=case.somebody("K."))
    assert case.is_open(other) is not (flag == "burden" and response == NOT_UP)


def test_what_opens_nothing_says_on_the_result_when_it_was_asked(case: Case) -> None:
    entry = case.close(case.form(2))
    (prompt,) = case.prompts(case.form(1, day=30))
    assert prompt.covered_by_inquiry and prompt.covered_by_inquiry.id == entry
    assert not prompt.is_open and prompt.closed_by is None and prompt.deferred_by is None


def test_a_higher_answer_that_was_asked_about_is_the_measure_from_then_on(case: Case) -> None:
    case.close(case.form(1))
    more = case.form(3, day=10)
    assert case.is_open(more)
    case.close(more, day=11)
    assert not case.is_open(case.form(3, day=20)) and case.is_open(case.form(4, day=30))


def test_what_was_asked_long_ago_is_no_measure(case: Case) -> None:
    case.close(case.form(4))
    case.close(case.form(1, day=200), day=200.1)
    assert case.is_open(case.form(3, day=230)), "it rose since it was asked about last"


def test_each_form_is_measured_on_its_own_scale(case: Case) -> None:
    one, other = both_about_fear()
    case.close(case.form(2, instrument=one))
    assert not case.is_open(case.form(2, instrument=other, day=30))
    assert case.is_open(case.form(3, instrument=other, day=31))


def test_an_asking_is_about_one_person_and_one_flag(case: Case) -> None:
    case.close(case.form(4))
    k = case.somebody("K.")
    assert case.is_open(case.form(2, day=1, about=k)) and case.is_open(case.form(2, day=1, about=None))
    assert case.is_open(case.form(2, day=1, flag="burden"))


def test_only_an_asking_counts_as_one(case: Case) -> None:
    case.close(case.form(3), how="in_hand")
    assert case.is_open(case.form(3, day=1)), "already in hand"
    case.entry(day=1.1, action="asked", action_taken="About something else.")
    assert case.is_open(case.form(3, day=2))
    put_off = case.close(case.form(3, day=3), day=3.1, how="not_today", deferral_reason="No time.")
    assert case.is_open(case.form(3, day=4))
    case.entry(day=5, action="asked", follows_id_bytes=put_off.bytes)
    assert not case.is_open(case.form(3, day=6)), "an entry that follows what was put off"


def test_fear_asked_about_in_private_counts_for_fear_alone(case: Case) -> None:
    case.close(case.form(2), how="in_hand")
    case.entry(day=1, sheet_place="home")
    assert not case.is_open(case.form(2, day=91))
    assert case.is_open(case.form(2, day=92)) and case.is_open(case.form(2, day=30, flag="burden"))


def test_an_asking_before_any_form_leaves_the_first_answer_open_and_a_blank_quiet(case: Case) -> None:
    case.entry(sheet_place="home")
    assert not case.is_open(case.form(BLANK, day=1))
    assert case.is_open(case.form(1, day=2)), "it says more than was ever said on a form"


# The order of time.


def test_an_answer_from_before_the_asking_is_not_new(case: Case) -> None:
    """Both were there; only one was closed, as by an entry of an older day."""
    one = case.form(3)
    (asked,) = case.asked
    other = case.form(3, day=0.5)
    case.entry(day=1, administration=one.id.bytes, named_answers=asked.raised_by, action="asked")
    assert not case.is_open(one) and case.is_open(other)


def test_a_later_answer_of_the_same_day_is_new(case: Case) -> None:
    case.close(case.form(3))
    assert not case.is_open(case.form(3, day=0.02)) and case.is_open(case.form(4, day=0.02))


@pytest.mark.parametrize(
    ("answered", "opens"), [(-1, True), (0, True), (1, False), (90, False), (91, True)], ids=str
)
def test_of_paper_the_day_it_was_answered_decides(case: Case, answered: int, opens: bool) -> None:
    """It is entered on the hundredth day; on the day of the asking itself nobody knows which came first."""
    case.close(case.form(3))
    on: date = NOW.date() + answered * DAY
    kept = case.form(3, day=100, way=filled.PAPER, on=on)
    assert kept.payload.answered_on == on and case.is_open(kept) is opens


def test_paper_that_was_not_entered_yet_was_not_asked_about(case: Case) -> None:
    """Answered before the asking, entered after it: whoever asked did not know of it."""
    case.close(case.form(1))
    case.close(case.form(4, day=2, way=filled.PAPER, on=NOW.date() - DAY), day=30, how="in_hand")
    assert case.is_open(case.form(3, day=31))


@pytest.mark.parametrize(("answered", "opens"), [(0.5, True), (2, False)], ids=str)
def test_a_blank_came_with_the_last_answer_of_its_form(case: Case, answered: float, opens: bool) -> None:
    """Begun before the asking; the other questions were answered before it, or after."""
    form = asking_about("fear")
    others = {at: said(0) for at, item in enumerate(form.items) if item.safety_flag != "fear"}
    with writing(case.work.engine) as db:
        kept = administrations.create_administration(
            db,
            case.work.vault,
            form,
            client_id=case.client.id,
            relationship=case.m,
            therapy_session_id=None,
            mode=AdministrationMode.READ_ALOUD,
            now=NOW,
        )
    case.close(case.form(2), day=1)
    with writing(case.work.engine) as db:
        moment = NOW + answered * DAY
        kept = progress.record_responses(db, case.work.vault, kept, others, now=moment)
        kept = progress.complete_administration(db, case.work.vault, kept, now=NOW + 3 * DAY)
    assert case.is_open(kept) is opens


def test_an_answer_that_was_changed_since_is_still_the_measure(case: Case) -> None:
    kept = case.form(3)
    case.close(kept)
    place = next(at for at, item in enumerate(asking_about("fear").items) if item.safety_flag == "fear")
    put = answers.with_response(kept.payload.answers, place, said(0), elapsed=timedelta(minutes=1))
    later: datetime = NOW + DAY
    with writing(case.work.engine) as db:
        progress.apply_returned_answers(
            db, case.work.vault, kept, put, frozenset({place}), open_line_answer="", finished=False, now=later
        )
    assert not case.is_open(case.form(3, day=30)) and case.is_open(case.form(4, day=31))


# The hold.


@pytest.mark.parametrize("how", ["asked", "in_hand"])
def test_closing_a_prompt_leaves_the_hold_and_only_where_sheets_may_go_lifts_it(case: Case, how: str) -> None:
    kept = case.form(1)
    assert case.held == {case.m.id}
    case.close(kept, how=how)
    assert case.asked == [] and case.held == {case.m.id}
    never = case.form(0, day=5)
    assert not case.prompts(never) and case.held == {case.m.id}, "never on a form is no asking"
    case.entry(day=6, action="asked", action_taken="Asked again.")
    case.entry(day=6, sheet_place="room")
    case.entry(day=7, sheet_place="home", about=case.somebody("K."))
    assert case.held == {case.m.id}
    case.entry(day=8, sheet_place="home")
    assert case.held == frozenset()


def test_one_entry_can_close_and_lift(case: Case) -> None:
    case.close(case.form(2), sheet_place="home")
    assert case.held == frozenset() and case.asked == []
    quiet = case.form(2, day=30)
    assert not case.is_open(quiet) and case.held == frozenset(), "no prompt, and no hold of its own"
    case.form(3, day=31)
    assert case.held == {case.m.id}
    case.entry(day=32, sheet_place="home")
    assert case.held == {case.m.id}, "the prompt is still open"


def test_never_closes_no_prompt(case: Case) -> None:
    kept = case.form(2)
    case.form(0, day=1)
    assert case.is_open(kept)


def test_being_a_burden_holds_nothing(case: Case) -> None:
    case.close(case.form(4, flag="burden"))
    assert case.held == frozenset()


def test_a_hold_outlives_the_questions_that_it_came_from(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.close(case.form(2))
    monkeypatch.setattr(prompt_status, "list_prompts_of_client", lambda *_, **__: [])
    assert case.held == {case.m.id}
