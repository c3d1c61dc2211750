"""The key for psychotherapy notes on its way from one secret to another; no unlock keeps it."""

from typing import cast

from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.vault.key_slot_changes import KeysInDoubt, PsychotherapyKeyExists
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.web import context
from clinic_toolkit.web.access import short_lived_values

_KEY, _DAMAGED = "key from the sheet", "key from the sheet is damaged"


def keep_from_sheet(typed: str) -> None:
    """Keep what the sheet opened for the new passphrase, which is chosen before any record is shown.

    It is kept for as long as `short_lived_values` does; whoever takes longer must unlock with the sheet
    again.

    If it is damaged, a new passphrase could not take it along: the present one stays, and *Today* says so.
    """
    if not store_of(context.unit_of_work().engine).is_read_only:
        keys = secret_changes.open_keys_with_recovery_sheet(context.db(), context.vault(), typed)
        if keys.is_psychotherapy_key_damaged:
            context.put_in_login(_DAMAGED, True)
            if login := context.find_login():
                login.must_choose_passphrase = False
        else:
            short_lived_values.hold(_KEY, keys.psychotherapy_key)


def is_damaged() -> bool:
    """Whether the key for psychotherapy notes in the sheet that opened this login is damaged."""
    return bool(context.get_from_login(_DAMAGED))


def take() -> bytes | None:
    """Take the key that the recovery sheet opened; nothing keeps it after that."""
    return cast("bytes | None", short_lived_values.take(_KEY))


def make(passphrase: str, sheet_groups: str) -> str:
    """Make the key in a practice that has none, with both secrets. Returns "" or the error message."""
    try:
        secret_changes.add_psychotherapy_key(
            context.db(), context.vault(), passphrase, sheet_groups, now=context.now()
        )
    except (WrongSecret, KeysInDoubt, PsychotherapyKeyExists) as refusal:
        return refusal.sentence
    return ""
