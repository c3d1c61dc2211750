"""Forms for the facts of a therapy session."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import (
    ATTENDANCE_LABELS,
    HELD_ATTENDANCE,
    KIND_LABELS,
    SETTING_LABELS,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
)
from clinic_toolkit.web.forms import fields, time_zones
from clinic_toolkit.web.forms.clock_changes import refuse_skipped_time
from clinic_toolkit.web.forms.date_fields import date_field

EARLIEST_YEAR = 1900


class SessionForm(Form):
    """Date, times, place, who was present, and whether it took place."""

    kind = fields.choice_field("What it is", KIND_LABELS.items())
    on = date_field("Date", years_back=5, years_ahead=2, needed="Write the date.")
    start = fields.time_field("Start")
    end = fields.time_field("End")
    setting = fields.choice_field("How", SETTING_LABELS.items())
    place = fields.line_field("Place, or where the client is now", limit=160)
    call_back = fields.line_field("Number that reaches the client if the line fails", limit=60)
    client_zone = time_zones.time_zone_field("The client’s time zone, if it is another")
    present = SelectMultipleField("Who was there", validate_choice=False)
    others_present = fields.line_field("Anyone else, such as an interpreter", limit=160)
    attendance = fields.choice_field("Attendance", ATTENDANCE_LABELS.items())
    version = StringField("Version", default="0")
    # Asked for only where the note of the session is signed.
    amend_reason = fields.text_field("Why the facts are changed", limit=1000)
    sign_code = StringField("Return code")

    client_ids: frozenset[str] = frozenset()
    current: TherapySession
    today: date

    @classmethod
    def for_case(
        cls,
        people: Sequence[RecordVersion[Client]],
        names: Mapping[UUID, str],
        typed: Any,
        current: TherapySession,
        *,
        today: date,
    ) -> "SessionForm":
        """Make the form for the clients of one case.

        Args:
            typed: the posted fields; None to fill in those of `current`.
            current: the stored session, or what a new one begins with.
        """
        values = msgspec.structs.asdict(current) | {"present": [id.hex for id in current.present_ids]}
        form = cls(typed, data=values)
        form.present.choices = [(client.id.hex, names[client.id]) for client in people]
        form.client_ids = frozenset(client.id.hex for client in people)
        form.current, form.today = current, today
        return form

    def validate_on(self, field: Any) -> None:
        """Require a year of four digits, not before `EARLIEST_YEAR`."""
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError("Check the year of this date, and write it with four digits.")

    def validate_attendance(self, field: Any) -> None:
        """Refuse "planned" for a past session, and an attendance for a future one."""
        if not self.on.data:
            return
        if field.data == Attendance.PLANNED and self.on.data < self.today:
            raise ValidationError("This date is past. Choose how it went.")
        if field.data in (*HELD_ATTENDANCE, Attendance.NO_SHOW) and self.on.data > self.today:
            raise ValidationError("This date is still to come. Choose Planned or Cancelled, or change it.")

    def validate_present(self, field: SelectMultipleField) -> None:
        """Allow only clients of this case; require one if anyone was met or spoken to."""
        if not set(field.data or ()) <= self.client_ids:
            raise ValidationError("Choose from the people shown here.")
        was_spoken_to = self.kind.data in (TherapySessionKind.SESSION, TherapySessionKind.CALL)
        if was_spoken_to and self.attendance.data in HELD_ATTENDANCE and not field.data:
            raise ValidationError("Choose who was there, or choose Did not come under Attendance.")

    def validate_start(self, field: Any) -> None:
        """Refuse a start that the clock skips, unless it stands there already."""
        if (self.on.data, field.data) != (self.current.on, self.current.start):
            refuse_skipped_time(self.on.data, field.data)

    def validate_end(self, field: Any) -> None:
        """Refuse an end before the start."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError(therapy_sessions.EndBeforeStart().sentence)

    def matches_record(self, stored: TherapySession) -> bool:
        """Whether the session as typed is the stored one."""
        return stored.case_id_bytes == self.current.case_id_bytes and self._replace_in(stored) == stored

    def payload(self) -> TherapySession:
        """The session as typed; what this form does not ask for stays as it is stored.

        Chosen clients are kept even if nobody came, which may be a wrong click.
        """
        return self._replace_in(self.current)

    def _replace_in(self, therapy_session: TherapySession) -> TherapySession:
        return msgspec.structs.replace(
            therapy_session,
            kind=TherapySessionKind(self.kind.data),
            on=self.on.data,
            start=self.start.data,
            end=self.end.data,
            setting=TherapySessionSetting(self.setting.data),
            place=self.place.data,
            call_back=self.call_back.data,
            present=tuple(UUID(hex=id).bytes for id in dict.fromkeys(self.present.data or ())),
            others_present=self.others_present.data,
            attendance=Attendance(self.attendance.data),
            client_zone=self.client_zone.data or "",
        )


class AgreedForm(Form):
    """What was agreed for next time."""

    agreed = fields.line_field("Agreed for next time", limit=200)
    version = StringField("Version", default="0")
