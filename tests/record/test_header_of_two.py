"""The second copy of the head of two clinicians: what is put back takes nothing from the colleague."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select, text

from clinic_toolkit.record.people import clinician, practice, practice_access
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import header_backup, header_rows, identity
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS, Work
from tests.fixtures.second_identity import at_work_together

HEAD, PASSPHRASE = "clinic.head", "glacier mandolin unwrapped spoken"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    engine = open_store(tmp_path / "data")
    with quickly(), writing(engine) as db:
        vault, groups = practice_access.create_practice(
            db, SETTINGS, CLINICIAN, passphrase=PASSPHRASE, now=NOW
        )
    yield Work(engine=engine, vault=vault, groups=groups)
    engine.dispose()


@pytest.fixture
def two(work: Work) -> tuple[Work, Work]:
    return at_work_together(work)


def unlocked(who: Work) -> Vault:
    with writing(who.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(who.groups), now=NOW)


def opens(who: Work) -> bool:
    vault = unlocked(who)
    with reading(who.engine) as db:
        is_read = practice.load_practice_settings(db, vault).payload == SETTINGS
    return is_read and vault.slots_intact and vault.damaged_rings == frozenset()


def hurt_identity(db: Connection, founder: Vault) -> None:
    table = identity.identity_table
    db.execute(table.update().where(table.c.user == founder.user_id).values(sealed=bytes(106)))


def move_identity(db: Connection, founder: Vault) -> None:
    """The key of the row is damaged, so nothing says whose it is."""
    table = identity.identity_table
    db.execute(table.update().where(table.c.user == founder.user_id).values(user=uuid4()))


def hurt_grant(db: Connection, founder: Vault) -> None:
    grants = ring_grant_table
    newest = (grants.c.user == founder.user_id) & (grants.c.generation == 2)
    db.execute(grants.update().where(newest).values(sealed=bytes(131)))


def hurt_statements(db: Connection, founder: Vault) -> None:
    db.execute(ring_table.update().where(ring_table.c.ring == founder.practice_ring).values(key_id=bytes(16)))


def hurt_identity_and_directory(db: Connection, founder: Vault) -> None:
    hurt_identity(db, founder)
    db.execute(text("DELETE FROM public_key WHERE user <> :user"), {"user": founder.user_id.bytes})


@pytest.mark.parametrize("hurt", [hurt_identity, move_identity, hurt_grant, hurt_statements])
def test_putting_the_head_back_takes_nothing_from_a_colleague(
    two: tuple[Work, Work], hurt: Callable[[Connection, Vault], None]
) -> None:
    founder, colleague = two
    assert opens(founder) and opens(colleague), "the control"
    before = _rows_of(colleague)
    with writing(founder.engine) as db:
        hurt(db, founder.vault)
    vault = unlocked(founder)
    assert vault.header_fault == HeaderFault.USED
    with reading(founder.engine) as db:
        assert clinician.load_clinician(db, vault).payload == CLINICIAN
    assert _rows_of(colleague) == before
    assert opens(founder) and opens(colleague)


def test_a_colleague_without_a_public_key_is_still_somebody(two: tuple[Work, Work]) -> None:
    founder, colleague = two
    # Nobody could verify the colleague's lines, so the newest must be one that names the founder's slots.
    with quickly(), writing(founder.engine) as db:
        practice_access.unlock_with_passphrase(db, PASSPHRASE, now=NOW)
    before = _rows_of(colleague)
    assert all(before), "the control"
    with writing(founder.engine) as db:
        hurt_identity_and_directory(db, founder.vault)
    assert unlocked(founder).header_fault == HeaderFault.USED
    assert _rows_of(colleague) == before


def _rows_of(who: Work) -> list[list[object]]:
    user = {"user": who.vault.user_id.bytes}
    with reading(who.engine) as db:
        return [
            sorted(map(tuple, db.execute(text(f"SELECT * FROM {table} WHERE user = :user"), user)), key=repr)
            for table in ("identity", "slot", "slot_list", "ring_grant")
        ]


def test_an_older_copy_takes_no_newer_generation_away(work: Work, tmp_path: Path) -> None:
    folder = Path(str(work.engine.url.database)).parent
    older = (folder / HEAD).read_bytes()
    founder, colleague = at_work_together(work)
    assert (folder / HEAD).read_bytes() != older, "a new generation of the practice's ring is copied at once"
    assert opens(founder) and opens(colleague)
    (folder / HEAD).write_bytes(older)
    with writing(work.engine) as db:
        hurt_identity(db, founder.vault)
    vault = unlocked(founder)
    assert vault.header_fault == HeaderFault.USED and vault.rings.is_shared(vault.practice_ring)
    with reading(work.engine) as db:
        generations = select(ring_table.c.generation).where(ring_table.c.ring == vault.practice_ring)
        assert sorted(db.scalars(generations)) == [1, 2]
    assert opens(founder) and opens(colleague)


def test_a_new_generation_of_the_practices_ring_is_in_the_copy_at_once(two: tuple[Work, Work]) -> None:
    founder, _ = two
    with reading(founder.engine) as db:
        copy = header_backup.find_header_backup(db)
        assert copy == header_rows.read_store_header(db, founder.vault)
        assert copy is not None
        assert len(copy.tables[2]) == 3, "two of the practice's ring, one of one's own"
    # Only the copy holds it now.
    with writing(founder.engine) as db:
        db.execute(ring_table.delete().where(ring_table.c.ring == founder.vault.practice_ring))
    assert unlocked(founder).header_fault == HeaderFault.USED
    assert opens(founder)


def test_a_planted_row_of_the_head_lets_the_copy_help(work: Work) -> None:
    """What stands beside the right rows may be what stops them, so the copy is not called the same."""
    with reading(work.engine) as db:
        copy = header_backup.find_header_backup(db)
        assert copy is not None
        assert header_rows.matches_store(db, copy), "the control"
    with writing(work.engine) as db:
        db.execute(
            ring_table.insert().values(
                ring=work.vault.practice_ring, generation=2, key_id=bytes(16), members=bytes(81),
                previous=None, grantor=work.vault.user_id, signature=bytes(64),
            )
        )  # fmt: skip
    with reading(work.engine) as db:
        assert not header_rows.matches_store(db, copy)
    assert unlocked(work).damaged_rings == {work.vault.practice_ring}
