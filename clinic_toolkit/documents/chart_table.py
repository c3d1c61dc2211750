"""The table beside a drawing: the same values in words, for whoever does not look at drawings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents.words import MONTHS
from clinic_toolkit.psychometrics.scoring import shown
from clinic_toolkit.psychometrics.wording import uncapitalised

if TYPE_CHECKING:
    from clinic_toolkit.record.course_summaries import Course, Part, Reading

NO_NUMBER = "no number"


class Row(Struct, frozen=True, kw_only=True):
    """One round. `begins` names the stretch that begins with it, "" within one."""

    day: str
    answers: str
    number: str
    how: str
    begins: str = ""


def rows(course: "Course", part: "Part") -> tuple[Row, ...]:
    """Every round of one part, for the clinician, in the order of time."""
    return tuple(_rows(course, part))


def _rows(course: "Course", part: "Part") -> Iterator[Row]:
    labels = {option.value: option.label for option in course.instrument.options}
    before = 0
    for each, read in zip(course.rounds, part.readings, strict=True):
        counted = f"{len(read.values)} of {read.asked} answered"
        number = shown(read.number) if read.number is not None else None
        yield Row(
            day=f"{each.on.day} {MONTHS[each.on.month - 1][:3]} {each.on.year}",
            answers=_by_count(read.values, labels) if part.is_whole else _by_item(read, labels),
            number=f"{NO_NUMBER}, {counted}"
            if number is None
            else str(number)
            if len(read.values) == read.asked
            else f"{number} ({counted})",
            how=each.mode_words + (", stopped before the end" if each.stopped else ""),
            begins=course.segments[each.segment] if each.segment != before else "",
        )
        before = each.segment


def together(course: "Course", part: "Part") -> tuple[Row, ...]:
    """Every round of one part in which something was answered, in the client's words and nothing else."""
    labels = {option.value: option.label for option in course.instrument.options}
    found, before = [], 0
    for each, read in zip(course.rounds, part.readings, strict=True):
        if not read.values:
            continue
        found.append(
            Row(
                day=f"{each.on.day} {MONTHS[each.on.month - 1][:3]} {each.on.year}",
                answers=", ".join(uncapitalised(labels[value]) for value in read.values),
                number="",
                how=each.mode_words,
                begins=course.segments_together[each.segment] if each.segment != before else "",
            )
        )
        before = each.segment
    return tuple(found)


def _by_item(read: "Reading", labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{item}: {uncapitalised(labels[value])}" for item, value in zip(read.items, read.values, strict=True)
    )


def _by_count(values: Sequence[int], labels: Mapping[int, str]) -> str:
    return ", ".join(
        f"{uncapitalised(labels[value])} for {values.count(value)}" for value in sorted(set(values))
    )
