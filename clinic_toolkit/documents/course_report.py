"""A course on paper, for the clinician: each part as a chart, in words, and as a table."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import chart_plan, chart_table, page_layout, point_shapes
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.clinician_header import letterhead_block
from clinic_toolkit.documents.number_table import number_rows, tables_by_version
from clinic_toolkit.documents.side_by_side import SideBySide
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL, SMALL_STRONG
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.documents.time_chart import ModeLegend, TimeChart
from clinic_toolkit.psychometrics.result_sentences import option_labels

if TYPE_CHECKING:
    from clinic_toolkit.record.values.course_values import Course, CoursePage, CoursePart

_MAX_DATES, _MAX_PAGES = 6, 2
_COLUMN_GAP = 20.0
_ANSWER_SHARES = (0.17, 0.57, 0.26)


def render_course(value: "CoursePage") -> bytes:
    """Draw the course: what was given, each part over time, the numbers as a table, and the cautions.

    It takes two pages for a course of usual length; every answer as a table follows only if asked for.
    """
    course = value.course
    facts = [
        course.client_name,
        f"about {course.relationship_word}",
        f"{format_date(course.rounds[0].answered_on)} to {format_date(course.latest.answered_on)}"
        if len(course.rounds) > 1
        else format_date(course.latest.answered_on),
        ", then ".join(course.segment_labels),
    ]
    modes = [(point_shapes.mode_shape(mode), label) for mode, label in course.modes]
    parts = [part for part in course.parts if any(reading.values for reading in part.readings)]
    scored = [part for part in parts if part.has_score]
    blocks: list[Block] = [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks("Over time", after=4),
        Text(course.instrument.title, HEADING, after=2, keep_with_next=True, role=Role.H2),
        Text(" · ".join(facts), QUIET, after=4),
        Text(
            "Higher up means more often, nothing else. Each dot is one answer. The line shows the mean "
            "of a part, as a number from 0 to 100.",
            SMALL,
            after=6,
        ),
        *([ModeLegend(modes, after=4)] if len(modes) > 1 else [Text(modes[0][1], SMALL)]),
    ]
    if any(part.baselines for part in parts):
        blocks.append(Text(f"Shaded: the range of the first {course.baseline_rounds} rounds.", SMALL))
    tables: list[Block] = []
    if scored:
        tables.append(Text("The numbers", HEADING, before=16, after=2, keep_with_next=True, role=Role.H2))
        tables += number_rows(course, scored)
    cautions = [
        Text(
            "What this can tell, and what it cannot",
            HEADING,
            before=16,
            after=3,
            keep_with_next=True,
            role=Role.H2,
        ),
        *(Text(line, SMALL, bullet="–", indent=10, after=2) for line in value.cautions),
    ]
    footer = [
        Text(f"{course.client_name} · {format_date(course.latest.answered_on)}", SMALL),
        Text(standing_sentences.STATUS_LINE, SMALL),
    ]
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
    )
    # Charts over the whole width, or two beside each other where two pages hold no more.
    for lay_out in (_charts, _charts_side_by_side):
        whole = [*blocks, *lay_out(course, parts), *tables, *cautions]
        if len(page_layout.place_on_pages(whole, sheet.width, sheet.usable_height)) <= _MAX_PAGES:
            break
    if value.with_every_answer or not scored:
        whole.append(Text("Every answer", HEADING, before=20, after=2, keep_with_next=True, role=Role.H2))
        for part in parts:
            whole += _answer_blocks(course, part)
    return page_layout.make_pdf(whole, sheet)


def _charts(course: "Course", parts: "Sequence[CoursePart]") -> list[Block]:
    return [block for part in parts for block in _part_blocks(course, part, dates=_MAX_DATES)]


def _charts_side_by_side(course: "Course", parts: "Sequence[CoursePart]") -> list[Block]:
    stacks = [_part_blocks(course, part, dates=_MAX_DATES // 2) for part in parts]
    return [
        SideBySide((left, right), gap=_COLUMN_GAP, before=12)
        for left, right in zip_longest(stacks[::2], stacks[1::2], fillvalue=())
    ]


def _part_blocks(course: "Course", part: "CoursePart", *, dates: int) -> list[Block]:
    plan = chart_plan.plan_chart(
        course.rounds,
        part.readings,
        option_labels(course.instrument),
        chosen=course.chosen_values,
        segments=course.segment_labels,
        with_mean=part.has_score,
        baselines=part.baselines,
        usual=part.usual_ranges,
        dates=dates,
    )
    prefix = (
        f"Since {course.segment_labels[-1]}: "
        if len(course.segment_labels) > 1 and part.clinician_summary
        else ""
    )
    summary_blocks = (
        [Text(prefix + part.clinician_summary, BODY, after=2, keep_with_next=True)]
        if part.clinician_summary
        else []
    )
    return [
        Text(part.name, HEADING, before=14, after=2, keep_with_next=True, role=Role.H3),
        *summary_blocks,
        TimeChart(plan, described=_describe_chart(course, part)),
    ]


def _describe_chart(course: "Course", part: "CoursePart") -> str:
    """The chart in words: each round with its answers and its number."""
    rounds = (
        f"{row.day}: {row.answers or 'no answer'}" + (f". Number: {row.number}" if part.has_score else "")
        for row in chart_table.clinician_rows(course, part)
    )
    return f"Answers over time. {'. '.join(rounds)}."


def _answer_blocks(course: "Course", part: "CoursePart") -> list[Block]:
    rows = (
        (row.segment_start, [row.day, (row.answers or "–") + (f" · {row.number}" * part.has_score), row.mode])
        for row in chart_table.clinician_rows(course, part)
    )
    return [
        Text(part.name, SMALL_STRONG, before=10, after=2, keep_with_next=True, role=Role.H3),
        *tables_by_version(["Day", "Answers", "How given"], _ANSWER_SHARES, rows),
    ]
