#!/usr/bin/env bash
# khal: the zone it writes beside a weekly event holds the one change after its first day, and no later one.
#
# One would expect: an event that repeats without end comes with a VTIMEZONE that repeats too (an RRULE in it).
# It is not so: there is one STANDARD and one DAYLIGHT part, each with a single date. Readers that know the zone's name
# do not notice. Readers that go by the file's own rules (vobject, ical.js without a list of zones) stay in summer time
# for good: from the end of October on a session at 14:00 is an hour early, and no reader says so.
# For this product: when a series is read, compare the file's rules with the zone's own over the whole series
# and ask where they part; write a VTIMEZONE whose changes repeat.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q khal==0.14.1 icalendar==7.3.2 vobject==0.9.9 tzdata==2026.6 >"$work/out" 2>&1 || { cat "$work/out"; exit 2; }
(cd "$work" && npm install --silent --no-fund --no-audit ical.js@2.2.1 >"$work/out" 2>&1) || { cat "$work/out"; exit 2; }
mkdir -p "$work/calendar" "$work/config/khal"
cat >"$work/config/khal/config" <<CONFIG
[calendars]
[[sessions]]
path = $work/calendar
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %d.%m.%Y
longdateformat = %d.%m.%Y
datetimeformat = %d.%m.%Y %H:%M
longdatetimeformat = %d.%m.%Y %H:%M
[sqlite]
path = $work/khal.db
CONFIG
HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache \
  "$work/env/bin/khal" new -a sessions --repeat weekly 02.03.2026 14:00 14:50 Session
cat "$work"/calendar/*.ics >"$work/session.ics"
cat >"$work/read.mjs" <<'JS'
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
const file = new ICAL.Component(ICAL.parse(readFileSync('session.ics', 'utf8')));
const each = new ICAL.Event(file.getFirstSubcomponent('vevent')).iterator();
let at = each.next();
while (at.toString() < '2026-11-02') at = each.next();
console.log(at.toJSDate().toISOString().slice(11, 16));
JS
by_ical_js=$(cd "$work" && node read.mjs)
"$work/env/bin/python" - "$work/session.ics" "$by_ical_js" <<'PY'
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import vobject

text = Path(sys.argv[1]).read_text()
event = vobject.readOne(text).vevent
after = datetime(2026, 11, 2, tzinfo=event.dtstart.value.tzinfo)
by_vobject = event.rruleset.after(after).astimezone(UTC).strftime("%H:%M")
right = datetime(2026, 11, 2, 14, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC).strftime("%H:%M")
zone = text.partition("END:VTIMEZONE")[0]
print("khal 0.14.1 wrote a weekly session at 14:00 in Berlin, from 2 March 2026")
print("its VTIMEZONE:", zone.count("BEGIN:STANDARD"), "STANDARD,", zone.count("BEGIN:DAYLIGHT"), "DAYLIGHT,", zone.count("RRULE"), "RRULE")
print(f"2 November 2026 in UTC: meant {right}, vobject 0.9.9 {by_vobject}, ical.js 2.2.1 {sys.argv[2]}")
still = by_vobject == sys.argv[2] == "12:00" != right and "RRULE" not in zone
print("still so" if still else "changed")
sys.exit(not still)
PY
