"""The course of one questionnaire about one relationship: what is in it, what never is, where it breaks."""

from datetime import timedelta
from typing import Any

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.record.outcomes import courses
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.values.course_values import Course, PartKind
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.editions import EARLIER, earlier
from tests.fixtures.over_time import given, named, weekly
from tests.fixtures.practices import NOW, Work

# The difficulty items of the first facet of How I give, by place.
GIVING = catalogue.load_instrument("giving")
FIRST = [
    at
    for at, item in enumerate(GIVING.items)
    if item.facet == GIVING.facets[0].id and item.role == "difficulty"
]


def about(work: Work, client: object, relationship: object, **more: object) -> tuple[Course, ...]:
    with reading(work.engine) as db:
        id = relationship.id if relationship else None  # type: ignore[attr-defined]
        return courses.list_courses(db, work.vault, client.id, id, **more)  # type: ignore[attr-defined, arg-type]


def test_a_course_is_of_one_relationship_and_one_questionnaire(work: Work) -> None:
    client = work.client()
    mother, friend = named(work, client, "M."), named(work, client, "K.", "friend")
    first = given(work, client, mother, 3)
    given(work, client, friend, 1)
    given(work, client, None, 0)
    given(work, client, mother, 2, instrument=catalogue.load_instrument("receiving"))
    found = about(work, client, mother)
    assert [course.instrument.id for course in found] == ["giving", "receiving"]
    assert [each.id for each in found[0].rounds] == [first.id]
    assert {course.relationship_word for course in found} == {"M."}
    (of_friend,), (in_general,) = about(work, client, friend), about(work, client, None)
    assert of_friend.chosen_values == (1,) and in_general.chosen_values == (0,)
    assert in_general.relationship_word == "people in general"


