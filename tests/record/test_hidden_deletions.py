"""A restored folder that is only read hides what the first unlock that can write will erase, and no more."""

from uuid import uuid4

from clinic_toolkit.journal import deletion_list
from clinic_toolkit.journal.record_versions import PendingVersion, RecordVersion, seal_version
from clinic_toolkit.journal.restored_folder import RestoredMark, write_mark
from clinic_toolkit.journal.tombstone_record import TOMBSTONE, ErasureReason, Tombstone, TombstoneState
from clinic_toolkit.record.people import clients, newer_deletions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault import identity, ring_erasure
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import second_identity
from tests.fixtures.practices import NOW, Work


def deletion_of(vault: Vault, client: RecordVersion[Client]) -> bytes:
    """A signed deletion of this client, as a restore copies it beside the store."""
    rings = ring_erasure.list_owner_rings(vault, client.id)
    tombstone = Tombstone(
        rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.ASKED_FOR
    )
    pending = PendingVersion(
        id=uuid4(),
        version=1,
        ring=vault.practice_ring,
        state=TombstoneState.ERASED,
        final=True,
        previous_content_id=None,
    )
    _, values = seal_version(vault, TOMBSTONE, tombstone, pending, now=NOW, signature_purpose="sig/tombstone")
    return deletion_list.pack_row(SealedRow(id=0, **values))


def test_a_client_whom_a_colleague_has_too_is_not_hidden(work: Work) -> None:
    """Nor is such a client erased when the deletion is carried out."""
    own, shared = work.client("Bo Lindqvist"), work.client("Carla Aho")
    founder, _ = second_identity.at_work_together(work, shared)
    with reading(work.engine) as db:
        assert {client.id for client in clients.list_clients(db, founder.vault)} == {own.id, shared.id}
        folder = identity.data_folder_of(db)
    deletion_list.write_deletions(folder, [deletion_of(founder.vault, client) for client in (own, shared)])
    write_mark(folder, RestoredMark(founder.vault.incarnation, to_microseconds(NOW)))
    with reading(work.engine) as db:
        newer_deletions.hide_deletions(db, founder.vault)
        assert [client.id for client in clients.list_clients(db, founder.vault)] == [shared.id]
