"""The directory: the public key of every clinician of the practice, each signed by its owner.

A row proves that whoever holds the private key put it there for this user, and nothing about who that is:
anyone who can write to the file could put a key of their own in a colleague's place. So a key counts as
confirmed only if its six words were compared in person. Such a key is kept in one's own ring,
which this module is told. It is used whatever the row of that user says: if the row is missing or holds
another key, that is named, and what the colleague signed can be verified as before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import CheckConstraint, Column, Connection, LargeBinary, Row, Table, select

from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, metadata
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault import passphrases
from clinic_toolkit.vault.user_keys import UserKeys, key_fingerprint

FINGERPRINT_WORDS = 6

# The order of the rows tells nothing of who came first. `receiving_key` is kept for the second public
# key, by which grants will be received; so far it is always absent.
public_key_table = Table(
    "public_key",
    metadata,
    Column("user", UuidType, primary_key=True),
    Column("signing_key", LargeBinary(32), nullable=False),
    Column("receiving_key", LargeBinary, nullable=True),
    Column("signature", LargeBinary(64), nullable=False),
    CheckConstraint('length("user") = 16', name="ids"),
    CheckConstraint("length(signing_key) = 32 AND length(signature) = 64", name="shape"),
    info=HIDES_INSERTION_ORDER,
)


_SELECT_ALL = select(public_key_table)


class AuthorState(StrEnum):
    """What is known of the key of an author."""

    OWN = "own"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    # No key, or one that is refused.
    UNKNOWN = "unknown"


class PublicKeyFault(StrEnum):
    """What is wrong with the directory's row for a user.

    MISSING: the row of a confirmed colleague is not there; OWN_MISSING: one's own row is not.
    """

    NOT_SIGNED = "not signed"
    OTHER_KEY = "other key"
    MISSING = "missing"
    OWN_MISSING = "own missing"


class PublicKeys(Struct, frozen=True, kw_only=True):
    """The public keys of one clinician, and the fingerprint that is compared in person."""

    user_id: UUID
    signing_key: bytes
    receiving_key: bytes | None = None
    fingerprint: bytes


class ConfirmedKey(Struct, frozen=True, kw_only=True):
    """A key that was compared in person, with the name of the colleague as it was compared."""

    key: PublicKeys
    name: str
    confirmed_at: datetime


class PastKey(Struct, frozen=True, kw_only=True):
    """A key of one's own that was replaced, and the version of the record that says so."""

    record_id: UUID
    content_id: bytes
    signing_key: bytes


class _View(Struct, frozen=True, kw_only=True):
    """What is known at one moment; it is replaced as a whole, because other threads read it meanwhile."""

    signed: Mapping[UUID, PublicKeys]
    confirmed: Mapping[UUID, ConfirmedKey]
    row_faults: Mapping[UUID, PublicKeyFault]
    faults: Mapping[UUID, PublicKeyFault]

    def find_key(self, user_id: UUID) -> PublicKeys | None:
        """The key of a user, the confirmed one if there is one; None if there is none, or it is refused."""
        confirmed = self.confirmed.get(user_id)
        if confirmed is not None:
            return confirmed.key
        return None if user_id in self.faults else self.signed.get(user_id)


