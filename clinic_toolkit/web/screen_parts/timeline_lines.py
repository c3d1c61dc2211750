"""The lines of a client's timeline by month, and which of them a page shows."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import request, url_for
from msgspec import Struct

from clinic_toolkit.dates import format_month, format_time
from clinic_toolkit.record.people.therapy_session_record import KIND_LABELS
from clinic_toolkit.record.writing import client_timeline
from clinic_toolkit.record.writing.client_timeline import Timeline, TimelineEntry, TimelineKind
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.pages.page_addresses import page_of
from clinic_toolkit.web.screen_parts import (
    handout_lines,
    questionnaire_lines,
    risk_entry_lines,
    session_lines,
)

KIND_PARAM, ABOUT_PARAM, YEAR_PARAM = "kind", "about", "year"
KIND_WORDS = {
    TimelineKind.SESSION: "Sessions",
    TimelineKind.NOTE: "Notes",
    TimelineKind.QUESTIONNAIRE: "Questionnaires",
    TimelineKind.WORKSHEET: "Worksheets",
}
# On the page that the clinician alone looks at.
ALL_KIND_WORDS = KIND_WORDS | {TimelineKind.RISK_ENTRY: "Risk entries"}
# With more than these, a page shows one year at a time.
MANY_ENTRIES = 120
_NOTHING = ""


class TimelineLine(Struct, frozen=True, kw_only=True):
    """One entry in words, and where it leads."""

    on: date
    word: str
    line: str
    small: str
    href: str


class TimelineChoice(Struct, frozen=True, kw_only=True):
    """What was asked for in the address, and the entries that fit: codes and ids, never words of a client.

    `year` is None for all of them; `is_cut`: there are so many entries that one year is shown at a time.
    `years` are those that are offered, latest first, each with its number of entries.
    """

    kind: TimelineKind | None
    relationship_id: UUID | None
    year: int | None
    years: tuple[tuple[int, int], ...]
    is_cut: bool
    entries: Sequence[TimelineEntry]

    @property
    def fields(self) -> dict[str, str]:
        """What the form shows as chosen."""
        about = self.relationship_id.hex if self.relationship_id else _NOTHING
        return {KIND_PARAM: self.kind or _NOTHING, ABOUT_PARAM: about, YEAR_PARAM: str(self.year or _NOTHING)}


def choose_entries(
    timeline: Timeline,
    relationship_ids: Sequence[UUID],
    kind_words: Mapping[TimelineKind, str] = KIND_WORDS,
) -> TimelineChoice:
    """Choose the entries that the address asks for; what it does not know is as if it were not there.

    Args:
        kind_words: the kinds that the page offers.
    """
    asked = request.args.get(KIND_PARAM, _NOTHING)
    kind = TimelineKind(asked) if asked in set(kind_words) else None
    about = request.args.get(ABOUT_PARAM, _NOTHING)
    relationship_id = next((id for id in relationship_ids if id.hex == about), None)
    entries = timeline.select(kind=kind, relationship_id=relationship_id)
    counts = client_timeline.count_by_year(entries)
    is_cut = len(entries) > MANY_ENTRIES
    known = [year for year, _ in counts]
    asked_year = fields.parse_whole_number(request.args.get(YEAR_PARAM))
    year = asked_year if asked_year in known else known[0] if is_cut else None
    return TimelineChoice(
        kind=kind,
        relationship_id=relationship_id,
        year=year,
        years=counts if len(counts) > 1 else (),
        is_cut=is_cut,
        entries=[entry for entry in entries if year is None or entry.on.year == year],
    )


def list_choices(
    choice: TimelineChoice,
    word_by_id: Mapping[UUID, str],
    kind_words: Mapping[TimelineKind, str] = KIND_WORDS,
) -> dict[str, list[tuple[str, str]]]:
    """The options of each field of the form."""
    every_year = [] if choice.is_cut else [(_NOTHING, "Every year")]
    return {
        KIND_PARAM: [(_NOTHING, "Everything"), *((kind.value, word) for kind, word in kind_words.items())],
        ABOUT_PARAM: [(_NOTHING, "Everybody"), *((id.hex, word) for id, word in word_by_id.items())],
        YEAR_PARAM: every_year + [(str(year), f"{year} ({count})") for year, count in choice.years],
    }


def describe_by_month(
    choice: TimelineChoice, timeline: Timeline, word_by_id: Mapping[UUID, str]
) -> list[tuple[str, list[TimelineLine]]]:
    """The lines of these entries, newest first, below the name of each month."""
    described = _describe(choice.entries, timeline, word_by_id)
    return [
        (format_month(day), [described[entry.record_id] for entry in of_month])
        for day, of_month in groupby(choice.entries, key=lambda entry: entry.on.replace(day=1))
    ]


def _describe(
    entries: Sequence[TimelineEntry], timeline: Timeline, word_by_id: Mapping[UUID, str]
) -> dict[UUID, TimelineLine]:
    ids = [entry.record_id for entry in entries]
    sessions = [timeline.sessions[id] for id in ids if id in timeline.sessions]
    forms = [timeline.forms[id] for id in ids if id in timeline.forms]
    sheets = [timeline.sheets[id] for id in ids if id in timeline.sheets]
    details = session_lines.describe_sessions(sessions, timeline.cases)
    found = {
        session.id: TimelineLine(
            on=session.payload.on,
            word=KIND_LABELS[session.payload.kind]
            + (f", {format_time(session.payload.start)}" if session.payload.start else ""),
            line=f"Agreed: {session.payload.agreed_for_next}" if session.payload.agreed_for_next else "",
            small=details[session.id],
            href=page_of("sessions.show", session.id),
        )
        for session in sessions
    }
    for form in questionnaire_lines.describe_questionnaires(forms, word_by_id):
        found[form.id] = TimelineLine(
            on=form.answered_on,
            word=form.title,
            line="",
            small=form.small,
            href=page_of("results.show", form.id),
        )
    for sheet, record in zip(handout_lines.describe_handouts(sheets), sheets, strict=True):
        about = word_by_id.get(record.payload.relationship_id) if record.payload.relationship_id else None
        small = " · ".join(filter(None, (f"about {about}" if about else "", sheet.state)))
        found[sheet.id] = TimelineLine(
            on=sheet.given_on,
            word=sheet.title,
            line=sheet.agreement,
            small=small,
            href=page_of("worksheets.handout", sheet.id),
        )
    risks = list(timeline.risk_entries.values())
    details = risk_entry_lines.describe_entries(risks, word_by_id)
    for risk in risks:
        found[risk.id] = TimelineLine(
            on=risk.payload.entry_date,
            word="Risk entry",
            line=risk.payload.first_line,
            small=details[risk.id],
            href=page_of("risk_entries.show", risk.id),
        )
    for entry in entries:
        if note := timeline.notes.get(entry.record_id):
            found[note.id] = TimelineLine(
                on=entry.on,
                word="Note",
                line="",
                small="signed" if note.final else "draft, not signed",
                href=page_of("notes.show", note.id)
                if note.final
                else url_for("notes.edit", session_id=note.payload.therapy_session_id),
            )
    return found
