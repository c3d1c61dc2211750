#!/usr/bin/env bash
# node-ical beside ical.js: an extra session is missing, and a series that moved for good moves once.
#
# One would expect: expandRecurringEvent() gives each session that the file holds: the rule, the dates added to it
# (RDATE), and changes that are said to hold from one session on (RANGE=THISANDFUTURE).
# It is not so: the added session is left out, and after the one moved to 16:00 the later ones are back at 14:00. ical.js
# and recurring-ical-events show both rightly. So the same file is right in one calendar and wrong in the next.
# For this product: write calendars with each session as an event of its own, or with RRULE and EXDATE and one
# changed event for each session that moved, never with RDATE or RANGE; what is read may hold both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q recurring-ical-events==3.8.2 icalendar==7.3.2 tzdata==2026.6 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
npm install --silent --no-fund --no-audit node-ical@0.26.1 ical.js@2.2.1 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >make.py <<'PY'
from pathlib import Path

import icalendar
import recurring_ical_events

SERIES = """UID:1@example.org
DTSTAMP:20260101T000000Z
SUMMARY:Session
DTSTART:20260302T140000Z
DURATION:PT50M
RRULE:FREQ=WEEKLY;COUNT=4
"""
LATER = """BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20260101T000000Z
SUMMARY:Session
RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T140000Z
DTSTART:20260309T160000Z
DURATION:PT50M
END:VEVENT
"""
for name, series, after in (("added", SERIES + "RDATE:20260305T140000Z\n", ""), ("moved", SERIES, LATER)):
    events = f"BEGIN:VEVENT\n{series}END:VEVENT\n{after}"
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example//finding//EN\n{events}END:VCALENDAR\n".replace("\n", "\r\n")
    Path(f"{name}.ics").write_bytes(text.encode())
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between((2026, 1, 1), (2026, 12, 31))
    Path(f"{name}.txt").write_text(", ".join(f"{start:%m-%d %H:%M}" for start in sorted(event.start for event in found)))
PY
"$work/env/bin/python" make.py
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
import ical from 'node-ical';
const shown = (starts) => starts.map((start) => start.toISOString().slice(5, 16).replace('T', ' ')).sort().join(', ');
const byNodeIcal = (text) => {
  const [event] = Object.values(ical.sync.parseICS(text)).filter((each) => each.type === 'VEVENT');
  const found = ical.expandRecurringEvent(event, { from: new Date('2026-01-01'), to: new Date('2026-12-31') });
  return shown(found.map((each) => each.start));
};
const byIcalJs = (text) => {
  const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
  const [series, ...changes] = events;
  changes.forEach((each) => series.relateException(each));
  const starts = [];
  const each = series.iterator();
  for (let at = each.next(); at; at = each.next()) starts.push(series.getOccurrenceDetails(at).startDate.toJSDate());
  return shown(starts);
};
console.log('node-ical 0.26.1, ical.js 2.2.1, recurring-ical-events 3.8.2: four Mondays 14:00 UTC');
const wanted = {
  added: ['03-02 14:00, 03-09 14:00, 03-16 14:00, 03-23 14:00', '03-02 14:00, 03-05 14:00, 03-09 14:00, 03-16 14:00, 03-23 14:00'],
  moved: ['03-02 14:00, 03-09 16:00, 03-16 14:00, 03-23 14:00', '03-02 14:00, 03-09 16:00, 03-16 16:00, 03-23 16:00'],
};
let still = true;
for (const [name, [first, others]] of Object.entries(wanted)) {
  const text = readFileSync(`${name}.ics`, 'utf8');
  const seen = [byNodeIcal(text), byIcalJs(text), readFileSync(`${name}.txt`, 'utf8')];
  console.log(`${name}, node-ical:             ${seen[0]}`);
  console.log(`${name}, ical.js:               ${seen[1]}`);
  console.log(`${name}, recurring-ical-events: ${seen[2]}`);
  still &&= seen[0] === first && seen[1] === others && seen[2] === others;
}
console.log(still ? 'still so' : 'changed');
process.exit(still ? 0 : 1);
JS
node read.mjs
