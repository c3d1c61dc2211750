"""A course over time on paper, for the clinician: each part drawn, in words, and as a table."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import chart_plan, chart_table, page, words
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.facts import letterhead
from clinic_toolkit.documents.look import BODY, HEADING, QUIET, SMALL, SMALL_STRONG
from clinic_toolkit.documents.time_chart import Legend, OverTime
from clinic_toolkit.psychometrics.wording import labels_of

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.documents.chart_table import Row
    from clinic_toolkit.record.course_summaries import Course, CoursePaper, Part

_DATES = 6


def render(value: "CoursePaper") -> bytes:
    """Draw the course: what was given, each part over time, the tables, what this cannot tell."""
    course = value.course
    given = [
        course.client_name,
        f"about {course.about}",
        f"{words.day(course.rounds[0].on)} to {words.day(course.latest.on)}"
        if len(course.rounds) > 1
        else words.day(course.latest.on),
        ", then ".join(course.segments),
    ]
    modes = [(chart_plan.shape(mode), said) for mode, said in course.modes]
    parts = [part for part in course.parts if any(read.values for read in part.readings)]
    blocks: list[Block] = [
        letterhead(value.letterhead),
        *page.title("Over time", after=4),
        Text(course.instrument.title, HEADING, after=2, keep=True),
        Text(" · ".join(given), QUIET, after=4),
        Text(
            "Higher up means more often, nothing else. Each dot is one answer. The line shows the mean "
            "of a part, as a number from 0 to 100.",
            SMALL,
            after=6,
        ),
        *([Legend(modes, after=4)] if len(modes) > 1 else [Text(modes[0][1], SMALL)]),
    ]
    if any(part.baselines for part in parts):
        blocks.append(Text(f"Shaded: the range of the first {course.baseline} rounds.", SMALL))
    for part in parts:
        blocks += _part(course, part)
    blocks.append(Text("The same as tables", HEADING, before=20, after=2, keep=True))
    for part in parts:
        blocks += _table(course, part)
    blocks.append(Text("What this can tell, and what it cannot", HEADING, before=18, after=3, keep=True))
    blocks += [Text(line, SMALL, bullet="–", indent=10, after=2) for line in value.cautions]
    foot = [
        Text(f"{course.client_name} · {words.day(course.latest.on)}", SMALL),
        Text(words.STATUS_LINE, SMALL),
    ]
    return page.make(blocks, page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo))


def _part(course: "Course", part: "Part") -> list[Block]:
    plan = chart_plan.plan(
        course.rounds,
        part.readings,
        labels_of(course.instrument),
        chosen=course.chosen,
        segments=course.segments,
        with_mean=part.has_mean,
        baselines=part.baselines,
        usual=part.usual,
        dates=_DATES,
    )
    since = f"Since {course.segments[-1]}: " if len(course.segments) > 1 and part.said else ""
    said = [Text(since + part.said, BODY, after=2, keep=True)] if part.said else []
    return [Text(part.name, HEADING, before=14, after=2, keep=True), *said, OverTime(plan)]


def _table(course: "Course", part: "Part") -> list[Block]:
    found: list[Block] = [Text(part.name, SMALL_STRONG, before=10, after=2, keep=True)]
    for row in chart_table.rows(course, part):
        if row.begins:
            found.append(
                Text(f"From here: {row.begins}. Not compared with what is above.", SMALL, before=4, keep=True)
            )
        found += [Line(row, numbers=part.has_mean), Rule(before=1.5, after=1.5)]
    return found


class Line(Block):
    """One round as a row of words."""

    SHARES = (0.17, 0.41, 0.21, 0.21)

    def __init__(self, row: "Row", *, numbers: bool) -> None:
        super().__init__()
        cells = [row.day, row.answers or "–", row.number if numbers else "", row.how]
        self.cells = [Text(cell, SMALL) for cell in cells]

    def height(self, width: float) -> float:
        return max(
            cell.height(width * share - 8) for cell, share in zip(self.cells, self.SHARES, strict=True)
        )

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        for cell, share in zip(self.cells, self.SHARES, strict=True):
            cell.draw(canvas, x, top, width * share - 8)
            x += width * share
