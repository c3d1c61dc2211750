"""The signed statements of a ring: who its members are, in each generation of its key.

Each statement names the one before it by its hash, and is signed by somebody who was a member then; the
first is signed by the creator of the ring. The newest of this chain says which key new records are sealed
with. So whoever can write to the file can neither plant a key nor make themselves a member.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from clinic_toolkit.crypto.encoding import Field, encode_fields
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.vault.directory import Directory

FIRST_GENERATION = 1
MEMBER_BYTES = 80


class RingMember(NamedTuple):
    """One member of a ring: user id, fingerprint of the public keys, SHA-256 of the sealed grant."""

    user: bytes
    fingerprint: bytes
    sealed_hash: bytes


def encode_members(*members: RingMember) -> bytes:
    """Encode the members for the statement: 80 bytes each and sorted, so the list needs no separators."""
    return b"".join(sorted(b"".join(member) for member in members))


def parse_members(encoded: bytes) -> dict[bytes, RingMember]:
    """Return the members by user id, 16 bytes.

    Raises:
        DecryptionError: this is not what `encode_members` returns.
    """
    entries = [encoded[start : start + MEMBER_BYTES] for start in range(0, len(encoded), MEMBER_BYTES)]
    members = [RingMember(entry[:16], entry[16:48], entry[48:]) for entry in entries]
    by_user = {member.user: member for member in members}
    if len(by_user) != len(members) or encode_members(*members) != encoded:
        raise DecryptionError
    return by_user


def lists_member(encoded: bytes, user_id: UUID) -> bool:
    """Whether a statement, which was not verified yet, lists this user."""
    try:
        return any(encoded.startswith(user_id.bytes, start) for start in range(0, len(encoded), MEMBER_BYTES))
    except TypeError:  # the column of a damaged row holds no bytes
        return False


def list_users(encoded: bytes) -> set[UUID]:
    """The users that a statement lists, which was not verified yet."""
    return {
        UUID(bytes=encoded[start : start + 16])
        for start in range(0, len(encoded) - MEMBER_BYTES + 1, MEMBER_BYTES)
    }


def hash_statement(vault_id: UUID, row: Row[Any]) -> bytes:
    """The hash by which the next statement names this one: 32 bytes."""
    return sha256(encode_fields("sig/ring", *_signed_fields(vault_id, row))).digest()


def verify_statements(vault_id: UUID, directory: Directory, rows: Sequence[Row[Any]]) -> None:
    """Verify every statement of a ring.

    Args:
        rows: the rows of the ring, by generation.

    Raises:
        DecryptionError: one of them is missing, was changed, or was not signed by somebody who was a member.
    """
    for index, row in enumerate(rows):
        _verify_statement(vault_id, directory, row, rows[index - 1] if index else None)


def select_valid_statements(vault_id: UUID, directory: Directory, rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Select the statements from the first to the last that verifies; any other row was put in from outside.

    Args:
        rows: the rows of the ring, by generation.
    """
    valid: list[Row[Any]] = []
    for row in rows:
        try:
            _verify_statement(vault_id, directory, row, valid[-1] if valid else None)
        except (DecryptionError, ValueError, TypeError):  # the latter two where a column holds another type
            continue
        valid.append(row)
    return valid


def _verify_statement(vault_id: UUID, directory: Directory, row: Row[Any], previous: Row[Any] | None) -> None:
    expected = (
        (previous.generation + 1, hash_statement(vault_id, previous))
        if previous
        else (FIRST_GENERATION, None)
    )
    if (row.generation, row.previous) != expected:
        raise DecryptionError
    parse_members(row.members)
    grantor = parse_members((previous or row).members).get(row.grantor.bytes)
    key = directory.find_key(row.grantor)
    if grantor is None or key is None or key.fingerprint != grantor.fingerprint:
        raise DecryptionError
    signed_fields = _signed_fields(vault_id, row)
    if not verify_signature(key.signing_key, "sig/ring", *signed_fields, signature=row.signature):
        raise DecryptionError


def _signed_fields(vault_id: UUID, row: Row[Any]) -> tuple[Field, ...]:
    return (vault_id, row.ring, row.generation, row.kid, row.members, row.previous, row.grantor)
