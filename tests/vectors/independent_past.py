"""Reads the trail from before the keys were replaced, from `docs/format.md` and the reader beside it."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import independent_reader
from .independent_reader import decoded, enc, sha256, unseal_hedged

EVENT = "practice.keys_replaced "
UNREAD = b"\xc1"


def kept_bytes(reader: independent_reader.Reader, table: str, row: Any) -> tuple[bytes, bytes]:
    """The key id and the sealed bytes of a version that did not open when the keys were replaced.

    Raises ValueError where the row holds anything else.
    """
    ring = row["ring"]
    if ring not in reader.rings:
        ring = next(key for key, found in reader.rings.items() if found["class"] == 5)
    place = (row["record"], row["version"], ring, row["key_id"], row["sealed"])
    body = reader._open(table, *place)["raw"]
    if body[:1] != UNREAD:
        raise ValueError("a version that can be read")
    key_id, sealed = decoded(body[1:])
    return key_id, sealed


def past_texts(reader: independent_reader.Reader) -> list[Any]:
    """The text of every line of the old trail, read from the old lines themselves; None where none could be.

    Raises ValueError or InvalidSignature where the old chain, an old signature, what a line says now, or the
    hand-over to the new identity does not hold; IndexError where no keys were replaced.
    """
    lines = list(reader.audit_lines())
    # What could not be read when the keys were replaced cannot be read now.
    texts: list[Any] = [("",) if line["raw"][:1] == UNREAD else decoded(line["raw"]) for line in lines]
    at = [seq for seq, text in enumerate(texts) if str(text[0]).startswith(EVENT)][-1]
    incarnations, head, key, practice_keys, signature = texts[at][4]
    last, incarnation = incarnations[-1]
    old = Ed25519PublicKey.from_public_bytes(key)
    public = reader.public.public_bytes_raw()
    old.verify(
        signature,
        enc("sig/rekey", reader.vault, incarnation, last, head, reader.incarnation, reader.user, public),
    )
    ring = next(ring for ring, found in reader.rings.items() if found["class"] == 4)
    opening = dict(practice_keys)
    before, found = bytes(32), list[Any]()
    for line, text in zip(lines[:last], texts, strict=False):
        if line["raw"][:1] == UNREAD:
            before = decoded(line["raw"][1:])[1] or before
            found.append(None)
            continue
        incarnation = next(one for number, one in incarnations if line["seq"] <= number)
        body, signed = (b"\0" + line["raw"], b"") if len(text) == 2 else text[4]
        before = sha256(enc("hash/audit", incarnation, line["seq"], before, body))
        if body[0] == 1:
            old.verify(signed, enc("sig/audit", incarnation, line["seq"], before))
            key_id, blob = body[1:17], body[17:]
            place = enc("rec", reader.vault, 1, "audit_line", incarnation, line["seq"], ring, key_id)
            inside = unseal_hedged(opening[key_id], "rec-key", blob, place)
            length = int.from_bytes(inside[34:38], "big")
            found.append(decoded(inside[38 : 38 + length]))
        elif body[0] == 2:
            place = enc("sig/restore", reader.vault, body[1:17], body[17:33], line["seq"], before)
            old.verify(signed, place)
            found.append(text)
        else:
            found.append(text)
        if found[-1][:4] != text[:4]:
            raise ValueError(f"line {line['seq']} says something else now")
    if (at, before) != (last, head):
        raise ValueError("the old trail does not end where it was handed over")
    return found
