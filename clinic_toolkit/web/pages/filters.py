"""Jinja filters for dates, times, positions in a chart and the client's own word."""

from datetime import date, timedelta

from flask import Flask

from clinic_toolkit.dates import (
    format_date,
    format_date_and_time,
    format_day_and_month,
    format_field_time,
    format_short_date,
    format_time,
    weekday_name,
)
from clinic_toolkit.instruments import client_wording


def register_filters(app: Flask) -> None:
    """Register the filters for every template."""
    app.jinja_env.filters.update(
        day=format_date,
        day_of=short_date,
        short_day=short_day,
        weekday=weekday_name,
        clock=format_time,
        field_time=format_field_time,
        moment=format_date_and_time,
        share=percentage,
        times=times,
        spell=duration,
        spoken=client_wording.with_client_word,
        quoted=client_wording.with_client_word_in_quotes,
        with_gaps=client_wording.with_gaps,
        gaps=client_wording.gaps_of,
    )


def short_day(day: date) -> str:
    """ "Thu 19 Nov": for lists."""
    return f"{weekday_name(day)[:3]} {format_day_and_month(day)}"


def short_date(day: date, today: date) -> str:
    """ "19 Nov", and "19 Nov 2025" in another year: for lists of many months."""
    return format_day_and_month(day) if day.year == today.year else format_short_date(day)


def times(count: int) -> str:
    """ "once", "twice", "5 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def percentage(part: float) -> str:
    """A position in a chart, from 0 to 1, as a CSS length: "12.50%"."""
    return f"{part:.2%}"


def duration(spent: timedelta) -> str:
    """ "1 minute 35 seconds"; from one hour on just "more than an hour", where an exact time says nothing."""
    minutes, seconds = divmod(int(spent.total_seconds()), 60)
    if minutes >= 60:
        return "more than an hour"
    parts = [_count_with_unit(minutes, "minute")] if minutes else []
    parts += [_count_with_unit(seconds, "second")] if seconds or not minutes else []
    return " ".join(parts)


def _count_with_unit(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"
