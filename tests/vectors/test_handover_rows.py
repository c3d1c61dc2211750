"""The rows of a hand-over, read by docs/format.md alone: nothing here uses our own sealing."""

import struct
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import text

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.handovers.answer_log import HandoverAct
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, giving

from . import independent_reader


def opened(key: bytes, vault: UUID, row: tuple[bytes, int, int, bytes, bytes]) -> list[object]:
    """One row, by the page."""
    of, seq, item, previous, sealed = row
    enc = independent_reader.enc
    place = enc("handover", vault.bytes, of, seq, item, previous)
    assert sealed[0] == 1
    salt, commitment, rest = sealed[1:25], sealed[25:57], sealed[57:]
    okm = HKDFExpand(hashes.SHA256(), 76, enc("handover-key", salt, sha256(place).digest())).derive(key)
    assert okm[44:] == commitment
    whole = AESGCM(okm[:32]).decrypt(okm[32:44], rest, place)
    (length,) = struct.unpack_from(">I", whole)
    assert len(whole) % 256 == 0 and not whole[4 + length :].strip(b"\0")
    found: list[object] = msgspec.msgpack.decode(whole[4 : 4 + length])
    return found


def test_every_row_is_as_the_page_says(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    form = work.begun(work.client(), giving())
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
        for item, value in ((3, 4), (1, 0)):
            response = Response(status=ResponseStatus.ANSWERED, value=value, wants_to_talk=True, remark="Sí.")
            client_side.record_answer(db, ticket, item, response, now=NOW)
        client_side.record_act(db, ticket, HandoverAct.GIVEN_BACK, now=NOW)
    with reading(work.engine) as db:
        rows = [tuple(row) for row in db.execute(text("SELECT * FROM handover_row ORDER BY seq"))]
    at = int(NOW.timestamp() * 1_000_000)
    assert [opened(ticket.handover_key, work.vault.vault_id, row) for row in rows] == [
        [3, "answered", 4, True, "Sí.", at, None],
        [1, "answered", 0, True, "Sí.", at, None],
        [0, "given_back", None, False, "", at, None],
    ]
    before = bytes(32)
    for of, seq, item, previous, sealed in rows:
        assert (of, previous) == (out.id.bytes, before)
        named = independent_reader.enc("hash/handover", of, seq, item, previous, sealed)
        before = sha256(named).digest()
