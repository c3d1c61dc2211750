"""Forms for hours that repeat: a series, the day on which it ends, the day to which one hour is moved."""

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
from clinic_toolkit.record.people.therapy_session_record import SETTING_LABELS, TherapySessionSetting
from clinic_toolkit.record.scheduling import series
from clinic_toolkit.record.scheduling.series_record import REPETITION_LABELS, SessionSeries
from clinic_toolkit.record.scheduling.series_rule import Repetition
from clinic_toolkit.web.forms import fields, time_zones
from clinic_toolkit.web.forms.clock_changes import refuse_skipped_time
from clinic_toolkit.web.forms.date_fields import date_field

PAST_DAY = "This day is past. Write today or a later day."
MINE, CLIENTS = "mine", "client"
# Each with what it means.
CLOCK_CHOICES = (
    (MINE, "My clock", "The hour stays where it is for you."),
    (CLIENTS, "The client’s clock", "Where the clocks are changed on other days, the hour moves for you."),
)
CLOCK_LABELS = tuple((value, label) for value, label, _ in CLOCK_CHOICES)
MAX_YEARS_TO_START, MAX_YEARS = 5, 50


class SeriesForm(Form):
    """From which day, at what time, for how long, how often, until when; how, and who is expected."""

    first_on = date_field("The first hour", years_back=None, years_ahead=2, needed="Write the first day.")
    start = fields.time_field("Start", needed="Write when it starts.")
    minutes = fields.line_field("Minutes", needed="Write how many minutes it takes.")
    repetition = fields.choice_field("How often", REPETITION_LABELS.items())
    last_on = date_field("Until", years_back=None, years_ahead=2)
    client_zone = time_zones.time_zone_field("The client’s time zone, if it is another")
    clock = fields.choice_field("Whose clock the time is on", CLOCK_LABELS)
    setting = fields.choice_field("How", SETTING_LABELS.items())
    place = fields.line_field("Place", limit=160)
    call_back = fields.line_field("Number that reaches the client if the line fails", limit=60)
    present = SelectMultipleField("Who is expected", validate_choice=False)
    version = StringField("Version", default="0")

    client_ids: frozenset[str] = frozenset()
    current: SessionSeries
    own_zone: str
    today: date

    @classmethod
    def for_case(
        cls,
        people: Sequence[RecordVersion[Client]],
        names: Mapping[UUID, str],
        typed: Any,
        current: SessionSeries,
        *,
        own_zone: str,
        today: date,
    ) -> "SeriesForm":
        """Make the form for the clients of one case.

        Args:
            typed: the posted fields; None to fill in those of `current`.
            own_zone: the IANA name of the clinician's time zone.
        """
        values = msgspec.structs.asdict(current) | {
            "present": [UUID(bytes=id).hex for id in current.present],
            "minutes": str(current.minutes),
            "clock": CLIENTS if current.client_zone and current.zone == current.client_zone else MINE,
        }
        form = cls(typed, data=values)
        form.present.choices = [(client.id.hex, names[client.id]) for client in people]
        form.client_ids = frozenset(client.id.hex for client in people)
        form.current, form.own_zone, form.today = current, own_zone, today
        return form

    def validate_first_on(self, field: Any) -> None:
        """Refuse a day that is past: an hour that was held is entered by itself."""
        if field.data and field.data < self.today:
            raise ValidationError(f"{PAST_DAY} An hour that is past is entered by itself.")
        if field.data and field.data.year > self.today.year + MAX_YEARS_TO_START:
            raise ValidationError("That is many years ahead. Check the year of this day.")

    def validate_last_on(self, field: Any) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError(series.SeriesEndsBeforeStart().sentence)
        if field.data and field.data.year > self.today.year + MAX_YEARS:
            raise ValidationError("Leave this empty, if no end is known yet.")

    def validate_minutes(self, field: Any) -> None:
        """Require a whole number of minutes."""
        if not 1 <= fields.parse_whole_number(field.data) <= series.MAX_MINUTES:
            raise ValidationError(series.LengthOutOfRange().sentence)

    def validate_clock(self, field: Any) -> None:
        """Require the client's zone if the time is on the client's clock."""
        if field.data == CLIENTS and not self.client_zone.data:
            raise ValidationError("Write the client’s time zone, or choose My clock.")

    def validate_present(self, field: SelectMultipleField) -> None:
        """Allow only clients of this case; require one."""
        if not field.data or not set(field.data) <= self.client_ids:
            raise ValidationError("Choose who is expected.")

    def matches_record(self, stored: SessionSeries) -> bool:
        """Whether the series as typed is the stored one, apart from hours that were left out since."""
        typed = self.payload()
        return stored == msgspec.structs.replace(typed, skipped=stored.skipped, follows=stored.follows)

    def payload(self) -> SessionSeries:
        """The series as typed."""
        # On my own clock it stays on the clock that it was begun on, wherever this machine is by now.
        before = self.current.zone if self.current.zone != self.current.client_zone else ""
        mine = before or self.own_zone
        return msgspec.structs.replace(
            self.current,
            first_on=self.first_on.data,
            start=self.start.data,
            minutes=fields.parse_whole_number(self.minutes.data),
            repetition=Repetition(self.repetition.data),
            zone=self.client_zone.data if self.clock.data == CLIENTS else mine,
            last_on=self.last_on.data,
            skipped=(),
            setting=TherapySessionSetting(self.setting.data),
            place=self.place.data,
            call_back=self.call_back.data,
            present=tuple(UUID(hex=id).bytes for id in dict.fromkeys(self.present.data or ())),
            client_zone=self.client_zone.data or "",
        )


class SeriesEndForm(Form):
    """The last day on which a series may have an hour."""

    last_on = date_field("The last hour on", years_back=None, years_ahead=2, needed="Write the last day.")
    version = StringField("Version", default="0")
    first_on: date

    def validate_last_on(self, field: Any) -> None:
        """Refuse an end before the beginning."""
        if field.data and field.data < self.first_on:
            raise ValidationError(series.SeriesEndsBeforeStart().sentence)


class MoveHourForm(Form):
    """To which day and time one hour is moved."""

    on = date_field("Date", years_back=None, years_ahead=2, needed="Write the date.")
    start = fields.time_field("Start", needed="Write when it starts.")
    end = fields.time_field("End")
    today: date

    def validate_on(self, field: Any) -> None:
        """Refuse a day that is past."""
        if field.data and field.data < self.today:
            raise ValidationError(PAST_DAY)

    def validate_start(self, field: Any) -> None:
        """Refuse a time that the clock skips."""
        refuse_skipped_time(self.on.data, field.data)

    def validate_end(self, field: Any) -> None:
        """Refuse an end before the start."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError(therapy_sessions.EndBeforeStart().sentence)