def test_another_clients_answers_are_never_in_it(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    given(work, ben, None, 4)
    assert about(work, ana, None) == ()


def test_rounds_stand_in_the_order_of_time_and_only_what_is_done_or_stopped(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    late = given(work, client, mother, 2, at=NOW)
    early = given(work, client, mother, [3, 3] + [None] * 10, at=NOW - timedelta(days=30), stopped=True)
    work.begun(client, GIVING)  # about someone else, and not finished
    (course,) = about(work, client, mother)
    assert [each.id for each in course.rounds] == [early.id, late.id]
    assert [each.stopped for each in course.rounds] == [True, False]
    assert course.rounds[0].answered == 2


def test_parts_come_strengths_first_and_hold_every_answer(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    given(work, client, mother, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1])
    (course,) = about(work, client, mother)
    assert [part.kind for part in course.parts] == [
        PartKind.STRENGTHS,
        PartKind.FACET,
        PartKind.FACET,
        PartKind.FACET,
        PartKind.WHOLE,
    ]
    assert [len(part.readings[0].values) for part in course.parts] == [3, 3, 3, 3, 9]
    strengths = course.parts[0]
    assert (
        strengths.readings[0].score is None and not strengths.has_score and strengths.clinician_summary == ""
    )
    assert course.parts[-1].is_whole
    seen = {
        item: value
        for part in course.parts[:4]
        for item, value in zip(part.readings[0].item_numbers, part.readings[0].values, strict=True)
    }
    assert seen == {number: [0, 1, 2, 3, 4][(number - 1) % 5] for number in range(1, 13)}


def test_a_form_of_strengths_is_one_part(work: Work) -> None:
    client = work.client()
    given(work, client, None, 3, instrument=catalogue.load_instrument("flows"))
    (course,) = about(work, client, None)
    (part,) = course.parts
    assert part.is_whole and part.readings[0].score == 75 and len(part.readings[0].values) == 8


def test_too_few_answers_leave_the_dots_and_no_number(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    values: list[int | None] = [2] * 12
    values[FIRST[0]] = None
    given(work, client, mother, values)
    (course,) = about(work, client, mother)
    facet, whole = course.parts[1], course.parts[-1]
    assert facet.readings[0].values == (2, 2) and facet.readings[0].score is None
    assert facet.clinician_summary == "No number yet. Each dot is one answer."
    assert whole.readings[0].score == 50 and len(whole.readings[0].values) == 8


def test_a_new_version_breaks_the_course(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    old = earlier()
    for days, value, form in ((40, 4, old), (30, 4, old), (20, 1, None), (10, 1, None)):
        given(work, client, mother, value, at=NOW - timedelta(days=days), instrument=form)
    (course,) = about(work, client, mother)
    assert course.segment_labels == (
        f"version {EARLIER}",
        f"version {catalogue.load_instrument('giving').version}",
    )
    assert [each.segment for each in course.rounds] == [0, 0, 1, 1]
    # The words speak of the newest version alone.
    assert (
        course.parts[-1].clinician_summary
        == "Two points do not make a pattern. The last two are about the same."
    )


def test_another_kind_of_relationship_breaks_the_course(work: Work) -> None:
    client = work.client()
    known = named(work, client, "J.", "friend")
    given(work, client, known, 3, at=NOW - timedelta(days=20))
    with writing(work.engine) as db:
        changed = relationships.revise_relationship(
            db, work.vault, known, word="J.", frame="partner", now=NOW
        )
    given(work, client, changed, 3)
    (course,) = about(work, client, known)
    assert course.segment_labels == (f"version {catalogue.load_instrument('giving').version}", "as partner")
    assert course.parts[-1].clinician_summary == "A first picture."


def test_no_range_goes_across_a_break(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    old = earlier()
    for number in range(5):
        given(work, client, mother, 4, at=NOW - timedelta(days=90 - number), instrument=old)
    for number in range(9):
        given(work, client, mother, number % 3, at=NOW - timedelta(days=40 - number))
    (course,) = about(work, client, mother, with_usual_range=True)
    whole = course.parts[-1]
    assert [(each.first_round, each.last_round) for each in whole.baselines] == [(0, 4), (5, 13)]
    assert [(each.span.low, each.span.high) for each in whole.baselines] == [(100, 100), (0, 50)]
    assert [(each.first_round, each.last_round) for each in whole.usual_ranges] == [(5, 13)]
    (plain,) = about(work, client, mother)
    assert plain.parts[-1].usual_ranges == () and plain.parts[-1].overlap is None


def test_the_declared_baseline_counts(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    weekly(work, client, mother, [2, 2, 2, 4, 4, 0, 0, 0, 0, 0])
    theme = (mother.id, "giving")
    (course,) = about(work, client, mother, baselines={theme: 5}, with_overlap=True)
    whole = course.parts[-1]
    assert whole.baselines[0].span.high == 100 and course.baseline_rounds == 5
    assert whole.clinician_summary == (
        "So far between 0 and 100. 5 of the last 5 lie below every baseline point. "
        "The last two are about the same."
    )
    assert whole.overlap is not None and whole.overlap.nap == 0 and whole.overlap.tau == -1


def test_the_clients_words_have_no_digit_and_name_what_was_chosen(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    weekly(work, client, mother, [3, 3, 1])
    (course,) = about(work, client, mother)
    facet = course.parts[1]
    assert facet.joint_summary == "So far between “some of the time” and “most of the time”."
    assert facet.earliest is not None and facet.latest is not None
    assert facet.earliest[1].endswith("you said most of the time.")
    assert facet.latest == (course.latest.answered_on, facet.latest[1])
    assert not any(letter.isdigit() for letter in facet.joint_summary + facet.latest[1])


def test_a_time_without_a_sentence_is_not_replaced_by_another(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    weekly(work, client, mother, [3, [None] * 12, 1])
    (course,) = about(work, client, mother)
    assert course.parts[1].earliest is not None
    weekly(work, client, mother, [[None] * 12], until=NOW + timedelta(days=7))
    (course,) = about(work, client, mother)
    assert course.parts[1].latest is None


def test_a_result_is_compared_with_the_one_before_it(work: Work) -> None:
    client = work.client()
    mother = named(work, client)
    moved: list[int | None] = [3] * 12
    for place in FIRST:
        moved[place] = 0
    first, second = weekly(work, client, mother, [3, moved])
    with reading(work.engine) as db:
        assert courses.compare_with_previous(db, work.vault, first) is None
        found = courses.compare_with_previous(db, work.vault, second)
    assert found is not None and found.previous_date == first.payload.answered_on
    assert found.unchanged_parts == tuple(facet.name for facet in GIVING.facets[1:])
    assert found.changed_parts == ((GIVING.facets[0].name, "all three most of the time", "all three never"),)


def test_nothing_is_compared_across_a_version_or_a_relationship(work: Work) -> None:
    client = work.client()
    mother, friend = named(work, client), named(work, client, "K.", "friend")
    given(work, client, friend, 3, at=NOW - timedelta(days=9))
    given(work, client, mother, 3, at=NOW - timedelta(days=8), instrument=earlier())
    last = given(work, client, mother, 3)
    with reading(work.engine) as db:
        assert courses.compare_with_previous(db, work.vault, last) is None


@pytest.mark.parametrize(("value", "same"), [(3, ("All together",)), (0, ())])
def test_a_form_of_strengths_is_compared_as_a_whole(work: Work, value: int, same: tuple[str, ...]) -> None:
    client = work.client()
    flows = catalogue.load_instrument("flows")
    given(work, client, None, 3, at=NOW - timedelta(days=9), instrument=flows)
    last = given(work, client, None, value, instrument=flows)
    with reading(work.engine) as db:
        found = courses.compare_with_previous(db, work.vault, last)
    assert found is not None and found.unchanged_parts == same
    assert [name for name, _, _ in found.changed_parts] == ([] if same else ["All together"])


def test_a_round_given_in_a_mode_that_is_not_known_here_cannot_be_read(work: Work) -> None:
    client = work.client()
    given(work, client, None, 3)
    by_post: Any = "by_post"
    strange = given(work, client, None, 3, mode=by_post, at=NOW + timedelta(days=1))
    with reading(work.engine) as db, pytest.raises(UnreadableRecord):
        administrations.load_administration(db, work.vault, strange.id)
    (course,) = about(work, client, None)
    assert course.modes == (("read_aloud", "read aloud"),)
