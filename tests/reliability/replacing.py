"""Replaces every key of the practice in a folder, and puts the new files in place: a process to be killed."""

import sys
from pathlib import Path

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import NOW
from tests.fixtures.rekeyed import FIRST, new_secrets


def replace(place: Path) -> None:
    """Do it, and say when it begins and when it has ended."""
    engine = open_store(place)
    with writing(engine) as db:
        vault = practice_access.unlock_with_passphrase(db, FIRST, now=NOW)
    with reading(engine) as db:
        keys = key_slots.open_keys_with_passphrase(db, vault.user_id, FIRST)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    key_replacement.replace_all_keys(
        engine, vault, keys, new_secrets(), now=NOW, report_progress=lambda done, total: None, cost=MIN_COST
    )
    engine.dispose()
    open_store(place).dispose()
    sys.stdout.write("ended\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with quickly():
        replace(Path(sys.argv[1]))
