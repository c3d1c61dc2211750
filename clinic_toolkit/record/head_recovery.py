"""The way in: the store's own head, and where that is hurt its second copy, if it is the newest."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.record import audit, ledger, trail, ways_in
from clinic_toolkit.store.engine import writes
from clinic_toolkit.vault import second_copy
from clinic_toolkit.vault.identity import SuiteUnknown
from clinic_toolkit.vault.slots import SlotRefused, WrongSecret
from clinic_toolkit.vault.vault import Vault

_ASKED = (
    "The keys in the data file are damaged, so their second copy was tried. If you are sure of what you "
    "typed, copy the whole data folder to another disk first; then restore a backup."
)
_REFUSALS = (WrongSecret, SlotRefused, SuiteUnknown, DamagedFile)


def opened(db: Connection, open_it: Callable[[Connection], Vault]) -> Vault:
    """Open the practice.

    Args:
        open_it: opens it with one secret, by what the connection that it is given holds.

    Raises:
        WrongSecret: this secret opens neither the store's own head nor, where that is hurt, its copy.
        SlotRefused, SuiteUnknown, DamagedFile: as the store's own head says it.
    """
    try:
        vault = open_it(db)
    except _REFUSALS as refused:
        try:
            other = second_copy.opened(db, open_it)
        except WrongSecret as wrong:
            # The store may be hurt, but the copy is not: what is in the way is what was typed.
            if not isinstance(refused, WrongSecret):
                raise WrongSecret(f"{wrong.sentence} {_ASKED}") from None
            other = None
        if other is None or not _is_newest(db, other):
            raise
        return other
    if trail.is_signed_under(db, vault):
        return vault
    # Every signature covers the incarnation; where the newest does not fit, that may be the hurt part.
    try:
        other = second_copy.opened(db, open_it)
    except WrongSecret:
        return vault
    return other if other is not None and _is_newest(db, other) else vault


def mend(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Have head and second copy be alike again; what was wrong stands on the condition page.

    Where the store or the folder cannot be written it is only named: nobody is kept out for that.
    """
    if vault.head_fault == second_copy.USED:
        if writes(db):
            second_copy.put_back(db)
            audit.note(db, vault, "practice.head_put_back", now=now)
        return
    if not vault.slots_intact:
        # Which ways in are genuine is not known then.
        return
    vault.head_fault = second_copy.fault(db, vault)
    if second_copy.has_other_ids(db) and not trail.is_signed_under(db, vault, first=True):
        # The trail was not begun under the ids of the store, so the copy may hold the right ones.
        return
    if vault.head_fault and writes(db):
        second_copy.offer(db, vault)


def _is_newest(db: Connection, vault: Vault) -> bool:
    """Whether the trail, which only this clinician can sign, names these ways in as the newest.

    A line that cannot be read may have named newer ones, unless a later one names these again, as each
    unlock with the passphrase does.
    """
    if not trail.is_signed_under(db, vault):
        return False
    inventory = ledger.of(db, vault)

    def names_them(line: trail.Line) -> bool:
        sound = line.signed and not line.wrong and line.seq not in inventory.gaps
        return sound and ways_in.named(line.event) > 0

    for last in trail.page(db, vault, wanted=names_them, size=1).lines:
        number = ways_in.named(last.event)
        unread = any(gap > last.seq for gap in inventory.gaps)
        return not unread and number == inventory.ways_in == vault.slot_generation
    return False
