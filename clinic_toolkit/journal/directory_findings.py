"""What is said of public keys in the directory that are refused."""

from collections.abc import Mapping
from uuid import UUID

from clinic_toolkit.journal.condition_findings import Finding
from clinic_toolkit.vault.contact_keys import CONTACT_TABLE
from clinic_toolkit.vault.directory import DirectoryFault
from clinic_toolkit.vault.vault import Vault

# What is said of a refused row of the directory; {user} are the first digits of the user's id.
DIRECTORY_FAULT_SENTENCES = {
    DirectoryFault.NOT_SIGNED: "The public key of the clinician {user} was not signed by its owner.",
    DirectoryFault.OTHER_KEY: "The public key of the clinician {user} is not the one that is known to you.",
    DirectoryFault.MISSING: "The public key of the clinician {user}, which you confirmed, is missing.",
    DirectoryFault.OWN_MISSING: "Your own public key ({user}) was missing.",
}


def directory_sentences(faults: Mapping[UUID, DirectoryFault]) -> list[str]:
    """Return a sentence for each refused row of the directory."""
    return sorted(
        DIRECTORY_FAULT_SENTENCES[fault].format(user=user_id.hex[:8]) for user_id, fault in faults.items()
    )


def list_directory_findings(faults: Mapping[UUID, DirectoryFault], *, own_id: UUID) -> list[Finding]:
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
            details=tuple(directory_sentences(faults)),
        )
    ]


def unreadable_contact_sentences(vault: Vault) -> list[str]:
    """Return a sentence for each contact that failed a check since the unlock.

    Such a contact does not open, so we cannot tell whose key it confirmed, and refuse nobody's key for it.
    """
    return sorted(
        f"Which key you confirmed for one colleague cannot be read ({failure.record.hex[:8]})."
        for failure in list(vault.integrity_failures.values())
        if failure.table == CONTACT_TABLE
    )


def list_contact_findings(vault: Vault) -> list[Finding]:
    """Return the finding for contacts that cannot be read; none if there is no such contact."""
    details = unreadable_contact_sentences(vault)
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
