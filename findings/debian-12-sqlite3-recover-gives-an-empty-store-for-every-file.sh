#!/usr/bin/env bash
# Debian 12's sqlite3: .recover gives back nothing, of a whole file too, and in a pipe that looks like success.
#
# One would expect: "sqlite3 hurt.db .recover | sqlite3 new.db", the way the manual shows, saves what can be read.
# It is not so: the package is built without the table of pages (sqlite_dbpage) that .recover reads from. It prints BEGIN
# and six PRAGMA lines, then "SQL logic error" on the other channel; the pipe ends with 0 and new.db is an empty store.
# The other way, .dump, gives the rows, but neither application_id nor user_version: to us a foreign file.
# VACUUM INTO keeps both. The wheel of apsw has no such table either, so a Python that would recover in this way cannot.
# For this product: our own salvage must not lean on the sqlite3 program, and a help text for a hurt record must
# not send people to .recover; whoever did it by .dump has to set the two numbers again.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
(apt-get download -q sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2) >apt.log 2>&1 || { cat apt.log; exit 2; }
python3 -m venv env
env/bin/pip install -q apsw==3.54.1.0 >pip.log 2>&1 || { cat pip.log; exit 2; }
for package in *.deb; do dpkg -x "$package" debian; done
LD_LIBRARY_PATH=$(dirname "$PWD/$(find debian -name 'libsqlite3.so.0')")
export LD_LIBRARY_PATH
tool() { debian/usr/bin/sqlite3 "$@"; }
ids() { tool "$1" "SELECT 'application_id ' || (SELECT * FROM pragma_application_id) || ', user_version ' || (SELECT * FROM pragma_user_version)"; }
tables() { tool "$1" "SELECT count(*) FROM sqlite_schema"; }
tool whole.db "PRAGMA application_id = 1234; PRAGMA user_version = 7; CREATE TABLE note (sealed BLOB); INSERT INTO note VALUES (x'00ff')"
set +o pipefail
tool whole.db .recover 2>recover.log | tool recovered.db
code=$?
set -o pipefail
tool whole.db .dump | tool dumped.db
tool whole.db "VACUUM INTO 'vacuumed.db'"
echo "sqlite3 $(tool --version | cut -d' ' -f1) of Debian 12 on a whole store of one table"
echo "the pipe with .recover: exit code $code, $(cat recover.log)"
by_apsw=$(env/bin/python - <<'PY'
import apsw

try:
    apsw.Connection("whole.db").execute("SELECT count(*) FROM sqlite_dbpage")
    print("there")
except apsw.SQLError as error:
    print(error)
PY
)
echo "the table of pages in apsw 3.54.1.0: $by_apsw"
echo "its table of pages: $(tool whole.db 'SELECT count(*) FROM sqlite_dbpage' 2>&1 || true)"
for each in whole recovered dumped vacuumed; do echo "$each: $(tables $each.db) table, $(ids $each.db)"; done
if [ "$code" = 0 ] && [ "$by_apsw" != there ] && [ "$(tables recovered.db)" = 0 ] && [ "$(tables dumped.db)" = 1 ] &&
  [ "$(ids dumped.db)" = 'application_id 0, user_version 0' ] && [ "$(ids vacuumed.db)" = "$(ids whole.db)" ]; then
  echo "still so"
else
  echo "changed"
  exit 1
fi
