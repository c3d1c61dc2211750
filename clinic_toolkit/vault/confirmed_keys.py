"""The keys of colleagues that were compared in person, as they lie sealed in the clinician's own ring.

They are needed before any record can be checked against the audit log: a colleague may have signed the last
line of it, or the statement that says who may read it, and the colleague's row of the directory can be taken
out of the file. Only this clinician can have sealed them, or who was an executor of the clinician: both had
the user key. One's own key that was replaced lies here too, so that what was signed with it stays signed.
Whether one is missing is checked later, where the log is known.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.key_directory import ConfirmedKey, PastKey, PublicKeys
from clinic_toolkit.vault.user_keys import key_fingerprint
from clinic_toolkit.vault.vault import Vault

KNOWN_KEY_TABLE = "contact"
KNOWN_KEY_SCHEMA_VERSION = 1

known_key_table = sealed_table(KNOWN_KEY_TABLE)


class KnownKey(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """A colleague: the public keys whose six words were compared in person, and the name as it was then.

    With one's own user id, it is a public key of one's own that was replaced; then it has no name.
    """

    user: bytes
    signing_key: bytes
    receiving_key: bytes | None
    name: str
    confirmed_at: datetime

    @property
    def user_id(self) -> UUID:
        """The user id of the colleague."""
        return UUID(bytes=self.user)

    def confirmed_key(self, vault_id: UUID) -> ConfirmedKey:
        """The key as the directory takes it."""
        keys = (self.signing_key, self.receiving_key)
        key = PublicKeys(
            user_id=self.user_id,
            signing_key=self.signing_key,
            receiving_key=self.receiving_key,
            fingerprint=key_fingerprint(vault_id, self.user_id, *keys),
        )
        return ConfirmedKey(key=key, name=self.name, confirmed_at=self.confirmed_at)


_decode = msgspec.msgpack.Decoder(tuple[list[Any], KnownKey]).decode


def load_confirmed_keys(db: Connection, vault: Vault) -> bool:
    """Tell the directory which keys were compared in person, as far as these records can be read.

    Returns:
        Whether the directory holds another key for somebody now.
    """
    if vault.own_ring is None:
        return False
    query = select(known_key_table).where(known_key_table.c.ring == vault.own_ring)
    rows = db.execute(query.order_by(known_key_table.c.record, known_key_table.c.version)).all()
    colleagues: dict[UUID, KnownKey] = {}
    past_keys: list[PastKey] = []
    for row, plain in zip(rows, vault.open_rows(KNOWN_KEY_TABLE, rows), strict=True):
        if plain is None:
            continue
        try:
            header, colleague = _decode(plain.content)
            user_id = colleague.user_id
        except (msgspec.DecodeError, ValueError):
            continue
        if header[:1] != [KNOWN_KEY_SCHEMA_VERSION]:
            continue
        if user_id == vault.user_id:
            past_keys.append(
                PastKey(record_id=row.record, content_id=plain.content_id, signing_key=colleague.signing_key)
            )
        else:
            colleagues[row.record] = colleague
    vault.key_directory.past_keys = tuple(past_keys)
    return vault.key_directory.set_confirmed_keys(
        [colleague.confirmed_key(vault.vault_id) for colleague in colleagues.values()]
    )
