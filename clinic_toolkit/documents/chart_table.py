"""The table beside a chart: the same values in words, for people who do not use charts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents.sheet_texts import MONTHS
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
    before = 0
    for each, read in zip(course.rounds, part.readings, strict=True):
        counted = f"{len(read.values)} of {read.asked} answered"
        number = round_half_up(read.score) if read.score is not None else None
        yield TableRow(
            day=f"{each.answered_on.day} {MONTHS[each.answered_on.month - 1][:3]} {each.answered_on.year}",
            answers=_answers_by_count(read.values, labels)
            if part.is_whole
            else _answers_by_item(read, labels),
            number=f"{NO_NUMBER}, {counted}"
            if number is None
            else str(number)
            if len(read.values) == read.asked
            else f"{number} ({counted})",
            mode=each.mode_label + (", stopped before the end" if each.stopped else ""),
            segment_start=course.segment_labels[each.segment] if each.segment != before else "",
        )
        before = each.segment


def client_rows(course: "Course", part: "CoursePart") -> tuple[TableRow, ...]:
    """The rounds of one part in which something was answered, as labels without numbers, oldest first."""
    labels = {option.value: option.label for option in course.instrument.options}
    found, before = [], 0
    for each, read in zip(course.rounds, part.readings, strict=True):
        if not read.values:
            continue
        found.append(
            TableRow(
                day=f"{each.answered_on.day} {MONTHS[each.answered_on.month - 1][:3]} "
                f"{each.answered_on.year}",
                answers=", ".join(uncapitalise(labels[value]) for value in read.values),
                number="",
                mode=each.mode_label,
                segment_start=course.client_segment_labels[each.segment] if each.segment != before else "",
            )
        )
        before = each.segment
    return tuple(found)


def _answers_by_item(read: "Reading", labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{item}: {uncapitalise(labels[value])}"
        for item, value in zip(read.item_numbers, read.values, strict=True)
    )


def _answers_by_count(values: Sequence[int], labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{uncapitalise(labels[value])} for {values.count(value)}" for value in sorted(set(values))
    )
