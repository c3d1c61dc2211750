"""The password of a sheet that is locked for sending: six words, shown once, held for some minutes only."""

from typing import cast
from uuid import UUID

from clinic_toolkit.vault import passphrases
from clinic_toolkit.web.access import short_lived_values


def draw_password(handout_id: UUID) -> None:
    """Hold a new password for the file of this handout; an earlier one is no longer held."""
    short_lived_values.hold(_name_of(handout_id), passphrases.generate_passphrase())


def find_password(handout_id: UUID) -> str | None:
    """The password of the file, or None if it is not held any more."""
    return cast("str | None", short_lived_values.find(_name_of(handout_id)))


def show_password(handout_id: UUID) -> str:
    """The password for the page that shows it; "" from the second time on."""
    password = find_password(handout_id)
    if password is None or short_lived_values.list_shown(_name_of(handout_id)):
        return ""
    short_lived_values.mark_shown(_name_of(handout_id))
    return password


def _name_of(handout_id: UUID) -> str:
    return f"words for the sheet {handout_id}"
