#!/usr/bin/env bash
# vobject: a zone is written under its winter abbreviation, and another reader takes that for a zone without summer.
#
# One would expect: ZoneInfo("Europe/London") is written as TZID=Europe/London.
# It is not so: vobject writes TZID=GMT and New York as TZID=EST, with rules of its own for both.
# icalendar takes a zone name it knows over the rules in the file, and GMT and EST have no summer time there:
# 14:00 in London in July becomes 15:00. vobject reads its own file rightly, so a test with one library passes.
# For this product: write calendars with icalendar or by hand, with the zone's full name; when a file is read whose
# zone is a bare abbreviation, show the hour with its offset and ask.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q icalendar==7.3.2 vobject==0.9.9 tzdata==2026.6 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
"$work/env/bin/python" - <<'PY'
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import vobject

print("vobject 0.9.9 and icalendar", icalendar.__version__, "on one file, July")
late = []
for zone in ("Europe/London", "America/New_York", "Europe/Berlin"):
    start = datetime(2026, 7, 6, 14, tzinfo=ZoneInfo(zone))
    calendar = vobject.iCalendar()
    event = calendar.add("vevent")
    event.add("uid").value = "1@example.org"
    event.add("dtstart").value = start
    event.add("dtend").value = start + timedelta(minutes=50)
    text = calendar.serialize()
    line = next(each for each in text.splitlines() if each.startswith("DTSTART;"))
    own = vobject.readOne(text).vevent.dtstart.value - start
    other = icalendar.Calendar.from_ical(text).events[0].start.astimezone(UTC) - start
    late.append(own == timedelta(0) and other == timedelta(hours=1))
    print(f"{zone}: {line}; read by vobject {own} late, by icalendar {other} late")
still = late == [True, True, False]
print("still so" if still else "changed")
sys.exit(not still)
PY
