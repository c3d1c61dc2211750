"""The manifest of a backup: what is in it, of which practice and moment, and who says so.

It needs no key to be read. A clinician signs it when the backup is made while the record is unlocked.
"""

import hashlib
import re
import struct
from pathlib import Path
from uuid import UUID

import msgspec

from clinic_toolkit.backup import refusals
from clinic_toolkit.crypto.signature import SIGNATURE_BYTES, verify_signature
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault.vault import Vault

SIGNATURE_LABEL = "sig/backup"
MAX_BYTES = 1 << 24

_MAGIC, _FORMAT = b"CtBackup", 1
_HEADER = struct.Struct(">8sHI")
_CHECKSUM_BYTES = 32
# A version is shown on terminals, where other characters are commands.
_PROGRAM = re.compile(r"[!-~]{0,100}")
# What a store can be asked for.
_MAX_NUMBER = (1 << 63) - 1


class PartEntry(msgspec.Struct, array_like=True, frozen=True):
    """One part: its name, its length in bytes, and the SHA-256 of its content."""

    name: str
    length: int
    sha256: bytes


class Manifest(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The statement of a backup, in the order in which it is stored.

    `made_at` is in microseconds since 1970 in UTC. `last_line` and `last_hash` are the end of the audit
    trail; `counts` are the rows of each table; `faults` is how many faults the check without keys found in
    the record itself. `deletions` are the newest deletions (`journal/deletion_list.py`), the last one at the
    end. `signer` is the clinician who signed, None if it was made without a key.
    """

    made_at: int
    program: str
    store_format: int
    vault: bytes
    incarnation: bytes
    last_line: int
    last_hash: bytes
    counts: tuple[tuple[str, int], ...]
    parts: tuple[PartEntry, ...]
    faults: int
    deletions: tuple[bytes, ...]
    signer: bytes | None

    @property
    def short_id(self) -> str:
        """The first eight digits of the practice's id, as the name of the file has them."""
        return self.vault.hex()[:8]

    @property
    def size(self) -> int:
        """Bytes of all parts together."""
        return sum(part.length for part in self.parts)


class SignedManifest(msgspec.Struct, frozen=True):
    """A manifest, its encoded statement, and the signature over it; empty if it was made without a key."""

    manifest: Manifest
    statement: bytes
    signature: bytes

    def is_signed_by_member(self, vault: Vault) -> bool:
        """Whether the clinician whom it names signed it, by the key that this vault knows of them."""
        signer = self.manifest.signer
        key = vault.key_directory.find_key(UUID(bytes=signer)) if signer else None
        return key is not None and verify_signature(
            key.signing_key, SIGNATURE_LABEL, *_signed_fields(self.statement), signature=self.signature
        )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Manifest).decode


def encode_manifest(manifest: Manifest, vault: Vault | None) -> bytes:
    """Encode a manifest, signed by this vault; None leaves it unsigned. `signer` must say the same."""
    statement = _encode(manifest)
    signature = vault.sign(SIGNATURE_LABEL, *_signed_fields(statement)) if vault else b""
    packed = _HEADER.pack(_MAGIC, _FORMAT, len(statement)) + statement + bytes([len(signature)]) + signature
    return packed + hashlib.sha256(packed).digest()


def decode_manifest(file: Path, raw: bytes) -> SignedManifest:
    """Decode the manifest of this backup.

    Raises:
        NotABackup: a byte of it differs, or a newer version of the program wrote it.
    """
    packed = raw[:-_CHECKSUM_BYTES]
    if len(packed) < _HEADER.size or hashlib.sha256(packed).digest() != raw[-_CHECKSUM_BYTES:]:
        raise refusals.changed(file, "its manifest")
    magic, format_number, length = _HEADER.unpack_from(packed)
    if magic == _MAGIC and format_number > _FORMAT:
        raise refusals.from_newer_program(file)
    statement, rest = packed[_HEADER.size :][:length], packed[_HEADER.size + length :]
    signature = rest[1:]
    if (magic, format_number) != (_MAGIC, _FORMAT) or len(signature) > SIGNATURE_BYTES:
        raise refusals.changed(file, "its manifest")
    try:
        manifest = _decode(statement)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise refusals.changed(file, "its manifest") from None
    if (
        len(signature) != (SIGNATURE_BYTES if manifest.signer else 0)
        or rest[:1] != bytes([len(signature)])
        or _encode(manifest) != statement
        or not _has_right_values(manifest)
    ):
        raise refusals.changed(file, "its manifest")
    return SignedManifest(manifest, statement, signature)


def _has_right_values(manifest: Manifest) -> bool:
    try:
        from_microseconds(manifest.made_at)
    except ValueError:
        return False
    hashes = (manifest.last_hash, *(part.sha256 for part in manifest.parts))
    signers = () if manifest.signer is None else (manifest.signer,)
    ids = (manifest.vault, manifest.incarnation, *signers)
    counts = (count for _, count in manifest.counts)
    lengths = (part.length for part in manifest.parts)
    numbers = (manifest.store_format, manifest.last_line, manifest.faults, *counts, *lengths)
    return (
        _PROGRAM.fullmatch(manifest.program) is not None
        and {len(value) for value in hashes} == {32}
        and {len(value) for value in ids} == {16}
        and all(0 <= number <= _MAX_NUMBER for number in numbers)
    )


def _signed_fields(statement: bytes) -> tuple[bytes]:
    return (hashlib.sha256(statement).digest(),)
