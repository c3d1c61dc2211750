"""Reads the anchor of a data folder from `docs/format.md` alone: nothing of the toolkit is imported.

    python independent_anchor.py FOLDER

Needs Python 3.11 and no key. Prints where the audit chain stood after the last commit and what was
saved last, and compares it with the chain in `clinic.db`. Ends with 1 if saves are missing.
"""

import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import TypedDict


class Entry(TypedDict):
    """One of the lines that were saved last."""

    seq: int
    at: int
    link: str
    table: str
    ring: str
    record: str


class Slot(TypedDict):
    """Where the chain stood."""

    count: int
    incarnation: str
    seq: int
    head: str
    entries: list[Entry]


def slot(raw: bytes) -> Slot | None:  # format.md, "The anchor"
    if len(raw) != 4096 or hashlib.sha256(raw[:4064]).digest() != raw[4064:]:
        return None
    if raw[:8] != b"CtAnchor" or int.from_bytes(raw[8:10], "big") != 1:
        return None
    if max(int.from_bytes(raw[10:18], "big"), int.from_bytes(raw[34:42], "big")) > 1 << 62:
        return None
    number = int.from_bytes(raw[74:76], "big")
    entries = []
    for at in range(76, 76 + number * 76, 76):
        seq, moment = (int.from_bytes(raw[start : start + 8], "big") for start in (at, at + 8))
        name = raw[at + 24 : at + 44].rstrip(b"\0").decode()
        ring, record = raw[at + 44 : at + 60].hex(), raw[at + 60 : at + 76].hex()
        link = raw[at + 16 : at + 24].hex()
        entries.append(Entry(seq=seq, at=moment, link=link, table=name, ring=ring, record=record))
    return {
        "count": int.from_bytes(raw[10:18], "big"),
        "incarnation": raw[18:34].hex(),
        "seq": int.from_bytes(raw[34:42], "big"),
        "head": raw[42:74].hex(),
        "entries": entries,
    }


def newest(folder: Path | str) -> Slot | None:
    """The slot that counts, or None."""
    raw = (Path(folder) / "clinic.anchor").read_bytes()
    whole = [found for found in (slot(raw[:4096]), slot(raw[4096:])) if found]
    return max(whole, key=lambda found: found["count"]) if whole else None


def told(folder: Path | str) -> str:
    """What the anchor says of the chain: "whole", "missing", "other" or "absent"."""
    found = newest(folder)
    if found is None:
        return "absent"
    address = f"{(Path(folder) / 'clinic.db').resolve().as_uri()}?mode=ro"
    db = sqlite3.connect(address, uri=True)
    try:
        chain = dict(db.execute("SELECT seq, hash FROM audit_line"))
    finally:
        db.close()
    tip = max(chain, default=0)
    if tip >= found["seq"]:
        return "whole" if chain.get(found["seq"], b"").hex() == found["head"] else "other"
    links = {entry["link"] for entry in found["entries"] if entry["seq"] == tip}
    return "missing" if not links or links == {chain[tip][:8].hex()} else "other"


if __name__ == "__main__":
    sys.stdout.write(f"{newest(sys.argv[1])}\n{told(sys.argv[1])}\n")
    sys.exit(told(sys.argv[1]) != "whole")
