"""A treatment plan on paper, on one page where it fits, in normal or in large letters."""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, typed_paragraphs
from clinic_toolkit.documents.clinician_header import LABEL_WIDTH, letterhead_block
from clinic_toolkit.documents.labelled_value import LabelledValue
from clinic_toolkit.documents.styles import MM, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.record.values.plan_pages import PlanGoal, TreatmentPlanPage


class _Sizes(Struct, frozen=True, kw_only=True):
    title: TextStyle
    heading: TextStyle
    body: TextStyle
    label_width: float


_NORMAL = _Sizes(
    title=TextStyle(size=23, bold=True, leading=1.16),
    heading=TextStyle(size=13.5, bold=True, leading=1.25),
    body=TextStyle(size=11.5),
    label_width=LABEL_WIDTH,
)
_LARGE = _Sizes(
    title=TextStyle(size=30, bold=True, leading=1.16),
    heading=TextStyle(size=20, bold=True, leading=1.25),
    body=TextStyle(size=18, leading=1.32),
    label_width=140.0,
)
# The white above headings that is tried before a second page is begun.
_SPACINGS = (1.0, 0.7, 0.45)


def render_treatment_plan(value: "TreatmentPlanPage") -> bytes:
    """Draw the plan; if it does not fit on one page, on as few as it needs."""
    sizes = _LARGE if value.large_type else _NORMAL
    small = TextStyle(size=14 if value.large_type else 9.5, colour=SOFT, leading=1.3)
    day = format_date(value.written_on)
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        footer=(Text([(value.client_names, small), (f" · Plan of {day}", small)]),),
        demo=value.letterhead.is_demo,
        small_style=small,
    )
    tight = replace(sheet, top=14 * MM, bottom=9 * MM)
    return page_layout.make_pdf_on_one_page(
        lambda spacing: _blocks(value, sizes, spacing),
        ((sheet, 1.0), *((tight, spacing) for spacing in _SPACINGS)),
    )


def _blocks(value: "TreatmentPlanPage", sizes: _Sizes, spacing: float) -> list[Block]:
    facts = [
        ("Client", value.client_names),
        ("Written", format_date(value.written_on)),
        ("Look again", format_date(value.review_date) if value.review_date else ""),
        ("Diagnosis", _diagnosis_line(value)),
    ]
    return [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks("Treatment plan", style=sizes.title, after=10 * spacing),
        *(_labelled(label, text, sizes) for label, text in facts if text.strip()),
        *_section("What the work is about", value.problems, sizes, spacing),
        *(block for goal in value.goals for block in _goal_blocks(goal, sizes, spacing)),
    ]


def _diagnosis_line(value: "TreatmentPlanPage") -> str:
    if not value.diagnosis.strip():
        return ""
    return (
        f"{value.diagnosis}, {format_date(value.diagnosis_date)}" if value.diagnosis_date else value.diagnosis
    )


def _labelled(label: str, text: str, sizes: _Sizes) -> Block:
    return LabelledValue(
        Text(label, replace(sizes.body, colour=SOFT)),
        Text(text, sizes.body),
        label_width=sizes.label_width,
        before=3,
    )


def _heading(words: str, sizes: _Sizes, spacing: float) -> Text:
    return Text(
        words, sizes.heading, before=20 * spacing, after=5 * spacing, keep_with_next=True, role=Role.H2
    )


def _section(heading: str, words: str, sizes: _Sizes, spacing: float) -> list[Block]:
    paragraphs = typed_paragraphs(words, sizes.body)
    return [_heading(heading, sizes, spacing), *paragraphs] if paragraphs else []


def _goal_blocks(goal: "PlanGoal", sizes: _Sizes, spacing: float) -> list[Block]:
    heading = f"Goal, {goal.standing}" if goal.standing else "Goal"
    blocks = [
        _heading(heading, sizes, spacing),
        *typed_paragraphs(goal.words, replace(sizes.body, bold=True), bar=True),
    ]
    if goal.means.strip():
        blocks.append(_labelled("What we do", goal.means, sizes))
    if goal.serving:
        blocks.append(_labelled("With", ", ".join(goal.serving), sizes))
    return blocks
