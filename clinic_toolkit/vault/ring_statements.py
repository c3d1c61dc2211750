"""The signed statements of a ring: who its members are, in each generation of its key.

Each statement names the one before it by its hash, and is signed by somebody who was a member then; the
first is signed by the creator of the ring. The newest of this chain says which key new records are sealed
with. So whoever can write to the file can neither plant a key nor make themselves a member.

Any member may add another. Only the creator, or a member whom a statement of the creator names as a manager,
may leave somebody out or put another key in somebody's place; the creator stays in every statement, so
nobody can take a ring from the clinician who made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from clinic_toolkit.crypto.encoding import Field, encode_fields
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.vault.key_directory import KeyDirectory

FIRST_GENERATION = 1
MEMBER_BYTES = 81


class MemberRole(IntEnum):
    """What a member may do beside reading, writing and adding others; only the creator gives or takes it.

    MANAGER: leave out other members.
    """

    MEMBER = 0
    MANAGER = 1


class RingMember(NamedTuple):
    """One member of a ring: user id, fingerprint of the public keys, SHA-256 of the sealed grant, role."""

    user: bytes
    fingerprint: bytes
    sealed_hash: bytes
    role: MemberRole = MemberRole.MEMBER


def encode_members(*members: RingMember) -> bytes:
    """Encode the members for the statement: 81 bytes each and sorted, so the list needs no separators."""
    return b"".join(sorted(b"".join(member[:3]) + bytes([member.role]) for member in members))


def parse_members(encoded: bytes) -> dict[bytes, RingMember]:
    """Return the members by user id, 16 bytes.

    Raises:
        DecryptionError: this is not what `encode_members` returns.
    """
    entries = [encoded[start : start + MEMBER_BYTES] for start in range(0, len(encoded), MEMBER_BYTES)]
    try:
        members = [
            RingMember(entry[:16], entry[16:48], entry[48:80], MemberRole(entry[80])) for entry in entries
        ]
    except (IndexError, ValueError):  # it is cut short, or names a role that there is not
        raise DecryptionError from None
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


class StatementId(NamedTuple):
    """Which statement of a ring: its generation, and its hash, 32 bytes."""

    generation: int
    hash: bytes


def identify_statement(vault_id: UUID, row: Row[Any]) -> StatementId:
    """The generation and the hash of a statement."""
    return StatementId(row.generation, hash_statement(vault_id, row))


def hash_statement(vault_id: UUID, row: Row[Any]) -> bytes:
    """The hash by which the next statement names this one: 32 bytes."""
    return sha256(encode_fields("sig/ring", *_signed_fields(vault_id, row))).digest()


def verify_statements(vault_id: UUID, directory: KeyDirectory, rows: Sequence[Row[Any]]) -> None:
    """Verify every statement of a ring.

    Args:
        rows: the rows of the ring, by generation.

    Raises:
        DecryptionError: one of them is missing, was changed, or was not signed by somebody who was a member.
    """
    for index, row in enumerate(rows):
        _verify_statement(vault_id, directory, row, rows[:index])


def select_valid_statements(
    vault_id: UUID, directory: KeyDirectory, rows: Iterable[Row[Any]]
) -> list[Row[Any]]:
    """Select the statements that verify, each against those selected before it; skip all other rows.

    Args:
        rows: the rows of the ring, by generation.
    """
    valid: list[Row[Any]] = []
    for row in rows:
        try:
            _verify_statement(vault_id, directory, row, valid)
        except (DecryptionError, ValueError, TypeError):  # the latter two where a column holds another type
            continue
        valid.append(row)
    return valid


def _verify_statement(
    vault_id: UUID, directory: KeyDirectory, row: Row[Any], earlier: Sequence[Row[Any]]
) -> None:
    previous = earlier[-1] if earlier else None
    expected = (
        (previous.generation + 1, hash_statement(vault_id, previous))
        if previous
        else (FIRST_GENERATION, None)
    )
    if (row.generation, row.previous) != expected:
        raise DecryptionError
    members = parse_members(row.members)
    members_before = parse_members(previous.members) if previous else members
    grantor = members_before.get(row.grantor.bytes)
    key = directory.find_key(row.grantor)
    if grantor is None or key is None or key.fingerprint != grantor.fingerprint:
        raise DecryptionError
    if earlier and not _may_change(grantor, earlier[0].grantor.bytes, members_before, members):
        raise DecryptionError
    signed_fields = _signed_fields(vault_id, row)
    if not verify_signature(key.signing_key, "sig/ring", *signed_fields, signature=row.signature):
        raise DecryptionError


def _may_change(
    grantor: RingMember, creator: bytes, before: Mapping[bytes, RingMember], after: Mapping[bytes, RingMember]
) -> bool:
    """Whether the grantor, a member before, may change the members in this way."""
    # A member with another fingerprint counts as one member left out and one added.
    staying = {
        user: member
        for user, member in after.items()
        if user in before and before[user].fingerprint == member.fingerprint
    }
    if creator not in staying:
        return False
    if grantor.user == creator:
        return True
    if grantor.role != MemberRole.MANAGER and len(staying) != len(before):
        return False
    roles_before = {user: before[user].role for user in staying}
    return all(member.role == roles_before.get(user, MemberRole.MEMBER) for user, member in after.items())


def _signed_fields(vault_id: UUID, row: Row[Any]) -> tuple[Field, ...]:
    return (vault_id, row.ring, row.generation, row.key_id, row.members, row.previous, row.grantor)
