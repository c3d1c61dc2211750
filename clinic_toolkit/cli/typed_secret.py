"""Asks for the passphrase or the recovery sheet on a terminal; from a pipe, the first line is taken."""

import getpass
import sys
from collections.abc import Callable

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import header_recovery
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault

_MAX_LENGTH = 1000


class NothingTyped(ClinicError):
    """No secret was typed, or there was no keyboard and nothing came from the pipe."""


def read_secret(question: str) -> str:
    """Read one secret, which is not shown."""
    if sys.stdin.isatty():
        return getpass.getpass(question)[:_MAX_LENGTH]
    return sys.stdin.readline(_MAX_LENGTH).rstrip("\r\n")


def ask_for_opening(*, sheet: bool) -> Callable[[Connection], Vault]:
    """Ask for one secret, and return what opens a practice with it.

    Raises:
        NothingTyped: there was none, so nothing is tried.
    """
    if sheet:
        groups = read_secret("The eight groups of the recovery sheet: ")
        if not groups.strip():
            raise NothingTyped("The groups of the recovery sheet are needed. Nothing was opened.")
        return lambda db: header_recovery.open_vault(
            db, lambda at: key_slots.unlock_with_recovery_sheet(at, groups)
        )
    passphrase = read_secret("Passphrase (to use the recovery sheet instead, add --sheet): ")
    if not passphrase:
        raise NothingTyped(
            "The passphrase is needed. With --sheet, the recovery sheet opens it instead. Nothing was opened."
        )
    return lambda db: header_recovery.open_vault(
        db, lambda at: key_slots.unlock_with_passphrase(at, passphrase)
    )
