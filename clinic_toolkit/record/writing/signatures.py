"""The signature of a record, as screen, paper and text show it: who signed, whether it holds, its mark."""

from datetime import datetime, timedelta
from typing import Any

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import authors
from clinic_toolkit.vault.vault import Vault

SIGNATURE_INVALID = "the signature does not hold"
MARK_DIGITS = 12


def local_offset_minutes(now: datetime) -> int:
    """Return by how many minutes the clock on the wall is ahead of UTC."""
    return round((now.astimezone().utcoffset() or timedelta()) / timedelta(minutes=1))


def has_valid_signature(vault: Vault, version: RecordVersion[Any], purpose: str) -> bool:
    """Whether the version carries a valid signature of its author over exactly this content.

    Args:
        purpose: the label that such a record is signed under, such as "sig/note".
    """
    return version.signature is not None and vault.is_signed(
        purpose,
        author_id=version.author_id,
        record=version.id,
        version=version.version,
        content_id=version.content_id,
        signature=version.signature,
    )


def signer_label(vault: Vault, version: RecordVersion[Any], purpose: str, name: str) -> str:
    """The name under a signed text, with a warning if the author's key or the signature is not confirmed.

    Screen, paper and plain text all name the signer in these words, so none of them can name somebody under a
    text whose signature does not hold.

    Args:
        purpose: the label that such a record is signed under.
        name: the name that it was signed with.
    """
    signed_name = authors.signed_name(name, vault, version.author_id)
    # Where there is no key, `signed_name` already warns.
    is_checkable = vault.key_directory.find_key(version.author_id) is not None
    if is_checkable and not has_valid_signature(vault, version, purpose):
        return f"{signed_name} ({SIGNATURE_INVALID})"
    return signed_name


def format_check_code(version: RecordVersion[Any]) -> str:
    """Return the check code of a signed text: 12 hex digits of its content id, in groups of four."""
    digits = version.content_id.hex()[:MARK_DIGITS].upper()
    return " ".join(digits[start : start + 4] for start in range(0, MARK_DIGITS, 4))
