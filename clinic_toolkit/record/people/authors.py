"""Authors: what is said of a colleague whose key was not compared in person."""

from uuid import UUID

from clinic_toolkit.vault.directory import AuthorState
from clinic_toolkit.vault.vault import Vault

AUTHOR_NOT_CONFIRMED = "author not confirmed"


def author_remark(vault: Vault, author_id: UUID) -> str:
    """Return the remark beside what this author wrote; "" for oneself and for a confirmed colleague."""
    state = vault.directory.author_state(author_id)
    return "" if state in (AuthorState.OWN, AuthorState.CONFIRMED) else AUTHOR_NOT_CONFIRMED


def with_author_remark(name: str, vault: Vault, author_id: UUID) -> str:
    """Return the name of an author, followed by the remark if there is one."""
    remark = author_remark(vault, author_id)
    return f"{name} ({remark})" if remark else name
