"""Authors: what is said of a colleague whose key was not compared in person, or who signs another name."""

import unicodedata
from uuid import UUID

from clinic_toolkit.vault.key_directory import AuthorState
from clinic_toolkit.vault.vault import Vault

AUTHOR_NOT_CONFIRMED = "author not confirmed"


def author_remark(vault: Vault, author_id: UUID) -> str:
    """Return the remark beside what this author wrote; "" for oneself and for a confirmed colleague."""
    state = vault.key_directory.author_state(author_id)
    return "" if state in (AuthorState.OWN, AuthorState.CONFIRMED) else AUTHOR_NOT_CONFIRMED


def with_author_remark(name: str, vault: Vault, author_id: UUID) -> str:
    """Return the name of an author, followed by the remark if there is one."""
    remark = author_remark(vault, author_id)
    return f"{name} ({remark})" if remark else name


def signed_name(name: str, vault: Vault, author_id: UUID) -> str:
    """Return the name that a text was signed with, followed by a remark if there is one.

    A colleague can write any name under a text. If the key is confirmed, the name under which it was compared
    in person is said beside another one.
    """
    confirmed_name = vault.key_directory.find_confirmed_name(author_id)
    if confirmed_name is None or _is_same_name(name, confirmed_name):
        return with_author_remark(name, vault, author_id)
    return f"{name} (signed with the key of {confirmed_name})"


def _is_same_name(first: str, second: str) -> bool:
    one, other = (unicodedata.normalize("NFC", name).split() for name in (first, second))
    return one == other
