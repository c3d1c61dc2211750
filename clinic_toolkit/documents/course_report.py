"""A course on paper, for the clinician: each part as a chart, in words, and as a table."""

from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import chart_plan, chart_table, page_layout, point_shapes
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.clinician_header import letterhead_block
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL, SMALL_STRONG
from clinic_toolkit.documents.time_chart import ModeLegend, TimeChart
from clinic_toolkit.psychometrics.result_sentences import option_labels

if TYPE_CHECKING:
    from clinic_toolkit.documents.chart_table import TableRow
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.course_values import Course, CoursePage, CoursePart

_MAX_DATES = 6


def render_course(value: "CoursePage") -> bytes:
    """Draw the course: what was given, each part over time, the tables, and the cautions."""
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
    blocks: list[Block] = [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks("Over time", after=4),
        Text(course.instrument.title, HEADING, after=2, keep_with_next=True),
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
    for part in parts:
        blocks += _part_blocks(course, part)
    blocks.append(Text("The same as tables", HEADING, before=20, after=2, keep_with_next=True))
    for part in parts:
        blocks += _table_blocks(course, part)
    blocks.append(
        Text("What this can tell, and what it cannot", HEADING, before=18, after=3, keep_with_next=True)
    )
    blocks += [Text(line, SMALL, bullet="–", indent=10, after=2) for line in value.cautions]
    footer = [
        Text(f"{course.client_name} · {format_date(course.latest.answered_on)}", SMALL),
        Text(standing_sentences.STATUS_LINE, SMALL),
    ]
    return page_layout.make_pdf(
        blocks,
        page_layout.PageLayout(
            paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
        ),
    )


def _part_blocks(course: "Course", part: "CoursePart") -> list[Block]:
    plan = chart_plan.plan_chart(
        course.rounds,
        part.readings,
        option_labels(course.instrument),
        chosen=course.chosen_values,
        segments=course.segment_labels,
        with_mean=part.has_score,
        baselines=part.baselines,
        usual=part.usual_ranges,
        dates=_MAX_DATES,
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
        Text(part.name, HEADING, before=14, after=2, keep_with_next=True),
        *summary_blocks,
        TimeChart(plan),
    ]


def _table_blocks(course: "Course", part: "CoursePart") -> list[Block]:
    blocks: list[Block] = [Text(part.name, SMALL_STRONG, before=10, after=2, keep_with_next=True)]
    for row in chart_table.clinician_rows(course, part):
        if row.segment_start:
            blocks.append(
                Text(
                    f"From here: {row.segment_start}. Not compared with what is above.",
                    SMALL,
                    before=4,
                    keep_with_next=True,
                )
            )
        blocks += [RoundRow(row, numbers=part.has_score), Rule(before=1.5, after=1.5)]
    return blocks


class RoundRow(Block):
    """One round as a row of the table."""

    SHARES = (0.17, 0.41, 0.21, 0.21)

    def __init__(self, row: "TableRow", *, numbers: bool) -> None:
        super().__init__()
        cells = [row.day, row.answers or "–", row.number if numbers else "", row.mode]
        self.cells = [Text(cell, SMALL) for cell in cells]

    def height(self, width: float) -> float:
        return max(
            cell.height(width * share - 8) for cell, share in zip(self.cells, self.SHARES, strict=True)
        )

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        for cell, share in zip(self.cells, self.SHARES, strict=True):
            cell.draw(canvas, x, top, width * share - 8)
            x += width * share
