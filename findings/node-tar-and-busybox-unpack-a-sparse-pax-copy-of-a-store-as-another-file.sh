#!/usr/bin/env bash
# GNU tar -S with PAX headers: node-tar, tar-stream and busybox unpack another, shorter file, and report success.
#
# One would expect: a sparse file in a tar comes out as it went in, or the reader refuses what it does not know.
# It is not so: node's tar and tar-stream (and busybox 1.35) write the map of the holes and the pieces after it as
# GNUSparseFile.N/clinic.db: SQLite calls that no database. In tar's own older format node's tar writes nothing at all.
# Exit code 0 each time. GNU tar, bsdtar and Python's tarfile give back the same bytes.
# A store gets holes when a tool copies it with --sparse; rows that were deleted with secure_delete are zeros.
# For this product: make our backups without holes (tarfile writes none), and prove a backup by opening what was
# unpacked, never by the exit code; advice on copies by hand must not name tar -S.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit tar@7.5.23 tar-stream@3.2.2 >npm.log 2>&1 || { cat npm.log; exit 2; }
python3 - <<'PY'
import sqlite3

store = sqlite3.connect("dense.db")
store.execute("PRAGMA secure_delete = ON")
store.execute("CREATE TABLE note (sealed BLOB)")
store.executemany("INSERT INTO note VALUES (?)", [(b"x" * 20000,)] * 60)
store.commit()
store.execute("DELETE FROM note WHERE rowid < 58")
store.commit()
store.close()
PY
cp --sparse=always dense.db clinic.db
tar -S --format=posix -cf pax.tar clinic.db
tar -S --format=gnu -cf gnu.tar clinic.db
cat >unpack.mjs <<'JS'
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import { extract } from 'tar-stream';
for (const format of ['pax', 'gnu']) {
  mkdirSync(`tar-${format}`);
  await tar.extract({ file: `${format}.tar`, cwd: `tar-${format}` });
}
const entries = extract();
entries.on('entry', (header, stream, next) => {
  mkdirSync(dirname(`stream-pax/${header.name}`), { recursive: true });
  pipeline(stream, createWriteStream(`stream-pax/${header.name}`)).then(() => next(), next);
});
await pipeline(createReadStream('pax.tar'), entries);
JS
node unpack.mjs
mkdir python-pax python-gnu busybox-pax
# Debian's busybox, where it can be had.
if (apt-get download -q busybox && dpkg -x busybox_*.deb busybox) >apt.log 2>&1; then
  busybox/bin/busybox tar -xf pax.tar -C busybox-pax
fi
python3 -c 'import tarfile
for each in ("pax", "gnu"): tarfile.open(f"{each}.tar").extractall(f"python-{each}", filter="data")'
python3 - <<'PY'
import sqlite3
import sys
from pathlib import Path

print("node tar 7.5.23, tar-stream 3.2.2 and Python's tarfile on a sparse store of", Path("clinic.db").stat().st_size, "bytes")
good = Path("clinic.db").read_bytes()
seen = {}
for folder in ("python-pax", "python-gnu", "tar-pax", "stream-pax", "tar-gnu", "busybox-pax"):
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    seen[folder] = "not tried" if folder == "busybox-pax" else "nothing"
    for path in files:
        seen[folder] = "the same bytes" if path.read_bytes() == good else "other bytes"
        if seen[folder] == "other bytes":
            try:
                sqlite3.connect(path).execute("SELECT count(*) FROM note")
            except sqlite3.DatabaseError as problem:
                seen[folder] = str(problem)
    print(f"{folder}: {seen[folder]}", *(f"({path.relative_to(folder).as_posix()}, {path.stat().st_size} bytes)" for path in files))
busybox = seen.pop("busybox-pax")
still = busybox in ("not tried", "file is not a database") and seen == {
    "python-pax": "the same bytes",
    "python-gnu": "the same bytes",
    "tar-pax": "file is not a database",
    "stream-pax": "file is not a database",
    "tar-gnu": "nothing",
}
print("still so" if still else "changed")
sys.exit(not still)
PY