class KeyDirectory:
    """The keys of the directory as one clinician sees them.

    One's own key always comes from one's own sealed identity.
    """

    def __init__(self, user_keys: UserKeys) -> None:
        self._user_keys = user_keys
        self._own = PublicKeys(
            user_id=user_keys.user_id,
            signing_key=user_keys.public_key,
            fingerprint=user_keys.fingerprint(),
        )
        self._view = _View(signed={}, confirmed={}, row_faults={}, faults={})
        self.past_keys: tuple[PastKey, ...] = ()

    @property
    def faults(self) -> Mapping[UUID, PublicKeyFault]:
        """What is wrong, by the user whose row is refused."""
        return self._view.faults

    def load_rows(self, db: Connection) -> None:
        """Read every row, and refuse those that their owner did not sign."""
        signed: dict[UUID, PublicKeys] = {}
        row_faults: dict[UUID, PublicKeyFault] = {}
        has_own_row = False
        for row in db.execute(_SELECT_ALL):
            has_own_row = has_own_row or row.user == self._own.user_id
            key = self._check_row(row)
            if key is None:
                row_faults[row.user] = PublicKeyFault.NOT_SIGNED
            elif row.user == self._own.user_id and key != self._own:
                row_faults[row.user] = PublicKeyFault.OTHER_KEY
            else:
                signed[row.user] = key
        if not has_own_row:
            row_faults[self._own.user_id] = PublicKeyFault.OWN_MISSING
        self._view = _judge(signed, row_faults, self._view.confirmed)

    def set_confirmed_keys(self, confirmed: Iterable[ConfirmedKey]) -> bool:
        """Replace the confirmed keys; for each user, the one that was confirmed last counts.

        Returns:
            Whether the key of any user changed.
        """
        before, in_order = self._view, sorted(confirmed, key=lambda one: one.confirmed_at)
        after = _judge(before.signed, before.row_faults, {one.key.user_id: one for one in in_order})
        self._view = after
        users = before.signed.keys() | before.confirmed.keys() | after.confirmed.keys()
        return any(before.find_key(user_id) != after.find_key(user_id) for user_id in users)

    def list_confirmed(self) -> list[ConfirmedKey]:
        """Every key that was compared in person."""
        return list(self._view.confirmed.values())

    def find_confirmed_name(self, user_id: UUID) -> str | None:
        """The name under which a colleague's key was compared in person; None if it was not."""
        confirmed = self._view.confirmed.get(user_id)
        return confirmed.name if confirmed else None

    def find_key(self, user_id: UUID) -> PublicKeys | None:
        """The key of a user; None if there is none, or it is refused."""
        return self._own if user_id == self._own.user_id else self._view.find_key(user_id)

    def author_state(self, user_id: UUID) -> AuthorState:
        """What is known of this author's key."""
        if user_id == self._own.user_id:
            return AuthorState.OWN
        view = self._view
        if user_id in view.confirmed:
            return AuthorState.CONFIRMED
        return AuthorState.UNKNOWN if view.find_key(user_id) is None else AuthorState.UNCONFIRMED

    def knows_user(self, db: Connection, user_id: UUID) -> bool:
        """Whether this user is confirmed, or has a row, even if it is refused or newer than what was read."""
        view = self._view
        known = view.confirmed.keys() | view.signed.keys() | view.row_faults.keys()
        return user_id in known or _is_stored(db, user_id)

    def has_colleagues(self) -> bool:
        """Whether anybody else is confirmed, or has a row, refused or not."""
        view = self._view
        known = view.confirmed.keys() | view.signed.keys() | view.row_faults.keys()
        return bool(known - {self._own.user_id})

    def list_users(self) -> frozenset[UUID]:
        """Every user with a key that is not refused, oneself included."""
        view = self._view
        accepted = (view.signed.keys() - view.faults.keys()) | view.confirmed.keys()
        return frozenset({self._own.user_id} | accepted)

    def publish_own_key(self, db: Connection) -> None:
        """Write the row of one's own key, in the place of one that is there."""
        user_keys, own = self._user_keys, self._own
        signature = user_keys.signing_key.sign(
            "sig/directory", user_keys.vault_id, own.user_id, own.signing_key, None
        )
        db.execute(public_key_table.delete().where(public_key_table.c.user == own.user_id))
        db.execute(
            public_key_table.insert().values(
                user=own.user_id, signing_key=own.signing_key, receiving_key=None, signature=signature
            )
        )

    def _check_row(self, row: Row[Any]) -> PublicKeys | None:
        vault_id = self._user_keys.vault_id
        signed_fields = (vault_id, row.user, row.signing_key, row.receiving_key)
        if not verify_signature(row.signing_key, "sig/directory", *signed_fields, signature=row.signature):
            return None
        return PublicKeys(
            user_id=row.user,
            signing_key=row.signing_key,
            receiving_key=row.receiving_key,
            fingerprint=key_fingerprint(vault_id, row.user, row.signing_key, row.receiving_key),
        )


def _judge(
    signed: Mapping[UUID, PublicKeys],
    row_faults: Mapping[UUID, PublicKeyFault],
    confirmed: Mapping[UUID, ConfirmedKey],
) -> _View:
    faults = dict(row_faults)
    for user_id, known in confirmed.items():
        key = signed.get(user_id)
        if key is None:
            faults.setdefault(user_id, PublicKeyFault.MISSING)
        elif key != known.key:
            faults[user_id] = PublicKeyFault.OTHER_KEY
    return _View(signed=signed, confirmed=confirmed, row_faults=row_faults, faults=faults)


def _is_stored(db: Connection, user_id: UUID) -> bool:
    query = select(public_key_table.c.user).where(public_key_table.c.user == user_id)
    return db.scalar(query) is not None


def fingerprint_words(fingerprint: bytes) -> tuple[str, ...]:
    """The six words of a key, for two people to compare aloud: 77 bits of its fingerprint.

    The fingerprint is read as one big-endian number; its last six digits to the base of the length of the
    word list name the words, the last digit first.
    """
    words, number = passphrases.load_word_list(), int.from_bytes(fingerprint, "big")
    chosen = []
    for _ in range(FINGERPRINT_WORDS):
        number, place = divmod(number, len(words))
        chosen.append(words[place])
    return tuple(chosen)
