#!/usr/bin/env bash
# recurring-ical-events: a series in UTC lands on another weekday when the file also says X-WR-TIMEZONE.
#
# One would expect: X-WR-TIMEZONE says in which zone to show the times, and moves none of them.
# It is not so: the start is turned into local time (Monday evening), but the rule's BYDAY=TU is left as it stands and
# is then read in local time. Of four Tuesdays 01:00 UTC (Monday 18:00 in Los Angeles) the first is kept and four
# others follow on Tuesday evening: a day late each, and one too many.
# The same holds for every evening west of Greenwich and every early morning east of it.
# For this product: expand a series in UTC as UTC and turn the moments into local time afterwards; take
# X-WR-TIMEZONE out before recurring-ical-events sees the calendar.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q recurring-ical-events==3.8.2 icalendar==7.3.2 x-wr-timezone==2.0.1 tzdata==2026.6 >"$work/pip" 2>&1 ||
  { cat "$work/pip"; exit 2; }
"$work/env/bin/python" - <<'PY'
import sys
from datetime import UTC

import icalendar
import recurring_ical_events

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//finding//EN
X-WR-TIMEZONE:America/Los_Angeles
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20260101T000000Z
SUMMARY:Session
DTSTART:20260407T010000Z
DURATION:PT50M
RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4
END:VEVENT
END:VCALENDAR
"""


def starts(text: str) -> list[str]:
    calendar = icalendar.Calendar.from_ical(text.replace("\n", "\r\n"))
    events = recurring_ical_events.of(calendar).between((2026, 1, 1), (2026, 12, 31))
    return [f"{start.astimezone(UTC):%a %d %b %H:%M}" for start in sorted(event.start for event in events)]


plain = starts(FILE.replace("X-WR-TIMEZONE:America/Los_Angeles\n", ""))
named = starts(FILE)
print("recurring-ical-events 3.8.2, x-wr-timezone 2.0.1: four Tuesdays 01:00 UTC, shown in UTC")
print("without X-WR-TIMEZONE:", ", ".join(plain))
print("with X-WR-TIMEZONE:   ", ", ".join(named))
still = len(plain) == 4 and len(named) == 5 and [each[:3] for each in named] == ["Tue", "Wed", "Wed", "Wed", "Wed"]
print("still so" if still else "changed")
sys.exit(not still)
PY
