"""The table beside a chart: the same values in words, for people who do not use charts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.dates import format_short_date
from clinic_toolkit.psychometrics.result_sentences import uncapitalise
from clinic_toolkit.psychometrics.scoring import round_half_up

if TYPE_CHECKING:
    from clinic_toolkit.record.values.course_values import Course, CoursePart, Reading

NO_NUMBER = "no number"


class TableRow(Struct, frozen=True, kw_only=True):
    """One round. `segment_start` is the label of the segment that starts with it, else ""."""

    day: str
    answers: str
    number: str
    mode: str
    segment_start: str = ""


def clinician_rows(course: "Course", part: "CoursePart") -> tuple[TableRow, ...]:
    """Every round of one part, for the clinician, oldest first."""
    return tuple(_iterate_rows(course, part))


def _iterate_rows(course: "Course", part: "CoursePart") -> Iterator[TableRow]:
    labels = {option.value: option.label for option in course.instrument.options}
    previous_segment = 0
    for chart_round, reading in zip(course.rounds, part.readings, strict=True):
        count_text = f"{len(reading.values)} of {reading.asked} answered"
        number = round_half_up(reading.score) if reading.score is not None else None
        yield TableRow(
            day=format_short_date(chart_round.answered_on),
            answers=_answers_by_count(reading.values, labels)
            if part.is_whole
            else _answers_by_item(reading, labels),
            number=f"{NO_NUMBER}, {count_text}"
            if number is None
            else str(number)
            if len(reading.values) == reading.asked
            else f"{number} ({count_text})",
            mode=chart_round.mode_label + (", stopped before the end" if chart_round.stopped else ""),
            segment_start=course.segment_labels[chart_round.segment]
            if chart_round.segment != previous_segment
            else "",
        )
        previous_segment = chart_round.segment


def client_rows(course: "Course", part: "CoursePart") -> tuple[TableRow, ...]:
    """The rounds of one part in which something was answered, as labels without numbers, oldest first."""
    labels = {option.value: option.label for option in course.instrument.options}
    rows, previous_segment = [], 0
    for chart_round, reading in zip(course.rounds, part.readings, strict=True):
        if not reading.values:
            continue
        rows.append(
            TableRow(
                day=format_short_date(chart_round.answered_on),
                answers=", ".join(uncapitalise(labels[value]) for value in reading.values),
                number="",
                mode=chart_round.mode_label,
                segment_start=course.client_segment_labels[chart_round.segment]
                if chart_round.segment != previous_segment
                else "",
            )
        )
        previous_segment = chart_round.segment
    return tuple(rows)


def _answers_by_item(read: "Reading", labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{item}: {uncapitalise(labels[value])}"
        for item, value in zip(read.item_numbers, read.values, strict=True)
    )


def _answers_by_count(values: Sequence[int], labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{uncapitalise(labels[value])} for {values.count(value)}" for value in sorted(set(values))
    )
