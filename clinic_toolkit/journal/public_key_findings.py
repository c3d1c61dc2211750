"""What is said of public keys in the directory that are refused."""

from collections.abc import Mapping
from uuid import UUID

from clinic_toolkit.journal.condition_findings import Finding
from clinic_toolkit.vault.confirmed_keys import KNOWN_KEY_TABLE
from clinic_toolkit.vault.key_directory import PublicKeyFault
from clinic_toolkit.vault.vault import Vault

# What is said of a refused row of the directory; {user} are the first digits of the user's id.
PUBLIC_KEY_FAULT_SENTENCES = {
    PublicKeyFault.NOT_SIGNED: "The public key of the clinician {user} was not signed by its owner.",
    PublicKeyFault.OTHER_KEY: "The public key of the clinician {user} is not the one that is known to you.",
    PublicKeyFault.MISSING: "The public key of the clinician {user}, which you confirmed, is missing.",
    PublicKeyFault.OWN_MISSING: "Your own public key ({user}) was missing.",
}


def public_key_sentences(faults: Mapping[UUID, PublicKeyFault]) -> list[str]:
    """Return a sentence for each refused row of the directory."""
    return sorted(
        PUBLIC_KEY_FAULT_SENTENCES[fault].format(user=user_id.hex[:8]) for user_id, fault in faults.items()
    )


def list_public_key_findings(faults: Mapping[UUID, PublicKeyFault], *, own_id: UUID) -> list[Finding]:
    """Return the finding for public keys that are refused; none if every key is as it should be."""
    if not faults:
        return []
    own_sentence = "Yours was written again, if the file can be written. " if own_id in faults else ""
    return [
        Finding(
            title="A public key of the practice cannot be trusted",
            sentence="It was damaged, removed or replaced outside this program. Where you compared a "
            "colleague’s key in person, that one is used; what was signed with any other is not believed. "
            f"{own_sentence}Copy the whole data folder to another disk before you go on.",
            details=tuple(public_key_sentences(faults)),
        )
    ]


def unreadable_colleague_sentences(vault: Vault) -> list[str]:
    """Return a sentence for each confirmed colleague whose record failed a check since the unlock.

    Such a record does not open, so we cannot tell whose key it confirmed, and refuse nobody's key for it.
    """
    return sorted(
        f"Which key you confirmed for one colleague cannot be read ({failure.record.hex[:8]})."
        for failure in list(vault.integrity_failures.values())
        if failure.table == KNOWN_KEY_TABLE
    )


def list_confirmed_colleague_findings(vault: Vault) -> list[Finding]:
    """Return the finding for confirmed colleagues whose record cannot be read; none if there is none."""
    details = unreadable_colleague_sentences(vault)
    if not details:
        return []
    return [
        Finding(
            title="A key that you confirmed is not known any more",
            sentence="Another key in its place would not be noticed, and that colleague counts as not "
            "confirmed. Compare the six words again before you rely on what that colleague signed. Copy the "
            "whole data folder to another disk before you go on.",
            details=tuple(details),
        )
    ]
