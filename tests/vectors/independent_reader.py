"""Reads a practice's store from `docs/format.md` and `docs/fields.md`, without anything of the toolkit.

    python independent_reader.py FOLDER passphrase|sheet|halves      (then type or pipe the secret)

`halves` are the two sheets of an executor, one after the other. Needs Python 3.11, `cryptography`, and
`independent_msgpack.py` and `independent_fields.py` beside it. Prints one JSON line for each record and each
audit line, checks everything it can check and stops at the first thing that does not hold.
"""

import getpass
import hashlib
import hmac
import json
import sqlite3
import struct
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

try:
    from tests.vectors.independent_fields import FIELDS, field_tables, labelled
    from tests.vectors.independent_msgpack import decoded as decoded
except ImportError:  # on its own, beside the others
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from independent_fields import (  # type: ignore[import-not-found, no-redef]
        FIELDS,
        field_tables,
        labelled,
    )
    from independent_msgpack import decoded  # type: ignore[import-not-found, no-redef]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SUITE = 1
RECORD_COLUMNS = {"id", "record", "version", "ring", "key_id", "final", "sealed"}


def enc(label: str, *fields: bytes | str | int | None) -> bytes:  # format.md, "Encoding"
    name = b"clinic/1/" + label.encode()
    out = bytes([len(name)]) + name + struct.pack(">H", len(fields))
    for field in fields:
        if field is None:
            out += b"\xff\xff\xff\xff"
            continue
        if isinstance(field, int):
            field = struct.pack(">Q", field)
        if isinstance(field, str):
            field = unicodedata.normalize("NFC", field).encode()
        out += struct.pack(">I", len(field)) + field
    return out


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)


def unseal(okm: bytes, sealed: bytes, aad: bytes) -> bytes:  # "The seal"
    if not hmac.compare_digest(sealed[:32], okm[44:]):
        raise ValueError("the commitment differs: a wrong secret, or changed bytes")
    return AESGCM(okm[:32]).decrypt(okm[32:44], sealed[32:], aad)


def unseal_hedged(key: bytes, label: str, blob: bytes, aad: bytes) -> bytes:  # "Seals under a long-lived key"
    if blob[0] != SUITE:
        raise ValueError("another suite")
    return unseal(expand(key, enc(label, blob[1:25], sha256(aad)), 76), blob[25:], aad)


def sheet_secret(text: str, first_group: int = 1) -> bytes:  # "The recovery sheet"
    meant = "".join(text.upper().translate(str.maketrans("OIL", "011", "-")).split())
    number = 0
    for group in range(8):
        values = [ALPHABET.index(character) for character in meant[group * 5 : group * 5 + 5]]
        check = 0
        for power, value in enumerate([*values[:4], first_group + group], start=1):
            for _ in range(power):
                value = value << 1 ^ (0b100101 if value & 16 else 0)
            check ^= value
        if check != values[4]:
            raise ValueError(f"group {group + 1} is not as printed")
        for value in values[:4]:
            number = number << 5 | value
    return number.to_bytes(20, "big")


def both_halves(text: str) -> bytes:  # "Executor halves"
    meant = "".join(text.translate(str.maketrans("", "", "- \n")).split())
    halves = (sheet_secret(meant[:40], 9), sheet_secret(meant[40:], 17))
    return bytes(one ^ other for one, other in zip(*halves, strict=True))


