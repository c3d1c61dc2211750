"""What was erased and what is missing, from `docs/format.md` and the readers beside it alone."""

from . import independent_reader, independent_trail


def erased_rings(reader: independent_reader.Reader) -> set[bytes]:
    """The rings that a tombstone names that counts: signed, named by a line, and without any key left."""
    [practice_ring] = [ring for ring, found in reader.rings.items() if found["class"] == 4]
    named = {
        (record.hex(), version, content.hex())
        for table, ring, record, version, content in _written(reader)
        if (table, ring) == ("tombstone", practice_ring)
    }
    rings: set[bytes] = set()
    for row in reader.records():
        if row["table"] != "tombstone" or row["signed"] != "sig/tombstone":
            continue
        stamp, (erased, _, _) = independent_reader.decoded(row["raw"])
        is_own = stamp[1] == reader.user and row["class"] == 4 and stamp[3] == "erased"
        if is_own and (row["record"], row["version"], row["content"]) in named:
            rings |= set(erased)
    with_keys = {
        ring for table in ("ring", "ring_grant") for (ring,) in reader.db.execute(f"SELECT ring FROM {table}")
    }
    return rings - with_keys


def missing(reader: independent_reader.Reader) -> list[tuple[str, str, int]]:
    """The table, record and newest version of every record that lines name and that is not there."""
    newest: dict[bytes, tuple[str, bytes, int]] = {}
    for table, ring, record, version, _ in _written(reader):
        if record not in newest or version >= newest[record][2]:
            newest[record] = (table, ring, version)
    there = {(row["table"], row["record"], row["version"]) for row in reader.records()}
    gone = erased_rings(reader)
    return [
        (table, record.hex(), version)
        for record, (table, ring, version) in newest.items()
        if ring not in gone and (table, record.hex(), version) not in there
    ]


def _written(reader: independent_reader.Reader) -> list[tuple[str, bytes, bytes, int, bytes]]:
    return [
        tuple(entry)
        for text in independent_trail.told(reader)
        if isinstance(text, list) and len(text) >= 4
        if text[0].split(" ")[0] not in independent_trail.READ_ONLY
        for entry in text[3]
        if entry[0] not in ("ring", "ring_grant")
    ]
