"""Puts the second copy of a practice's head back into a copy of its store, from `docs/format.md` alone.

    python independent_header.py FOLDER TARGET      (TARGET is a new folder; FOLDER is only read)

Needs Python 3.11 and no key: what the file holds is sealed. `independent_reader.py` reads the result, and
the audit trail that it finds there says whether the ways in are the newest.
"""

import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import Any

try:
    from tests.vectors.independent_reader import decoded
except ImportError:  # on its own, beside the other
    from independent_reader import decoded  # type: ignore[import-not-found, no-redef]

TABLES = ("vault", "identity", "ring", "ring_grant", "slot", "slot_list")


def head(folder: Path | str) -> tuple[int, dict[str, list[Any]]]:  # "The second copy of the head"
    raw = (Path(folder) / "clinic.head").read_bytes()
    body, total = raw[:-32], raw[-32:]
    if hashlib.sha256(body).digest() != total:
        raise ValueError("the sum differs")
    if body[:8] != b"CtHead\x00\x01" or int.from_bytes(body[8:12], "big") != len(body) - 12:
        raise ValueError("another format")
    generation, tables = decoded(body[12:])
    return generation, dict(zip(TABLES, tables, strict=True))


def put_back(folder: Path | str, target: Path | str) -> int:
    generation, tables = head(folder)
    Path(target).mkdir()
    source = sqlite3.connect(f"{(Path(folder) / 'clinic.db').resolve().as_uri()}?mode=ro", uri=True)
    made = sqlite3.connect(Path(target) / "clinic.db")
    source.backup(made)
    source.close()
    rings = {row[0] for row in tables["ring"]}
    for name, rows in tables.items():
        if name in ("ring", "ring_grant"):
            made.executemany(f"DELETE FROM {name} WHERE ring = ?", [[ring] for ring in rings])
        else:
            made.execute(f"DELETE FROM {name}")
        for row in rows:
            made.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    made.commit()
    made.close()
    return generation


if __name__ == "__main__":
    sys.stdout.write(f"the ways in are number {put_back(*sys.argv[1:])}\n")
