"""The one description of answers over time, and its drawing on paper."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import chart_table, course_report, point_shapes
from clinic_toolkit.documents.chart_plan import ChartPlan, plan_chart
from clinic_toolkit.psychometrics.score_change import ScoreRange
from clinic_toolkit.record.questionnaires.administration_record import MODE_LABELS
from clinic_toolkit.record.values.course_values import Course, Reading, RoundRange
from tests.documents import values
from tests.documents.reading import PAPERS, pages, shapes, texts
from tests.documents.structure import read_structure
from tests.fixtures.replaced import replace

LABELS = dict(enumerate(values.LABELS))
DAY = date(2026, 11, 22)


class Placed(Protocol):
    """Whatever stands somewhere between the left and the right edge."""

    @property
    def x(self) -> float: ...


@dataclass(frozen=True)
class Given:
    """A round as another feature may have it: nothing but what the plan needs."""

    answered_on: date
    segment: int = 0
    mode: str = "read_aloud"


@dataclass(frozen=True)
class Read:
    values: tuple[int, ...]
    score: float | None = None


def weekly(*given_: Read, start: date = DAY, **more: object) -> ChartPlan:
    rounds = [Given(start + timedelta(days=7 * at)) for at in range(len(given_))]
    chosen = sorted({value for read in given_ for value in read.values})
    return plan_chart(rounds, given_, LABELS, chosen=chosen, **more)  # type: ignore[arg-type]


def test_every_way_of_giving_has_a_shape_of_its_own() -> None:
    assert set(point_shapes.SHAPE_BY_MODE) == set(MODE_LABELS)
    assert len(set(point_shapes.SHAPE_BY_MODE.values())) == len(point_shapes.SHAPE_BY_MODE)
    assert point_shapes.mode_shape("by_post") == point_shapes.PointShape.CROSS


def test_every_answer_is_a_dot_and_a_number_is_a_mark() -> None:
    found = weekly(Read((3, 3, 2), 66.7), Read((0,)), Read((), None))
    assert sum(dots.count for dots in found.dots) == 4
    assert [(dots.y, dots.count) for dots in found.dots] == [(0.5, 1), (0.25, 2), (1.0, 1)]
    assert len(found.points) == 1 and found.points[0].y == pytest.approx(0.333)
    assert found.strokes == () and not found.has_mode_rail


def test_only_chosen_words_stand_at_the_scale() -> None:
    found = weekly(Read((3, 0)))
    assert [level.word for level in found.levels] == ["Never", "", "", "Most of the time", ""]
    assert [level.y for level in found.levels] == [1, 0.75, 0.5, 0.25, 0]


def test_no_line_across_a_break_or_a_missing_number() -> None:
    rounds = [Given(DAY + timedelta(days=7 * at), segment=at // 3) for at in range(6)]
    read = [Read((1,), 25), Read((2,), 50), Read((2,)), Read((1,), 25), Read((1,), 25), Read((1,), 25)]
    found = plan_chart(rounds, read, LABELS, chosen=[1, 2], segments=["version 1", "version 2"])
    xs = [mark.x for mark in found.points]
    assert [(line.x1, line.x2) for line in found.strokes] == [(xs[0], xs[1]), (xs[2], xs[3]), (xs[3], xs[4])]
    (word,) = found.breaks
    assert word.text == "version 2" and xs[1] < word.x < xs[2]


def test_without_a_mean_there_are_dots_and_no_line() -> None:
    found = weekly(Read((3,), 75), Read((2,), 50), with_mean=False)
    assert found.points == () and found.strokes == () and len(found.dots) == 2


def test_another_way_of_giving_is_marked_also_where_there_is_no_number() -> None:
    rounds = [Given(DAY), Given(DAY + timedelta(days=7), mode="self_entered")]
    found = plan_chart(rounds, [Read((1,), 25), Read((1,))], LABELS, chosen=[1])
    assert [(mark.shape, mark.y is None) for mark in found.points] == [
        ("circle", False),
        ("circle-hollow", True),
    ]
    assert found.has_mode_rail


def test_a_long_silence_is_drawn_shorter_and_marked() -> None:
    days = (0, 7, 14, 500, 507)
    rounds = [Given(DAY + timedelta(days=each)) for each in days]
    found = plan_chart(rounds, [Read((1,))] * 5, LABELS, chosen=[1])
    xs = [dots.x for dots in found.dots]
    assert (xs[3] - xs[2]) == pytest.approx(3 * (xs[1] - xs[0]))
    assert len(found.gaps) == 1 and xs[2] < found.gaps[0] < xs[3]


def test_days_with_another_year_say_which() -> None:
    assert [word.text for word in weekly(Read((1,)), Read((1,))).dates] == ["22 Nov", "29 Nov"]
    late = weekly(Read((1,)), Read((1,)), start=date(2026, 12, 28))
    assert [word.text for word in late.dates] == ["28 Dec 26", "4 Jan 27"]
    same = plan_chart([Given(DAY), Given(DAY)], [Read((1,))] * 2, LABELS, chosen=[1])
    assert [word.text for word in same.dates] == ["22 Nov"]


def test_a_day_is_written_once_although_much_happened_on_it() -> None:
    rounds = [Given(DAY)] * 9 + [Given(DAY + timedelta(days=1))] * 5
    found = plan_chart(rounds, [Read((1,))] * 14, LABELS, chosen=[1], dates=9)
    assert [word.text for word in found.dates] == ["22 Nov", "23 Nov"]


def test_a_range_is_held_inside_the_scale() -> None:
    stretch = RoundRange(first_round=0, last_round=1, span=ScoreRange(low=-20, high=120, middle=50))
    found = weekly(Read((1,), 25), Read((1,), 25), usual=[stretch])
    (band,) = found.usual
    assert (band.top, band.bottom, band.middle) == (0, 1, 0.5)


rounds_ = st.lists(
    st.tuples(st.integers(0, 300), st.booleans(), st.sampled_from([*MODE_LABELS, "by_post"]),
              st.lists(st.integers(0, 4), max_size=9), st.none() | st.floats(0, 100)),
    min_size=1, max_size=60,
)  # fmt: skip


@given(rounds_, st.booleans())
def test_any_course_lies_inside_the_drawing_and_in_order(
    told: list[tuple[int, bool, str, list[int], float | None]], with_mean: bool
) -> None:
    day, segment, rounds, read = DAY, 0, [], []
    for days, breaks, mode, answers, number in told:
        day, segment = day + timedelta(days=days), segment + breaks
        rounds.append(Given(day, segment, mode))
        read.append(Read(tuple(answers), number))
    chosen = sorted({value for each in read for value in each.values})
    found = plan_chart(rounds, read, LABELS, chosen=chosen, with_mean=with_mean)
    assert sum(dots.count for dots in found.dots) == sum(len(each.values) for each in read)
    places: list[Placed] = [*found.dots, *found.points, *found.breaks, *found.dates]
    assert all(-1e-9 <= each.x <= 1 + 1e-9 for each in places)
    assert all(0 <= dots.y <= 1 for dots in found.dots)
    assert all(line.x1 < line.x2 for line in found.strokes)
    assert [word.x for word in found.dates] == sorted(word.x for word in found.dates)
    assert len({word.text for word in found.dates}) == len(found.dates)
    assert len(found.breaks) == sum(b.segment != a.segment for a, b in pairwise(rounds))
    assert {level.word for level in found.levels if level.word} == {LABELS[value] for value in chosen}


# On paper.


def paper(course_: Course, size: str = "A4") -> bytes:
    return course_report.render_course(replace(values.course_paper(size), course=course_))


@pytest.mark.parametrize(
    ("size", "count"), [("A4", 1), ("A4", 2), ("Letter", 4), ("A4", 9), ("Letter", 9), ("A4", 30)]
)
def test_on_paper_everything_is_on_the_page(count: int, size: str) -> None:
    made_ = paper(values.course(count, break_at=count // 2 if count > 3 else 0), size)
    width, height = PAPERS[size]
    for page in shapes(made_):
        for each in page:
            assert 0 <= each["x0"] <= each["x1"] <= width and 0 <= each["top"] <= each["bottom"] <= height
    said = " ".join(texts(made_))
    assert said.count("Written by this project. Not validated.") == pages(made_)
    assert "It is a rule, not a test." in said and "Practice at the Old Mill" in said


@pytest.mark.parametrize("size", PAPERS)
@pytest.mark.parametrize(("count", "break_at"), [(2, 0), (9, 3), (12, 6)])
def test_a_course_of_five_parts_takes_two_pages_and_every_answer_more(
    size: str, count: int, break_at: int
) -> None:
    course_ = values.course(count, break_at=break_at)
    strengths, part = course_.parts
    names = ("Giving past my limit", "Have-to giving", "Worth through being useful", "All together")
    five = replace(course_, parts=(strengths, *(replace(part, name=name) for name in names)))
    page = replace(values.course_paper(size), course=five, cautions=("It is a rule, not a test.",) * 5)
    brief = course_report.render_course(page)
    whole = course_report.render_course(replace(page, with_every_answer=True))
    said = " ".join(texts(brief))
    assert pages(brief) == 2 < pages(whole)
    assert "The numbers" in said and "Every answer" not in said
    assert "1: most of the time, 5: about half the time" in " ".join(texts(whole))
    assert "1: most of the time" not in said


def test_paper_names_only_chosen_words_and_says_what_breaks() -> None:
    said = " ".join(texts(paper(values.course(6, break_at=3))))
    assert "version 2" in said and "Since version 2: So far always 75." in said
    assert "From here: version 2. Not compared with what is above." in said
    assert "stopped before the end" in said and "read aloud over telehealth" in said
    assert "no number, 2 of 3 answered" in said
    assert "Never" not in said.replace("never joined", "") and "Some of the time" not in said
    assert "About half" in said


def test_the_heads_of_a_table_stand_on_each_of_its_pages_and_are_read_once() -> None:
    made_ = paper(values.course(60))
    heads = "Day Giving past my limit How given"
    of_table = [
        number for number, text in enumerate(texts(made_)) if re.search(r"20\d\d (75|no number)", text)
    ]
    standing = [text.count(heads) for text in texts(made_)]
    assert [number for number, count in enumerate(standing) if count == 1] == of_table and len(of_table) > 1
    tables = [
        node for page in read_structure(made_) for top in page for node in top.kids if node.role == "Table"
    ]
    read = [row.roles().count("TH") for table in tables for row in table.kids]
    assert read.count(3) == 1 and read.count(1) == len(read) - 1 >= 60


def test_each_answer_on_paper_is_one_dot() -> None:
    small = [
        each for page in shapes(paper(values.course(1))) for each in page
        if each["object_type"] == "curve" and each["fill"] and each["width"] < 5
    ]  # fmt: skip
    assert len(small) == 4
    assert len({round(each["width"], 2) for each in small}) == 1


def test_the_tables_hold_what_was_answered_and_the_clients_hold_no_number() -> None:
    course_ = values.course(4, break_at=2)
    rows = chart_table.clinician_rows(course_, course_.parts[1])
    assert rows[0].answers == "1: most of the time, 5: about half the time, 9: nearly all the time"
    assert [row.number for row in rows] == ["75", "75", "75", "no number, 2 of 3 answered"]
    assert [row.segment_start for row in rows] == ["", "", "version 2", ""]
    empty = Reading(values=(), item_numbers=(), asked=3)
    part = replace(course_.parts[1], readings=(*course_.parts[1].readings[:3], empty))
    together = chart_table.client_rows(course_, part)
    assert len(together) == 3
    assert all(not re.search(r"\d", row.answers + row.number + row.mode) for row in together)
    whole = replace(part, kind="whole")
    assert chart_table.clinician_rows(course_, whole)[0].answers == (
        "about half the time for 1, most of the time for 1, nearly all the time for 1"
    )