class Reader:
    """An opened store. `records` and `audit_lines` yield dictionaries."""

    def __init__(
        self, folder: Path | str, *, passphrase: str | None = None, sheet: str = "", halves: str = ""
    ) -> None:
        self.db = sqlite3.connect(f"{(Path(folder) / 'clinic.db').resolve().as_uri()}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        head = self.db.execute("SELECT * FROM vault").fetchone()
        if head["suite"] != SUITE:
            raise ValueError("another suite")
        self.vault, self.incarnation = head["vault"], head["incarnation"]
        self._open_slot(passphrase, sheet, halves)
        self._check_slot_list()
        identity = self.db.execute("SELECT * FROM identity WHERE user = ?", [self.user]).fetchone()
        plain = unseal_hedged(
            self.user_key, "user-key", identity["sealed"], self._own("user-seal", "identity")
        )
        self.public = Ed25519PublicKey.from_public_bytes(plain[1:])
        if plain[0] != 2:
            raise ValueError("another kind of identity")
        if self.signing_seal_key:
            place = self._own("user-sign", "identity")
            seed = unseal_hedged(self.signing_seal_key, "user-key", identity["sealed_signing"], place)
            if Ed25519PrivateKey.from_private_bytes(seed[1:]).public_key() != self.public:
                raise ValueError("the two parts of the identity do not fit")
        self.fingerprint = sha256(enc("hash/fingerprint", self.vault, self.user, plain[1:], None))
        rings = ((row["ring"], self._ring(row)) for row in self.db.execute("SELECT * FROM ring"))
        self.rings = {ring: found for ring, found in rings if found}
        self.keys = list(self._all_keys())

    def _own(self, label: str, what: str, *place: bytes | int) -> bytes:
        return enc(label, self.vault, SUITE, self.user, what, *place)

    def _slot_head(self, row: sqlite3.Row, label: str = "slot") -> bytes:
        cost = (row["memory_kib"], row["passes"], row["lanes"])
        return enc(label, self.vault, SUITE, row["user"], row["slot"], row["kind"], row["salt"], *cost)

    def _open_slot(self, passphrase: str | None, sheet: str, halves: str) -> None:  # "Slots"
        kind = 1 if passphrase is not None else 3 if halves else 2
        row = self.db.execute("SELECT * FROM slot WHERE kind = ?", [kind]).fetchone()
        self.user = row["user"]
        if passphrase is not None:
            m, t, p = row["memory_kib"], row["passes"], row["lanes"]
            if not (65536 <= m <= 1048576 and 3 <= t <= 10 and 4 <= p <= 16):
                raise ValueError("a cost outside the limits")
            secret = unicodedata.normalize("NFC", passphrase).encode()
            root = Argon2id(salt=row["salt"], length=32, iterations=t, lanes=p, memory_cost=m).derive(secret)
        else:
            secret = sheet_secret(sheet) if sheet else both_halves(halves)
            root = hmac.digest(row["salt"], secret, "sha256")  # HKDF-Extract

        def held(column: str, label: str) -> bytes | None:
            head = self._slot_head(row, label)
            return None if row[column] is None else unseal(expand(root, head, 76), row[column], head)

        self.user_key = held("sealed", "slot") or b""
        self.signing_seal_key = held("sealed_signing", "slot-sign")
        self.psychotherapy_key = held("sealed_psychotherapy", "slot-psy")

    def _check_slot_list(self) -> None:
        if self.signing_seal_key is None:
            return  # an executor cannot check it
        row = self.db.execute("SELECT * FROM slot_list WHERE user = ?", [self.user]).fetchone()
        slots = self.db.execute("SELECT * FROM slot WHERE user = ?", [self.user])
        sealed = ("sealed", "sealed_signing", "sealed_psychotherapy")
        prints = sorted(
            sha256(enc("hash/slot", self._slot_head(slot), *(slot[name] for name in sealed)))
            for slot in slots
        )
        place = enc("slot-list", self.vault, self.user, row["generation"], *prints)
        mac = expand(self.signing_seal_key, place, 32)
        if not hmac.compare_digest(mac, row["mac"]):
            raise ValueError("the list of ways in is not the last one made")

    def _ring(self, row: sqlite3.Row) -> dict[str, Any] | None:
        place = (row["ring"], row["generation"])
        query = "SELECT sealed FROM ring_grant WHERE ring = ? AND generation = ? AND user = ?"
        sealed = self.db.execute(query, [*place, self.user]).fetchone()[0]
        plain = unseal_hedged(self.user_key, "user-key", sealed, self._own("user-seal", "grant", *place))
        version, owner, number, order, creator, held = struct.unpack(">B16sBQ32s105s", plain)
        cdk = held[:32]
        if number == 3:  # psychotherapy notes
            if self.psychotherapy_key is None:
                return None
            cdk = unseal_hedged(
                self.psychotherapy_key, "user-key", held, self._own("user-psy", "grant", *place)
            )
        members = self.user + self.fingerprint + sha256(sealed) + b"\0"
        key_id = expand(cdk, enc("ring-kid", *place, owner, number, creator), 16)
        found = (version, creator, row["members"], row["key_id"], row["previous"])
        if found != (1, self.fingerprint, members, key_id, None):
            raise ValueError("a ring's statement does not fit its grant")
        self.public.verify(
            row["signature"], enc("sig/ring", self.vault, *place, key_id, members, None, row["grantor"])
        )
        return {"cdk": cdk, "key_id": key_id, "owner": owner.hex(), "class": number, "order": order}

    def _open(
        self, table: str, record: bytes, version: int, ring: bytes, key_id: bytes, blob: bytes
    ) -> dict[str, Any]:  # "Records"
        found = self.rings[ring]
        if key_id != found["key_id"]:
            raise ValueError("an unknown generation of a ring")
        place = enc("rec", self.vault, SUITE, table, record, version, ring, key_id)
        inside = unseal_hedged(found["cdk"], "rec-key", blob, place)
        if inside[0] != 1:
            raise ValueError("another kind of plaintext")
        random, at = inside[1:33], 34 + inside[33]
        label, signature = inside[34:at].decode(), b""
        if label:
            signature, at = inside[at : at + 64], at + 64
        (length,) = struct.unpack(">I", inside[at : at + 4])
        body = inside[at + 4 : at + 4 + length]
        named = sha256(enc("hash/content", random, body))
        if label:
            self._verify(signature, enc(label, self.vault, record, version, named))
        belongs = {"owner": found["owner"], "class": found["class"]}
        return belongs | {"content": named.hex(), "signed": label, "raw": body}

    def _open_row(self, table: str, row: sqlite3.Row) -> dict[str, Any]:
        return self._open(table, *(row[name] for name in ("record", "version", "ring", "key_id", "sealed")))

    def _all_keys(self) -> Iterator[Ed25519PublicKey]:  # "Keys replaced"
        yield self.public
        if self.db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'contact'").fetchone():
            for row in self.db.execute("SELECT * FROM contact"):
                contact = decoded(self._open_row("contact", row)["raw"])[1]
                if contact[0] == self.user:
                    yield Ed25519PublicKey.from_public_bytes(contact[1])

    def _verify(self, signature: bytes, signed: bytes) -> None:
        for key in self.keys:
            with suppress(InvalidSignature):
                return key.verify(signature, signed)
        raise InvalidSignature

    def records(self) -> Iterator[dict[str, Any]]:
        """Every version of every record that the secret opens, table by table."""
        for (table,) in self.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
            if {row["name"] for row in self.db.execute(f"PRAGMA table_info({table})")} != RECORD_COLUMNS:
                continue
            for row in self.db.execute(f"SELECT * FROM {table} ORDER BY id"):
                if row["ring"] not in self.rings and self.psychotherapy_key is None:
                    continue  # psychotherapy notes, which this secret does not open
                named = {"table": table, "record": row["record"].hex(), "version": row["version"]}
                yield named | self._open_row(table, row)

    def audit_lines(self) -> Iterator[dict[str, Any]]:
        """Every line of the audit trail, the chain and the signatures checked."""
        before, lines = bytes(32), self.db.execute("SELECT * FROM audit_line ORDER BY seq").fetchall()
        begun = [(row["seq"], row["body"]) for row in lines if row["body"][0] == 2]
        for seq, row in enumerate(lines, start=1):
            incarnation = next((body[1:17] for first, body in begun if seq < first), self.incarnation)
            before = sha256(enc("hash/audit", incarnation, seq, before, row["body"]))
            if row["seq"] != seq or row["hash"] != before:
                raise ValueError(f"audit line {seq} does not fit")
            kind, body, said = row["body"][0], row["body"][1:], enc("sig/audit", incarnation, seq, before)
            if kind == 2:
                said = enc("sig/restore", self.vault, body[:16], body[16:32], seq, before)
                body = b"\xc4" + bytes([len(body)]) + body
            if row["signature"] is not None:
                self.public.verify(row["signature"], said)
            if kind == 1:
                ring = next(key for key, ring in self.rings.items() if ring["class"] == 4)
                body = self._open("audit_line", incarnation, seq, ring, body[:16], body[16:])["raw"]
            yield {"seq": seq, "signed": row["signature"] is not None, "raw": body}


if __name__ == "__main__":
    folder, way = sys.argv[1:]
    typed = getpass.getpass(f"{way}: ") if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    reader = Reader(folder, **{way: typed})
    tables = field_tables() if FIELDS.exists() else {}
    for lines in (reader.records(), reader.audit_lines()):
        for line in lines:
            line["body"] = decoded(line.pop("raw"))
            if line.get("table") in tables:
                stamp, content = line["body"]
                line["body"] = labelled("stamp", stamp, tables) | labelled(line["table"], content, tables)
            sys.stdout.write(json.dumps(line, default=lambda raw: raw.hex(), ensure_ascii=False) + "\n")
