"""Opens the rows of forms that are in a client's hands, from `docs/format.md` and the reader beside it."""

from collections.abc import Iterator
from typing import Any

from . import independent_reader
from .independent_reader import decoded, enc, sha256, unseal_hedged


def rows(reader: independent_reader.Reader) -> Iterator[dict[str, Any]]:
    """Every row of each form that is out, opened.

    Raises ValueError where one does not follow the row before it.
    """
    newest: dict[str, Any] = {}
    for line in reader.records():
        if line["table"] == "handover":
            known = newest.get(line["record"])
            if known is None or line["version"] > known["version"]:
                newest[line["record"]] = line
    for record, line in newest.items():
        stamp, content = decoded(line["raw"])
        if stamp[3] == "out":
            yield from _rows_of(reader, bytes.fromhex(record), key=content[5])


def _rows_of(reader: independent_reader.Reader, of: bytes, key: bytes) -> Iterator[dict[str, Any]]:
    before = bytes(32)
    query = "SELECT seq, item, previous, sealed FROM handover_row WHERE handover = ? ORDER BY seq"
    for number, (seq, item, previous, sealed) in enumerate(reader.db.execute(query, [of]), start=1):
        if (seq, previous) != (number, before):
            raise ValueError(f"row {number} of a form does not follow the one before")
        place = enc("handover", reader.vault, of, seq, item, previous)
        whole = unseal_hedged(key, "handover-key", sealed, place)
        end = 4 + int.from_bytes(whole[:4], "big")
        if whole[end:].strip(b"\0") or len(whole) % 256:
            raise ValueError(f"row {number} of a form is not filled up as it should be")
        before = sha256(enc("hash/handover", of, seq, item, previous, sealed))
        yield {"handover": of.hex(), "seq": seq, "item": item, "body": decoded(whole[4:end])}
