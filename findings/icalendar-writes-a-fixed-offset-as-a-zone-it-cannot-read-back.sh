#!/usr/bin/env bash
# icalendar: a time that carries only an offset is written with a zone that nobody knows.
#
# One would expect: datetime.fromisoformat("2026-07-06T14:00:00-04:00") is a full moment, so the file keeps it:
# as UTC, or with a VTIMEZONE. add_missing_timezones() would be there for just that.
# It is not so: the line names a zone (UTC-04:00) that the file does not define and no list of zones holds.
# icalendar itself and vobject read the line back without any zone: 14:00 wherever the reader is.
# astimezone() without an argument gives the same kind of time, by an abbreviation (EDT).
# For this product: hand every start to icalendar in UTC or with a ZoneInfo, and read each file back before it is given away.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q icalendar==7.3.2 vobject==0.9.9 tzdata==2026.6 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
"$work/env/bin/python" - <<'PY'
import logging
import sys
from datetime import UTC, datetime, timedelta

import icalendar
import vobject

logging.disable(logging.CRITICAL)  # vobject names the unknown zone in its log, and goes on
start = datetime.fromisoformat("2026-07-06T14:00:00-04:00")
calendar = icalendar.Calendar()
calendar.add("prodid", "-//example//finding//EN")
calendar.add("version", "2.0")
event = icalendar.Event()
event.add("uid", "1@example.org")
event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
event.add("dtstart", start)
event.add("duration", timedelta(minutes=50))
calendar.add_component(event)
calendar.add_missing_timezones()
text = calendar.to_ical().decode()
line = next(each for each in text.splitlines() if each.startswith("DTSTART"))
by_icalendar = icalendar.Calendar.from_ical(text).events[0].start
by_vobject = vobject.readOne(text).vevent.dtstart.value
print("icalendar", icalendar.__version__, "and vobject 0.9.9: a start with an offset loses it on the way through a file")
print("written:   ", start.isoformat())
print("the line:  ", line, "" if "VTIMEZONE" in text else "(no VTIMEZONE in the file)")
print("icalendar: ", by_icalendar.isoformat())
print("vobject:   ", by_vobject.isoformat())
still = by_icalendar.tzinfo is None and by_vobject.tzinfo is None and "VTIMEZONE" not in text
print("still so" if still else "changed")
sys.exit(not still)
PY
